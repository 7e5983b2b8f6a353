import { networkOf } from '../base/address.ts';
import type { Incident, Offence } from '../pbx/perimeter.ts';

/** How often one address may do it within the window, and for how long it is shut out the first time. */
export interface OffenceLimit {
  readonly times: number;
  readonly windowMs: number;
  readonly firstBanMs: number;
  /** Each ban lasts twice as long as the one before, up to this. */
  readonly longestBanMs: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/**
 * Phones behind one address share its account, and a wrong name counts twice, because PBXes report it twice. Twenty wrong
 * logins in a minute is more than a handful of mistyped phones, and far less than a search for passwords needs. What a
 * forger can bring upon others costs them minutes, not a day.
 */
export const OFFENCE_LIMITS: Readonly<Record<Offence, OffenceLimit>> = {
  'wrong-login': { times: 20, windowMs: MINUTE_MS, firstBanMs: 10 * MINUTE_MS, longestBanMs: DAY_MS },
  'unproven-login': { times: 20, windowMs: MINUTE_MS, firstBanMs: MINUTE_MS, longestBanMs: 10 * MINUTE_MS },
  'guest-call': { times: 30, windowMs: 10_000, firstBanMs: MINUTE_MS, longestBanMs: 10 * MINUTE_MS },
};

/** So long after the end of a ban the next one is still the next and not the first. */
export const REMEMBERED_MS = 7 * 24 * 60 * 60_000;
/** Bans at once; another one takes the place of that which ends first. */
export const MOST_BANS = 1_000;
/** Addresses that are watched at once; a flood of forged ones forgets the oldest. */
const MOST_WATCHED = 20_000;

/** An address that is not listened to. */
export interface Ban {
  /** `192.0.2.7`, or `2001:db8:0:1::/64`. */
  readonly network: string;
  readonly why: Offence;
  /** UTC ms. */
  readonly since: number;
  /** UTC ms. */
  readonly until: number;
  /** How many bans it has had lately, this one included. */
  readonly times: number;
}

/** Counts offences per address and rules who is shut out. Nothing that an address does well takes back what it did badly. */
export class Bans {
  /** By offence and network. */
  readonly #seen = new Map<string, number[]>();
  /** Present bans and those of the last days. */
  readonly #bans = new Map<string, Ban>();

  /** @param known bans of an earlier life, ended ones too */
  constructor(known: readonly Ban[] = []) {
    for (const ban of known) this.#bans.set(ban.network, ban);
  }

  /** Counts an incident; gives the network that has gone too far with it, to be shut out. @param now UTC ms */
  count({ offence, address }: Pick<Incident, 'offence' | 'address'>, now: number): string | undefined {
    const network = networkOf(address);
    if (network === undefined || this.#isBanned(network, now)) return undefined;
    const { times, windowMs } = OFFENCE_LIMITS[offence];
    const key = `${offence} ${network}`;
    const recent = [...(this.#seen.get(key) ?? []).filter((at) => at > now - windowMs), now];
    this.#seen.delete(key);
    if (recent.length >= times) return network;
    this.#seen.set(key, recent);
    if (this.#seen.size > MOST_WATCHED) this.#seen.delete(this.#seen.keys().next().value!);
    return undefined;
  }

  /** Begins a ban. @param now UTC ms */
  shutOut(network: string, why: Offence, now: number): Ban {
    const { firstBanMs, longestBanMs } = OFFENCE_LIMITS[why];
    const before = this.#bans.get(network);
    const times = before && before.until > now - REMEMBERED_MS ? before.times + 1 : 1;
    const ms = Math.min(longestBanMs, firstBanMs * 2 ** (times - 1));
    const ban: Ban = { network, why, since: now, until: now + ms, times };
    this.#bans.delete(network);
    if (this.#bans.size >= MOST_BANS) this.#forgetOne();
    this.#bans.set(network, ban);
    return ban;
  }

  /** Ends a ban and forgets that it was; gives it, undefined when there is none. @param now UTC ms */
  lift(network: string, now: number): Ban | undefined {
    const ban = this.#bans.get(network);
    if (!ban || ban.until <= now) return undefined;
    this.#bans.delete(network);
    return ban;
  }

  /** The bans of now, the newest first. @param now UTC ms */
  present(now: number): readonly Ban[] {
    return this.#all(now)
      .filter((ban) => ban.until > now)
      .sort((a, b) => b.since - a.since);
  }

  /** All that is worth to be known after a restart. @param now UTC ms */
  remembered(now: number): readonly Ban[] {
    return this.#all(now);
  }

  /** When the next ban ends, UTC ms. */
  nextEnd(now: number): number | undefined {
    const ends = this.present(now).map((ban) => ban.until);
    return ends.length === 0 ? undefined : Math.min(...ends);
  }

  #isBanned(network: string, now: number): boolean {
    return (this.#bans.get(network)?.until ?? 0) > now;
  }

  #forgetOne(): void {
    const [first] = [...this.#bans.values()].sort((a, b) => a.until - b.until);
    if (first) this.#bans.delete(first.network);
  }

  #all(now: number): Ban[] {
    for (const ban of this.#bans.values())
      if (ban.until <= now - REMEMBERED_MS) this.#bans.delete(ban.network);
    return [...this.#bans.values()];
  }
}
