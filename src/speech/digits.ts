/** Longest row of digits that is read out; an IBAN has 34. */
const MOST_DIGITS = 64;

/** What is left of a row of digits when all is dropped that is not read out: 0-9, letters A-Z, and * # +. */
export function readableDigits(digits: string): readonly string[] {
  return [...digits.toUpperCase().slice(0, 1_000)]
    .filter((letter) => /[0-9A-Z*#+]/.test(letter))
    .slice(0, MOST_DIGITS);
}

export const LETTERS: readonly string[] = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

/** Whether a year, month and day can be spoken. That the day exists is not checked. */
export function isDate(date: {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}): boolean {
  return isWithin(date.year, 1, 9999) && isWithin(date.month, 1, 12) && isWithin(date.day, 1, 31);
}

/** Whether hour and minute are those of a day of 24 hours. */
export function isTime(time: { readonly hour: number; readonly minute: number }): boolean {
  return isWithin(time.hour, 0, 23) && isWithin(time.minute, 0, 59);
}

function isWithin(value: number, from: number, to: number): boolean {
  return Number.isInteger(value) && value >= from && value <= to;
}
