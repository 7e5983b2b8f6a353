/** What a caller of the hotline does, one after the other. */
export type Move =
  | { readonly press: string }
  /** Speaks from now on. */
  | { readonly talk: true }
  /** Milliseconds. */
  | { readonly wait: number };

/** A way through the hotline that ships: the number, the keys, and how long all of it may take. */
export interface Journey {
  readonly name: string;
  readonly moves: readonly Move[];
  /** He hangs up at a moment between his INVITE and this, ms. */
  readonly longestMs: number;
}

/**
 * Every step of a visit. Keys come while the prompt before them is still said, as a caller's do who knows the menu.
 * The waits are what the step before takes on a busy machine.
 */
export const JOURNEYS: readonly Journey[] = [
  { name: 'ring', moves: [], longestMs: 40 },
  { name: 'welcome', moves: [], longestMs: 3_000 },
  {
    name: 'menu',
    moves: [{ wait: 1_500 }, { press: '8' }, { wait: 1_500 }, { press: '7' }],
    longestMs: 9_000,
  },
  {
    name: 'campaign code',
    moves: [{ wait: 500 }, { press: '9' }, { wait: 800 }, { press: '80' }, { wait: 600 }, { press: '99#' }],
    longestMs: 8_000,
  },
  {
    name: 'reception',
    moves: [{ wait: 500 }, { press: '9' }, { wait: 500 }, { press: '8001' }],
    longestMs: 8_000,
  },
  {
    name: 'trunk',
    moves: [{ wait: 500 }, { press: '9' }, { wait: 500 }, { press: '8002' }],
    longestMs: 9_000,
  },
  {
    name: 'voicemail',
    moves: [
      { wait: 500 },
      { press: '9' },
      { wait: 500 },
      { press: '8002' },
      { talk: true },
      { wait: 9_000 },
      { press: '#' },
    ],
    longestMs: 24_000,
  },
  { name: 'queue', moves: [{ wait: 800 }, { press: '0' }], longestMs: 15_000 },
  {
    name: 'lost card',
    moves: [{ wait: 800 }, { press: '2' }, { wait: 800 }, { press: '0' }],
    longestMs: 12_000,
  },
];
