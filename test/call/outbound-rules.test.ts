import { expect, test } from 'vitest';
import type { Call, CallInput, Phase, Place } from '../../src/call/call.ts';
import type { CallEffect } from '../../src/call/call-effect.ts';
import { reduceCall } from '../../src/call/call-rules.ts';
import type { Leg } from '../../src/call/leg.ts';

/** Dialled at 0, rung for 20 s at most and never for less than 15 s. */
const PLANNED: Leg = { id: 'ch1', to: { kind: 'outside', number: '+8613900000001' }, plannedAt: 0 };
const RINGING: Leg = { ...PLANNED, ringingAt: 1000 };
const ANSWERED: Leg = { ...RINGING, answeredAt: 4000 };
const AGENT: Leg = { id: 'l1', to: { kind: 'phone', extension: '1001' }, agent: '1001', plannedAt: 4000 };
const UNTIL = 20_000;

const call = (phase: Phase, legs: readonly Leg[]): Call => ({
  id: 'call-a-1',
  channel: 'ch1',
  source: { kind: 'outside' },
  ani: '+8613900000001',
  aniName: '',
  dnis: '95533',
  startedAt: 0,
  facts: { language: '', persona: '', variables: {} },
  stack: [],
  phase,
  legs,
  waitedMs: 0,
  talkedMs: 0,
  outbound: {
    attempt: 'a-1',
    campaign: 'o1',
    person: 'p1',
    flow: 'outbound',
    queue: 'sales',
    minRingMs: 15_000,
    connectWithinMs: 2000,
  },
});
const REACHING = call({ at: 'reaching', until: UNTIL }, [PLANNED]);
const RUNG = call({ at: 'reaching', until: UNTIL }, [RINGING]);
const IN_FLOW = call({ at: 'flow' }, [ANSWERED]);
const QUEUED = call({ at: 'queued', queue: 'sales', since: 4000, until: 5850, music: '' }, [ANSWERED]);
const TALKING = call({ at: 'connected', leg: 'l1', since: 4100 }, [ANSWERED, AGENT]);

const does = (effects: readonly CallEffect[]): string[] =>
  effects.map((effect) => {
    if (effect.do === 'enterFlow') return `enter ${effect.flow}`;
    if (effect.do === 'takeExit') return `exit ${effect.exit}`;
    return effect.do === 'hangup' ? `hangup ${effect.channel}` : effect.do;
  });

test.each<[string, Call, CallInput, number, string, string[]]>([
  ['rings', REACHING, { type: 'LegRinging', leg: 'ch1' }, 1000, 'reaching', ['tell']],
  ['answers', RUNG, { type: 'LegAnswered', leg: 'ch1' }, 4000, 'flow', ['enter outbound']],
  [
    'answers without having rung',
    REACHING,
    { type: 'LegAnswered', leg: 'ch1' },
    900,
    'flow',
    ['enter outbound'],
  ],
  ['another leg answers', RUNG, { type: 'LegAnswered', leg: 'l9' }, 4000, 'reaching', []],
  ['is busy', RUNG, { type: 'CallerEnded', cause: 'busy', sipCode: 486 }, 2000, 'ended', ['stopFlow']],
  [
    'the dial is refused',
    REACHING,
    { type: 'LegRefused', leg: 'ch1', unreachable: false },
    5,
    'ended',
    ['stopFlow'],
  ],
  ['nobody heard of his end', RUNG, { type: 'CallerEnded', cause: 'lost' }, 9000, 'ended', ['stopFlow']],
  ['it is not time yet', RUNG, { type: 'TimeUp' }, UNTIL - 1, 'reaching', []],
  ['his time is over', RUNG, { type: 'TimeUp' }, UNTIL, 'ended', ['stopFlow', 'hangup ch1']],
  [
    'never rang, and his time is over',
    REACHING,
    { type: 'TimeUp' },
    UNTIL,
    'ended',
    ['stopFlow', 'hangup ch1'],
  ],
  ['is let go too early', RUNG, { type: 'LetGo' }, 15_999, 'reaching', []],
  ['is let go after the minimum', RUNG, { type: 'LetGo' }, 16_000, 'ended', ['stopFlow', 'hangup ch1']],
  ['is let go and never rang', REACHING, { type: 'LetGo' }, 19_000, 'reaching', []],
  [
    'somebody wants it to end',
    RUNG,
    { type: 'HungUp' },
    2000,
    'ended',
    ['stopFlow', 'hangup ch1', 'release', 'hangup ch1'],
  ],
  ['is told of once more', IN_FLOW, { type: 'LegAnswered', leg: 'ch1' }, 5000, 'flow', []],
  ['rings once more', QUEUED, { type: 'LegRinging', leg: 'ch1' }, 5000, 'queued', []],
  ['answered, and is to be let go', QUEUED, { type: 'LetGo' }, 30_000, 'queued', []],
  ['waits for too long', QUEUED, { type: 'TimeUp' }, 5850, 'flow', ['stopMusic', 'exit timeout']],
  [
    'hangs up in the talk',
    TALKING,
    { type: 'CallerEnded', cause: 'normal' },
    9000,
    'ended',
    ['stopFlow', 'disconnect', 'hangup ch1', 'release', 'hangup l1', 'release'],
  ],
])('he who is called %s', (_name, before, input, now, phase, effects) => {
  const [after, wanted] = reduceCall(before, input, now);
  expect([after.phase.at, does(wanted)]).toEqual([phase, effects]);
});

