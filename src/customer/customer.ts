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

/**
 * The spellings under which the same number may be on file: with and without the country's prefix (+86, 0086, 86) and
 * with and without the trunk prefix 0 that carriers put before mobile numbers.
 */
export function spellingsOf(number: string): string[] {
  const national = number.replace(/^(\+|00)86/, '').replace(/^0(?=1[3-9]\d{9}$)/, '');
  return [...new Set([number, national, `0${national}`, `+86${national.replace(/^0/, '')}`])];
}
