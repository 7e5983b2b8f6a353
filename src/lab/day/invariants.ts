/** What must hold, whatever happens. */
export const INVARIANTS = {
  'one-call-per-agent': 'an agent has at most one call, and it is the one that names him',
  'fit-agent-idle': 'nobody waits while an agent is ready who fits',
  'unfit-offer': 'who is offered a call fits it',
  'out-of-line': 'of callers who are alike, the one who waited longest is served first',
  'no-owner': 'every channel belongs to a live call, and every live call has its channel',
  'lost-callback': 'who was told that he is called back is in the book, once',
  'log-differs': 'the event log tells the same as the state',
  'ended-once': 'every call arrives once and ends once',
  'negative-time': 'no time is less than nothing',
  stuck: 'nobody waits, rings or wraps up longer than his rules allow',
  fault: 'the engine finds no fault with itself',
} as const;
export type Invariant = keyof typeof INVARIANTS;

/** An invariant that did not hold. */
export interface Broken {
  readonly invariant: Invariant;
  /** What the clock showed, UTC ms. */
  readonly at: number;
  /** The types of the events of that turn. */
  readonly events: readonly string[];
  readonly what: string;
}

/** So many of each are kept: what follows from the first ones tells nothing more. */
export const MOST_BROKEN = 5;
