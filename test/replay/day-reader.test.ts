import { expect, test } from 'vitest';
import type { LogEvent } from '../../src/engine/changes.ts';
import { dayOf, event } from './recorded.ts';

const a1 = { agent: 'a1' };
const c1 = { call: 'c1' };
const state = (s: number, at: string, more: LogEvent['data'] = {}) =>
  event(s, 'AgentStateChanged', a1, { state: at, ...more });

/** He is ready from second 2 on. */
const LOGGED_IN = [
  state(1, 'not-ready', { reason: 'logged-in', skills: { service: 8 }, attributes: { site: 'wuhan' } }),
  state(2, 'ready'),
];
const OFFERED = [
  event(10, 'CallQueued', c1, {
    queue: 'general',
    tier: 'vip',
    language: 'en',
    since: 4000,
    maxWaitMs: 60_000,
  }),
  event(20, 'CallOffered', { ...c1, ...a1 }, { queue: 'general', rule: 'best-score', step: 1 }),
  state(20, 'reserved'),
  state(21, 'ringing'),
];
const ANSWERED = [
  event(24, 'CallConnected', { ...c1, ...a1 }, { queueWaitedMs: 20_000 }),
  state(24, 'talking'),
  state(30, 'hold'),
  state(40, 'talking'),
  event(64, 'CallDisconnected', c1, { talkedMs: 40_000 }),
  state(64, 'wrap-up'),
  state(72, 'ready'),
  event(72, 'CallEnded', c1, { by: 'caller' }),
];

test('a call that was answered: its wait, ring, talk with its holds, and what followed', () => {
  const day = dayOf([...LOGGED_IN, ...OFFERED, ...ANSWERED]);
  expect(day.calls).toEqual([
    {
      id: 'c1',
      visits: [
        {
          queue: 'general',
          facts: { tier: 'vip', language: 'en', attributes: {}, knownTo: {} },
          arrivedAt: 10_000,
          aheadMs: 6000,
          waitedBeforeMs: 6000,
          maxWaitMs: 60_000,
          tookMs: 14_000,
          afterMs: 0,
          offers: [{ agent: 'a1', rule: 'best-score', step: 1, ringMs: 4000 }],
          end: { how: 'answered', agent: 'a1', talkMs: 40_000, wrapUpMs: 8000 },
        },
      ],
    },
  ]);
  expect(day.agents).toEqual([
    {
      id: 'a1',
      wishes: [
        { at: 1000, to: 'away' },
        {
          at: 1000,
          to: 'away',
          facts: { id: 'a1', skills: { service: 8 }, attributes: { site: 'wuhan' } },
        },
        { at: 2000, to: 'ready' },
      ],
      missed: [],
    },
  ]);
  expect(day.staff).toEqual({ idleMs: 18_000, busyMs: 52_000 });
  expect(day).toMatchObject({ agentsUnknown: [], leftOut: 0 });
});

test.each([
  ['he gave up', event(50, 'CallEnded', c1, { abandoned: true }), { how: 'abandoned' }],
  [
    'nobody came in time',
    event(50, 'CallLeftQueue', c1, { why: 'timeout' }),
    { how: 'left', exit: 'timeout' },
  ],
  [
    'he pressed a key',
    event(50, 'CallLeftQueue', c1, { why: 'callback' }),
    { how: 'left', exit: 'callback' },
  ],
  [
    'a supervisor ended it',
    event(50, 'CallEnded', c1, { abandoned: false }),
    { how: 'left', exit: 'hung-up' },
  ],
])('a call that was not answered: %s', (_how, last, end) => {
  const [visit] = dayOf([...LOGGED_IN, OFFERED[0]!, last]).calls[0]!.visits;
  expect(visit).toMatchObject({ tookMs: 40_000, end, offers: [] });
});

test('who lets it ring is away until he is ready again; it is no wish of his', () => {
  const day = dayOf([
    ...LOGGED_IN,
    ...OFFERED,
    event(35, 'LegFailed', { ...c1, ...a1 }, { outcome: 'no-answer' }),
    state(35, 'not-ready', { reason: 'ring-no-answer' }),
    state(95, 'ready'),
    event(99, 'CallEnded', c1, { abandoned: true }),
  ]);
  expect(day.agents[0]!.missed).toEqual([{ at: 20_000, ringMs: 15_000, awayMs: 60_000 }]);
  expect(day.agents[0]!.wishes.map(({ to }) => to)).toEqual(['away', 'away', 'ready']);
  expect(day.calls[0]!.visits[0]!.offers).toHaveLength(1);
});

test('a break that follows a call was wished in the middle of it', () => {
  const events = [
    ...LOGGED_IN,
    ...OFFERED,
    ...ANSWERED.slice(0, -2),
    state(70, 'not-ready', { reason: 'lunch' }),
  ];
  expect(dayOf(events).agents[0]!.wishes.at(-1)).toEqual({ at: 45_000, to: 'away' });
});

test('to the queues, whoever has a call that no queue sent is away', () => {
  const day = dayOf([...LOGGED_IN, state(10, 'reserved'), state(12, 'talking'), state(40, 'ready')]);
  expect(day.agents[0]!.wishes.slice(2)).toEqual([
    { at: 2000, to: 'ready' },
    { at: 10_000, to: 'away' },
    { at: 40_000, to: 'ready' },
  ]);
  expect(day.staff.busyMs).toBe(0);
});

test('whoever talks when the log begins is away until he is ready', () => {
  const day = dayOf([state(5, 'talking'), state(9, 'ready')]);
  expect(day.agents[0]!.wishes.map(({ at, to }) => [at, to])).toEqual([
    [5000, 'away'],
    [5000, 'away'],
    [9000, 'ready'],
  ]);
  expect(day.agentsUnknown).toEqual(['a1']);
  expect(day.agents[0]!.wishes[1]!.facts?.skills).toEqual({ service: 3 });
});

test('a call that waits twice keeps the pause between its waits, without its talk', () => {
  const again = [
    event(70, 'CallQueued', c1, { queue: 'card', tier: '' }),
    event(80, 'CallEnded', c1, { abandoned: true }),
  ];
  const { visits } = dayOf([...LOGGED_IN, ...OFFERED, ...ANSWERED.slice(0, -1), ...again]).calls[0]!;
  expect(visits.map(({ queue, afterMs, tookMs }) => [queue, afterMs, tookMs])).toEqual([
    ['general', 0, 14_000],
    ['card', 6000, 10_000],
  ]);
});

test('a day has the calls that began to wait in it, wherever they ended, and says how many it has not', () => {
  const events = [
    event(90, 'CallEnded', { call: 'yesterdays' }, { abandoned: true }),
    event(150, 'CallQueued', c1, { queue: 'general' }),
    event(180, 'CallQueued', { call: 'endless' }, { queue: 'general' }),
    event(250, 'CallQueued', { call: 'tomorrows' }, { queue: 'general' }),
    event(260, 'CallEnded', c1, { abandoned: true }),
  ];
  const day = dayOf(events, 80_000, 200_000);
  expect(day.calls.map(({ id }) => id)).toEqual(['c1']);
  expect(day.leftOut).toBe(2);
});

test('the rules that were there when the first caller came are those of the day', () => {
  const rules = (s: number, digest: string) => event(s, 'RoutingRulesChanged', {}, { digest });
  const day = dayOf([rules(1, 'old'), rules(2, 'new'), OFFERED[0]!, rules(30, 'later')]);
  expect(day).toMatchObject({ rulesBefore: 'new', rulesChanged: ['later'] });
});
