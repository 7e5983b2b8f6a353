import { expect, test } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { AnswerLevel } from '../../src/dialer/pacing/answer-level.ts';
import { Balance } from '../../src/dialer/pacing/balance.ts';
import { BernoulliSum } from '../../src/dialer/pacing/bernoulli-sum.ts';
import { DialChances } from '../../src/dialer/pacing/dial-chances.ts';
import { freeChances, talkStep, wrapUpStep } from '../../src/dialer/pacing/free-chances.ts';
import { HandleTimes, leftAt } from '../../src/dialer/pacing/handle-times.ts';
import { meanAbove, normalTail, skewedTail } from '../../src/dialer/pacing/normal.ts';
import { PropensityTrust } from '../../src/dialer/pacing/propensity-trust.ts';
import {
  FIRST_BELIEF,
  liveQuantileMs,
  type RingCurves,
  RingTimes,
} from '../../src/dialer/pacing/ring-times.ts';
import { RiskControl } from '../../src/dialer/pacing/risk-control.ts';

const START = Date.UTC(2026, 2, 2, 9);

/** Learns dials: live ones after 5 to 15 s, others after 25 s, one every 100 ms. Those let go after `letGoMs` tell nothing more. */
function learned(rate: number, dials: number, letGoMs = Number.POSITIVE_INFINITY): RingCurves {
  const random = seededRandom(1);
  const rings = new RingTimes();
  let at = START;
  for (let dial = 0; dial < dials; dial += 1) {
    at += 100;
    const isLive = random() < rate;
    const after = isLive ? 5000 + 10_000 * random() : 25_000;
    if (after > letGoMs && random() < 0.5) rings.note('unknown', letGoMs, at);
    else rings.note(isLive ? 'live' : 'other', after, at);
  }
  return rings.curves(FIRST_BELIEF, [], at);
}

test('the answer rate and the times of answers are learned', () => {
  const curves = learned(0.4, 4000);
  expect(curves.rate).toBeCloseTo(0.4, 1);
  expect(liveQuantileMs(curves, 0.5) / 1000).toBeCloseTo(10, 0);
  expect(curves.live[4]).toBeGreaterThan(0.97);
  expect(curves.live[16]).toBeLessThan(0.03);
});

test('to let dials go early does not make people seem to answer less', () => {
  expect(learned(0.4, 8000, 12_000).rate).toBeCloseTo(learned(0.4, 8000).rate, 1);
});

test('dials that still ring count as rung so far, not as unanswered', () => {
  const rings = new RingTimes();
  for (let dial = 0; dial < 500; dial += 1) rings.note(dial % 4 === 0 ? 'live' : 'other', 12_000, START);
  const without = rings.curves(FIRST_BELIEF, [], START).rate;
  const ringing = new Array<number>(400).fill(3000);
  expect(rings.curves(FIRST_BELIEF, ringing, START).rate).toBeCloseTo(without, 1);
});

test('what happened hours ago gives way to what happens now', () => {
  const rings = new RingTimes();
  for (let dial = 0; dial < 1000; dial += 1) rings.note('live', 8000, START);
  const later = START + 4 * 3_600_000;
  for (let dial = 0; dial < 1000; dial += 1) rings.note('other', 20_000, later);
  expect(rings.curves(FIRST_BELIEF, [], later).rate).toBeLessThan(0.05);
});

test('weights grow for a year without end or overflow', () => {
  const rings = new RingTimes();
  for (let day = 0; day < 365; day += 1)
    for (let dial = 0; dial < 20; dial += 1)
      rings.note(dial % 2 === 0 ? 'live' : 'other', 9000, START + day * 86_400_000);
  const { rate } = rings.curves(FIRST_BELIEF, [], START + 364 * 86_400_000);
  expect(rate).toBeGreaterThan(0.3);
  expect(rate).toBeLessThan(0.5);
});

test('the longer it rings beyond the usual, the less probable an answer', () => {
  const chances = new DialChances(learned(0.4, 4000));
  const within = (ageMs: number, propensity = 0.4): number => {
    const into = new Float64Array(1);
    chances.within(propensity, ageMs, [60_000], into);
    return into[0]!;
  };
  expect(within(0)).toBeCloseTo(0.4, 2);
  expect(within(10_000)).toBeCloseTo(0.25, 1);
  expect(within(20_000)).toBeLessThan(0.02);
  expect(within(10_000, 0.05)).toBeLessThan(within(10_000, 0.8));
});

