/** How there was something with a customer. */
export const CONTACT_CHANNELS = ['call', 'attempt', 'voicemail', 'callback', 'feedback'] as const;

/** Something that there was with a customer, on whatever channel. */
export interface PastContact {
  readonly channel: (typeof CONTACT_CHANNELS)[number];
  readonly id: string;
  /** UTC ms. */
  readonly at: number;
  /** '' where there was none, as in the four below. */
  readonly call: string;
  readonly agent: string;
  readonly queue: string;
  readonly campaign: string;
  /** What came of it: how a call ended, the outcome of an attempt, of a callback, an interest. */
  readonly outcome: string;
  /** What an agent noted of it: a contact reason, a disposition. */
  readonly result: string;
  readonly note: string;
  /** Of the talk or the message, ms; 0 for none. */
  readonly durationMs: number;
}

/** A piece of somebody's history. */
export interface ContactPage {
  readonly items: readonly PastContact[];
  /** Go on before this, UTC ms; undefined at the end. */
  readonly next?: number;
}

/**
 * Puts what each channel has together, the latest first. Each was asked for the latest `limit` before the same moment.
 * Several of the same moment stay together, so that none is lost between two pages.
 */
export function merged(channels: readonly (readonly PastContact[])[], limit: number): ContactPage {
  const attempts = new Set(channels.flat().map(({ channel, call }) => (channel === 'attempt' ? call : '')));
  // The call of an attempt is told by the attempt.
  const all = channels.flat().filter(({ channel, id }) => channel !== 'call' || !attempts.has(id));
  all.sort((a, b) => b.at - a.at);
  // A channel that gave as many as it was asked for may have more. Whatever it did not tell is older than the last that is shown: what
  // was left out of it is told by another channel.
  const isMore = channels.some((one) => one.length >= limit);
  const last = all[limit - 1]?.at;
  if (last === undefined) return { items: all };
  const items = all.filter(({ at }) => at >= last);
  return isMore || items.length < all.length ? { items, next: last } : { items };
}
