import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { ContactGate } from '../contact/contact.ts';
import type { Attempt } from '../dialer/attempt.ts';
import { fateBy } from '../dialer/attempt-rules.ts';
import type { Lead, LeadSource, SettledLead } from '../list/lead.ts';
import type { DialFloor, Working } from './dial-floor.ts';

/** Attempts that have ended, in the order in which that was written. */
export interface AttemptBook {
  /** Those written after `seq`, at most `limit`, in order. */
  endedSince(seq: number, limit: number): readonly { readonly seq: number; readonly attempt: Attempt }[];
  /** The number of the last one, 0 for none. */
  lastSeq(): number;
}

export interface LeadSupplyParts {
  readonly leads: LeadSource;
  readonly attempts: AttemptBook;
  readonly gate: ContactGate;
  readonly clock: Clock;
  readonly log: Log;
  readonly came: (campaign: string, leads: readonly Lead[]) => void;
  /** Leads of a campaign that are at hand or in hand. */
  readonly taken: (campaign: string) => readonly string[];
}

/** Leads that are fetched at once, at most. */
const MOST = 500;
/** Leads at hand for each agent of the pool, and at least. */
const PER_AGENT = 4;
const LEAST = 20;
/** Attempts of which the lists are told at once. */
const PIECE = 500;
/** After something went wrong with the lists, they are left alone for this long, ms. */
const REST_MS = 2_000;

/** Keeps hoppers filled and tells the lists what became of their leads. */
export class LeadSupply {
  readonly #parts: LeadSupplyParts;
  /** The last attempt that the lists know of; undefined until they have been asked. */
  #seq: number | undefined;
  /** True when the lists know of every attempt that an earlier daemon made: before that they would give out leads who were dialled. */
  #hasCaughtUp = false;
  #isFollowing = false;
  #hasMore = false;
  #problem = '';
  /** UTC ms. */
  #restsUntil = 0;

  constructor(parts: LeadSupplyParts) {
    this.#parts = parts;
  }

  /** A sentence for the operator, '' while all is well. */
  get problem(): string {
    return this.#problem;
  }

  /** Fetches what campaigns will need soon. Nothing waits for it. */
  fill(floor: DialFloor): void {
    const now = this.#parts.clock.now();
    if (now < this.#restsUntil || !this.#hasCaughtUp) return;
    for (const working of floor.campaigns.values()) {
      const { campaign, hopper } = working;
      if (campaign.status !== 'running') continue;
      const agents = floor.poolOf(campaign)?.takers.size ?? 0;
      if (agents === 0) continue;
      const count = hopper.toFetch(Math.min(MOST, Math.max(LEAST, agents * PER_AGENT)), now);
      if (count === 0) continue;
      hopper.fetching();
      void this.#fetch(working, count);
    }
  }

  /** Leads that nobody dialled, and attempts that have ended. Nothing waits for it. */
  settle(floor: DialFloor): void {
    if (this.#parts.clock.now() < this.#restsUntil) return;
    const back = floor.sentBack.splice(0);
    if (back.length > 0) void this.#sendBack(floor, back);
    if (floor.ended.size === 0 && this.#hasCaughtUp) return;
    this.#hasMore = true;
    if (!this.#isFollowing) void this.#follow(floor);
  }

  async #fetch(working: Working, count: number): Promise<void> {
    const { campaign } = working;
    const { leads, gate, clock, came, taken } = this.#parts;
    try {
      const now = clock.now();
      const all = await leads.zones(campaign.id);
      const zones = all.filter((one) => gate.isOpen(campaign.id, one, now));
      working.dryBecause = all.length === 0 ? 'all-done' : zones.length === 0 ? 'outside-hours' : 'no-leads';
      const found =
        zones.length === 0
          ? []
          : await leads.next({ campaign: campaign.id, count, now, zones, except: taken(campaign.id) });
      this.#problem = '';
      came(campaign.id, found);
    } catch (thrown) {
      this.#failed(thrown);
      came(campaign.id, []);
    }
  }

  async #sendBack(floor: DialFloor, back: DialFloor['sentBack']): Promise<void> {
    try {
      await this.#parts.leads.settle(back.map(({ lead, fate }) => ({ lead, fate })));
      for (const { campaign, lead } of back) floor.campaigns.get(campaign)?.hopper.settled(lead);
    } catch (thrown) {
      // They stay in hand until the lists know: nobody is called twice for it.
      floor.sentBack.push(...back);
      this.#failed(thrown);
    }
  }

  /** One piece after the other, until the lists know everything. */
  async #follow(floor: DialFloor): Promise<void> {
    const { leads, attempts } = this.#parts;
    this.#isFollowing = true;
    try {
      this.#seq ??= await this.#toldUpTo();
      while (this.#hasMore) {
        const ended = attempts.endedSince(this.#seq, PIECE);
        this.#hasMore = ended.length === PIECE;
        if (ended.length === 0) break;
        await leads.settle(ended.flatMap(settledOf));
        this.#seq = ended.at(-1)!.seq;
        for (const { attempt } of ended) floor.listKnows(attempt);
        this.#problem = '';
      }
      this.#hasCaughtUp = true;
    } catch (thrown) {
      this.#failed(thrown);
    } finally {
      this.#isFollowing = false;
    }
  }

  /** What the lists know. Of a database that was put back from a copy they know more than it has: its numbers come again. */
  async #toldUpTo(): Promise<number> {
    const { leads, attempts, log } = this.#parts;
    const told = await leads.lastSettledSeq();
    const last = attempts.lastSeq();
    if (told <= last) return told;
    log.warn(
      { told, last },
      'the lists know of attempts that the database does not have, as when it was put back from a copy; they go on from what it has',
    );
    await leads.rewind(last);
    return last;
  }

  #failed(thrown: unknown): void {
    const { log, clock } = this.#parts;
    const reason = messageOf(thrown);
    if (this.#problem === '') log.error({ reason }, 'the lists of leads do not answer');
    this.#problem = `the lists of leads do not answer (${reason}); nothing new is dialled until they do`;
    this.#restsUntil = clock.now() + REST_MS;
  }
}

function settledOf({ seq, attempt }: { readonly seq: number; readonly attempt: Attempt }): SettledLead[] {
  const { lead, earlier, outcome, fate, disposition } = attempt;
  if (!fate) return [];
  const attempts = outcome === 'not-dialled' ? earlier : earlier + 1;
  const isNoted = disposition !== undefined && fateBy(disposition) !== undefined;
  const how = { ...(outcome !== undefined && { outcome }), ...(isNoted && { noted: true as const }) };
  return [{ seq, lead, attempts, fate, ...how }];
}
