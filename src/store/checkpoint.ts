import { Worker } from 'node:worker_threads';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Database } from './connect.ts';

/** What SQLite does by itself: carry over after so many pages, on the thread that commits. */
const BY_ITSELF_PAGES = 1000;

/**
 * Lets a thread of its own carry commits into the database file. When that thread fails, the database does it by itself again, which
 * costs calls some time and nothing else.
 * @returns ends it
 */
export function checkpointElsewhere(database: Database, log: Log): () => Promise<void> {
  const worker = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), {
    workerData: database.file,
    execArgv: [],
  });
  let stopped = false;
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const byItself = (): void => database.script(`pragma wal_autocheckpoint = ${BY_ITSELF_PAGES}`);
  database.script('pragma wal_autocheckpoint = 0');
  worker.once('error', (error) => {
    log.error({ reason: messageOf(error) }, 'the thread that tidies the database up has failed');
    if (!stopped) byItself();
  });
  worker.unref();
  return async () => {
    stopped = true;
    worker.ref();
    worker.postMessage('stop');
    await ended;
    byItself();
  };
}
