import type { Attributes } from '../../base/attributes.ts';
import type { SimulatedPbx } from '../../pbx/simulated/pbx.ts';
import type { RoutingRules } from '../../queue/rules.ts';
import type { VirtualClock } from '../virtual-clock.ts';
import type { Spread } from './chance.ts';

/** Where everybody of a scenario acts. */
export interface World {
  readonly pbx: SimulatedPbx;
  readonly clock: VirtualClock;
}

/** A day to be played: who calls, who works, by which rules, and what goes wrong. Times in ms from its beginning. */
export interface Scenario {
  readonly name: string;
  readonly seed: number;
  /** When it begins, UTC ms, and how long callers come, ms. */
  readonly startAt: number;
  readonly lastsMs: number;
  /** IANA name. */
  readonly zone: string;
  readonly rules: RoutingRules;
  readonly callers: readonly CallerGroup[];
  readonly agents: readonly AgentGroup[];
  readonly faults: readonly Fault[];
}

/** Callers who are alike. */
export interface CallerGroup {
  readonly name: string;
  readonly queue: string;
  /** '' for callers who are no customers. */
  readonly tier: string;
  /** Exactly so many, spread by the weights; or, without it, each weight is how many are expected in its part of the day. */
  readonly calls?: number;
  /** For parts of the day of equal length. */
  readonly weights: readonly number[];
  readonly language: string;
  readonly attributes: Attributes;
  /** What he listens to before he is queued, ms. */
  readonly menuMs: number;
  readonly patience: Spread;
  readonly talk: Spread;
  /** Chance that he calls again after he gave up, and when. */
  readonly redial: { readonly chance: number; readonly after: Spread };
  /** Chance that he would rather be called back, and after how long he asks for it. */
  readonly callback?: { readonly chance: number; readonly after: Spread };
}

/** Agents who are alike. */
export interface AgentGroup {
  readonly name: string;
  readonly count: number;
  readonly skills: Readonly<Record<string, number>>;
  readonly attributes: Attributes;
  readonly fromMs: number;
  readonly toMs: number;
  /** Nobody comes or goes to the second: up to so much later, ms. */
  readonly jitterMs: number;
  readonly breaks: readonly { readonly atMs: number; readonly forMs: number }[];
  /** His talks last so many times as long. */
  readonly pace: number;
  readonly answersAfter: Spread;
  /** Wrap-up that he ends by himself; without it, it lasts as long as the queue gives. */
  readonly wrapUp?: Spread;
  /** Chance that he lets a call ring, and that he declines it. */
  readonly misses: number;
  readonly rejects: number;
  /** Chance that his phone is gone in the middle of a talk. */
  readonly phoneLost: number;
  /** When he makes himself ready again after any of these. */
  readonly backAfter: Spread;
  /** The second of them tries to log in at the phone of the first, which the centre refuses; then at his own. */
  readonly sharesPhone?: boolean;
}

/** Something that goes wrong at `atMs` and lasts `forMs`. */
export type Fault = { readonly atMs: number; readonly forMs: number } & FaultKind;

export type FaultKind =
  /** The daemon is gone in this moment (or at its next commit), its spare comes after `forMs`. */
  | { readonly what: 'daemon-death'; readonly moment: 'now' | 'before-commit' | 'after-commit' }
  | { readonly what: 'link-cut' }
  | { readonly what: 'pbx-restart' }
  | { readonly what: 'store-failure' }
  /** Snapshots come late, by `byMs` at most, and of some nothing is heard. */
  | { readonly what: 'late-snapshots'; readonly byMs: number; readonly lost: number }
  /** Shares of the commands that are refused, and that nobody hears of again, carried out or not. */
  | { readonly what: 'commands'; readonly refused: number; readonly lost: number }
  /** The clock is set, and after `forMs` set right again; with 0 it stays so. */
  | { readonly what: 'clock-step'; readonly byMs: number }
  /** A share of the phones is unreachable; who talks on them is cut off. */
  | { readonly what: 'phones-lost'; readonly share: number };

export const FAULTS: readonly FaultKind['what'][] = [
  'daemon-death',
  'link-cut',
  'pbx-restart',
  'store-failure',
  'late-snapshots',
  'commands',
  'clock-step',
  'phones-lost',
];
