import type { PacingSettings } from '../../dialer/outbound.ts';
import { PoolPacer } from '../../dialer/pacing/pool-pacer.ts';
import type { Foreknowledge, Pacer } from '../../dialer/pacing.ts';
import { type DialFeatures, Propensity } from '../../dialer/propensity.ts';
import { CAMPAIGN, type DialingPolicy, type LeadPropensity, type PolicyMaker, type Shift } from './policy.ts';
import type { DialingScenario } from './scenario.ts';
import { type FixedLevel, VicidialPacer } from './vicidial.ts';
import { VICIDIAL_DEFAULT, type VicidialSettings } from './vicidial-level.ts';
import found from './winners.json' with { type: 'json' };

/** A policy, as data that can be handed to another thread. */
export type Contestant =
  | { readonly kind: 'progressive' }
  /** The product's fixed ratio: so many lines per agent who waits. */
  | { readonly kind: 'lines-per-idle'; readonly ratio: number }
  /** VICIdial's fixed ratio: so many lines per agent who waits, or who waits or talks. */
  | { readonly kind: 'fixed-level'; readonly level: number; readonly availableOnly: boolean }
  | { readonly kind: 'vicidial'; readonly settings: VicidialSettings }
  | {
      readonly kind: 'carillon';
      readonly rollingWindow: boolean;
      readonly knows?: 'free-times' | 'outcomes';
    };

/** The policies of the bench, by their names in its table. */
export const DIALING_POLICIES = [
  'progressive',
  'ratio',
  'vicidial-default',
  'vicidial-tuned',
  'carillon',
  'carillon-window',
  'oracle-free-times',
  'oracle-outcomes',
] as const;
export type DialingPolicyName = (typeof DIALING_POLICIES)[number];

/** Policies whose settings are those that were best in hindsight: `bench:dialer -- --tune` finds them. */
export const TUNED_POLICIES = ['ratio', 'vicidial-tuned'] as const;
export type TunedPolicyName = (typeof TUNED_POLICIES)[number];

/** What was best in a scenario with so many agents. */
export interface Winner {
  readonly scenario: DialingScenario;
  readonly agents: number;
  readonly policy: TunedPolicyName;
  readonly contestant: Contestant;
}

export const WINNERS = found as readonly Winner[];

/** @throws an error when nobody has tuned for this scenario and size */
export function contestantFor(
  policy: DialingPolicyName,
  scenario: DialingScenario,
  agents: number,
): Contestant {
  switch (policy) {
    case 'progressive':
      return { kind: 'progressive' };
    case 'ratio':
    case 'vicidial-tuned':
      return winnerOf(policy, scenario, agents);
    case 'vicidial-default':
      return { kind: 'vicidial', settings: VICIDIAL_DEFAULT };
    case 'carillon':
      return { kind: 'carillon', rollingWindow: false };
    case 'carillon-window':
      return { kind: 'carillon', rollingWindow: true };
    case 'oracle-free-times':
      return { kind: 'carillon', rollingWindow: false, knows: 'free-times' };
    case 'oracle-outcomes':
      return { kind: 'carillon', rollingWindow: false, knows: 'outcomes' };
  }
}

function winnerOf(policy: TunedPolicyName, scenario: DialingScenario, agents: number): Contestant {
  const winner = WINNERS.find(
    (one) => one.policy === policy && one.scenario === scenario && one.agents === agents,
  );
  if (!winner)
    throw new Error(
      `nobody has tuned ${policy} for ${scenario} with ${agents} agents: run bench:dialer -- --tune`,
    );
  return winner.contestant;
}

/** A Monday, as good as any: there is one day. */
const WEEKDAY = 1;

const WITHIN_CAP: PacingSettings = {
  mode: 'predictive',
  ratio: 1,
  minAgents: 5,
  maxAbandonment: 0.03,
  rollingWindow: false,
  connectWithinMs: 2000,
  cancels: true,
  minRingMs: 15_000,
};

/** The product's own pacing of one campaign with these settings, without an estimate of who answers. */
export function pacedBy(settings: PacingSettings): PolicyMaker {
  return () => ({ pacer: productPacer(settings) });
}

/** Makes the policy of a contestant, anew for each shift. */
export function makePolicy(contestant: Contestant): PolicyMaker {
  switch (contestant.kind) {
    case 'progressive':
      return pacedBy({ ...WITHIN_CAP, mode: 'progressive' });
    case 'lines-per-idle':
      return pacedBy({ ...WITHIN_CAP, mode: 'ratio', ratio: contestant.ratio });
    case 'fixed-level':
      return vicidial({ level: contestant.level, availableOnly: contestant.availableOnly });
    case 'vicidial':
      return vicidial(contestant.settings);
    case 'carillon':
      return (shift) => carillon(contestant, shift);
  }
}

function vicidial(settings: VicidialSettings | FixedLevel): PolicyMaker {
  return ({ startsAt }) => ({ pacer: new VicidialPacer(settings, startsAt) });
}

function carillon(
  { rollingWindow, knows }: Extract<Contestant, { kind: 'carillon' }>,
  shift: Shift,
): DialingPolicy {
  const { freeAt, liveAt } = shift;
  const foreknowledge = knows === 'free-times' ? { freeAt } : knows === 'outcomes' ? { liveAt } : {};
  return {
    pacer: productPacer({ ...WITHIN_CAP, rollingWindow }, foreknowledge),
    propensity: learnedPropensity(),
  };
}

/** The product's own estimate: it sees of a segment that its leads are on a list of their own, and begins with no knowledge. */
function learnedPropensity(): LeadPropensity {
  const propensity = new Propensity();
  const featuresOf = (segment: number, at: number): DialFeatures => ({
    hour: new Date(at).getUTCHours(),
    weekday: WEEKDAY,
    attempts: 0,
    list: `segment ${segment}`,
    numberKind: '',
  });
  return {
    of: (segment, at) => propensity.of(featuresOf(segment, at)),
    learn: (segment, isLive, at) => propensity.learn(featuresOf(segment, at), isLive, at),
  };
}

function productPacer(settings: PacingSettings, foreknowledge: Foreknowledge = {}): Pacer {
  const pacer = new PoolPacer({ foreknowledge });
  pacer.setCampaign(CAMPAIGN, { ...settings, weight: 1 });
  return pacer;
}
