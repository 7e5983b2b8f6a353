import { maskNumber } from './text.ts';

/** Names of fields whose value is nobody's business. `token` is the id of one everywhere, so it is not among them. */
const SECRET_NAMES = /^(.*password|.*secret|authorization|cookie|pin|card|digits|adminToken)$/i;
const REDACTED = '[redacted]';
/** A secret shorter than this would blot out ordinary words. */
const SHORTEST = 8;
const DEEPEST = 6;

/**
 * Makes a function that takes out of log fields what must not be written down: the values of fields with such names, these
 * `secrets` wherever they stand, credentials in addresses and headers, and all but the ends of numbers as long as a card's.
 * Errors become their name, message and stack.
 */
export function redactor(secrets: readonly string[]): (fields: object) => Record<string, unknown> {
  const known = secrets.filter((secret) => secret.length >= SHORTEST);
  const clean = (text: string): string =>
    known
      .reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text)
      .replace(/(\/\/)[^/\s@]*:[^/\s@]*@/g, `$1${REDACTED}@`)
      .replace(/\b(Bearer|Basic|Digest) +[^\s"',]+/gi, `$1 ${REDACTED}`)
      .replace(/\d{13,}/g, maskNumber);
  const redact = (value: unknown, depth: number): unknown => {
    if (typeof value === 'string') return clean(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth >= DEEPEST) return '…';
    if (value instanceof Error)
      return { name: value.name, message: clean(value.message), stack: clean(value.stack ?? '') };
    if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
    return fieldsOf(value, depth);
  };
  const fieldsOf = (value: object, depth: number): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(value).map(([name, item]) => [
        name,
        SECRET_NAMES.test(name) ? REDACTED : redact(item, depth + 1),
      ]),
    );
  return (fields) => fieldsOf(fields, 0);
}
