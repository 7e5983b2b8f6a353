/** Control characters, C1 controls, line separators and the marks that reverse reading direction. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is its purpose
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text from outside (SIP, HTTP) made safe to store and show: controls and direction marks removed, lone
 * surrogates replaced, cut to `max` characters.
 */
export function cleanText(text: unknown, max = 80): string {
  if (typeof text !== 'string') return '';
  return text.toWellFormed().replace(UNSAFE, '').trim().slice(0, max);
}

/** A phone number from outside: digits, with a leading + kept; anything else (also "anonymous") is ''. */
export function cleanNumber(text: unknown): string {
  const number = cleanText(text, 200).replace(/[\s().-]/g, '');
  return /^\+?[0-9*#]{1,32}$/.test(number) ? number : '';
}

/** A number as roles without need see it, and as logs keep it: 13812345678 → 138****5678. */
export function maskNumber(number: string): string {
  if (number.length <= 5) return number;
  const tail = number.length > 8 ? 4 : 2;
  const head = Math.min(3, number.length - tail - 1);
  return `${number.slice(0, head)}****${number.slice(-tail)}`;
}
