import type { DialResult } from '../../dialer/pacing.ts';

/** Where a dial stands. */
export const UNDER_WAY = 0;
export const WAITING = 1;
export const ENDED = 2;

const RESULTS: readonly DialResult[] = ['live', 'machine', 'no-answer', 'busy', 'failed', 'cancelled'];
const IDS: string[] = [];

/** The dials of a shift, by number: where each stands, and how it is going to end. Typed arrays, because there are very many. */
export class DialBook {
  #count = 0;
  #states = new Uint8Array(4096);
  #results = new Uint8Array(4096);
  #dialledAt = new Float64Array(4096);
  #endsAt = new Float64Array(4096);

  get count(): number {
    return this.#count;
  }

  /** @param endsAt when `result` is there, if nobody lets it go @returns its number */
  add(at: number, result: DialResult, endsAt: number): number {
    const dial = this.#count++;
    if (dial === this.#states.length) this.#grow();
    this.#results[dial] = RESULTS.indexOf(result);
    this.#dialledAt[dial] = at;
    this.#endsAt[dial] = endsAt;
    return dial;
  }

  stateOf(dial: number): number {
    return this.#states[dial]!;
  }

  enter(dial: number, state: number): void {
    this.#states[dial] = state;
  }

  resultOf(dial: number): DialResult {
    return RESULTS[this.#results[dial]!]!;
  }

  dialledAt(dial: number): number {
    return this.#dialledAt[dial]!;
  }

  endsAt(dial: number): number {
    return this.#endsAt[dial]!;
  }

  #grow(): void {
    const length = 4 * this.#states.length;
    const grown = <A extends Uint8Array | Float64Array>(from: A, to: A): A => {
      to.set(from);
      return to;
    };
    this.#states = grown(this.#states, new Uint8Array(length));
    this.#results = grown(this.#results, new Uint8Array(length));
    this.#dialledAt = grown(this.#dialledAt, new Float64Array(length));
    this.#endsAt = grown(this.#endsAt, new Float64Array(length));
  }
}

/** What a pacer calls a dial. */
export function dialId(dial: number): string {
  for (let next = IDS.length; next <= dial; next += 1) IDS.push(`d${next}`);
  return IDS[dial]!;
}

/** The number behind the letter of an id. Oracles ask often, so that no text is cut. */
export function numberIn(id: string): number {
  let number = 0;
  for (let at = 1; at < id.length; at += 1) number = 10 * number + id.charCodeAt(at) - 48;
  return number;
}
