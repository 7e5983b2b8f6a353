import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { AbandonmentWindows } from '../../src/dialer/abandonment.ts';
import type { PacingSettings } from '../../src/dialer/outbound.ts';
import { PoolPacer } from '../../src/dialer/pacing/pool-pacer.ts';
import type { AgentPhase, DialResult, PacingDecision } from '../../src/dialer/pacing.ts';

const START = Date.UTC(2026, 2, 2, 9);
const PREDICTIVE: PacingSettings & { weight: number } = {
  mode: 'predictive',
  ratio: 1.5,
  minAgents: 5,
  maxAbandonment: 0.03,
  rollingWindow: false,
  connectWithinMs: 2000,
  cancels: false,
  minRingMs: 15_000,
  weight: 1,
};

/** A pool with so many agents in each phase, for a minute. */
function poolOf(
  agents: Partial<Record<AgentPhase, number>>,
  settings: Partial<typeof PREDICTIVE> = {},
  windows?: AbandonmentWindows,
): PoolPacer {
  const pacer = new PoolPacer(windows ? { windows: () => windows } : {});
  pacer.setCampaign('spring', { ...PREDICTIVE, ...settings });
  let agent = 0;
  for (const [phase, count] of Object.entries(agents))
    for (let one = 0; one < count; one += 1)
      pacer.setAgent(`a${agent++}`, phase as AgentPhase, START - 60_000);
  return pacer;
}

test.each<[PacingSettings['mode'], Partial<Record<AgentPhase, number>>, number, number]>([
  ['progressive', { idle: 3, talking: 7 }, 3, 3],
  ['progressive', { talking: 10 }, 0, 0],
  ['progressive', { idle: 2, away: 5 }, 2, 2],
  ['ratio', { idle: 4, talking: 3 }, 6, 6],
  ['ratio', { idle: 1 }, 1, 1],
  ['ratio', { talking: 9 }, 0, 0],
  ['preview', { idle: 5 }, 0, 0],
  ['predictive', { idle: 4 }, 4, 4],
  ['predictive', { idle: 4, away: 6 }, 4, 4],
  ['predictive', { idle: 10, talking: 10 }, 11, 40],
  ['predictive', {}, 0, 0],
])('%s with %j makes between %i and %i dials', (mode, agents, least, most) => {
  const { dial } = poolOf(agents, { mode }).decide(START);
  expect(dial.length).toBeGreaterThanOrEqual(least);
  expect(dial.length).toBeLessThanOrEqual(most);
});

test('what rings and who waits counts against the idle', () => {
  const pacer = poolOf({ idle: 4 }, { mode: 'progressive' });
  pacer.dialled('one', 'spring', START);
  pacer.dialled('two', 'spring', START);
  pacer.resolved('two', 'live', START + 1000);
  expect(pacer.decide(START + 1000).dial).toHaveLength(2);
  pacer.setAgent('a0', 'reserved', START + 1100);
  expect(pacer.decide(START + 1100).dial).toHaveLength(2);
  pacer.setAgent('a0', 'talking', START + 1200);
  pacer.served('two', 'connected', START + 1200);
  expect(pacer.decide(START + 1200).dial).toHaveLength(2);
  pacer.resolved('one', 'busy', START + 1300);
  expect(pacer.decide(START + 1300).dial).toHaveLength(3);
});

test('deciding changes nothing', () => {
  const pacer = poolOf({ idle: 6, talking: 20, 'wrap-up': 4 });
  expect(pacer.decide(START)).toEqual(pacer.decide(START));
});

test('agents in wrap-up let more be dialled than agents who only began to talk', () => {
  const about = poolOf({ idle: 2, 'wrap-up': 18 }).decide(START).dial.length;
  const fresh = new PoolPacer();
  fresh.setCampaign('spring', PREDICTIVE);
  for (let agent = 0; agent < 20; agent += 1)
    fresh.setAgent(`a${agent}`, agent < 2 ? 'idle' : 'talking', START);
  expect(about).toBeGreaterThan(fresh.decide(START).dial.length);
});

test('when one after the other leaves, those who wrap up are not counted on', () => {
  const dials = (next: AgentPhase): number => {
    const pacer = poolOf({ idle: 8, 'wrap-up': 40 });
    for (let agent = 8; agent < 20; agent += 1) pacer.setAgent(`a${agent}`, next, START - 1);
    for (let agent = 8; agent < 20; agent += 1) pacer.setAgent(`a${agent}`, undefined, START);
    return pacer.decide(START).dial.length;
  };
  expect(dials('idle')).toBeGreaterThan(dials('away'));
});

