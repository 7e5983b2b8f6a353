import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Refused } from '../base/errors.ts';

/**
 * Makes this process the only one that runs the data folder; a lock whose owner is gone counts for nothing. Returns
 * the function that gives it back. Throws `Refused('already-running')`.
 */
export function takeStartLock(data: string): () => void {
  const file = lockFile(data);
  const owner = lockOwner(data);
  if (owner !== undefined)
    throw new Refused(
      'already-running',
      `Carillon is running already in ${data} (process ${owner}). Stop it with Ctrl-C there, or set CARILLON_DATA to another folder, and other ports, for a second one.`,
    );
  rmSync(file, { force: true });
  writeFileSync(file, `${process.pid}\n`, { flag: 'wx', mode: 0o600 });
  return () => {
    if (ownerIn(file) === process.pid) rmSync(file, { force: true });
  };
}

/** Process id of the supervisor that runs this data folder, if there is one. */
export function lockOwner(data: string): number | undefined {
  const pid = ownerIn(lockFile(data));
  return pid !== undefined && pid !== process.pid && isSupervisor(pid) ? pid : undefined;
}

function lockFile(data: string): string {
  return join(data, 'start.lock');
}

function ownerIn(file: string): number | undefined {
  const pid = existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : Number.NaN;
  return pid > 1 ? pid : undefined;
}

/** A process id may have gone to somebody else since; ours run cli.ts. */
function isSupervisor(pid: number): boolean {
  try {
    return /cli\.ts\0start\0/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return false;
  }
}
