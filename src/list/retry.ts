import type { AttemptOutcome, LeadFate } from './lead.ts';

/** What follows an outcome: again after so long, for so often; without a rule, done. */
export type RetryRules = Readonly<Partial<Record<AttemptOutcome, RetryRule>>>;

export interface RetryRule {
  readonly afterMs: number;
  /** Attempts of this lead, of whatever outcome, after which it is done. */
  readonly tries: number;
  /** The next attempt goes to his next number. */
  readonly nextNumber: boolean;
}

/** An attempt that ended. */
export interface EndedAttempt {
  readonly outcome: AttemptOutcome;
  /** Attempts of this lead, this one included. */
  readonly attempts: number;
  /** How many numbers he has. */
  readonly numbers: number;
}

/**
 * How it goes on with a lead after an attempt. A number that nobody has is not dialled again: where he has no other, he is done, whatever
 * the rule says. @param now UTC ms
 */
export function fateAfter(
  { outcome, attempts, numbers }: EndedAttempt,
  rules: RetryRules,
  now: number,
): LeadFate {
  const rule = rules[outcome];
  if (!rule || attempts >= rule.tries) return { next: 'done', reason: outcome };
  const isDead = outcome === 'invalid-number';
  if (isDead && numbers < 2) return { next: 'done', reason: outcome };
  const nextNumber = (isDead || rule.nextNumber) && numbers > 1;
  return { next: 'again', dueAt: now + rule.afterMs, ...(nextNumber && { nextNumber }) };
}
