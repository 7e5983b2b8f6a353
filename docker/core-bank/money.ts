/** Amounts are whole cents inside (fen), and text with two decimals outside. */
export type Cents = number;

const MAX_CENTS = 999_999_999_999;

/** Reads `"12.5"`; undefined unless above 0, at most 9999999999.99 and of at most two decimals. */
export function readCents(text: string): Cents | undefined {
  const [, whole = '', decimals = ''] = /^(\d{1,10})(?:\.(\d{1,2}))?$/.exec(text) ?? [];
  const cents = Number(whole) * 100 + Number(decimals.padEnd(2, '0'));
  return cents > 0 && cents <= MAX_CENTS ? cents : undefined;
}

/** For an amount that was checked before. */
export function cents(text: string): Cents {
  const read = readCents(text);
  if (read === undefined) throw new Error(`not an amount: ${text}`);
  return read;
}

export function money(amount: Cents): string {
  return `${Math.floor(amount / 100)}.${String(amount % 100).padStart(2, '0')}`;
}

/** Ten-thousandths of CNY for one unit of the foreign currency. */
export type Rate = number;

export function rateText(rate: Rate): string {
  return (rate / 10_000).toFixed(4);
}

/** What foreign money costs in CNY, rounded up to the cent. The product may be above 2^53. */
export function costOf(amount: Cents, rate: Rate): Cents {
  return Number((BigInt(amount) * BigInt(rate) + 9_999n) / 10_000n);
}
