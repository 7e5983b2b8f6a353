import { PbxError } from '../pbx.ts';
import { encodeApi } from './esl-encoder.ts';
import { until } from './until.ts';

/** Its SIP side comes up after its event socket, and its list of channels is late. */
const PATIENCE_MS = 5_000;
const LOOK_EVERY_MS = 50;

/**
 * Lets a FreeSWITCH that began anew take up the answered calls of its life before, or forget them: what is still written down would
 * else ring, at some later time, people who have long gone. Resolves when the calls are in its list. Rejects with `PbxError`
 * when that takes too long: then it is to be tried again.
 * @param ask says a command and resolves with the reply
 */
export async function takeUpCalls(
  ask: (command: string) => Promise<string>,
  isRecent: boolean,
): Promise<void> {
  await inTime(async () => (await ask(encodeApi('sofia', 'status'))).includes('RUNNING'));
  if (!isRecent) return void (await ask(encodeApi('sofia', 'recover', 'flush')));
  const said = await ask(encodeApi('sofia', 'recover'));
  const recovered = Number(/^Recovered (\d+) /.exec(said)?.[1] ?? 0);
  const listed = async () => Number.parseInt(await ask(encodeApi('show', 'channels', 'count')), 10);
  await inTime(async () => (await listed()) >= recovered);
}

async function inTime(holds: () => Promise<boolean>): Promise<void> {
  if (!(await until(holds, LOOK_EVERY_MS, PATIENCE_MS)))
    throw new PbxError('timeout', 'FreeSWITCH does not take up the calls of its life before');
}
