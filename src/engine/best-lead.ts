import { localTime } from '../base/zone.ts';
import type { DialFeatures, Propensity } from '../dialer/propensity.ts';
import type { Lead } from '../list/lead.ts';
import type { Working } from './dial-floor.ts';

/** Of so many leads at hand the one is called whose hour it is. */
const AMONG = 8;

/** What is known of a dial to this lead now. @param now UTC ms */
export function featuresOf({ numbers, attempts, lastOutcome, list }: Lead, now: number): DialFeatures {
  const { hour, weekday } = localTime(now, numbers[0]?.zones[0] ?? 'UTC');
  return {
    hour,
    weekday,
    attempts,
    list,
    numberKind: '',
    ...(lastOutcome !== undefined && { lastOutcome }),
  };
}

/**
 * Takes the lead for whom this hour is best compared with his other hours: everybody is called in the end, each rather when he answers. Who
 * asked to be called comes first.
 */
export function takeBest({ hopper, propensity }: Working, now: number): Lead | undefined {
  return hopper.takeBest(
    (lead) => (lead.callback ? Number.POSITIVE_INFINITY : fitOfHour(propensity, lead, now)),
    AMONG,
  );
}

/** This hour's chance by that of his best hour, in steps, so that small differences leave the order of the list. */
function fitOfHour(propensity: Propensity, lead: Lead, now: number): number {
  const features = featuresOf(lead, now);
  const [best] = propensity.bestHours(features);
  return best ? Math.round((10 * propensity.of(features)) / best.chance) : 0;
}
