import { expect, test } from 'vitest';
import { Matcher } from '../../src/queue/matcher.ts';
import { positionIn } from '../../src/queue/place.ts';
import { type Order, skillQueue, USUAL_LANE } from '../../src/queue/queue.ts';
import { DelayRatio } from '../../src/queue/service-level.ts';

const QUEUE = skillQueue(
  'general',
  {},
  {
    lanes: {
      '': { ...USUAL_LANE, targetMs: 30_000 },
      vip: { ...USUAL_LANE, targetMs: 10_000, priority: 5, bonusMs: 60_000 },
    },
  },
);

const NOW = 1_000_000;
const one = (id: string, waitedMs: number, tier = '', patienceMs?: number) => ({
  id,
  tier,
  since: NOW - waitedMs,
  ...(patienceMs !== undefined && { patienceMs }),
});

const LINE = [one('a', 60_000), one('b', 40_000), one('v', 15_000, 'vip'), one('c', 20_000)];

test.each<[Order, string]>([
  ['fifo', 'a b c v'],
  ['strict', 'v a b c'],
  // 60, 40, 20 and 15 + 60 s.
  ['score', 'v a b c'],
  // 60/30, 40/30, 20/30 and 15/10.
  ['service-level', 'a v b c'],
])('in the order %s they stand %s', (order, wanted) => {
  const places = LINE.map((who) => [positionIn(QUEUE, order, who, LINE, NOW), who.id] as const);
  expect(
    places
      .sort(([a], [b]) => a - b)
      .map(([, id]) => id)
      .join(' '),
  ).toBe(wanted);
  expect(new Set(places.map(([place]) => place))).toEqual(new Set([1, 2, 3, 4]));
});

test('somebody who is known to wait for nobody stands before others who came with him', () => {
  const hasty = one('h', 20_000, '', 15_000);
  expect(positionIn(QUEUE, 'service-level', hasty, [...LINE, hasty], NOW)).toBe(2);
});

test.each([1000, 6000, 7400, 12_400])(
  'who is told that he is the next is the next, with a patience of %i ms',
  (patienceMs) => {
    for (let hisMs = 500; hisMs <= 20_000; hisMs += 500) {
      const callers = [one('long', 10_250, '', 5000), one('hasty', hisMs, '', patienceMs)];
      const matcher = new Matcher('service-level', new DelayRatio());
      for (const { id, ...facts } of callers)
        matcher.setWaiting({
          call: id,
          queue: QUEUE,
          caller: { tier: '', language: '', attributes: {} },
          ...facts,
        });
      const served = { facts: { id: 'a', skills: {}, attributes: {} }, present: true, working: true };
      matcher.setAgent({ ...served, readySince: 1 });
      const next = matcher.offers(NOW)[0]!.call;
      const told = callers.filter((who) => positionIn(QUEUE, 'service-level', who, callers, NOW) === 1);
      expect(told.map(({ id }) => id)).toEqual([next]);
    }
  },
);

test('of two who came in the same moment each has a place of his own', () => {
  const twins = [one('x', 5000), one('y', 5000)];
  expect(twins.map((who) => positionIn(QUEUE, 'fifo', who, twins, NOW))).toEqual([1, 2]);
});
