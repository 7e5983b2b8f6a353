import { expect, test } from 'vitest';
import type { AgentPhase, DialResult, Pacer } from '../../src/dialer/pacing.ts';
import { playShift } from '../../src/lab/dialing/play-shift.ts';
import { CAMPAIGN, type PolicyMaker } from '../../src/lab/dialing/policy.ts';
import { DIALING_SCENARIOS } from '../../src/lab/dialing/scenario.ts';
import { type DialingSetup, referenceSetup } from '../../src/lab/dialing/setup.ts';
import { rollingWindows, talkShareOf } from '../../src/lab/dialing/tally.ts';
import { VicidialPacer } from '../../src/lab/dialing/vicidial.ts';

const HOUR_MS = 3_600_000;

const shortShift = (scenario: DialingSetup['scenario'] = 'flat', agents = 20): DialingSetup => ({
  ...referenceSetup(scenario, agents),
  lastsMs: HOUR_MS,
});

/** So many lines per agent who waits: with more than one, people are abandoned. */
const linesPerIdle =
  (level: number): PolicyMaker =>
  ({ startsAt }) => ({ pacer: new VicidialPacer({ level, availableOnly: true }, startsAt) });

/** A pacer that others are made of: it dials nobody. */
class Idle implements Pacer {
  setCampaign(): void {
    // There is one.
  }
  setAgent(_agent: string, _phase: AgentPhase | undefined, _since: number): void {
    // Who waits does not matter.
  }
  dialled(_dial: string, _campaign: string, _at: number): void {
    // Nor who is dialled.
  }
  ringing(): void {
    // Nor who rings.
  }
  resolved(_dial: string, _result: DialResult, _at: number): void {
    // Nor what comes of it.
  }
  served(): void {
    // Nor for whom.
  }
  decide(_now: number): ReturnType<Pacer['decide']> {
    const why = { idle: 0, busy: 0, waiting: 0, ringing: 0, risk: 0, allowed: 0, answerRate: 0 };
    return { dial: [], cancel: [], why };
  }
}

test('the same set-up, seed and policy are the same shift, another seed is another', () => {
  const play = (seed: number) => playShift(shortShift(), seed, linesPerIdle(3));
  expect(play(1)).toEqual(play(1));
  expect(play(1)).not.toEqual(play(2));
});

test.each(DIALING_SCENARIOS)('calls and time add up: %s', (scenario) => {
  const tally = playShift(shortShift(scenario), 3, linesPerIdle(4));
  expect(tally.abandoned).toBeGreaterThan(0);
  expect(tally.answersByBin.reduce((sum, count) => sum + count, 0)).toBe(tally.connects + tally.abandoned);
  expect(tally.abandonedByBin.reduce((sum, count) => sum + count, 0)).toBe(tally.abandoned);
  expect(tally.live).toBeGreaterThanOrEqual(tally.connects + tally.abandoned);
  expect(tally.loggedInMs).toBe(tally.talkMs + tally.wrapUpMs + tally.idleMs);
});

test('every dial gets a result, or is open at the end, and is told so once', () => {
  const results = new Map<string, number>();
  const fates = new Map<string, number>();
  let dials = 0;
  const counting: PolicyMaker = (shift) => {
    const { pacer } = linesPerIdle(4)(shift);
    const told = (map: Map<string, number>, dial: string): void =>
      void map.set(dial, (map.get(dial) ?? 0) + 1);
    const counted = Object.create(pacer) as Pacer;
    return {
      pacer: Object.assign(counted, {
        setAgent: pacer.setAgent.bind(pacer),
        decide: pacer.decide.bind(pacer),
        dialled: (dial: string, campaign: string, at: number) => {
          dials += 1;
          pacer.dialled(dial, campaign, at);
        },
        resolved: (dial: string, result: DialResult, at: number) => {
          told(results, dial);
          pacer.resolved(dial, result, at);
        },
        served: (dial: string, fate: 'connected' | 'abandoned', at: number) => {
          told(fates, dial);
          pacer.served(dial, fate, at);
        },
      }),
    };
  };
  const tally = playShift(shortShift(), 4, counting);
  expect(new Set([...results.values(), ...fates.values()])).toEqual(new Set([1]));
  expect(dials).toBe(tally.dials);
  expect(fates.size).toBe(tally.connects + tally.abandoned);
  expect(results.size - (tally.live - fates.size)).toBe(tally.dials - tally.open);
});

test('an agent is there for each agent-hour that the staffing says', () => {
  const agentHours = (scenario: DialingSetup['scenario']) =>
    playShift(referenceSetup(scenario, 20), 1, () => ({ pacer: new Idle() })).loggedInMs / HOUR_MS;
  expect(agentHours('flat')).toBe(160);
  // 60, 100, 65, 100, 50 % of 20 agents, for 1.6 hours each.
  expect(agentHours('churn')).toBe((12 + 20 + 13 + 20 + 10) * 1.6);
});

