import type { Span } from '../ivr/calendar.ts';
import type { Cap, ContactPolicy, LockOut } from './data.ts';
import { LOCK_OUT_CAUSES } from './data.ts';

/** Something in which a policy permits more than another one, by the key that is written for it. */
export interface Looser {
  readonly key: string;
  readonly message: string;
}

/** In what `policy` permits more than `lawful`. Days that are unlike their weekday are not compared. */
export function looser(policy: ContactPolicy, lawful: ContactPolicy): Looser[] {
  const found: Looser[] = [];
  const complain = (isLooser: boolean, key: string, message: string): void => {
    if (isLooser) found.push({ key, message });
  };
  const longer = policy.hours.week.some((spans, day) => !within(spans, lawful.hours.week[day] ?? []));
  complain(longer, 'calling-hours', 'longer hours');
  complain(!policy.consentNeeded && lawful.consentNeeded, 'consent', 'calls with less consent');
  const { sameCampaignMs: same = Infinity, otherCampaignsMs: others } = policy.refusals;
  const { sameCampaignMs: lawfulSame = Infinity, otherCampaignsMs: lawfulOthers } = lawful.refusals;
  complain(same < lawfulSame || others < lawfulOthers, 'refusals', 'refusals are forgotten sooner');
  const { numberMs, personMs } = lawful.gaps;
  complain(policy.gaps.numberMs < numberMs || policy.gaps.personMs < personMs, 'minimum-gap', 'shorter gaps');
  for (const cause of LOCK_OUT_CAUSES)
    complain(
      isShorter(policy.lockOuts[cause], lawful.lockOuts[cause]),
      'lock-outs',
      `a shorter time after ${cause}`,
    );
  const missing = lawful.caps.find((cap) => !policy.caps.some((own) => isAsTight(own, cap)));
  complain(missing !== undefined, 'caps', 'more calls');
  complain(isFreer(policy.conduct, lawful.conduct), 'conduct', 'freer dialling');
  return found;
}

const within = (spans: readonly Span[], lawful: readonly Span[]): boolean =>
  spans.every(({ from, to }) => lawful.some((one) => one.from <= from && to <= one.to));

const isShorter = (own: LockOut, lawful: LockOut): boolean =>
  own.forMs < lawful.forMs || (lawful.forMs > 0 && own.unlessAttended && !lawful.unlessAttended);

/** A cap that permits nothing that `lawful` does not: of the same kind or of a wider one. */
const isAsTight = (own: Cap, lawful: Cap): boolean =>
  own.most <= lawful.most &&
  own.within === lawful.within &&
  (own.counts === lawful.counts || own.counts === 'attempts') &&
  (own.of === lawful.of || own.of === 'each') &&
  (own.across === lawful.across || own.across === 'campaigns');

function isFreer(own: ContactPolicy['conduct'], lawful: ContactPolicy['conduct']): boolean {
  return (
    own.maxAbandonment > lawful.maxAbandonment ||
    own.connectWithinMs > lawful.connectWithinMs ||
    own.minRingMs < lawful.minRingMs ||
    (lawful.messageNeeded && !own.messageNeeded) ||
    lawful.abandonmentWindows.some((window) => !own.abandonmentWindows.includes(window))
  );
}