test('answers expected so far have the mean of the answers seen', () => {
  const chances = new DialChances(learned(0.4, 4000));
  const random = seededRandom(2);
  for (const propensity of [0.1, 0.3, 0.7]) {
    let seen = 0;
    let due = 0;
    for (let dial = 0; dial < 4000; dial += 1) {
      const isLive = random() < propensity;
      due += chances.due(propensity, isLive ? 5000 + 10_000 * random() : 25_000);
      seen += isLive ? 1 : 0;
    }
    expect(due / seen).toBeGreaterThan(0.9);
    expect(due / seen).toBeLessThan(1.15);
  }
});

test('how long a phase lasts is learned, also from those that go on', () => {
  const times = new HandleTimes(30_000);
  for (let call = 0; call < 300; call += 1) times.note(58_000 + (call % 5) * 1000, START);
  const survival = times.survival([], START);
  expect(leftAt(survival, 40)).toBeGreaterThan(0.8);
  expect(leftAt(survival, 90)).toBeLessThan(0.1);
  const long = times.survival(new Array<number>(300).fill(400_000), START);
  expect(leftAt(long, 90)).toBeGreaterThan(0.4);
  expect(leftAt(long, 10_000)).toBeLessThan(0.2);
});

test('an agent who wraps up is free before one who talks, and both are likelier to be in more time', () => {
  const talk = new HandleTimes(120_000).survival([], START);
  const wrapUp = new HandleTimes(20_000).survival([], START);
  const chances = freeChances(talk, wrapUp, [5000, 20_000]);
  const talking = talkStep(30_000) * chances.horizons;
  const wrapping = wrapUpStep(10_000) * chances.horizons;
  expect(chances.wrapUp[wrapping]!).toBeGreaterThan(chances.talking[talking]!);
  expect(chances.wrapUp[wrapping + 1]!).toBeGreaterThan(chances.wrapUp[wrapping]!);
  expect(chances.talking[talking + 1]!).toBeGreaterThan(chances.talking[talking]!);
  // Exponential talk of 120 s and wrap-up of 20 s: 1 - (120 e^(-t/120) - 20 e^(-t/20)) / 100.
  expect(chances.talking[talking + 1]!).toBeCloseTo(0.0578, 2);
  expect(chances.wrapUp[wrapping + 1]!).toBeCloseTo(1 - Math.exp(-1), 2);
});

test.each([
  [
    [0.5, 0.5],
    [0.25, 0.5, 0.25],
  ],
  [
    [1, 0.2],
    [0, 0.8, 0.2],
  ],
  [[0, 0, 0], [1]],
])('trials with the chances %j come out as %j', (trials, expected) => {
  const sum = new BernoulliSum(10);
  for (const chance of trials) sum.add(chance);
  expect(sum.length).toBe(expected.length);
  for (const [count, chance] of expected.entries()) expect(sum.at(count)).toBeCloseTo(chance, 10);
});

test('a sum that is used again knows nothing of its earlier trials', () => {
  const sum = new BernoulliSum(5);
  for (let trial = 0; trial < 20; trial += 1) sum.add(0.9);
  sum.clear();
  sum.add(0.5);
  expect([sum.length, sum.at(0), sum.at(1)]).toEqual([2, 0.5, 0.5]);
});

test('tails of the normal distribution', () => {
  expect(normalTail(0)).toBeCloseTo(0.5, 7);
  expect(normalTail(1.959964)).toBeCloseTo(0.025, 6);
  expect(normalTail(-1.959964)).toBeCloseTo(0.975, 6);
  expect(meanAbove(0, 0, 1)).toBeCloseTo(0.398942, 5);
  expect(skewedTail(2, 0, 1, 0.5)).toBeGreaterThan(normalTail(2));
});

const one = Float64Array.of(1);
const never = Float64Array.of(0);

test.each<[string, number, Float64Array[], Float64Array[], number]>([
  ['an agent waits, nobody answers', 1, [], [], 0],
  ['no agent, nobody answers', 0, [], [], 1],
  ['an agent waits, one answers surely', 1, [], [one], 1],
  ['an agent is free surely, one answers surely', 1, [one], [one], 0],
  ['an agent who is never free is none', 1, [never], [one], 1],
  ['one may answer', 1, [], [Float64Array.of(0.3)], 0.3],
  [
    'two may answer, an agent may be free',
    1,
    [Float64Array.of(0.5)],
    [Float64Array.of(0.3), Float64Array.of(0.2)],
    0.5 * 0.44 + 0.5 * 0.06,
  ],
  ['more wait than agents', -1, [one], [], 1],
])('the next answer is at risk: %s', (_, capacity, free, answers, risk) => {
  const balance = new Balance(1);
  balance.begin(capacity, 0, 10);
  for (const chance of free) balance.mayBeFree(chance, 0, 1, 1);
  for (const chance of answers) balance.mayAnswer(chance);
  balance.settle();
  expect(balance.risk()).toBeCloseTo(risk, 6);
});

