import { maskNumber } from '../base/text.ts';
import { type DialSource, EMERGENCY_GROUP } from './class-of-service.ts';
import type { LimitName } from './leg-account.ts';

/** Whose limit it is: one source's, everybody's together, or that of calls to one number. */
export interface LimitHolder {
  readonly kind: DialSource['kind'] | 'all' | 'number';
  readonly name: string;
}

/** Why an outside number is not dialled. `group`: '' when the number is in none. */
export type DialRefusal =
  /** `by`: whose class does not have the group. */
  | {
      readonly reason: 'not-permitted';
      readonly group: string;
      readonly by?: DialSource;
      readonly class?: string;
    }
  | {
      readonly reason: 'too-many' | 'spent';
      readonly group: string;
      readonly limit: LimitName;
      readonly most: number;
      readonly of: LimitHolder;
    };

const LIMIT_WORDS: Readonly<Record<LimitName, string>> = {
  atOnce: 'calls at once',
  perMinute: 'calls a minute',
  perHour: 'calls an hour',
  minutesPerDay: 'minutes a day',
  spendPerDay: 'a day (smallest unit of the currency)',
};

/** A sentence without full numbers, for logs and people. */
export function refusalText(refusal: DialRefusal): string {
  if (refusal.reason !== 'not-permitted')
    return `${holderText(refusal.of)}: the limit of ${refusal.most} ${LIMIT_WORDS[refusal.limit]} is reached`;
  const { group, by } = refusal;
  if (group === '') return 'the number is in no group';
  if (by && group === EMERGENCY_GROUP)
    return `${holderText(by)} may not call emergency numbers: only a phone of the house may`;
  return by
    ? `${holderText(by)} has class ${refusal.class}, which does not have ${group}`
    : `nobody asked for ${group}`;
}

/** `phone 1001`, `caller 138****5678`. */
export function holderText({ kind, name }: LimitHolder): string {
  if (kind === 'all') return 'all together';
  if (kind === 'caller') return name === '' ? 'a hidden caller' : `caller ${maskNumber(name)}`;
  return `${kind} ${kind === 'number' ? maskNumber(name) : name}`;
}
