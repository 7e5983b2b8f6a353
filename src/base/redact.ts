import { maskNumber } from './text.ts';

/** Words in the name of a field whose value is nobody's business, whatever stands beside them. */
const SECRET_WORDS = new Set(
  'authorization cookie cookies pin pins card digits cvv cvc pwd passphrase credential credentials'.split(
    ' ',
  ),
);
/** The same written as one word with others. `token` alone is the id of one everywhere, so it is not among them. */
const SECRET_NAMES =
  /password|passwd|secret|^cards?(number|no)$|(api|auth|access|admin|refresh|session|id|bearer)token$|(api|private|access)key$/;
const REDACTED = '[redacted]';
/** A secret shorter than this would blot out ordinary words. */
const SHORTEST = 8;
const DEEPEST = 6;
/** A number from here on is longer than a time in ms: a card's. */
const CARD_FROM = 1e13;

/** What our ids look like (`ids.ts`, and those of others that we keep): letters, then parts that hold together. */
const ID = String.raw`(?<![\w+-])(?:call|leg|PJSIP)[-/][\w-]*\w`;
const UUID = String.raw`(?<![\w-])[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?![\w-])`;
/** A card in groups, a phone in groups, or as many digits as a phone has with its area. */
const NUMBER = String.raw`\d{4}(?:[ -]\d{4}){2,3}(?:[ -]\d{1,4})?(?!\d)|(?<!\d)\d{3}([ -])\d{4}\1\d{4}(?!\d)|\d{11,}`;
const NUMBERS = new RegExp(`${UUID}|${ID}|${NUMBER}`, 'g');

/** Header values and parameters in running text. */
const IN_TEXT: readonly (readonly [RegExp, string])[] = [
  [/(\/\/)[^/\s@]*:[^/\s@]*@/g, `$1${REDACTED}@`],
  [/\b(Bearer|Basic) +[^\s"',]+/gi, `$1 ${REDACTED}`],
  [/\b(Digest) +(?:[\w-]+=(?:"[^"]*"|[^\s,"]+)(?:, *)?)+/gi, `$1 ${REDACTED}`],
  [/\b(Digest) +(?!\[)[^\s"',]+/gi, `$1 ${REDACTED}`],
  [/\b((?:set-)?cookie) *: *[^\r\n]+/gi, `$1: ${REDACTED}`],
  [/\b(response|c?nonce) *= *(?:"[^"]*"|[\da-f]{16,})/gi, `$1=${REDACTED}`],
  [
    /\b([\w-]*(?:passw(?:or)?d|pwd|secret|token|api[_-]?key|cookie)|pin|cvv|cvc)=(?:"[^"]*"|[^\s&"',;]+)/gi,
    `$1=${REDACTED}`,
  ],
];

/**
 * Makes a function that takes out of log fields what must not be written down: the values of fields with such names, these
 * `secrets` wherever they stand, credentials in addresses, parameters and headers, and all but the ends of numbers as long
 * as a phone's or a card's. Ids stay whole. Errors become their name, message, stack and cause.
 */
export function redactor(secrets: readonly string[]): (fields: object) => Record<string, unknown> {
  const known = secrets.filter((secret) => secret.length >= SHORTEST);
  const clean = (text: string): string => {
    const bare = known.reduce((rest, secret) => rest.replaceAll(secret, REDACTED), text);
    return IN_TEXT.reduce((rest, [pattern, by]) => rest.replace(pattern, by), bare).replace(NUMBERS, masked);
  };
  const redact = (value: unknown, depth: number): unknown => {
    if (typeof value === 'string') return clean(value);
    if (typeof value === 'number' || typeof value === 'bigint') return numberOf(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth >= DEEPEST) return '…';
    if (value instanceof Error) return errorOf(value, depth);
    if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1));
    return fieldsOf(value, depth);
  };
  const errorOf = ({ name, message, stack = '', cause }: Error, depth: number): object => ({
    name,
    message: clean(message),
    stack: clean(stack),
    ...(cause !== undefined && { cause: redact(cause, depth + 1) }),
  });
  const fieldsOf = (value: object, depth: number): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(value).map(([name, item]) => [
        name,
        isSecret(name) ? REDACTED : redact(item, depth + 1),
      ]),
    );
  return (fields) => fieldsOf(fields, 0);
}

/** `pinDigits`, `card_number`, `set-cookie`: by its words. */
function isSecret(name: string): boolean {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/);
  return words.some((word) => SECRET_WORDS.has(word)) || SECRET_NAMES.test(words.join(''));
}

function masked(found: string): string {
  return /^\d[\d -]*$/.test(found) ? maskNumber(found.replace(/[ -]/g, '')) : found;
}

function numberOf(value: number | bigint): unknown {
  const isCard = Number(value) >= CARD_FROM && Number.isInteger(Number(value));
  return isCard ? maskNumber(String(value)) : value;
}