test('a lead who is likely to answer leaves less room than one who is not', () => {
  const room = (propensity: number): number => {
    const pacer = poolOf({ idle: 4, talking: 16 });
    for (let dial = 0; dial < 5; dial += 1) pacer.dialled(`d${dial}`, 'spring', START, propensity);
    return pacer.decide(START).dial.length;
  };
  expect(room(0.05)).toBeGreaterThan(room(0.6));
});

test('with the day over its cap nothing is risked, and with answers it recovers', () => {
  const windows = new AbandonmentWindows('UTC');
  for (let answer = 0; answer < 1000; answer += 1)
    windows.note(answer % 25 === 0, START - 7 * 3_600_000 + answer * 20_000);
  const pacer = poolOf({ idle: 10, talking: 10 }, {}, windows);
  expect(pacer.decide(START)).toMatchObject({ why: { allowed: 0 } });
  expect(pacer.decide(START).dial).toHaveLength(10);
  for (let answer = 0; answer < 600; answer += 1) windows.note(false, START);
  expect(pacer.decide(START).dial.length).toBeGreaterThan(10);
});

test('a day that begins with an abandoned call goes on', () => {
  const windows = new AbandonmentWindows('UTC');
  windows.note(true, START);
  expect(poolOf({ idle: 10, talking: 10 }, {}, windows).decide(START).dial.length).toBeGreaterThan(10);
});

test('the rolling hour is kept only where that is asked for', () => {
  const windows = new AbandonmentWindows('UTC');
  for (let answer = 0; answer < 4000; answer += 1) windows.note(false, START - 6 * 3_600_000 + answer);
  for (let answer = 0; answer < 1000; answer += 1)
    windows.note(answer % 25 === 0, START - 1_000_000 + answer);
  const dials = (rollingWindow: boolean): number =>
    poolOf({ idle: 10, talking: 10 }, { rollingWindow }, windows).decide(START).dial.length;
  expect(dials(true)).toBe(10);
  expect(dials(false)).toBeGreaterThan(10);
});

test('campaigns of a pool share its dials by weight, and one over its cap gets none that is risky', () => {
  const windows = new Map(['spring', 'autumn', 'worn'].map((name) => [name, new AbandonmentWindows('UTC')]));
  for (let answer = 0; answer < 1000; answer += 1) windows.get('worn')!.note(answer % 20 === 0, START - 1);
  const pacer = new PoolPacer({ windows: (campaign) => windows.get(campaign)! });
  pacer.setCampaign('spring', { ...PREDICTIVE, weight: 3 });
  pacer.setCampaign('autumn', PREDICTIVE);
  pacer.setCampaign('worn', { ...PREDICTIVE, weight: 0.001 });
  for (let agent = 0; agent < 40; agent += 1)
    pacer.setAgent(`a${agent}`, agent < 10 ? 'idle' : 'talking', START - 60_000);
  const made = { spring: 0, autumn: 0, worn: 0 };
  for (const campaign of pacer.decide(START).dial) made[campaign as keyof typeof made] += 1;
  expect(made.spring / made.autumn).toBeGreaterThan(2);
  expect(made.spring / made.autumn).toBeLessThan(4);
  expect(made.worn).toBeLessThanOrEqual(1);
});

test('a campaign that ends keeps its count, and no new dials', () => {
  const pacer = poolOf({ idle: 3 });
  pacer.setCampaign('spring', undefined);
  expect(pacer.decide(START).dial).toEqual([]);
});

test('dials are let go only where that is allowed, when too many may answer, and after they rang long enough', () => {
  const crowded = (cancels: boolean): PoolPacer => {
    const pacer = poolOf({ talking: 20 }, { cancels });
    for (let dial = 0; dial < 30; dial += 1) {
      pacer.dialled(`d${dial}`, 'spring', START);
      if (dial > 0) pacer.ringing(`d${dial}`, START + 1000);
    }
    return pacer;
  };
  expect(crowded(true).decide(START + 15_900).cancel).toEqual([]);
  const { cancel } = crowded(true).decide(START + 16_000);
  expect(cancel.length).toBeGreaterThan(0);
  expect(cancel).not.toContain('d0');
  expect(crowded(false).decide(START + 16_000).cancel).toEqual([]);
  const calm = poolOf({ idle: 20 }, { cancels: true });
  calm.dialled('d', 'spring', START);
  calm.ringing('d', START);
  expect(calm.decide(START + 20_000).cancel).toEqual([]);
});

