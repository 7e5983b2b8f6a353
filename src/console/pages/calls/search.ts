/** What the form asks for, as it stands in the fields; '' for nothing. */
export interface Wanted {
  from: string;
  to: string;
  number: string;
  customer: string;
  agent: string;
  queue: string;
  campaign: string;
  outcome: string;
  direction: string;
  talkedS: string;
  recorded: string;
  disposition: string;
  text: string;
}

export const OUTCOMES = ['answered', 'abandoned', 'unserved', 'self-service', 'unreached', 'live'] as const;
export const DIRECTIONS = ['inbound', 'outbound', 'callback', 'internal'] as const;

/** Those that are shown only when asked for. */
export const RARE: readonly (keyof Wanted)[] = [
  'customer',
  'campaign',
  'direction',
  'talkedS',
  'recorded',
  'disposition',
  'text',
];

const NAMES: readonly (keyof Wanted)[] = ['from', 'to', 'number', 'agent', 'queue', 'outcome', ...RARE];

/** From the address of the page. */
export function wantedIn(query: Readonly<Record<string, unknown>>): Wanted {
  return Object.fromEntries(
    NAMES.map((name) => [name, typeof query[name] === 'string' ? query[name] : '']),
  ) as unknown as Wanted;
}

/** For the address of the page, and for the API. */
export function queryOf(wanted: Wanted): Record<string, string> {
  return Object.fromEntries(
    NAMES.flatMap((name) => {
      const value = wanted[name].trim();
      return value === '' ? [] : [[name, value]];
    }),
  );
}
