/** More steps than these are not named. */
const STEPS_NAMED = 12;

/** The last steps of a way through flows. */
export function wayText(steps: readonly string[]): string {
  const last = steps.slice(-STEPS_NAMED);
  return [...(last.length < steps.length ? ['…'] : []), ...last].join(' → ');
}

const REQUEUED: Readonly<Record<string, string>> = {
  'phone-gone': "the agent's phone vanished",
  'transfer-failed': 'the transfer failed',
  failed: 'the connection failed',
};

/** Why somebody waits once more. */
export const requeueText = (why: unknown): string => REQUEUED[text(why)] ?? text(why);

const OUTCOMES: Readonly<Record<string, string>> = {
  'no-answer': 'did not answer',
  rejected: 'declined',
  busy: 'was busy',
  unreachable: 'could not be reached',
  cancelled: 'was rung no longer',
  failed: 'could not be rung',
};

/** What became of a leg that was rung. */
export const outcomeText = (outcome: unknown): string =>
  OUTCOMES[text(outcome)] ?? `failed (${text(outcome)})`;

const EXITS: Readonly<Record<string, string>> = {
  timeout: 'nobody came in time',
  'no-agents': 'nobody who is logged in could serve him',
};

/** How somebody left a queue without an agent. */
export function exitText(exit: unknown): string {
  const way = text(exit);
  return EXITS[way] ?? `by ${/^[0-9*#]$/.test(way) ? 'pressing key' : 'the way out'} ${way}`;
}

/** A phone, a number or a queue. @param show how phone numbers may be shown */
export function endpointText(endpoint: unknown, show: (number: string) => string): string {
  const { kind, extension, number, queue } = (endpoint ?? {}) as Record<string, unknown>;
  if (queue !== undefined) return `queue ${text(queue)}`;
  return kind === 'phone' ? `phone ${text(extension)}` : numberText(number, show);
}

/** @param show how phone numbers may be shown */
export const numberText = (number: unknown, show: (number: string) => string): string =>
  text(number) === '' ? 'a hidden number' : show(text(number));

// What the log keeps may have been written by another version: anything may be missing or of another kind.

/** '' for what is neither text nor a number. */
export const text = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';
export const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0);
export const list = (value: unknown): string =>
  Array.isArray(value) ? value.map(text).join(' and ') : text(value);
export const pairs = (value: unknown): [string, unknown][] =>
  typeof value === 'object' && value !== null ? Object.entries(value) : [];
export const valueText = (value: unknown): string =>
  Array.isArray(value) ? value.map(text).join(', ') : String(value);
