import { type Network, parseNetwork, touches } from '../base/address.ts';
import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';

/** A name is looked up this often, ms: it may have got another address. */
const LOOK_UP_EVERY_MS = 5 * 60_000;
/** And so soon again while it was never found, ms. */
const TRY_AGAIN_MS = 10_000;
/** Names of many hosts answer with some of them at a time: an address is the trunk's for so long after it was told, ms. */
const REMEMBERED_MS = 24 * 60 * 60_000;

export interface TrunkAddressParts {
  /** A name or an address. */
  readonly host: string;
  /** All addresses of a name; rejects when nobody can tell. */
  readonly lookUp: (name: string) => Promise<readonly string[]>;
  readonly clock: Clock;
  readonly log: Log;
}

/** The addresses behind the trunk's name. The last good answer holds while nobody answers. */
export class TrunkAddress {
  readonly #parts: TrunkAddressParts;
  /** By its text: when it was last told, UTC ms. */
  readonly #found = new Map<string, { readonly network: Network; readonly at: number }>();
  #saidSo = false;
  #stopped = false;
  #cancel: () => void = () => undefined;

  constructor(parts: TrunkAddressParts) {
    this.#parts = parts;
    this.#take([parts.host]);
  }

  /** Looks it up now and again; `found` is told each time that somebody answers. An address is not looked up. */
  start(found: () => void): void {
    if (this.isKnown) found();
    else void this.#look(found);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  get isKnown(): boolean {
    return this.#found.size > 0;
  }

  /** Whether a network has an address of the trunk in it. */
  isOf(network: string): boolean {
    return touches(
      network,
      [...this.#found.values()].map((one) => one.network),
    );
  }

  /** A sentence while it was never found. */
  problems(): readonly string[] {
    if (this.isKnown || !this.#saidSo) return [];
    return [
      `the address of the trunk ${this.#parts.host} cannot be found, so nobody is shut out for wrong logins: check DNS and CARILLON_TRUNK`,
    ];
  }

  async #look(found: () => void): Promise<void> {
    const { host, lookUp, clock, log } = this.#parts;
    try {
      this.#take(await lookUp(host));
      this.#saidSo = false;
    } catch (error) {
      if (!this.#saidSo)
        log.warn({ trunk: host, error: messageOf(error) }, 'the address of the trunk cannot be found');
      this.#saidSo = true;
    }
    if (this.#stopped) return;
    if (this.isKnown) found();
    const pause = this.isKnown ? LOOK_UP_EVERY_MS : TRY_AGAIN_MS;
    this.#cancel = clock.at(clock.now() + pause, () => void this.#look(found));
  }

  #take(addresses: readonly string[]): void {
    const at = this.#parts.clock.now();
    for (const text of addresses) {
      const network = parseNetwork(text);
      if (network) this.#found.set(text, { network, at });
    }
    const newest = Math.max(...[...this.#found.values()].map((one) => one.at));
    for (const [text, one] of this.#found) if (one.at < newest - REMEMBERED_MS) this.#found.delete(text);
  }
}
