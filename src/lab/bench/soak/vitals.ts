import { readdirSync, readFileSync } from 'node:fs';

/** What a process holds. */
export interface Vitals {
  /** Resident memory, bytes. */
  readonly rss: number;
  /** Open file descriptors. */
  readonly fds: number;
}

/** What the process holds now; undefined when it is gone. */
export function vitalsOf(pid: number): Vitals | undefined {
  try {
    const kilobytes = Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
    const fds = readdirSync(`/proc/${pid}/fd`).length;
    return Number.isFinite(kilobytes) ? { rss: kilobytes * 1024, fds } : undefined;
  } catch {
    return undefined;
  }
}
