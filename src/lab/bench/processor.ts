/** Who uses the processors, from Linux' /proc. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Linux counts processor time for programs in hundredths of a second on every platform that Node runs on. */
const TICK_MS = 10;

/** Processor time that a process has used, user and system, ms; 0 for one that is gone. */
export function cpuMsOf(pid: number): number {
  try {
    // The second field is a name in brackets, which may hold anything; time is fields 14 and 15.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return 0;
  }
}

/** Processor time that everything on this machine has used, and what its host took for others, ms. */
export function machineMs(): number {
  const line = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0] ?? '';
  const [user = 0, nice = 0, system = 0, , , irq = 0, soft = 0, steal = 0] = line
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + soft + steal) * TICK_MS;
}

/** Share of all processors, 0 to 1. */
export function shareOf(cpuMs: number, elapsedMs: number): number {
  return Math.max(0, Math.min(1, cpuMs / (elapsedMs * availableParallelism())));
}
