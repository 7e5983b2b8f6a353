import { localTime, startOfDay } from '../base/zone.ts';
import type { Call, NumberAuthor } from './call.ts';
import {
  CLOSED,
  type ClassOfService,
  classOf,
  type DialLimits,
  type DialSource,
  groupOf,
  judge,
  type NumberGroup,
} from './class-of-service.ts';
import type { DialRefusal, LimitHolder } from './dial-refusal.ts';
import { askedFor, countedFor, type OutsideLeg, outsideLegs, recordedOf } from './dial-source.ts';
import { callerCountedAs, countedAs, plainNumber } from './dialled-number.ts';
import { LegAccount, minutesBegun, withinMinutes } from './leg-account.ts';

/** What is permitted for a number, and why not. */
export type Permission =
  /** `maxTalkMs`: how long the call may last; undefined: as long as it wants. */
  | { readonly allowed: true; readonly maxTalkMs?: number }
  | { readonly allowed: false; readonly refusal: DialRefusal };

/** Somebody's account, and the limits that hold for it. */
interface Holder extends LimitHolder {
  readonly limits: DialLimits;
}

interface LiveDial {
  readonly accounts: readonly LegAccount[];
  readonly rate: number;
  readonly answeredAt: number | undefined;
  readonly maxTalkMs: number | undefined;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The account of somebody who has dialled nothing. */
const UNUSED = new LegAccount();

/**
 * The gate that every call to an outside number goes through: by the rules, and by what is under way and was used today. Told of
 * every outside leg from its beginning to its end, it needs no clock and no store of its own.
 */
export class OutsideDialling {
  #rules: ClassOfService;
  readonly #zone: () => string;
  readonly #accounts = new Map<string, LegAccount>();
  readonly #live = new Map<string, LiveDial>();
  /** Legs that were told of while no rules could say what they cost. */
  readonly #unpriced = new Map<string, OutsideLeg>();
  #day = { from: 0, to: 0 };

  /** @param zone of the centre, IANA name: where its days begin */
  constructor(rules: ClassOfService, zone: () => string) {
    this.#rules = rules;
    this.#zone = zone;
  }

  get rules(): ClassOfService {
    return this.#rules;
  }

