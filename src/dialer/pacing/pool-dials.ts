import type { DialResult, Foreknowledge } from '../pacing.ts';
import type { Balance } from './balance.ts';
import type { CampaignPace } from './campaign-pace.ts';

/** A dial that rings. */
export interface RingingDial {
  readonly id: string;
  readonly pace: CampaignPace;
  /** UTC ms. */
  readonly at: number;
  ringingAt: number | undefined;
  /** Of a live answer, the present level of answering apart. */
  readonly propensity: number;
  /** What was said of it, if anything. */
  readonly given: number | undefined;
  place: number;
}

/** The dials of a pool under way, and the customers who answered and wait. */
export class PoolDials {
  readonly #ringing: RingingDial[] = [];
  readonly #byId = new Map<string, RingingDial>();
  readonly #waiting = new Map<string, CampaignPace>();
  readonly #foreknowledge: Foreknowledge;
  readonly #chances: Float64Array;

  constructor(horizons: number, foreknowledge: Foreknowledge) {
    this.#foreknowledge = foreknowledge;
    this.#chances = new Float64Array(horizons);
  }

  get ringing(): readonly RingingDial[] {
    return this.#ringing;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  dialled(id: string, pace: CampaignPace, at: number, given: number | undefined): void {
    if (this.#byId.has(id)) return;
    const propensity = pace.propensityOf(given);
    const place = this.#ringing.length;
    const dial = { id, pace, at, ringingAt: undefined, propensity, given, place };
    this.#ringing.push(dial);
    this.#byId.set(id, dial);
    pace.ringing += 1;
  }

  rings(id: string, at: number): void {
    const dial = this.#byId.get(id);
    if (dial) dial.ringingAt ??= at;
  }

  /** @returns the dial, if it was ringing */
  resolved(id: string, result: DialResult): RingingDial | undefined {
    const dial = this.#byId.get(id);
    if (!dial) return undefined;
    this.#byId.delete(id);
    dial.pace.ringing -= 1;
    const last = this.#ringing.pop()!;
    if (last !== dial) {
      this.#ringing[dial.place] = last;
      last.place = dial.place;
    }
    if (result === 'live') this.#waiting.set(id, dial.pace);
    return dial;
  }

  /** @returns whose call it was, if he was waiting */
  served(id: string): CampaignPace | undefined {
    const pace = this.#waiting.get(id);
    this.#waiting.delete(id);
    return pace;
  }

  /** Live answers to be expected so far of the dials that ring. */
  due(now: number): number {
    let due = 0;
    for (const { pace, propensity, at } of this.#ringing) due += pace.chances.due(propensity, now - at);
    return due;
  }

  /** Tells the balance who may answer. @param level of answering */
  into(balance: Balance, horizonsMs: readonly number[], level: number, now: number): void {
    const { liveAt } = this.#foreknowledge;
    for (const dial of this.#ringing) {
      if (liveAt) this.#certainly(liveAt(dial.id) ?? Number.POSITIVE_INFINITY, horizonsMs, now);
      else dial.pace.chances.within(dial.propensity * level, now - dial.at, horizonsMs, this.#chances);
      balance.mayAnswer(this.#chances);
    }
  }

  #certainly(liveAt: number, horizonsMs: readonly number[], now: number): void {
    horizonsMs.forEach((horizon, index) => {
      this.#chances[index] = liveAt <= now + horizon ? 1 : 0;
    });
  }
}