test('who is busy when staff leaves goes after his call, and no later', () => {
  const { loggedInMs } = playShift(referenceSetup('churn', 20), 1, linesPerIdle(4));
  expect(loggedInMs / HOUR_MS).toBeGreaterThan(120);
  expect(loggedInMs / HOUR_MS).toBeLessThan(122);
});

test('who is abandoned has waited for as long as an agent may take, and nobody was put through later', () => {
  const tally = playShift(shortShift(), 5, linesPerIdle(5));
  expect(tally.abandonedAfterMs).toEqual([2000, 2000]);
  expect(tally.connectedAfterMs).toBeGreaterThan(0);
  expect(tally.connectedAfterMs).toBeLessThanOrEqual(2000);
});

test('with one line per waiting agent nobody is abandoned', () => {
  expect(playShift(shortShift(), 5, linesPerIdle(1)).abandoned).toBe(0);
});

test('the people are the same for every policy', () => {
  const seen = (level: number) => {
    const results = new Map<string, DialResult>();
    playShift(shortShift(), 6, (shift) => {
      const { pacer } = linesPerIdle(level)(shift);
      const resolved = pacer.resolved.bind(pacer);
      pacer.resolved = (dial, result, at) => {
        results.set(dial, result);
        resolved(dial, result, at);
      };
      return { pacer };
    });
    return results;
  };
  const few = seen(1);
  const many = seen(4);
  const both = [...few.keys()].filter((dial) => many.has(dial));
  expect(both.length).toBeGreaterThan(500);
  expect(both.filter((dial) => few.get(dial) !== many.get(dial))).toEqual([]);
});

test('a policy that lets somebody go too early is caught', () => {
  class Impatient extends Idle {
    readonly #after: number;
    readonly #dialledAt = new Map<string, number>();
    constructor(after: number) {
      super();
      this.#after = after;
    }
    override dialled(dial: string, _campaign: string, at: number): void {
      this.#dialledAt.set(dial, at);
    }
    override decide(now: number): ReturnType<Pacer['decide']> {
      const cancel = [...this.#dialledAt].filter(([, at]) => at <= now - this.#after).map(([dial]) => dial);
      for (const dial of cancel) this.#dialledAt.delete(dial);
      return { ...super.decide(now), dial: this.#dialledAt.size < 5 ? [CAMPAIGN] : [], cancel };
    }
  }
  const play = (afterMs: number) => playShift(shortShift(), 1, () => ({ pacer: new Impatient(afterMs) }));
  const { leastRingMs, cancels } = play(15_000);
  expect(cancels).toBeGreaterThan(10);
  expect(leastRingMs).toBe(15_000);
  expect(() => play(14_500)).toThrow('was let go after 14500 ms');
});

test('foreknowledge is what happens', () => {
  let checked = 0;
  const wrong: string[] = [];
  playShift(shortShift(), 7, (shift) => {
    const { pacer } = linesPerIdle(3)(shift);
    const foreseen = new Map<string, number | undefined>();
    const { dialled, resolved } = {
      dialled: pacer.dialled.bind(pacer),
      resolved: pacer.resolved.bind(pacer),
    };
    pacer.dialled = (dial, campaign, at) => {
      dialled(dial, campaign, at);
      foreseen.set(dial, shift.liveAt(dial));
    };
    pacer.resolved = (dial, result, at) => {
      resolved(dial, result, at);
      checked += 1;
      if (foreseen.get(dial) !== (result === 'live' ? at : undefined)) wrong.push(dial);
    };
    return { pacer };
  });
  expect(checked).toBeGreaterThan(500);
  expect(wrong).toEqual([]);
});

test('as the reference reports, progressive dialling leaves agents 60 % of their time to talk', () => {
  const shares = [1, 2, 3].map((seed) =>
    talkShareOf(playShift(referenceSetup('flat', 50), seed, linesPerIdle(1))),
  );
  for (const share of shares) expect(share).toBeGreaterThan(0.58);
  for (const share of shares) expect(share).toBeLessThan(0.62);
});

test.each([
  { answers: [10, 10, 10, 10], abandoned: [0, 2, 0, 0], bins: 2, worst: 0.1, over: 2 / 3 },
  { answers: [10, 10, 10, 10], abandoned: [1, 0, 0, 4], bins: 1, worst: 0.4, over: 2 / 4 },
  { answers: [0, 0, 0, 0], abandoned: [0, 0, 0, 0], bins: 2, worst: 0, over: 0 },
  { answers: [100, 0, 0, 0], abandoned: [3, 0, 0, 0], bins: 1, worst: 0.03, over: 0 },
  { answers: [1, 1], abandoned: [1, 1], bins: 3, worst: 0, over: 0 },
])(
  'windows of $bins intervals roll over $abandoned of $answers',
  ({ answers, abandoned, bins, worst, over }) => {
    const figures = rollingWindows({ answersByBin: answers, abandonedByBin: abandoned }, bins * 10_000, 0.03);
    expect(figures.worst).toBeCloseTo(worst, 12);
    expect(figures.over).toBeCloseTo(over, 12);
  },
);
