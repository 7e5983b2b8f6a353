import { spanText } from '../base/span.ts';
import type { AttemptOutcome } from '../list/lead.ts';
import { ASK_AGAIN_MS, type Case, type Check, refuse } from './case.ts';
import type { ContactRule, Refusal } from './contact.ts';
import type { Cap, LockOutCause } from './data.ts';
import { dayStart, isKnownZone, nextDayStart } from './hours.ts';

const DAY_MS = 86_400_000;

/** He answered, or nobody knows that he did not; one that is under way may still be answered. */
const ANSWERED: ReadonlySet<AttemptOutcome | undefined> = new Set([
  'connected',
  'abandoned',
  'hung-up',
  'unknown',
  undefined,
]);

const OUTCOMES_OF: Readonly<Record<LockOutCause, AttemptOutcome>> = {
  abandoned: 'abandoned',
  machine: 'machine',
  conversation: 'connected',
};

export const underWay: Check = ({ underWay: other, now }) =>
  other && refuse('under-way', now + ASK_AGAIN_MS, { attempt: other.attempt, campaign: other.campaign });

export const minimumGap: Check = ({ policy: { gaps }, request, contacts, now }) => {
  const ends = contacts.map((past) => {
    const gapMs = Math.max(
      past.number === request.number ? gaps.numberMs : 0,
      past.person === request.person ? gaps.personMs : 0,
    );
    return { past, until: past.at + gapMs };
  });
  const last = ends
    .filter(({ past, until }) => until > now && until > past.at)
    .sort((a, b) => b.until - a.until)[0];
  return (
    last &&
    refuse('minimum-gap', last.until, { gap: spanText(last.until - last.past.at), last: last.past.at })
  );
};

/** After an attempt that ended so. */
export const lockOut =
  (cause: LockOutCause): Check =>
  ({ policy, request, contacts, now }) => {
    const { forMs, unlessAttended } = policy.lockOuts[cause];
    if (unlessAttended && request.attended) return undefined;
    const last = Math.max(
      ...contacts.filter(({ outcome }) => outcome === OUTCOMES_OF[cause]).map(({ at }) => at),
      -Infinity,
    );
    return forMs > 0 && last + forMs > now
      ? refuse(`${cause}-lock-out`, last + forMs, { last, for: spanText(forMs) })
      : undefined;
  };

/** Caps over windows that are longer than `moreThanMs`, and not longer than `upToMs`. */
export const capsUpTo =
  (rule: ContactRule, moreThanMs: number, upToMs: number): Check =>
  (one) => {
    const broken = one.policy.caps
      .filter(({ within }) => lengthOf(within) > moreThanMs && lengthOf(within) <= upToMs)
      .flatMap((cap) => brokenCap(cap, one));
    const worst = broken.sort((a, b) => b.retryAt - a.retryAt)[0];
    return worst && refuse(rule, worst.retryAt === Infinity ? undefined : worst.retryAt, worst.detail);
  };

const lengthOf = (within: Cap['within']): number => (within === 'day' ? DAY_MS : within);

/** A refusal for each of person and number that is at its cap. */
function brokenCap(cap: Cap, one: Case): { readonly retryAt: number; readonly detail: Refusal['detail'] }[] {
  const { most, within, counts, of, across } = cap;
  const { request, contacts } = one;
  const kinds = of === 'each' ? (['person', 'number'] as const) : [of];
  return kinds.flatMap((kind) => {
    const times = contacts
      .filter(
        (past) =>
          past[kind] === request[kind] &&
          (across === 'campaigns' || past.campaign === request.campaign) &&
          (counts === 'attempts' || ANSWERED.has(past.outcome)),
      )
      .map(({ at }) => at)
      .sort((a, b) => a - b);
    const frees = within === 'day' ? freeByDay(times, most, one) : freeAfter(times, most, within, one.now);
    const inWindow = within === 'day' ? 'day' : spanText(within);
    return frees === undefined
      ? []
      : [{ retryAt: frees, detail: { most, within: inWindow, counts, of: kind } }];
  });
}

/** When fewer than `most` of `times` will be in the window; undefined where they are fewer now. @param times in their order */
function freeAfter(
  times: readonly number[],
  most: number,
  windowMs: number,
  now: number,
): number | undefined {
  const oldest = most === 0 ? Infinity : (times[times.length - most] ?? -Infinity);
  return oldest + windowMs > now ? oldest + windowMs : undefined;
}

/** The same for a day of the calendar; where a number may be in several zones, for the day of each. */
function freeByDay(times: readonly number[], most: number, { request, now }: Case): number | undefined {
  const oldest = most === 0 ? Infinity : (times[times.length - most] ?? -Infinity);
  if (!Number.isFinite(oldest)) return oldest === Infinity ? Infinity : undefined;
  const ends = request.zones
    .filter(isKnownZone)
    .filter((zone) => oldest >= dayStart(now, zone))
    .map((zone) => nextDayStart(oldest, zone));
  return ends.length === 0 ? undefined : Math.max(...ends);
}
