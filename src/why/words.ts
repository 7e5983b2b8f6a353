import { type Said, said } from '../base/said.ts';

/** Words that may be shown in another language. */
export type Words = string | Said;

/** More steps than these are not named. */
const STEPS_NAMED = 12;

/** The last steps of a way through flows. */
export function wayText(steps: readonly string[]): string {
  const last = steps.slice(-STEPS_NAMED);
  return [...(last.length < steps.length ? ['…'] : []), ...last].join(' → ');
}

const REQUEUED: Readonly<Record<string, Said>> = {
  'phone-gone': said`the agent's phone vanished`,
  'transfer-failed': said`the transfer failed`,
  failed: said`the connection failed`,
};

/** Why somebody waits once more. */
export const requeueText = (why: unknown): Words => REQUEUED[text(why)] ?? text(why);

const OUTCOMES: Readonly<Record<string, Said>> = {
  'no-answer': said`did not answer`,
  rejected: said`declined`,
  busy: said`was busy`,
  unreachable: said`could not be reached`,
  cancelled: said`was rung no longer`,
  failed: said`could not be rung`,
};

/** What became of a leg that was rung. */
export const outcomeText = (outcome: unknown): Words =>
  OUTCOMES[text(outcome)] ?? said`failed (${text(outcome)})`;

const EXITS: Readonly<Record<string, Said>> = {
  timeout: said`nobody came in time`,
  'no-agents': said`nobody who is logged in could serve him`,
};

/** How somebody left a queue without an agent. */
export function exitText(exit: unknown): Words {
  const way = text(exit);
  return EXITS[way] ?? (/^[0-9*#]$/.test(way) ? said`by pressing key ${way}` : said`by the way out ${way}`);
}

/** A phone, a number or a queue. @param show how phone numbers may be shown */
export function endpointText(endpoint: unknown, show: (number: string) => string): Words {
  const { kind, extension, number, queue } = (endpoint ?? {}) as Record<string, unknown>;
  if (queue !== undefined) return said`queue ${text(queue)}`;
  return kind === 'phone' ? said`phone ${text(extension)}` : numberText(number, show);
}

/** @param show how phone numbers may be shown */
export const numberText = (number: unknown, show: (number: string) => string): Words =>
  text(number) === '' ? said`a hidden number` : show(text(number));

// What the log keeps may have been written by another version: anything may be missing or of another kind.

/** '' for what is neither text nor a number. */
export const text = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';
export const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0);
export const list = (value: unknown): Words =>
  Array.isArray(value)
    ? value.map(text).reduce<Words>((all, one) => (all === '' ? one : said`${all} and ${one}`), '')
    : text(value);
export const pairs = (value: unknown): [string, unknown][] =>
  typeof value === 'object' && value !== null ? Object.entries(value) : [];
export const valueText = (value: unknown): string =>
  Array.isArray(value) ? value.map(text).join(', ') : String(value);
