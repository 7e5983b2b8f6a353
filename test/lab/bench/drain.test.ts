import { expect, test } from 'vitest';
import {
  type Burst,
  burstOf,
  type Caller,
  idealTimes,
  type Loss,
  medianOf,
  type Ring,
  talksOf,
} from '../../../src/lab/bench/drain/figures.ts';
import { verdictOf } from '../../../src/lab/bench/drain/verdict.ts';

// ── a burst in figures ──────────────────────────────────────────────────────────────────────────────────────────────

const caller = (number: string, invitedAt: number, endedAt: number, other: Partial<Caller> = {}): Caller => ({
  number,
  invitedAt,
  answeredAt: invitedAt + 5,
  endedAt,
  wasHungUp: true,
  ...other,
});
const ring = (
  agent: string,
  of: string,
  rangAt: number,
  endedAt: number,
  other: Partial<Ring> = {},
): Ring => ({
  agent,
  caller: of,
  rangAt,
  answeredAt: rangAt + 200,
  endedAt,
  agentHungUp: true,
  ...other,
});

/** Two agents, three callers: the third waits until the first agent is free again. */
const CALLERS = [caller('a', 1000, 2010), caller('b', 1100, 2110), caller('c', 1200, 3100)];
const RINGS = [ring('x', 'a', 1020, 2000), ring('y', 'b', 1110, 2100), ring('x', 'c', 2050, 3050)];

test('a burst of calls is summed up as callers and agents saw it', () => {
  expect(burstOf(CALLERS, RINGS)).toEqual({
    calls: 3,
    drainMs: 1250,
    doneMs: 2100,
    lost: 0,
    losses: {},
    emptyRings: 0,
    waitMs: { mean: 493.33, p95: 1050 },
    gapMs: { mean: 50, p95: 50 },
    offeredRate: 10,
  });
});

test('an agent who is free while nobody waits leaves no gap', () => {
  const late = [...CALLERS, caller('d', 2500, 3600)];
  const { gapMs } = burstOf(late, [...RINGS, ring('y', 'd', 2520, 3500)]);
  expect(gapMs).toEqual({ mean: 50, p95: 50 });
});

const without = (last: Caller): readonly Caller[] => [...CALLERS.slice(0, 2), last];
const instead = (...last: readonly Ring[]): readonly Ring[] => [...RINGS.slice(0, 2), ...last];

test.each<[Loss, string, readonly Caller[], readonly Ring[]]>([
  ['never served', 'nobody answered', CALLERS, instead()],
  [
    'never served',
    'a phone only rang',
    CALLERS,
    instead(ring('x', 'c', 2050, 3050, { answeredAt: undefined })),
  ],
  ['refused', 'he heard no answer', without(caller('c', 1200, 1210, { answeredAt: undefined })), RINGS],
  ['cut off', 'he was hung up before the talk was over', without(caller('c', 1200, 3000)), RINGS],
  ['left behind', 'he had to hang up himself', without(caller('c', 1200, 9000, { wasHungUp: false })), RINGS],
  ['served twice', 'two agents answered', CALLERS, [...RINGS, ring('y', 'c', 2200, 3000)]],
  [
    'agent cut off',
    'the talk ended too soon',
    CALLERS,
    instead(ring('x', 'c', 2050, 2300, { agentHungUp: false })),
  ],
])('a caller is lost as %s when %s', (loss, _when, callers, rings) => {
  expect(burstOf(callers, rings)).toMatchObject({ lost: 1, losses: { [loss]: 1 } });
});

test('a ring that was given up before another agent answered loses nobody, and the caller waits on', () => {
  const given = ring('z', 'c', 1300, 1400, { answeredAt: undefined, agentHungUp: false });
  expect(burstOf(CALLERS, [given, ...RINGS])).toMatchObject({
    lost: 0,
    emptyRings: 1,
    gapMs: { mean: 50, p95: 50 },
  });
});

// ── without any loss of time ────────────────────────────────────────────────────────────────────────────────────────

test.each<[string, readonly number[], number, number, number]>([
  ['agents enough: the last caller is served when he comes', [500, 500, 500], 3, 220, 720],
  ['one agent: all after each other', [500, 500, 500], 1, 1060, 1560],
  ['the next caller gets whoever is free first', [900, 100, 100, 100], 2, 360, 920],
])('%s', (_what, talks, agents, drainMs, doneMs) => {
  expect(idealTimes(talks, 20, 10, agents)).toEqual({ drainMs, doneMs });
});

test('talks are spread around their mean, and the same for the same chance', () => {
  const at = [0, 0.5, 0.999];
  expect(talksOf(() => at.shift() ?? 0, 3, 800)).toEqual([400, 800, 1199]);
});

test.each<[readonly number[], number]>([
  [[3, 1, 2], 2],
  [[4, 1, 2, 3], 2.5],
  [[], Number.NaN],
])('the median of %j is %d', (values, median) => {
  expect(medianOf(values)).toBe(median);
});

// ── the verdict ─────────────────────────────────────────────────────────────────────────────────────────────────────

const PLAN = { rounds: 3, calls: 240, perSecond: 80 };
const burst = (drainMs: number, other: Partial<Burst> = {}): Burst => ({
  calls: 240,
  drainMs,
  doneMs: drainMs + 1000,
  lost: 0,
  losses: {},
  emptyRings: 0,
  waitMs: { mean: 0, p95: 0 },
  gapMs: { mean: 0, p95: 0 },
  offeredRate: 80,
  ...other,
});
const NATIVE = [burst(7000), burst(7100), burst(9000)];
const OURS = [burst(4900), burst(4970), burst(4000)];

test('the ratio is that of the medians', () => {
  expect(verdictOf({ native: NATIVE, carillon: OURS }, PLAN, 0.7)).toEqual({
    ratio: 0.69,
    ratioToEnd: 0.728,
    reached: true,
    faults: [],
  });
});

test('a hair above the goal is not reached, however it is rounded', () => {
  const ours = [4971, 4971, 4971].map((ms) => burst(ms));
  expect(verdictOf({ native: NATIVE, carillon: ours }, PLAN, 0.7)).toMatchObject({
    ratio: 0.7,
    reached: false,
    faults: [],
  });
});

test.each<[string, readonly Burst[], readonly Burst[]]>([
  ['Carillon lost a call', NATIVE, [...OURS.slice(1), burst(10, { lost: 1 })]],
  ['the native queue lost a call', [...NATIVE.slice(1), burst(9000, { lost: 1 })], OURS],
  ['a burst is missing', NATIVE, OURS.slice(1)],
  ['calls are missing', NATIVE, [...OURS.slice(1), burst(10, { calls: 200 })]],
  ['the bench called too slowly', NATIVE, [...OURS.slice(1), burst(10, { offeredRate: 60 })]],
  ['nothing was measured', [], []],
])('there is no ratio when %s', (_when, native, carillon) => {
  const verdict = verdictOf({ native, carillon }, PLAN, 0.7);
  expect(verdict).toMatchObject({ ratio: null, ratioToEnd: null, reached: false });
  expect(verdict.faults).not.toEqual([]);
});
