import { describe, expect, test } from 'vitest';
import type { Call, Phase } from '../../src/call/call.ts';
import { skillQueue, USUAL_LANE } from '../../src/queue/queue.ts';
import { alertRows } from '../../src/supervise/floor-alerts.ts';
import type { AgentRow, CallRow } from '../../src/supervise/floor-rows.ts';
import { callRow, queueRow, tierRows, trunkRow } from '../../src/supervise/floor-view.ts';
import { ServiceTally, type Told } from '../../src/supervise/service-tally.ts';
import { TrunkTally } from '../../src/supervise/trunk-tally.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MINUTE = 60_000;
const NOON = 10 * DAY + 12 * HOUR;
const LANES = { '': USUAL_LANE, vip: { ...USUAL_LANE, goal: 0.95, targetMs: 10_000 } };
const general = skillQueue('general', {}, { lanes: LANES });
const card = skillQueue('card', {}, {});
const QUEUES = new Map([general, card].map((queue) => [queue.name, queue]));

const tally = (): ServiceTally =>
  new ServiceTally(
    (queue, tier) => (tier === 'vip' && queue === 'general' ? LANES.vip : USUAL_LANE),
    (at) => (Math.floor(at / DAY) + 1) * DAY,
  );

const event = (type: string, call: string, data: Told['data'] = {}, at = NOON): Told => ({
  type,
  at,
  call,
  data,
});
const comes = (call: string, tier = '', at = NOON): Told[] => [
  event('CallArrived', call, {}, at),
  event('CallQueued', call, { queue: 'general', tier }, at),
];
const answered = (call: string, queueWaitedMs: number, at = NOON): Told =>
  event('CallConnected', call, { queue: 'general', queueWaitedMs }, at);

describe('the service level', () => {
  test.each([
    ['an answer in time is within', [...comes('a'), answered('a', 20_000)], { answered: 1, within: 1 }],
    ['a late one is not', [...comes('a'), answered('a', 20_001)], { answered: 1, within: 0 }],
    ['a tier has its own target', [...comes('a', 'vip'), answered('a', 10_001)], { answered: 1, within: 0 }],
    [
      'who hangs up was missed',
      [...comes('a'), event('CallEnded', 'a', { abandoned: true })],
      { missed: 1, abandoned: 1 },
    ],
    [
      'so is who leaves unserved',
      [...comes('a'), event('CallLeftQueue', 'a', { queue: 'general', why: 'timeout' })],
      { missed: 1, abandoned: 0 },
    ],
    [
      'who is moved counts where he is served',
      [
        ...comes('a'),
        event('CallLeftQueue', 'a', { queue: 'general', why: 'moved' }),
        event('CallQueued', 'a', { queue: 'card', tier: '' }),
        event('CallConnected', 'a', { queue: 'card', queueWaitedMs: 5 }),
      ],
      { queue: 'card', answered: 1, missed: 0 },
    ],
    [
      'the end of a call after its answer changes nothing',
      [...comes('a'), answered('a', 5), event('CallEnded', 'a', { abandoned: false })],
      { answered: 1, missed: 0 },
    ],
  ] as const)('%s', (_name, events, counted) => {
    const counts = tally();
    counts.take(events as readonly Told[]);
    expect(counts.lanes(NOON)).toHaveLength(1);
    const [{ today, recent, queue, tier }] = counts.lanes(NOON) as [
      ReturnType<ServiceTally['lanes']>[number],
    ];
    expect({ queue, tier, ...today }).toMatchObject(counted);
    expect(recent).toEqual(today);
  });

  test('is not moved by those whom we call ourselves', () => {
    const counts = tally();
    counts.take([event('CallQueued', 'out', { queue: 'general', tier: '' }), answered('out', 5)]);
    expect(counts.lanes(NOON)).toEqual([]);
  });

  test('of the last half hour forgets what is older, that of today forgets at midnight', () => {
    const counts = tally();
    counts.take([...comes('a'), answered('a', 5)]);
    const figures = (now: number) =>
      counts.lanes(now).map(({ today, recent }) => [today.answered, recent.answered])[0];
    expect(figures(NOON + 29 * MINUTE)).toEqual([1, 1]);
    expect(figures(NOON + 31 * MINUTE)).toEqual([1, 0]);
    const night = 11 * DAY - MINUTE;
    counts.take([...comes('b', '', night), answered('b', 5, night)]);
    expect(figures(night)).toEqual([2, 1]);
    expect(figures(11 * DAY + MINUTE)).toEqual([0, 1]);
  });

  test('goes on with those who waited when the daemon began', () => {
    const counts = tally();
    counts.resume([aCall('w', { at: 'queued', queue: 'general', since: 0, until: 1, music: '' })]);
    counts.take([event('CallEnded', 'w', { abandoned: true })]);
    expect(counts.lanes(NOON)[0]?.today.missed).toBe(1);
  });
});

