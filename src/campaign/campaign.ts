import type { Endpoint } from '../pbx/pbx.ts';

/** A marketing campaign as far as callers with its code are concerned. */
export interface Campaign {
  readonly id: string;
  readonly name: string;
  /** Digits that a customer keys in, with the check digit when there is one. */
  readonly code: string;
  readonly checkDigit: boolean;
  /** UTC ms; valid from (inclusive) until (exclusive). */
  readonly validFrom: number;
  readonly validUntil: number;
  readonly reception: Endpoint;
  readonly receptionRingMs: number;
  readonly fallback: Fallback;
  /** What the reception person reads: text for people, or the address of a document. */
  readonly material: string;
  /** Whose voice and music its callers hear, '' for no change. */
  readonly persona: string;
  /** The branch whose campaign it is, the head office if unset. */
  readonly branch?: string;
}

/** What happens to a caller whom the reception does not take. */
export type Fallback =
  | { readonly kind: 'none' }
  | { readonly kind: 'queue'; readonly queue: string }
  | { readonly kind: 'target'; readonly to: Endpoint }
  | { readonly kind: 'voicemail'; readonly box: string };

/** How the running centre finds campaigns. */
export interface CampaignDirectory {
  byId(id: string): Promise<Campaign | undefined>;
  byCode(code: string): Promise<Campaign | undefined>;
  /** Every code in use. */
  codes(): Promise<readonly string[]>;
}

export const MAX_CODE_LENGTH = 12;

/**
 * True when keyed-in digits need no more: they are a code and no longer code begins with them, or no code is longer. A
 * wrong beginning does not end the entry, so that nobody can find a code digit by digit.
 */
export function entryComplete(codes: readonly string[], digits: string): boolean {
  const longer = codes.filter((code) => code.length > digits.length);
  return longer.length === 0 || (codes.includes(digits) && !longer.some((code) => code.startsWith(digits)));
}

export type Validity = 'valid' | 'expired' | 'not-yet-valid';

/** @param now UTC ms */
export function validityOf(campaign: Campaign, now: number): Validity {
  if (now < campaign.validFrom) return 'not-yet-valid';
  return now < campaign.validUntil ? 'valid' : 'expired';
}

/** The check digit that follows `digits`: Luhn, ISO/IEC 7812-1 annex B. */
export function checkDigitOf(digits: string): string {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index]);
    const doubled = index % 2 === 0 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return String((10 - (sum % 10)) % 10);
}

/** True when the last digit of `code` is the check digit of those before it. */
export function checkDigitHolds(code: string): boolean {
  return code.length >= 2 && checkDigitOf(code.slice(0, -1)) === code.slice(-1);
}
