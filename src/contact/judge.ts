import { type Check, caseOf } from './case.ts';
import type { ContactFacts, ContactRequest, ContactVerdict, Refusal } from './contact.ts';
import type { ContactPolicy } from './data.ts';
import { capsUpTo, lockOut, minimumGap, underWay } from './history.ts';
import { lawfulHours, ownDates, ownHours } from './when.ts';
import { doNotCall, noConsent, refused } from './wishes.ts';

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** More changes of rules are not followed to find when nothing forbids. */
const MOST_CHANGES = 100;

/**
 * Whether this contact is permitted now: the first rule that forbids it, in the order of `CONTACT_RULES`. Contacts later than `now`, noted
 * before a clock was set back, count as if they had just been.
 * @param now UTC ms
 */
export function judgeContact(
  policy: ContactPolicy,
  request: ContactRequest,
  facts: ContactFacts,
  now: number,
): ContactVerdict {
  const one = caseOf(policy, request, facts, now);
  for (const check of CHECKS) {
    const refusal = check(one);
    if (refusal) return refusal;
  }
  return { allowed: true };
}

/** Every rule that forbids this contact now, in their order. @param now UTC ms */
export function everyRefusal(
  policy: ContactPolicy,
  request: ContactRequest,
  facts: ContactFacts,
  now: number,
): readonly Refusal[] {
  const one = caseOf(policy, request, facts, now);
  return CHECKS.flatMap((check) => check(one) ?? []);
}

/** Whether hours and dates permit calls to a number in all these zones; a refusal where they do not. @param now UTC ms */
export function judgeHours(policy: ContactPolicy, zones: readonly string[], now: number): ContactVerdict {
  return (
    ownDates(policy, zones, now) ??
    lawfulHours(policy, zones, now) ??
    ownHours(policy, zones, now) ?? { allowed: true }
  );
}

/**
 * When this contact would be permitted if nothing happened until then, and what is under way came to nothing now; undefined: never, or
 * not after many changes of rules.
 * @param now UTC ms
 */
export function nextPermitted(
  policy: ContactPolicy,
  request: ContactRequest,
  facts: ContactFacts,
  now: number,
): number | undefined {
  const contacts = facts.contacts.map((past) => ({ ...past, outcome: past.outcome ?? ('unknown' as const) }));
  let at = now;
  for (let turn = 0; turn < MOST_CHANGES; turn += 1) {
    const verdict = judgeContact(policy, request, { ...facts, contacts }, at);
    if (verdict.allowed) return at;
    if (verdict.retryAt === undefined) return undefined;
    at = verdict.retryAt;
  }
  return undefined;
}

const unlessAsked =
  (check: Check): Check =>
  (one) =>
    one.request.asked ? undefined : check(one);

/** In the order of `CONTACT_RULES`. What somebody asked for himself needs no consent, and no cap or gap holds it back. */
const CHECKS: readonly Check[] = [
  doNotCall,
  unlessAsked(refused),
  unlessAsked(noConsent),
  ({ policy, request, now }) => ownDates(policy, request.zones, now),
  ({ policy, request, now }) => lawfulHours(policy, request.zones, now),
  ({ policy, request, now }) => ownHours(policy, request.zones, now),
  underWay,
  unlessAsked(minimumGap),
  // Whoever was called and met silence is not to meet it again because he had asked for a call.
  (one) => (one.request.asked && one.request.attended ? undefined : lockOut('abandoned')(one)),
  unlessAsked(lockOut('machine')),
  unlessAsked(lockOut('conversation')),
  unlessAsked(capsUpTo('day-cap', 0, DAY_MS)),
  unlessAsked(capsUpTo('week-cap', DAY_MS, WEEK_MS)),
  unlessAsked(capsUpTo('month-cap', WEEK_MS, Infinity)),
];
