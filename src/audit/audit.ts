/**
 * What became of it: carried out, refused for a reason that was told, or failed for one of ours. `aborted`: whoever asked left before
 * he had the whole answer; it may have been carried out.
 */
export type Outcome = (typeof OUTCOMES)[number];
export const OUTCOMES = ['done', 'refused', 'failed', 'aborted'] as const;

/** Somebody did something, or tried to. */
export interface AuditEntry {
  /** UTC ms. */
  readonly at: number;
  /** Id of a user or token; '' for nobody whom we know. */
  readonly who: string;
  readonly name: string;
  readonly role: string;
  readonly branch: string;
  readonly address: string;
  /** Method and pattern of the route. */
  readonly what: string;
  readonly outcome: Outcome;
  readonly status: number;
  readonly refusal: string;
  readonly target: Readonly<Record<string, string>>;
  readonly sent?: unknown;
}

/** An entry with its number, which grows with time. */
export interface AuditRow extends AuditEntry {
  readonly seq: number;
}

/** @param status of the answer, as in HTTP */
export function outcomeOf(status: number): Outcome {
  if (status >= 500) return 'failed';
  return status >= 400 ? 'refused' : 'done';
}

/** What is told nobody, whatever it is part of. */
const SECRET =
  /pass(word|phrase)?$|^(current|old|new)$|secret|token|credential|authorization|cookie|\bpin\b|^pin$/i;
const HIDDEN = '•••';
const MOST_TEXT = 200;
const MOST_PARTS = 40;
const MOST_DEPTH = 6;
/** Of its JSON, characters. */
const MOST_JSON = 4096;

/** What somebody sent, as it may be kept: no secrets, no long texts, no more parts than people read. */
export function withoutSecrets(value: unknown, depth = 0): unknown {
  if (typeof value === 'string')
    return value.length > MOST_TEXT ? `${value.slice(0, MOST_TEXT)}… (${value.length})` : value;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MOST_DEPTH) return '…';
  if (Array.isArray(value)) {
    const shown = value.slice(0, MOST_PARTS).map((part) => withoutSecrets(part, depth + 1));
    return value.length > MOST_PARTS ? [...shown, `… (${value.length})`] : shown;
  }
  const parts = Object.entries(value);
  const shown = parts
    .slice(0, MOST_PARTS)
    .map(([key, part]) => [key, SECRET.test(key) ? HIDDEN : withoutSecrets(part, depth + 1)]);
  return Object.fromEntries(parts.length > MOST_PARTS ? [...shown, ['…', parts.length]] : shown);
}

/** The same, and no more of it than many of them have room for: what is longer is cut, as text. */
export function briefly(value: unknown): unknown {
  const kept = withoutSecrets(value);
  const text = JSON.stringify(kept) ?? '';
  return text.length > MOST_JSON ? `${text.slice(0, MOST_JSON)}… (${text.length})` : kept;
}

/** A login that nobody has may be a password in the wrong field: only so much of it is kept. */
export function unknownLogin(typed: string): string {
  return typed === '' ? '?' : `${[...typed].slice(0, 2).join('')}…?`;
}
