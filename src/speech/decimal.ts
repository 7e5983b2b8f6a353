/** A decimal number as digits, so that nothing is lost to binary fractions. */
export interface Decimal {
  readonly negative: boolean;
  /** Without leading zeros; "0" for none. */
  readonly whole: string;
  /** Exactly as many digits as were asked for. */
  readonly fraction: string;
}

/** Most digits before the point that are read as a number: 999,999,999,999. */
export const MOST_WHOLE_DIGITS = 12;

/** From here on a number has no plain digits any more. */
const BEYOND_DIGITS = 1e21;

/**
 * Rounds to `places` decimals, half away from zero, by the digits that the number shows: 1.005 is 1.01.
 * Undefined for what is no number of less than 22 digits.
 */
export function decimalOf(value: number, places: number): Decimal | undefined {
  const size = Math.abs(value);
  if (!(size < BEYOND_DIGITS)) return undefined;
  const [whole = '0', fraction = ''] = (size < 1e-6 ? size.toFixed(20) : String(size)).split('.');
  const shown = fraction.padEnd(places + 1, '0');
  const units = BigInt(whole + shown.slice(0, places)) + (shown[places]! >= '5' ? 1n : 0n);
  const digits = units.toString().padStart(places + 1, '0');
  const point = digits.length - places;
  return {
    negative: value < 0 && units !== 0n,
    whole: digits.slice(0, point),
    fraction: digits.slice(point),
  };
}

/** Decimals of a plain number that are spoken and written: enough for any rate of exchange. */
const NUMBER_PLACES = 6;

/** A plain number: up to six decimals, without zeros at the end. */
export function plainDecimal(value: number, places = NUMBER_PLACES): Decimal | undefined {
  const decimal = decimalOf(value, places);
  return decimal && { ...decimal, fraction: decimal.fraction.replace(/0+$/, '') };
}

/** Decimals of an amount in `currency` (ISO 4217): none for yen, else two. */
export function placesOfCurrency(currency: string): number {
  return currency === 'JPY' ? 0 : 2;
}

/** An ISO 4217 code as it is looked up and shown: upper case, letters only, three at most. */
export function currencyCode(currency: string): string {
  return currency
    .toUpperCase()
    .replace(/[^A-Z]/g, '')
    .slice(0, 3);
}
