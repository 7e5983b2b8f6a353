import { spellingsOf } from '../customer/customer.ts';
import type { Callback } from '../queue/callback.ts';

/** Every callback that is open, and who is to be called back by each queue. */
export class CallbackLine {
  readonly #open = new Map<string, Callback>();
  /** Ids of callbacks, by queue and number, and by queue and customer. */
  readonly #byWhom = new Map<string, Set<string>>();

  get(id: string): Callback | undefined {
    return this.#open.get(id);
  }

  values(): Iterable<Callback> {
    return this.#open.values();
  }

  /** Takes note of how a callback is now; one that is done is forgotten. */
  put(callback: Callback): void {
    const { id, done } = callback;
    if (done) this.#open.delete(id);
    else this.#open.set(id, callback);
    for (const key of keysOf(callback)) {
      const ids = this.#byWhom.get(key) ?? new Set();
      if (done) ids.delete(id);
      else ids.add(id);
      if (ids.size > 0) this.#byWhom.set(key, ids);
      else this.#byWhom.delete(key);
    }
  }

  /** Callbacks of this queue for whoever has this number, however it is spelled, or is this customer. */
  of(queue: string, number: string, customerId: string | undefined): Callback[] {
    const keys = keysOf({ queue, number, ...(customerId !== undefined && { customerId }) });
    const ids = new Set(keys.flatMap((key) => [...(this.#byWhom.get(key) ?? [])]));
    return [...ids].flatMap((id) => this.#open.get(id) ?? []);
  }
}

function keysOf({ queue, number, customerId }: Pick<Callback, 'queue' | 'number' | 'customerId'>): string[] {
  // Of all spellings the shortest: the same, however it was given.
  const [plain] = spellingsOf(number).sort((a, b) => a.length - b.length);
  return [
    ...(number === '' ? [] : [`${queue}\n${plain}`]),
    ...(customerId === undefined ? [] : [`${queue}\n#${customerId}`]),
  ];
}
