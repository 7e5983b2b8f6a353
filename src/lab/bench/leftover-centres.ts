import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findRunningPbx } from '../../setup/choose-pbx.ts';
import { endLeftoverDaemon } from '../../setup/daemon-process.ts';
import { PBX_KINDS } from '../../setup/pbx-installation.ts';
import { lockOwner } from '../../setup/start-lock.ts';

const PATIENCE_MS = 5_000;

/**
 * Ends and removes what benches left behind in `parent` that were killed: folders `<process id of the bench>-…`, whose bench is gone.
 * The supervisor goes first, because it would start again whatever else is ended.
 */
export async function removeLeftoverCentres(parent: string): Promise<void> {
  mkdirSync(parent, { recursive: true });
  for (const name of readdirSync(parent)) {
    const owner = /^(\d+)-/.exec(name)?.[1];
    if (!owner || existsSync(`/proc/${owner}`)) continue;
    const data = join(parent, name, 'data');
    await endAndWait(() => lockOwner(data));
    await endLeftoverDaemon(data);
    for (const pbx of PBX_KINDS) await endAndWait(() => findRunningPbx({ pbx, data }));
    rmSync(join(parent, name), { recursive: true, force: true });
  }
}

/** Ends a process at once; one that is gone already is as good. */
export function endNow(pid: number): void {
  try {
    if (pid > 1) process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function endAndWait(find: () => number | undefined): Promise<void> {
  const pid = find();
  if (pid === undefined) return;
  endNow(pid);
  for (const deadline = Date.now() + PATIENCE_MS; find() === pid && Date.now() < deadline; ) await sleep(20);
}
