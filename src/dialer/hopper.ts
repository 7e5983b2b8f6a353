import type { Lead } from '../list/lead.ts';

/** How soon leads are asked for again when there were none, ms. */
const EMPTY_MS = 5_000;
/** While enough leads are at hand, callbacks that have become due are looked for so often, ms, and so many are fetched at most. */
const CALLBACKS_MS = 30_000;
const CALLBACKS = 20;

/**
 * The leads of one campaign that are at hand, so that dialling waits for no store, and those that are in hand and must not be given
 * out twice.
 */
export class Hopper {
  #leads: Lead[] = [];
  /** Leads that left the hopper and whose fate the store may not know yet. */
  readonly #inHand = new Set<string>();
  #isFilling = false;
  /** UTC ms. */
  #notBefore = 0;
  /** When callbacks were fetched last, UTC ms. */
  #fetchedAt = 0;
  /** The fetch that is under way is for callbacks: there are enough others. */
  #isForCallbacks = false;

  get size(): number {
    return this.#leads.length;
  }

  /** True when there was nothing to be had the last time. */
  get isDry(): boolean {
    return this.#notBefore > 0 && this.#leads.length === 0;
  }

  /** Ids that are not to be fetched. */
  get taken(): string[] {
    return [...this.#leads.map(({ id }) => id), ...this.#inHand];
  }

  /** How many to fetch now, 0 for none: then a fetch is under way, or it is too early. @param wanted how many should be at hand; @param now UTC ms */
  toFetch(wanted: number, now: number): number {
    if (this.#isFilling || now < this.#notBefore) return 0;
    // Those who wait for an agent of their own keep nobody from being fetched.
    const atHand = this.#leads.filter(({ callback }) => callback?.agent === undefined).length;
    this.#isForCallbacks = atHand * 2 >= wanted;
    if (!this.#isForCallbacks) return wanted - atHand;
    return now < this.#fetchedAt + CALLBACKS_MS ? 0 : CALLBACKS;
  }

  fetching(): void {
    this.#isFilling = true;
  }

  /** What was fetched has come. Whoever asked to be called is before the others. @param now UTC ms */
  filled(leads: readonly Lead[], now: number): void {
    this.#isFilling = false;
    this.#fetchedAt = now;
    if (!this.#isForCallbacks) this.#notBefore = leads.length === 0 ? now + EMPTY_MS : 0;
    const known = new Set(this.taken);
    const unknown = leads.filter(({ id }) => !known.has(id));
    const asked = unknown.filter(({ callback }) => callback);
    const others = this.#isForCallbacks ? [] : unknown.filter(({ callback }) => !callback);
    const first = this.#leads.findIndex(({ callback }) => !callback);
    this.#leads.splice(first < 0 ? this.#leads.length : first, 0, ...asked);
    this.#leads.push(...others);
  }

  /** The next lead that suits; it is in hand until `settled`. */
  take(suits: (lead: Lead) => boolean = () => true): Lead | undefined {
    const index = this.#leads.findIndex(suits);
    if (index < 0) return undefined;
    const [lead] = this.#leads.splice(index, 1);
    if (lead) this.#inHand.add(lead.id);
    return lead;
  }

  /** The one of the first `among` that scores highest, of equals the first; it is in hand until `settled`. */
  takeBest(scoreOf: (lead: Lead) => number, among: number): Lead | undefined {
    let best: Lead | undefined;
    let highest = Number.NEGATIVE_INFINITY;
    for (const lead of this.#leads.slice(0, among)) {
      const score = scoreOf(lead);
      if (score > highest) [best, highest] = [lead, score];
    }
    return best && this.take((lead) => lead === best);
  }

  /** It was not wanted after all, and is the next again. */
  giveBack(lead: Lead): void {
    if (this.#inHand.delete(lead.id)) this.#leads.unshift(lead);
  }

  /** Somebody is in hand since before this hopper was, or his list is told something of him: if he is at hand, he is fetched anew. */
  hold(lead: string): void {
    this.#leads = this.#leads.filter(({ id }) => id !== lead);
    this.#inHand.add(lead);
  }

  /** The store knows how it goes on with him. */
  settled(lead: string): void {
    this.#inHand.delete(lead);
  }

  /** Other rules or lists hold: what is at hand is fetched anew. */
  clear(): void {
    this.#leads = [];
    this.#notBefore = 0;
  }
}