  /** New rules from now on; what was used stays used. */
  change(rules: ClassOfService): void {
    this.#rules = rules;
    if (rules === CLOSED || this.#unpriced.size === 0) return;
    const legs = [...this.#unpriced.values()];
    this.#unpriced.clear();
    this.#accounts.clear();
    this.#live.clear();
    this.#take(legs);
  }

  /** Whether `call` may be put through to an outside number. @param now UTC ms */
  permit(call: Call, number: string, writtenBy: NumberAuthor, now: number): Permission {
    const judged = judge(this.#rules, number, askedFor(call, writtenBy));
    if (judged.is === 'emergency') return { allowed: true };
    if (judged.is === 'denied') {
      const { group, by } = judged;
      const whose = by && { by, class: classOf(this.#rules, by) };
      return { allowed: false, refusal: { reason: 'not-permitted', group: group?.name ?? '', ...whose } };
    }
    this.#beginDay(now);
    const phone = typeof writtenBy === 'object' ? writtenBy.phone : undefined;
    const sources = countedFor(recordedOf(call), phone);
    return this.#within(judged.group, this.#holders(judged.group, number, sources), now);
  }

  /** Takes note of how the outside legs of a live call are. @param now UTC ms */
  noted(call: Call, now: number): void {
    for (const leg of outsideLegs(call)) {
      const live = this.#live.get(leg.id);
      if (!live && leg.endedAt !== undefined) continue;
      this.#beginDay(now);
      if (!live) this.#begin(leg);
      else if (leg.endedAt !== undefined) this.#end(live, leg, minutesBegun(leg.answeredAt, leg.endedAt));
      else if (leg.answeredAt !== live.answeredAt) this.#renew(live, leg);
    }
  }

  /** Takes up what was dialled before a restart. @param now UTC ms */
  remember(legs: readonly OutsideLeg[], now: number): void {
    this.#beginDay(now);
    this.#take(legs);
  }

  /** From when on legs have to be remembered: the beginning of today, or an hour ago. @param now UTC ms */
  rememberedSince(now: number): number {
    this.#beginDay(now);
    return Math.min(this.#day.from, now - HOUR_MS);
  }

  #take(legs: readonly OutsideLeg[]): void {
    for (const leg of legs.toSorted((a, b) => a.plannedAt - b.plannedAt)) {
      this.#begin(leg);
      const live = this.#live.get(leg.id);
      if (!live || leg.endedAt === undefined) continue;
      const isToday = leg.endedAt >= this.#day.from;
      this.#end(live, leg, isToday ? minutesBegun(leg.answeredAt, leg.endedAt) : 0);
    }
  }

  #within(group: NumberGroup, holders: readonly Holder[], now: number): Permission {
    let maxTalkMs = group.longestMs ?? Number.POSITIVE_INFINITY;
    for (const { kind, name, limits } of holders) {
      const account = this.#accounts.get(keyOf({ kind, name })) ?? UNUSED;
      const limit = account.broken(limits, group.rate, now);
      if (limit !== undefined) {
        const reason = limit === 'minutesPerDay' || limit === 'spendPerDay' ? 'spent' : 'too-many';
        const most = limits[limit] ?? 0;
        return { allowed: false, refusal: { reason, group: group.name, limit, most, of: { kind, name } } };
      }
      maxTalkMs = Math.min(maxTalkMs, account.allowance(limits, group.rate, now));
    }
    return Number.isFinite(maxTalkMs)
      ? { allowed: true, maxTalkMs: withinMinutes(maxTalkMs) }
      : { allowed: true };
  }

  #holders(group: NumberGroup | undefined, number: string, sources: readonly DialSource[]): Holder[] {
    const { limits, home } = this.#rules;
    // What campaigns dial is bounded for each of them: all others together are not to be kept from dialling by it.
    const isCampaigns = sources.every(({ kind }) => kind === 'campaign');
    const holders: Holder[] = isCampaigns ? [] : [{ kind: 'all', name: '', limits: limits.all }];
    for (const { kind, name } of sources)
      holders.push({
        kind,
        name: kind === 'caller' ? callerCountedAs(name, home) : name,
        limits: limits[kind],
      });
    if (group?.sameNumberPerHour !== undefined)
      holders.push({
        kind: 'number',
        name: countedAs(number, home),
        limits: { perHour: group.sameNumberPerHour },
      });
    return holders;
  }

  #begin(leg: OutsideLeg): void {
    const { id, number, sources, plannedAt, answeredAt, maxTalkMs } = leg;
    if (this.#rules.emergency.includes(plainNumber(number))) return;
    if (this.#rules === CLOSED) this.#unpriced.set(id, leg);
    const group = groupOf(this.#rules, number);
    const live: LiveDial = {
      accounts: this.#holders(group, number, sources).map((holder) => this.#account(keyOf(holder))),
      rate: group?.rate ?? 0,
      answeredAt,
      maxTalkMs,
    };
    this.#live.set(id, live);
    for (const account of live.accounts) account.begin(id, live, plannedAt);
  }

  #renew(before: LiveDial, leg: OutsideLeg): void {
    const live = { ...before, answeredAt: leg.answeredAt };
    this.#live.set(leg.id, live);
    if (this.#unpriced.has(leg.id)) this.#unpriced.set(leg.id, leg);
    for (const account of live.accounts) account.renew(leg.id, live);
  }

  #end(live: LiveDial, leg: OutsideLeg, minutes: number): void {
    const { id } = leg;
    if (this.#unpriced.has(id)) this.#unpriced.set(id, leg);
    for (const account of live.accounts) account.end(id, minutes, minutes * live.rate);
    this.#live.delete(id);
  }

  #account(key: string): LegAccount {
    const account = this.#accounts.get(key) ?? new LegAccount();
    this.#accounts.set(key, account);
    return account;
  }

  /**
   * A call counts for the day on which it ends. Neither another zone nor a clock that is set back begins another day before this
   * one is over, or there were money to be had twice; a clock that was wrong by more than a day is no reason to wait for it.
   */
  #beginDay(now: number): void {
    if (now < this.#day.to && now >= this.#day.from - DAY_MS) return;
    const zone = this.#zone();
    const { year, month, day } = localTime(now, zone);
    // A day may have 23 or 25 hours: what begins it is asked for, not reckoned.
    this.#day = {
      from: startOfDay(year, month, day, zone),
      to: startOfDay(year, month, day + 1, zone),
    };
    for (const [key, account] of this.#accounts) {
      account.beginDay();
      if (account.isIdle(now)) this.#accounts.delete(key);
    }
  }
}

function keyOf({ kind, name }: LimitHolder): string {
  return `${kind}:${name}`;
}
