import { expect, test } from 'vitest';
import { type EndedAttempt, fateAfter, type RetryRules } from '../../src/list/retry.ts';

const NOW = Date.UTC(2026, 10, 22, 7);
const HOUR = 3_600_000;
const rules: RetryRules = {
  'no-answer': { afterMs: 2 * HOUR, tries: 3, nextNumber: true },
  busy: { afterMs: 60_000, tries: 5, nextNumber: false },
  'invalid-number': { afterMs: 0, tries: 4, nextNumber: false },
};

const ended = (over: Partial<EndedAttempt>): EndedAttempt => ({
  outcome: 'no-answer',
  attempts: 1,
  numbers: 2,
  ...over,
});

test.each([
  [
    'no answer: later, at his next number',
    ended({}),
    { next: 'again', dueAt: NOW + 2 * HOUR, nextNumber: true },
  ],
  ['no answer at his only number: later', ended({ numbers: 1 }), { next: 'again', dueAt: NOW + 2 * HOUR }],
  ['busy: soon, at the same number', ended({ outcome: 'busy' }), { next: 'again', dueAt: NOW + 60_000 }],
  ['the last try: done', ended({ attempts: 3 }), { next: 'done', reason: 'no-answer' }],
  ['one more than the last try: done', ended({ attempts: 4 }), { next: 'done', reason: 'no-answer' }],
  ['without a rule: done', ended({ outcome: 'connected' }), { next: 'done', reason: 'connected' }],
  [
    'a number that nobody has: the next one, whatever the rule says of numbers',
    ended({ outcome: 'invalid-number' }),
    { next: 'again', dueAt: NOW, nextNumber: true },
  ],
  [
    'a number that nobody has, his only one: done',
    ended({ outcome: 'invalid-number', numbers: 1 }),
    { next: 'done', reason: 'invalid-number' },
  ],
])('%s', (_, attempt, fate) => {
  expect(fateAfter(attempt, rules, NOW)).toEqual(fate);
});
