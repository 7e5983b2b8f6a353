import { setTimeout as sleep } from 'node:timers/promises';
import { encodeApi } from './esl-encoder.ts';

/** Its SIP side comes up after its event socket, and its list of channels is late. */
const PATIENCE_MS = 5_000;
const LOOK_EVERY_MS = 50;

/**
 * Lets a FreeSWITCH that began anew take up the answered calls of its life before, or forget them: what is still written down would
 * else ring, at some later time, people who have long gone. Resolves when the calls are in its list. Rejects with `PbxError`.
 * @param ask says a command and resolves with the reply
 */
export async function takeUpCalls(
  ask: (command: string) => Promise<string>,
  isRecent: boolean,
): Promise<void> {
  await until(async () => (await ask(encodeApi('sofia', 'status'))).includes('RUNNING'));
  if (!isRecent) return void (await ask(encodeApi('sofia', 'recover', 'flush')));
  const said = await ask(encodeApi('sofia', 'recover'));
  const recovered = Number(/^Recovered (\d+) /.exec(said)?.[1] ?? 0);
  const listed = async () => Number.parseInt(await ask(encodeApi('show', 'channels', 'count')), 10);
  await until(async () => (await listed()) >= recovered);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + PATIENCE_MS; !(await holds()) && performance.now() < deadline; )
    await sleep(LOOK_EVERY_MS);
}
