import { expect, test } from 'vitest';
import { sensitiveUses } from '../../src/engine/sensitive-use.ts';
import {
  type Condition,
  type Offer,
  type OfferReason,
  skillQueue,
  type Waiting,
} from '../../src/queue/queue.ts';

const rule = (text: string, sensitive: readonly string[]): Condition => ({
  text,
  looksAt: [],
  sensitive,
  holds: () => true,
});
const OLD = rule('agent.age > 40', ['agent.age']);
const WOMAN = rule('agent.gender == "f"', ['agent.gender']);
const PLAIN = rule('skill.wealth >= 9', []);

const queue = skillQueue(
  'vip',
  {},
  {
    ladder: [
      { needs: [PLAIN], forMs: 20_000 },
      { needs: [OLD, PLAIN], forMs: 0 },
    ],
  },
);

const offerAt = (waiting: Waiting, step: number): Offer => ({
  waiting,
  call: 'c',
  queue: 'vip',
  agent: 'anna',
  why: { step } as OfferReason,
});

const rules = { sensitiveUse: { permitted: ['agent.age', 'agent.gender'], reason: 'asked for' } };

test.each<[string, number, Partial<Waiting>, string[]]>([
  ['a step that had not begun', 0, {}, []],
  ['a step that had begun', 1, {}, ['agent.age > 40']],
  ['a wish of the call', 0, { needs: [WOMAN] }, ['agent.gender == "f"']],
  ['a preference of the call', 0, { prefers: [{ ...WOMAN, score: () => 1 }] }, ['agent.gender == "f"']],
  ['somebody who knows the caller', -1, { needs: [PLAIN] }, []],
])('of %s, the uses of sensitive attributes are those that had a say', (_what, step, over, used) => {
  const waiting: Waiting = {
    call: 'c',
    queue,
    since: 0,
    caller: { tier: '', language: '', attributes: {} },
    ...over,
  };
  const events = sensitiveUses(rules, waiting, offerAt(waiting, step), 77);
  expect(events.map(({ data }) => data.rule)).toEqual(used);
  for (const event of events)
    expect(event).toMatchObject({
      type: 'SensitiveAttributeUsed',
      version: 1,
      at: 77,
      call: 'c',
      agent: 'anna',
      data: { queue: 'vip', reason: 'asked for' },
    });
});
