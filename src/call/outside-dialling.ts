import { localTime, startOfDay } from '../base/zone.ts';
import type { Call, NumberAuthor } from './call.ts';
import {
  type ClassOfService,
  classOf,
  type DialLimits,
  type DialSource,
  groupOf,
  judge,
  type NumberGroup,
} from './class-of-service.ts';
import type { DialRefusal, LimitHolder } from './dial-refusal.ts';
import { askedFor, countedFor, type OutsideLeg, outsideLegs } from './dial-source.ts';
import { countedAs, plainNumber } from './dialled-number.ts';
import { LegAccount, minutesBegun } from './leg-account.ts';

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
}

const HOUR_MS = 3_600_000;

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
  #day = { zone: '', from: 0, to: 0 };

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
    const { entered, facts } = call;
    const sources = countedFor({ ...call, enteredFlow: entered?.flow, campaignId: facts.campaignId });
    return this.#within(judged.group, this.#holders(judged.group, number, sources), now);
  }

  /** Takes note of how the outside legs of a live call are. @param now UTC ms */
  noted(call: Call, now: number): void {
    for (const leg of outsideLegs(call)) {
      const live = this.#live.get(leg.id);
      if (!live && leg.endedAt === undefined) this.#begin(leg, now);
      else if (live && leg.endedAt !== undefined) this.#end(leg.id, live, leg, leg.endedAt, now);
      else if (live && leg.answeredAt !== live.answeredAt) this.#renew(leg.id, { ...live, ...leg });
    }
  }

  /** Takes up what was dialled before a restart. @param now UTC ms */
  remember(legs: readonly OutsideLeg[], now: number): void {
    this.#beginDay(now);
    for (const leg of legs.toSorted((a, b) => a.plannedAt - b.plannedAt)) {
      this.#begin(leg, now);
      const live = this.#live.get(leg.id);
      if (live && leg.endedAt !== undefined) this.#end(leg.id, live, leg, leg.endedAt, now);
    }
  }

  /** From when on legs have to be remembered: the beginning of today, or an hour ago. @param now UTC ms */
  rememberedSince(now: number): number {
    this.#beginDay(now);
    return Math.min(this.#day.from, now - HOUR_MS);
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
    return Number.isFinite(maxTalkMs) ? { allowed: true, maxTalkMs } : { allowed: true };
  }

  #holders(group: NumberGroup | undefined, number: string, sources: readonly DialSource[]): Holder[] {
    const { limits, home } = this.#rules;
    const holders: Holder[] = [{ kind: 'all', name: '', limits: limits.all }];
    for (const source of sources) holders.push({ ...source, limits: limits[source.kind] });
    if (group?.sameNumberPerHour !== undefined)
      holders.push({
        kind: 'number',
        name: countedAs(number, home),
        limits: { perHour: group.sameNumberPerHour },
      });
    return holders;
  }

  #begin({ id, number, sources, plannedAt, answeredAt }: OutsideLeg, now: number): void {
    if (this.#rules.emergency.includes(plainNumber(number))) return;
    this.#beginDay(now);
    const group = groupOf(this.#rules, number);
    const live: LiveDial = {
      accounts: this.#holders(group, number, sources).map((holder) => this.#account(keyOf(holder))),
      rate: group?.rate ?? 0,
      answeredAt,
    };
    this.#live.set(id, live);
    for (const account of live.accounts) account.begin(id, live, plannedAt);
  }

  #renew(id: string, { accounts, rate, answeredAt }: LiveDial): void {
    const live = { accounts, rate, answeredAt };
    this.#live.set(id, live);
    for (const account of accounts) account.renew(id, live);
  }

  #end(id: string, live: LiveDial, { answeredAt }: OutsideLeg, endedAt: number, now: number): void {
    this.#beginDay(now);
    const today = endedAt >= this.#day.from;
    const minutes = today ? minutesBegun(answeredAt, endedAt) : 0;
    for (const account of live.accounts) account.end(id, minutes, minutes * live.rate);
    this.#live.delete(id);
  }

  #account(key: string): LegAccount {
    const account = this.#accounts.get(key) ?? new LegAccount();
    this.#accounts.set(key, account);
    return account;
  }

  /** A call counts for the day on which it ends. */
  #beginDay(now: number): void {
    const zone = this.#zone();
    if (this.#day.zone === zone && now >= this.#day.from && now < this.#day.to) return;
    const { year, month, day } = localTime(now, zone);
    const from = startOfDay(year, month, day, zone);
    const isNew = from !== this.#day.from;
    // A day may have 23 or 25 hours: what begins it is asked for, not reckoned.
    this.#day = { zone, from, to: startOfDay(year, month, day + 1, zone) };
    if (!isNew) return;
    for (const [key, account] of this.#accounts) {
      account.beginDay();
      if (account.isIdle(now)) this.#accounts.delete(key);
    }
  }
}

function keyOf({ kind, name }: LimitHolder): string {
  return `${kind}:${name}`;
}
