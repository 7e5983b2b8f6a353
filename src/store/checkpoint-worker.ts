/**
 * A thread that carries what was committed from the write-ahead log into the database file. That waits for the disk, for tens of
 * milliseconds at a time, and calls must not.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';

const EVERY_MS = 1000;
/** Pages of 4 KiB. A log that is never all carried over grows; beyond this, it is emptied in a moment in which nobody reads. */
const MOST_PAGES = 16_384;

const driver = new Sqlite(String(workerData), { fileMustExist: true, timeout: 0 });
const stopping = new AbortController();
parentPort?.once('message', () => stopping.abort());
while (!stopping.signal.aborted) {
  const [state] = driver.pragma('wal_checkpoint(PASSIVE)') as { log: number; checkpointed: number }[];
  if (state && state.log > MOST_PAGES) driver.pragma('wal_checkpoint(RESTART)');
  await sleep(EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
}
driver.close();
