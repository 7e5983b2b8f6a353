import { PbxError } from '../pbx.ts';
import { encodeApi } from './esl-encoder.ts';

/** Says a command and resolves with the reply; rejects with `PbxError`. */
type Ask = (command: string) => Promise<string>;

/** What was asked this long ago does not count any more, ms: this process may have stood still since, and another one taken over. */
const FRESH_MS = 250;
/** An answer to a new question may be a little older when it is read, ms: nobody takes over from one who stood still for less. */
const ANSWERED_MS = 1_000;
const MOST_ASKS = 3;

const OWNER = 'carillon/owner';
const KNOWN = 'carillon/known';

/**
 * Which daemon commands FreeSWITCH. It obeys anybody who knows the password, so its own store in memory keeps the name of the newest one,
 * as the name of an application does in Asterisk.
 */
export class Ownership {
  readonly #ask: Ask;
  readonly #name: string;
  #hasBegun = false;
  /** The question that is out. */
  #asking: Promise<boolean> | undefined;
  /** When it was asked last, and ours, `performance.now()`. */
  #askedAt = Number.NEGATIVE_INFINITY;

  /** @param name of this daemon, unlike that of any other */
  constructor(ask: Ask, name: string) {
    this.#ask = ask;
    this.#name = name;
  }

  /** Takes FreeSWITCH over the first time; from then on, only where nobody has it. False when another one has it now. */
  async take(): Promise<boolean> {
    const how = this.#hasBegun ? 'insert_ifempty' : 'insert';
    await this.#ask(encodeApi('hash', `${how}/${OWNER}/${this.#name}`));
    this.#hasBegun = true;
    return this.isOurs();
  }

  async isOurs(): Promise<boolean> {
    const askedAt = performance.now();
    const isOurs = (await this.#ask(encodeApi('hash', `select/${OWNER}`))) === this.#name;
    this.#askedAt = isOurs ? askedAt : Number.NEGATIVE_INFINITY;
    return isOurs;
  }

  /** Rejects with `PbxError` 'link-down' when another daemon commands FreeSWITCH, or it does not say in time who does. */
  async check(): Promise<void> {
    if (this.#age() < FRESH_MS) return;
    // An answer may be old when it is read.
    for (let asks = 0; asks < MOST_ASKS; asks += 1) {
      if (!(await this.#askOnce())) throw new PbxError('link-down', 'another daemon commands FreeSWITCH now');
      if (this.#age() < ANSWERED_MS) return;
    }
    throw new PbxError('link-down', 'FreeSWITCH does not say in time who commands it');
  }

  /** How long ago that was asked which is known, ms. */
  #age(): number {
    return performance.now() - this.#askedAt;
  }

  /** One question for all who want to know at a time. */
  async #askOnce(): Promise<boolean> {
    this.#asking ??= this.isOurs().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /** Whether anybody did with this run of FreeSWITCH what is to be done once. */
  async isKnown(): Promise<boolean> {
    return (await this.#ask(encodeApi('hash', `select/${KNOWN}`))) === 'yes';
  }

  /** It is done. Whoever died before he could say so left it to the next one. */
  async markKnown(): Promise<void> {
    await this.check();
    await this.#ask(encodeApi('hash', `insert/${KNOWN}/yes`));
  }
}