function aCall(id: string, phase: Phase, more: Partial<Call> = {}): Call {
  return {
    id,
    channel: `ch-${id}`,
    source: { kind: 'outside' },
    ani: '13800000000',
    aniName: 'Zhang',
    dnis: '95533',
    startedAt: 1,
    facts: { language: 'en', persona: '', tier: 'vip', variables: {} },
    stack: [],
    phase,
    legs: [],
    waitedMs: 0,
    talkedMs: 0,
    ...more,
  };
}

const SHOWN = { number: (number: string) => `${number.slice(0, 3)}…`, text: (text: string) => text };
const WAITS: Phase = { at: 'queued', queue: 'general', since: 1_000, until: 9, music: '' };

describe('rows', () => {
  test('are silent of whoever is called only when his agent is there', () => {
    const callback = { id: 'b', ringMs: 15_000 };
    expect(callRow(aCall('b', WAITS, { callback }), QUEUES, SHOWN)).toBeUndefined();
  });

  test('show who waits with his target, and numbers as the reader may see them', () => {
    expect(callRow(aCall('a', { ...WAITS, isFirst: true, keptFor: '1001' }), QUEUES, SHOWN)).toMatchObject({
      is: 'waiting',
      number: '138…',
      tier: 'vip',
      due: 11_000,
      isFirst: true,
      keptFor: '1001',
    });
  });

  test('show who talks with whom, and who listens', () => {
    const leg = { id: 'l1', to: { kind: 'phone', extension: '1001' }, agent: '1001', plannedAt: 2 } as const;
    const supervision = {
      leg: { ...leg, id: 'l2' },
      by: { id: 'u1', name: 'Wang Fang' },
      mode: 'listen',
      agent: '1001',
      since: 3,
    } as const;
    const call = aCall('a', { at: 'connected', leg: 'l1', since: 5 }, { legs: [leg], supervision });
    expect(callRow(call, QUEUES, SHOWN)).toMatchObject({
      is: 'talking',
      agent: '1001',
      since: 5,
      due: null,
      supervision: { mode: 'listen', name: 'Wang Fang', isThere: true },
    });
  });

  test('leave out who is in a flow', () => {
    expect(callRow(aCall('a', { at: 'flow' }), QUEUES, SHOWN)).toBeUndefined();
  });

  test('put the figures of all tiers of a queue together, and of all queues of a tier', () => {
    const counts = tally();
    counts.take([
      ...comes('a'),
      answered('a', 5_000),
      ...comes('b', 'vip'),
      event('CallEnded', 'b', { abandoned: true }),
    ]);
    const lanes = counts.lanes(NOON);
    const now = { loggedIn: 2, working: 1, ready: 0, estimatedWaitMs: undefined };
    expect(queueRow({ queue: general, waiting: [{ since: 9 }, { since: 7 }], ...now }, lanes)).toMatchObject({
      waiting: 2,
      since: 7,
      estimateMs: null,
      today: { answered: 1, missed: 1, abandoned: 1, level: 0.5, meanWaitMs: 5_000 },
    });
    expect(queueRow({ queue: card, waiting: [], ...now }, lanes).today.level).toBeNull();
    const rows = tierRows([general, card], lanes, [{ tier: 'vip', since: 4, kind: 'inbound' }]);
    expect(rows).toMatchObject([
      { tier: '', goal: 0.8, waiting: 0, today: { level: 1 } },
      { tier: 'vip', goal: 0.95, targetMs: 10_000, waiting: 1, since: 4, recent: { level: 0 } },
    ]);
  });
});

