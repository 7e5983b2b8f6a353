/**
 * Preloaded by `--import` into threads that callers do not wait for: where processors are few they give way to the thread that serves
 * calls. Linux keeps a priority for each thread; elsewhere they run as any other.
 */
import { readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import './quick-imports.ts';

try {
  const [thread] = readlinkSync('/proc/thread-self').split('/').slice(-1);
  setPriority(Number(thread), constants.priority.PRIORITY_BELOW_NORMAL);
} catch {
  // No Linux.
}