test.each([
  ['MovedToQueue', { queue: 'card', maxWaitMs: 60_000, music: '' }],
  ['KeptFor', { agent: '1001' }],
] as const)('while the agent is rung for him, nobody moves him by %s', (type, how) => {
  const offered: Phase = { at: 'offered', leg: 'l1', ringUntil: 20_000, ...PLACE };
  const ringing: Call = { ...ATTENDED, legs: [AGENT], phase: offered };
  const by = { id: 'u1', name: 'Chief' };
  expect(() => reduceCall(ringing, { type, ...how, by } as CallInput, 200)).toThrow(/does not wait/);
});

test.each<[string, number, number]>([
  ['at once', 100, UNTIL],
  ['late', 8000, 23_000],
  ['at the very end of his time', 19_999, 34_999],
])('rung for the first time %s, he has what the law gives him from then on', (_name, ringsAt, until) => {
  const [ringing] = reduceCall(REACHING, { type: 'LegRinging', leg: 'ch1' }, ringsAt);
  expect(ringing.phase).toEqual({ at: 'reaching', until });
  expect(reduceCall(ringing, { type: 'TimeUp' }, until - 1)[0].phase.at).toBe('reaching');
});

test('told twice that it rings, he is not given more time', () => {
  const [once] = reduceCall(REACHING, { type: 'LegRinging', leg: 'ch1' }, 8000);
  const [twice] = reduceCall(once, { type: 'LegRinging', leg: 'ch1' }, 16_000);
  expect(twice.phase).toEqual(once.phase);
});

test.each<[string, Call, CallInput, Leg['outcome']]>([
  ['busy', RUNG, { type: 'CallerEnded', cause: 'busy', sipCode: 486 }, 'busy'],
  ['rejected', RUNG, { type: 'CallerEnded', cause: 'rejected', sipCode: 603 }, 'rejected'],
  ['no answer', RUNG, { type: 'TimeUp' }, 'no-answer'],
  ['a network that never let it ring', REACHING, { type: 'TimeUp' }, 'failed'],
  ['a dial that was refused', REACHING, { type: 'LegRefused', leg: 'ch1', unreachable: false }, 'failed'],
  ['a talk', TALKING, { type: 'CallerEnded', cause: 'normal' }, 'answered'],
  ['an answer without anybody there', QUEUED, { type: 'CallerEnded', cause: 'normal' }, 'answered'],
])('the record of his leg says %s', (_name, before, input, outcome) => {
  const [after] = reduceCall(before, input, UNTIL);
  expect(after.legs.find(({ id }) => id === 'ch1')?.outcome).toBe(outcome);
});

