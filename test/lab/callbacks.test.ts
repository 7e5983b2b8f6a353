import { expect, test } from 'vitest';
import type { LogEvent } from '../../src/engine/changes.ts';
import { lostCallbacks } from '../../src/lab/day/callbacks.ts';
import { playDay } from '../../src/lab/day/day.ts';
import type { Callback } from '../../src/queue/callback.ts';
import { callers, scenario, team } from './day-scenario.ts';

const callback = (number: string, more: Partial<Callback> = {}): Callback => ({
  id: `callback-${number}`,
  call: 'call-1',
  queue: 'general',
  number,
  tier: '',
  language: 'en',
  at: 0,
  since: 0,
  attempts: 0,
  calls: 0,
  dueAt: 0,
  ...more,
});
const REACHED = { done: { by: 'a1', at: 0, outcome: 'reached' } } as const;

test.each<[string, Record<string, number>, Callback[], string[]]>([
  ['all is well', { '11': 0, '12': 1 }, [callback('11'), callback('12', REACHED)], []],
  [
    'a promise is in no book',
    { '11': 0 },
    [],
    ['11 was told that he is called back, and is not in the book'],
  ],
  [
    'somebody is called twice',
    { '11': 2 },
    [callback('11', REACHED)],
    ['11 was called back 2 times, and asked 1 times'],
  ],
  [
    'the book says more than happened',
    { '11': 0 },
    [callback('11', REACHED)],
    ['11 was called back by the book, and has not heard of it'],
  ],
  ['a call never ends', {}, [callback('11', { calling: 'call-2' })], ['callback-11 is still being called']],
])('given_a_day_on_which_%s_then_that_is_told', (_what, promised, book, wrong) => {
  expect(lostCallbacks(new Map(Object.entries(promised)), book)).toEqual(wrong);
});

test('given_callers_who_would_rather_be_called_back_then_they_are_when_there_is_time', async () => {
  const log: LogEvent[] = [];
  const { broken } = await playDay(
    scenario({
      callers: [
        callers('retail', {
          calls: 60,
          weights: [1, 0, 0],
          callback: { chance: 1, after: { meanMs: 10_000, law: 'fixed', cv: 0 } },
        }),
      ],
      agents: [team('service', { count: 3 })],
    }),
    { heard: (events) => log.push(...events) },
  );
  const done = log.filter(({ type, data }) => type === 'CallbackDone' && data.outcome === 'reached');
  expect(broken).toEqual([]);
  expect(done.length).toBeGreaterThan(10);
});