test('an oracle who knows that nobody answers lets more be dialled, one who knows that all do fewer', () => {
  const dials = (liveAt: (dial: string) => number | undefined): number => {
    const pacer = new PoolPacer({ foreknowledge: { liveAt } });
    pacer.setCampaign('spring', PREDICTIVE);
    for (let agent = 0; agent < 20; agent += 1)
      pacer.setAgent(`a${agent}`, agent < 6 ? 'idle' : 'talking', START);
    for (let dial = 0; dial < 12; dial += 1) pacer.dialled(`d${dial}`, 'spring', START);
    return pacer.decide(START).dial.length;
  };
  expect(dials(() => undefined)).toBeGreaterThan(dials(() => START + 8000));
});

test('an oracle who knows that all agents will be free lets more be dialled than one who knows that none will', () => {
  const dials = (freeAt: number): number => {
    const pacer = new PoolPacer({ foreknowledge: { freeAt: () => freeAt } });
    pacer.setCampaign('spring', PREDICTIVE);
    for (let agent = 0; agent < 20; agent += 1) pacer.setAgent(`a${agent}`, 'talking', START);
    return pacer.decide(START).dial.length;
  };
  expect(dials(START + 1000)).toBeGreaterThan(20);
  expect(dials(START + 3_600_000)).toBe(0);
});

const RESULTS: readonly DialResult[] = ['live', 'machine', 'no-answer', 'busy', 'failed', 'cancelled'];
const PHASES: readonly AgentPhase[] = ['idle', 'reserved', 'talking', 'wrap-up', 'away'];

/** Whatever may happen to a pool, in an order that nobody would think of. @returns its decisions */
function anyDay(seed: number, agents: number, settings: Partial<PacingSettings>): PacingDecision[] {
  const random = seededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const pacer = poolOf({}, settings);
  pacer.setCampaign('autumn', { ...PREDICTIVE, ...settings, weight: 5 * random() });
  const open: string[] = [];
  const decisions: PacingDecision[] = [];
  let now = START;
  let made = 0;
  for (let step = 0; step < 300; step += 1) {
    now += Math.floor(random() * 3000);
    if (agents > 0)
      pacer.setAgent(`a${Math.floor(random() * agents)}`, random() < 0.1 ? undefined : pick(PHASES), now);
    const decision = pacer.decide(now);
    decisions.push(decision);
    for (const campaign of decision.dial) {
      const dial = `d${made++}`;
      pacer.dialled(dial, campaign, now, random() < 0.5 ? random() : undefined);
      if (random() < 0.8) pacer.ringing(dial, now);
      open.push(dial);
    }
    for (let ended = Math.ceil(random() * 3); ended > 0 && open.length > 0; ended -= 1) {
      const [dial] = open.splice(Math.floor(random() * open.length), 1);
      pacer.resolved(dial!, pick(RESULTS), now);
      pacer.served(dial!, pick(['connected', 'abandoned', 'hung-up']), now);
    }
  }
  return decisions;
}

const seeds = fc.integer({ min: 0, max: 1e6 });

test('whatever happens: figures are numbers, probabilities are between 0 and 1, dials are of campaigns that are there', () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 0, max: 60 }), fc.boolean(), (seed, agents, rollingWindow) => {
      for (const { dial, why } of anyDay(seed, agents, { rollingWindow, cancels: true })) {
        for (const value of Object.values(why)) expect(Number.isFinite(value)).toBe(true);
        for (const share of [why.risk, why.answerRate]) expect(share >= 0 && share <= 1).toBe(true);
        expect(dial.every((campaign) => campaign === 'spring' || campaign === 'autumn')).toBe(true);
        expect(dial.length).toBeLessThanOrEqual(60);
      }
    }),
    { numRuns: 20, seed: 1 },
  );
});

test('the same happenings give the same decisions', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      expect(anyDay(seed, 20, {})).toEqual(anyDay(seed, 20, {}));
    }),
    { numRuns: 5, seed: 1 },
  );
});

test('without agents nothing is ever dialled', () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      expect(anyDay(seed, 0, {}).flatMap(({ dial }) => dial)).toEqual([]);
    }),
    { numRuns: 10, seed: 1 },
  );
});

test('with fewer agents than it needs, predictive never has more under way than agents for them', () => {
  fc.assert(
    fc.property(seeds, fc.integer({ min: 1, max: 12 }), (seed, agents) => {
      for (const { dial, why } of anyDay(seed, agents, { minAgents: 13 }))
        if (dial.length > 0) expect(why.ringing + why.waiting + dial.length).toBeLessThanOrEqual(agents);
    }),
    { numRuns: 20, seed: 1 },
  );
});
