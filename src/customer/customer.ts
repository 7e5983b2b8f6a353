import type { Attributes } from '../base/attributes.ts';

/** A customer as the centre knows him. */
export interface Customer {
  readonly id: string;
  readonly name: string;
  readonly tier: Tier;
  /** Preferred language, '' when unknown. */
  readonly language: string;
  /** All numbers he calls from, as the network shows them. */
  readonly numbers: readonly string[];
  readonly note: string;
  /** The flow that was made for him alone, '' for none: `customer.flow` in flow files. */
  readonly flow: string;
  /** Dialect, city, churn risk, response: whatever routing may look at. */
  readonly attributes?: Attributes;
  /** Ids of the agents who look after him and who work on his case. */
  readonly accountManager?: string;
  readonly caseOwner?: string;
  /** The branch that looks after him, the head office if unset. */
  readonly branch?: string;
}

/** Tiers from the lowest to the highest; later ones are served first. */
export const TIERS = ['standard', 'gold', 'vip'] as const;
export type Tier = (typeof TIERS)[number];

/** Rank of a tier in a queue: higher is served first. An unknown caller ranks as the lowest tier. */
export function tierRank(tier: string | undefined): number {
  return Math.max(0, TIERS.indexOf(tier as Tier));
}

/** How the running centre finds a customer. */
export interface CustomerDirectory {
  /** @param number as the network shows it; '' finds nobody */
  byNumber(number: string): Promise<Customer | undefined>;
}

/** The country's prefix. Without + or 00 it is one only before a whole number: 8613 may be an extension. */
const COUNTRY = /^(?:(?:\+|00)86(?=\d)|86(?=[1-9]\d{9,10}$))/;
/** The trunk prefix, before an area code or, as some carriers show it, before a mobile number. */
const TRUNK = /^0(?=[1-9]\d{9,10}$)/;

/**
 * The spellings under which the same number may be on file: with and without the country's prefix (+86, 0086, 86) and
 * the trunk prefix 0, or with both, as in +86 (0)27. Whichever is given, they are the same ones, that one first.
 */
export function spellingsOf(number: string): string[] {
  const plain = number.replace(COUNTRY, '').replace(TRUNK, '');
  const whole = /^[1-9]\d{9,10}$/.test(plain);
  const others = whole ? [`0${plain}`, `86${plain}`, `+860${plain}`, `00860${plain}`] : [];
  return [...new Set([number, plain, `+86${plain}`, `0086${plain}`, ...others])];
}
