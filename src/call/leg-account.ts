import type { DialLimits } from './class-of-service.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** The timer, the PBX and the way to the carrier take their time, ms. */
const HANGUP_MARGIN_MS = 2000;

/** A leg that is up or ringing. */
export interface LiveLeg {
  readonly answeredAt: number | undefined;
  /** Per minute that has begun. */
  readonly rate: number;
  /** How long it may talk. */
  readonly maxTalkMs?: number | undefined;
}

export type LimitName = keyof DialLimits;

/** What one source, one number or everybody has under way and has used today. */
export class LegAccount {
  readonly #live = new Map<string, LiveLeg>();
  /** Of the last hour, UTC ms. */
  readonly #starts: number[] = [];
  /** Of the legs that ended today. */
  #minutes = 0;
  #spent = 0;

  begin(leg: string, live: LiveLeg, plannedAt: number): void {
    this.#live.set(leg, live);
    this.#starts.push(plannedAt);
  }

  /** It was answered. */
  renew(leg: string, live: LiveLeg): void {
    this.#live.set(leg, live);
  }

  /** It is over, and has cost so much. */
  end(leg: string, minutes: number, cost: number): void {
    this.#live.delete(leg);
    this.#minutes += minutes;
    this.#spent += cost;
  }

  /** Minutes and money count from nothing again. */
  beginDay(): void {
    this.#minutes = 0;
    this.#spent = 0;
  }

  /** True when it holds nothing that counts. @param now UTC ms */
  isIdle(now: number): boolean {
    return this.#live.size === 0 && this.#startsSince(now - HOUR_MS) === 0;
  }

  /** The limit that another leg would break; undefined: none. @param now UTC ms */
  broken(limits: DialLimits, rate: number, now: number): LimitName | undefined {
    const { atOnce, perMinute, perHour, minutesPerDay, spendPerDay } = limits;
    if (atOnce !== undefined && this.#live.size >= atOnce) return 'atOnce';
    if (perMinute !== undefined && this.#startsSince(now - MINUTE_MS) >= perMinute) return 'perMinute';
    if (perHour !== undefined && this.#startsSince(now - HOUR_MS) >= perHour) return 'perHour';
    const { minutes, spent } = this.#used(now);
    if (minutesPerDay !== undefined && minutes + 1 > minutesPerDay) return 'minutesPerDay';
    if (spendPerDay !== undefined && spent + rate > spendPerDay) return 'spendPerDay';
    return undefined;
  }

  /** How long another leg can talk before a limit of the day is reached, whole minutes in ms. @param now UTC ms */
  allowance({ minutesPerDay, spendPerDay }: DialLimits, rate: number, now: number): number {
    const { minutes, spent } = this.#used(now);
    const byMinutes = minutesPerDay === undefined ? Number.POSITIVE_INFINITY : minutesPerDay - minutes;
    const byMoney =
      spendPerDay === undefined || rate === 0
        ? Number.POSITIVE_INFINITY
        : Math.floor((spendPerDay - spent) / rate);
    return Math.min(byMinutes, byMoney) * MINUTE_MS;
  }

  /** Live legs count with all that they were granted, so that many at once cannot pass a limit together. */
  #used(now: number): { readonly minutes: number; readonly spent: number } {
    let minutes = this.#minutes;
    let spent = this.#spent;
    for (const { answeredAt, rate, maxTalkMs = 1 } of this.#live.values()) {
      const booked = Math.max(Math.ceil(maxTalkMs / MINUTE_MS), minutesBegun(answeredAt, now));
      minutes += booked;
      spent += booked * rate;
    }
    return { minutes, spent };
  }

  #startsSince(time: number): number {
    while (this.#starts.length > 0 && this.#starts[0]! <= time - HOUR_MS) this.#starts.shift();
    let count = 0;
    for (let at = this.#starts.length - 1; at >= 0 && this.#starts[at]! > time; at -= 1) count += 1;
    return count;
  }
}

/** Minutes of talk that have begun between answer and `until` (UTC ms), as carriers count them. */
export function minutesBegun(answeredAt: number | undefined, until: number): number {
  if (answeredAt === undefined) return 0;
  return Math.max(1, Math.ceil((until - answeredAt) / MINUTE_MS));
}

/**
 * The talk that costs no more than the minutes of `ms` that have begun: hung up at the very end of a minute, a call is charged
 * for the next one. @param ms may be infinite
 */
export function withinMinutes(ms: number): number {
  return Math.min(ms, Math.ceil(ms / MINUTE_MS) * MINUTE_MS - HANGUP_MARGIN_MS);
}
