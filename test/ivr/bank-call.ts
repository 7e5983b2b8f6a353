import { CoreBank } from '../../docker/core-bank/bank.ts';
import { ROUTES, readFields } from '../../docker/core-bank/routes.ts';
import type { LookUp, LookUpAnswer, LookUpRequest } from '../../src/ivr/look-up.ts';
import { type ReadFlows, Stage } from '../../src/lab/stage.ts';

/** Longest that anything is waited for, ms. */
const PATIENCE_MS = 60_000;

/** As long as the caller pauses where there is a space between keys, ms; every prompt is shorter. */
const PAUSE_MS = 1500;

export interface BankCall {
  /** All that the caller heard, in one text. */
  readonly heard: string;
  /** All that the engine wrote down. */
  readonly written: string;
}

/**
 * A call to the hotline in virtual time, whose look-ups are answered by the books of the sample bank.
 * @param lines words that he listens to, and the keys that he presses when they have been said, with spaces for pauses
 */
export async function callBank(
  read: ReadFlows,
  lines: readonly (readonly [words: string, keys: string])[],
): Promise<BankCall> {
  const stage: Stage = new Stage({ read, lookUp: bankFor(() => stage.clock.now()) });
  await stage.start();
  const caller = stage.caller('13912345678', '95533');
  const saidBy = (sound: string): string => stage.lines.get(sound)?.text ?? '';
  let from = 0;
  for (const [words, keys] of lines) {
    const isSaid = (): boolean =>
      caller.heard.some((sound, at) => at >= from && saidBy(sound).includes(words));
    if (!(await stage.clock.advanceUntil(isSaid, PATIENCE_MS)))
      throw new Error(`"${words}" was not said: ${caller.heard.map(saidBy).join(' · ')}`);
    from = caller.heard.length;
    // Until it has been said: some prompts may not be interrupted.
    for (const some of keys.split(' ')) {
      await stage.clock.advance(PAUSE_MS);
      caller.press(some);
    }
  }
  await stage.clock.advance(PAUSE_MS);
  const heard = caller.heard.map(saidBy).join('\n');
  const { calls, events } = stage.store;
  await stage.engine.stop();
  return { heard, written: JSON.stringify([[...calls.values()], events]) };
}

function bankFor(now: () => number): LookUp {
  let sessions = 0;
  const bank = new CoreBank({ now, newSession: () => `session-${++sessions}` });
  return { ask: async (request) => answerOf(bank, request) };
}

/** As the bank's own service answers, and the flows' HTTP client understands it. */
function answerOf(bank: CoreBank, { url, body }: LookUpRequest): LookUpAnswer {
  const route = ROUTES.get(new URL(url).pathname);
  if (!route) return { kind: 'answered', status: 404, body: { error: 'no-route' } };
  const fields = readFields(route, body);
  if (typeof fields.wrong === 'string')
    return { kind: 'answered', status: 400, body: { error: 'bad-request', message: fields.wrong } };
  const { status, body: answer } = route.run(bank, fields);
  if (status >= 500) return { kind: 'failed', reason: `the service answered ${status}` };
  return { kind: 'answered', status, body: answer };
}
