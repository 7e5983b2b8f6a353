import { readFileSync } from 'node:fs';

/**
 * For how long the main thread of a process has wanted a processor and been given none, ms, since it began: the second number of
 * `/proc/<pid>/schedstat` (Documentation/scheduler/sched-stats of Linux). 0 where the system does not tell, or the process is gone.
 */
export function starvedMs(pid: number): number {
  try {
    const [, waitedNs] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ');
    return Number(waitedNs) / 1e6 || 0;
  } catch {
    return 0;
  }
}
