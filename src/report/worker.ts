/** The thread of reports: it reads the centre's database, and keeps its own sums. Calls never wait for it. */
import { readdirSync, rmSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, Refused } from '../base/errors.ts';
import { callOfRecording } from '../call/voicemail.ts';
import { connect, type Database } from '../store/connect.ts';
import { ReportDesk } from './desk.ts';
import type { ReportAnswer, ReportRequest, ReportSettings } from './talk.ts';

const port = parentPort!;
const settings = workerData as ReportSettings;
const say = (answer: ReportAnswer, parts: ArrayBuffer[] = []): void => port.postMessage(answer, parts);

try {
  const centre = connect(settings.centre);
  centre.script('pragma query_only = on');
  const desk = new ReportDesk({ centre, sums: openSums(), recordedCalls });
  port.on('message', (request: ReportRequest | 'stop') => {
    if (request === 'stop') process.exit(0);
    void answer(desk, request);
  });
  say({ ready: true });
  void desk.work((failed) => say({ failed }));
} catch (thrown) {
  say({ unusable: messageOf(thrown) });
}

/** What is damaged is summed anew from the log. */
function openSums(): Database {
  try {
    return connect(settings.sums);
  } catch (thrown) {
    if (!(thrown instanceof Refused) || thrown.id !== 'bad-store') throw thrown;
    for (const end of ['', '-wal', '-shm']) rmSync(`${settings.sums}${end}`, { force: true });
    return connect(settings.sums);
  }
}

function recordedCalls(): string[] {
  const calls = filesIn(settings.recordings).flatMap(
    (name) => callOfRecording(basename(name, extname(name))) ?? [],
  );
  return [...new Set(calls)];
}

/** In a centre that has recorded nothing yet, there is no folder. */
function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw thrown;
  }
}

async function answer(desk: ReportDesk, { ask, verb, words }: ReportRequest): Promise<void> {
  try {
    const of = desk[verb] as (...words: readonly unknown[]) => unknown;
    const answered = await of.apply(desk, [...words]);
    say({ ask, answer: answered }, answered instanceof Uint8Array ? [answered.buffer as ArrayBuffer] : []);
  } catch (thrown) {
    if (thrown instanceof Refused)
      say({ ask, refused: { id: thrown.id, message: thrown.message, details: thrown.details } });
    else say({ ask, broken: messageOf(thrown) });
  }
}
