/** The thread that alone writes `lists.db`: neither an import nor a slow disk holds the calls. */
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, Refused } from '../base/errors.ts';
import { silentLog } from '../base/log.ts';
import { checkpointElsewhere } from '../store/checkpoint.ts';
import { connect, type Database } from '../store/connect.ts';
import { type DeskSettings, ListDesk } from './desk.ts';
import type { DeskAnswer, DeskRequest } from './talk.ts';

const port = parentPort!;
const settings = workerData as DeskSettings;
const say = (answer: DeskAnswer): void => port.postMessage(answer);

try {
  const database = connect(settings.file);
  const desk = new ListDesk(database, settings);
  // To carry commits over waits for the disk, and whoever wants the next lead must not.
  const endCheckpoints = checkpointElsewhere(database, silentLog);
  port.on('message', (request: DeskRequest | 'stop') => {
    if (request === 'stop') void stop(database, endCheckpoints);
    else void answer(desk, request);
  });
  say({ ready: true });
  void desk.work();
} catch (thrown) {
  say({ unusable: messageOf(thrown) });
}

/** Imports that are under way go on with the next start. */
async function stop(database: Database, endCheckpoints: () => Promise<void>): Promise<void> {
  await endCheckpoints();
  database.close();
  process.exit(0);
}

async function answer(desk: ListDesk, { ask, verb, words }: DeskRequest): Promise<void> {
  try {
    const of = desk[verb] as (...words: readonly unknown[]) => unknown;
    say({ ask, answer: await of.apply(desk, [...words]) });
  } catch (thrown) {
    if (thrown instanceof Refused)
      say({ ask, refused: { id: thrown.id, message: thrown.message, details: thrown.details } });
    else say({ ask, broken: messageOf(thrown) });
  }
}
