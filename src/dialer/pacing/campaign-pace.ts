import type { AbandonmentWindows } from '../abandonment.ts';
import type { PacingSettings } from '../outbound.ts';
import { DialChances } from './dial-chances.ts';
import { PropensityTrust } from './propensity-trust.ts';
import { type RingCurves, type RingEnd, RingTimes } from './ring-times.ts';
import { RiskControl } from './risk-control.ts';
import { aimOf } from './window-budget.ts';

/** A campaign's settings, and its part of new dials. */
export type PaceSettings = PacingSettings & { readonly weight: number };

const LEAST_WEIGHT = 1e-3;
/** Turns that a campaign which could not dial may make up for. */
const MOST_BEHIND = 1;

/** What a pool knows of one of its campaigns. */
export class CampaignPace {
  readonly id: string;
  /** Undefined: it makes no dials; those under way are still its own. */
  settings: PaceSettings | undefined = undefined;
  readonly windows: AbandonmentWindows;
  readonly rings = new RingTimes();
  chances: DialChances;
  /** Dials so far by weight, as a time: who is behind is next. */
  turn = 0;
  ringing = 0;
  /** True when nobody else notes answers in its windows. */
  readonly #notes: boolean;
  readonly #control = new RiskControl();
  readonly #trust = new PropensityTrust();

  constructor(id: string, windows: AbandonmentWindows, belief: RingCurves, notes: boolean) {
    this.id = id;
    this.windows = windows;
    this.#notes = notes;
    this.chances = new DialChances(belief);
  }

  /** What to believe of a lead. @param propensity as it was given */
  propensityOf(propensity: number | undefined): number {
    return propensity === undefined ? this.chances.rate : propensity * this.#trust.factor;
  }

  /** A dial stopped ringing, at a time from which can be learned. @param given its propensity as it was given */
  learn(end: RingEnd, afterMs: number, given: number | undefined, at: number): void {
    this.rings.note(end, afterMs, at);
    if (given !== undefined) this.#trust.note(end === 'live', this.chances.due(given, afterMs), at);
  }

  /** A live answer's fate is known. */
  note(isAbandoned: boolean, at: number): void {
    if (this.settings) this.#control.note(isAbandoned, aimOf(this.windows, this.settings, 0, at));
    if (this.#notes) this.windows.note(isAbandoned, at);
  }

  /** One of its dials goes out. @param turn where the pool is @returns where it is then */
  takeTurn(turn: number): number {
    this.turn = Math.max(this.turn, turn - MOST_BEHIND) + this.step;
    return Math.max(turn, this.turn);
  }

  /** By how much a dial moves its turn. */
  get step(): number {
    return 1 / Math.max(LEAST_WEIGHT, this.settings?.weight ?? 0);
  }

  /** The risk per answer that it may take now; 0: none at all. @param pending see `aimOf` */
  allowed(pending: number, now: number): number {
    if (!this.settings) return 0;
    return this.#control.allowed(aimOf(this.windows, this.settings, pending, now));
  }
}