test('whoever waited for too long is noted as abandoned, and who hangs up before that is not', () => {
  const [abandoned] = reduceCall(QUEUED, { type: 'TimeUp' }, 5850);
  expect(abandoned.outbound?.abandonedAt).toBe(5850);
  const [left] = reduceCall(QUEUED, { type: 'CallerEnded', cause: 'normal' }, 5000);
  expect(left.outbound?.abandonedAt).toBeUndefined();

  const [lost] = reduceCall({ ...QUEUED, connectedAt: 4200 }, { type: 'TimeUp' }, 5850);
  expect(lost.outbound?.abandonedAt).toBeUndefined();
});

// ── an agent is rung first ───────────────────────────────────────────────────────────────────────────────────────────

const ATTENDED: Call = { ...call({ at: 'flow' }, []), callback: { id: 'a-1', ringMs: 15_000 } };
const PLACE: Place = { queue: 'q', since: 0, until: 90_000, music: '' };
const CALLING: Call = {
  ...ATTENDED,
  legs: [AGENT, PLANNED],
  phase: { at: 'calling', leg: 'l1', until: UNTIL },
};

test.each<[string, number, number]>([
  ['at once', 100, UNTIL],
  ['late', 8000, 23_000],
])(
  'while an agent waits for him and it rings %s, he has what the law gives him too',
  (_name, ringsAt, until) => {
    const [ringing] = reduceCall(CALLING, { type: 'LegRinging', leg: 'ch1' }, ringsAt);
    expect(ringing.phase).toMatchObject({ at: 'calling', until });
    expect(reduceCall(ringing, { type: 'TimeUp' }, until - 1)[0].phase.at).toBe('calling');
    expect(reduceCall(ringing, { type: 'TimeUp' }, until)[0].phase.at).toBe('ended');
    const again = reduceCall(ringing, { type: 'LegRinging', leg: 'ch1' }, ringsAt + 5000)[0];
    expect(again.phase).toMatchObject({ until });
  },
);

const OFFERED: Call = {
  ...ATTENDED,
  legs: [AGENT],
  phase: { at: 'offered', leg: 'l1', queue: 'sales', since: 0, until: 16_000, ringUntil: 20_000, music: '' },
};

test('who was never dialled is not abandoned, however long the agent was rung', () => {
  const [over] = reduceCall(OFFERED, { type: 'TimeUp' }, 16_000);
  expect(over.phase.at).toBe('ended');
  expect(over.outbound?.abandonedAt).toBeUndefined();
});

// ── we break off ─────────────────────────────────────────────────────────────────────────────────────────────────────

const withVerdict = (verdict: 'human' | 'machine'): Call => ({
  ...IN_FLOW,
  facts: { ...IN_FLOW.facts, heard: { verdict, at: 4500 } },
});

test.each<[string, Call, CallInput, number | undefined]>([
  ['a step fails', IN_FLOW, { type: 'HungUp' }, 5000],
  ['he was heard to be a person', withVerdict('human'), { type: 'HungUp' }, 5000],
  ['somebody ends it while he waits', QUEUED, { type: 'HungUp' }, 5000],
  ['the PBX ends under it', IN_FLOW, { type: 'CallerEnded', cause: 'system-failure' }, 5000],
  ['its flow wants it to end', IN_FLOW, { type: 'HungUp', byFlow: true }, undefined],
  ['it was a machine', withVerdict('machine'), { type: 'HungUp' }, undefined],
  ['he hangs up himself', QUEUED, { type: 'CallerEnded', cause: 'normal' }, undefined],
  ['he talks', { ...TALKING, connectedAt: 4100 }, { type: 'HungUp' }, undefined],
  ['he has not answered', RUNG, { type: 'HungUp' }, undefined],
])(
  'who answered is abandoned when we end his call before anybody spoke to him: %s',
  (_name, before, input, at) => {
    const [over] = reduceCall(before, input, 5000);
    expect([over.phase.at, over.outbound?.abandonedAt]).toEqual(['ended', at]);
  },
);

test('what was never dialled says so', () => {
  const [over] = reduceCall(REACHING, { type: 'NotDialled' }, 10);
  expect(over).toMatchObject({ phase: { at: 'ended' }, outbound: { undialled: true } });
});
