import type { CallbackRequest } from '../queue/callback.ts';

/** As flows do where they say nothing else: so often, so long after each other, and for so long each time, ms. */
const TRIES = 3;
const AGAIN_MS = 600_000;
const RING_MS = 30_000;

/** The call in which it is promised; null where nothing is known. */
interface PromisedIn {
  readonly id: string;
  readonly ani: string;
  readonly dnis: string;
  readonly customerId: string | null;
  readonly tier: string | null;
  readonly language: string;
}

/** A callback that an agent promises somebody whose call he had. @param now UTC ms */
export function promiseOf(
  { id: call, ani, dnis, customerId, tier, language }: PromisedIn,
  wanted: Pick<CallbackRequest, 'id' | 'queue' | 'number'>,
  now: number,
): CallbackRequest {
  const known = {
    ...(customerId !== null && { customerId }),
    ...(tier !== null && { tier }),
  };
  return {
    ...wanted,
    ...(customerId !== null && { customerId }),
    call,
    tier: tier ?? '',
    language,
    at: now,
    since: now,
    plan: {
      facts: { language, persona: '', variables: {}, ...known },
      // He may be called where any caller may ask to be called.
      source: { kind: 'outside' },
      ani,
      dnis,
      tries: TRIES,
      againMs: AGAIN_MS,
      ringMs: RING_MS,
    },
  };
}
