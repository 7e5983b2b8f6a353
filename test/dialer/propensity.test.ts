import { expect, test } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { type DialFeatures, Propensity } from '../../src/dialer/propensity.ts';

const LEAD: DialFeatures = { hour: 10, weekday: 2, attempts: 0, list: 'spring', numberKind: 'mobile' };

/** Dials leads by turns of hour, and learns what came of it. */
function trained(truth: (lead: DialFeatures) => number, dials: number, seed = 1): Propensity {
  const random = seededRandom(seed);
  const propensity = new Propensity();
  for (let dial = 0; dial < dials; dial += 1) {
    const lead = {
      ...LEAD,
      hour: 9 + Math.floor(random() * 11),
      attempts: Math.floor(random() * 4),
      list: random() < 0.5 ? 'spring' : 'autumn',
    };
    propensity.learn(lead, random() < truth(lead), dial * 1000);
  }
  return propensity;
}

test('a lead of whom nothing is known has about the rate of the campaign', () => {
  const propensity = trained(() => 0.2, 3000);
  expect(propensity.rate).toBeCloseTo(0.2, 1);
  expect(propensity.of({ ...LEAD, list: 'new', hour: 3, numberKind: 'satellite' })).toBeCloseTo(0.2, 1);
});

test('one answer does not make a lead certain', () => {
  const propensity = trained(() => 0.2, 2000);
  const before = propensity.of({ ...LEAD, list: 'new' });
  for (let answer = 0; answer < 200; answer += 1)
    propensity.learn(
      { ...LEAD, list: answer === 0 ? 'new' : 'autumn' },
      answer % 5 === 0,
      10_000_000 + answer * 1000,
    );
  const after = propensity.of({ ...LEAD, list: 'new' });
  expect(after).toBeGreaterThan(before);
  expect(after).toBeLessThan(before + 0.15);
});

test('what sets leads apart is learned, and adds up', () => {
  const truth = ({ hour, list }: DialFeatures): number =>
    (hour >= 17 ? 0.4 : 0.15) * (list === 'spring' ? 1 : 0.5);
  const propensity = trained(truth, 6000);
  for (const hour of [10, 18])
    for (const list of ['spring', 'autumn']) {
      const lead = { ...LEAD, hour, list };
      expect(Math.abs(propensity.of(lead) - truth(lead))).toBeLessThan(0.06);
    }
});

test('the best hours of a lead come first, out of those permitted', () => {
  const propensity = trained(({ hour }) => (hour === 19 ? 0.6 : 0.2), 6000);
  expect(propensity.bestHours(LEAD)[0]!.hour).toBe(19);
  const permitted = propensity.bestHours(LEAD, [9, 10, 11]);
  expect(permitted.map(({ hour }) => hour).sort((one, other) => one - other)).toEqual([9, 10, 11]);
  expect(permitted[0]!.chance).toBeGreaterThanOrEqual(permitted[2]!.chance);
});

test('who once answered at an hour is best called around it, where people have such habits', () => {
  const random = seededRandom(3);
  const propensity = new Propensity();
  for (let dial = 0; dial < 6000; dial += 1) {
    const answeredHour = 9 + Math.floor(random() * 11);
    const hour = 9 + Math.floor(random() * 11);
    propensity.learn(
      { ...LEAD, hour, answeredHour },
      random() < (Math.abs(hour - answeredHour) <= 1 ? 0.6 : 0.2),
      dial * 1000,
    );
  }
  const best = propensity.bestHours(
    { ...LEAD, answeredHour: 12 },
    [9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19],
  );
  expect([11, 12, 13]).toContain(best[0]!.hour);
});

test('a rate that changes is followed', () => {
  const propensity = trained(() => 0.45, 4000);
  const random = seededRandom(5);
  for (let dial = 0; dial < 4000; dial += 1) propensity.learn(LEAD, random() < 0.1, 4_000_000 + dial * 1000);
  expect(propensity.of(LEAD)).toBeLessThan(0.15);
});

test('thousands of list names and only failures leave a probability', () => {
  const propensity = new Propensity();
  for (let dial = 0; dial < 5000; dial += 1)
    propensity.learn({ ...LEAD, list: `list ${dial}` }, false, dial * 1000);
  const chance = propensity.of(LEAD);
  expect(chance).toBeGreaterThan(0);
  expect(chance).toBeLessThan(0.02);
});

test('an outage, in which nobody answers, teaches nothing, but half an hour of it does', () => {
  const propensity = trained(() => 0.3, 3000);
  const before = propensity.of(LEAD);
  for (let dial = 0; dial < 1000; dial += 1) propensity.learn(LEAD, false, 3_000_000 + dial * 1000);
  expect(propensity.of(LEAD)).toBeCloseTo(before, 1);
  for (let dial = 1000; dial < 4000; dial += 1) propensity.learn(LEAD, false, 3_000_000 + dial * 1000);
  expect(propensity.of(LEAD)).toBeLessThan(0.1);
});