describe('the trunk', () => {
  const dial = (outcome: string, at: number): Told => event('AttemptEnded', 'x', { outcome }, at);

  test('fails when the network fails half of what is dialled, and not when customers are busy', () => {
    const counts = new TrunkTally();
    counts.take([dial('busy', NOON), dial('busy', NOON), dial('cancelled', NOON)]);
    expect(counts.count(NOON)).toMatchObject({ dialled: 2, failed: 0, isFailing: false });
    counts.take([1, 2, 3].map((second) => dial('failed', NOON + second)));
    expect(counts.count(NOON + 9)).toMatchObject({
      dialled: 5,
      failed: 3,
      isFailing: true,
      failedAt: NOON + 3,
    });
    expect(counts.count(NOON + 6 * MINUTE)).toMatchObject({ dialled: 0, isFailing: false });
  });

  test('counts legs that a flow dialled outside, and not those to phones of the house', () => {
    const counts = new TrunkTally();
    counts.take([
      event('CallConnected', 'a', { to: { kind: 'outside', number: '1' } }),
      event('LegFailed', 'b', { to: { kind: 'outside', number: '1' }, outcome: 'unreachable' }),
      event('LegFailed', 'c', { to: { kind: 'phone', extension: '1' }, outcome: 'unreachable' }),
    ]);
    expect(counts.count(NOON)).toMatchObject({ dialled: 2, failed: 1 });
  });

  test('has those in use who came through it and whom we dialled', () => {
    const to = { kind: 'outside', number: '139' } as const;
    const legs = [
      { id: 'l1', to, plannedAt: 1 },
      { id: 'l2', to, plannedAt: 1, endedAt: 2 },
    ];
    const calls = [
      aCall('a', WAITS, { legs }),
      aCall('b', WAITS, { source: { kind: 'phone', extension: '1' } }),
    ];
    const count = new TrunkTally().count(NOON);
    expect(trunkRow(calls, count, { channels: 4, mostChannels: 100 })).toMatchObject({
      inbound: 1,
      outbound: 1,
      channels: 4,
      mostChannels: 100,
    });
  });
});

describe('alerts', () => {
  const agent = (id: string, state: AgentRow['state'], since: number): AgentRow => ({
    id,
    name: id,
    state,
    since,
    reason: '',
    extension: '',
    call: '',
    skills: {},
    supervision: null,
  });
  const waiting = (id: string, due: number): CallRow =>
    ({ ...callRow(aCall(id, WAITS), QUEUES, SHOWN), due }) as CallRow;

  test('name what is wrong, who waits for too long, and who is in a state for too long', () => {
    const agents = [
      agent('1', 'wrap-up', NOON - 6 * MINUTE),
      agent('2', 'wrap-up', NOON - 4 * MINUTE),
      agent('3', 'ready', 0),
    ];
    const calls = [waiting('a', NOON - 5), waiting('b', NOON - 9), waiting('c', NOON + 1)];
    expect(Object.fromEntries(alertRows(['the trunk is down'], false, agents, calls, NOON))).toEqual({
      'problem the trunk is down': { kind: 'problem', severity: 'serious', text: 'the trunk is down' },
      'over-target general': {
        kind: 'over-target',
        severity: 'warning',
        queue: 'general',
        count: 2,
        since: NOON - 9,
      },
      'agent 1': {
        kind: 'agent-long',
        severity: 'warning',
        agent: '1',
        name: '1',
        state: 'wrap-up',
        since: NOON - 6 * MINUTE,
      },
    });
  });
});