test('a dial that is added counts like one that was there', () => {
  const chance = Float64Array.of(0.3);
  const there = new Balance(1);
  there.begin(1, 0, 10);
  there.mayAnswer(chance);
  there.settle();
  const added = new Balance(1);
  added.begin(1, 0, 10);
  added.settle();
  added.addDial(chance);
  expect(added.risk()).toBeCloseTo(there.risk(), 10);
});

test('the exact sum and the corrected normal one agree where both can be used', () => {
  const riskWith = (agents: number): number => {
    const balance = new Balance(1);
    balance.begin(8, 0, agents);
    for (let trial = 0; trial < 25; trial += 1) {
      balance.mayBeFree(Float64Array.of(0.1 + trial / 60), 0, 1, 1);
      balance.mayAnswer(Float64Array.of(0.6 - trial / 60));
    }
    balance.settle();
    return balance.risk();
  };
  expect(Math.abs(riskWith(100) - riskWith(1000))).toBeLessThan(0.002);
});

test('an uncertain level of answering makes everything riskier', () => {
  const risk = (variation: number): number => {
    const balance = new Balance(1);
    balance.begin(60, variation, 1000);
    for (let dial = 0; dial < 150; dial += 1) balance.mayAnswer(Float64Array.of(0.3));
    balance.settle();
    return balance.risk();
  };
  expect(risk(0.02)).toBeGreaterThan(risk(0));
});

/** Dials that are answered with the odds of `live`, of which `due` was expected, one a second. @returns when the last one ended */
function listen(level: AnswerLevel, dials: number, live: number, due: number, from: number): number {
  const random = seededRandom(4);
  for (let dial = 0; dial < dials; dial += 1)
    level.note(random() < live, due, from + dial * 1000, from + dial * 1000 + 500);
  return from + dials * 1000;
}

test('a level as usual is about 1, one that doubles is followed', () => {
  const level = new AnswerLevel();
  const then = listen(level, 1000, 0.3, 0.3, START);
  expect(level.level(0)).toBeCloseTo(1, 0);
  listen(level, 300, 0.6, 0.3, then);
  expect(level.level(0)).toBeGreaterThan(1.6);
});

test('while answers are out nothing is learned, the best is planned with, and after that only new dials count', () => {
  const level = new AnswerLevel();
  const out = listen(level, 1000, 0.3, 0.3, START);
  expect(level.note(false, 0.3, out, out)).toBe(true);
  const back = listen(level, 400, 0.01, 0.3, out);
  expect(level.note(false, 0.3, back, back)).toBe(false);
  expect(level.planned(0, back)).toBeGreaterThan(1.2);
  const later = listen(level, 100, 0.3, 0.3, back);
  expect(level.note(true, 0.3, later, later)).toBe(true);
  expect(level.note(false, 0.3, back - 1000, later)).toBe(false);
});

test('where few answer for longer than an outage lasts, that is learned', () => {
  const level = new AnswerLevel();
  const then = listen(level, 1000, 0.3, 0.3, START);
  const later = listen(level, 2200, 0.03, 0.3, then);
  expect(level.note(false, 0.3, later, later)).toBe(true);
});

test('what is planned with does not fall below a floor just because few answered', () => {
  const level = new AnswerLevel();
  const then = listen(level, 1000, 0.18, 0.3, START);
  expect(level.level(0)).toBeLessThan(0.75);
  expect(level.planned(0, then)).toBe(0.85);
});

test('propensities that promise too much are corrected', () => {
  const trust = new PropensityTrust();
  for (let dial = 0; dial < 1000; dial += 1) trust.note(dial % 5 === 0, 0.4, START + dial * 100);
  expect(trust.factor).toBeCloseTo(0.5, 1);
});

test('the allowed risk grows while nobody is abandoned, falls with who is, and is bounded', () => {
  const control = new RiskControl();
  const first = control.allowed(0.03);
  control.note(true, 0.03);
  expect(control.allowed(0.03)).toBeLessThan(first);
  for (let answer = 0; answer < 10_000; answer += 1) control.note(false, 0.03);
  const most = control.allowed(0.03);
  expect(most).toBeGreaterThan(first);
  control.note(false, 0.03);
  expect(control.allowed(0.03)).toBe(most);
  expect(control.allowed(0)).toBe(0);
});
