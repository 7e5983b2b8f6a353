import { type Check, refuse } from './case.ts';
import type { ContactRule, ContactWish, Refusal } from './contact.ts';

export const doNotCall: Check = ({ wishes, now }) => {
  const against = wishes.filter(({ kind, until }) => kind === 'do-not-call' && (until ?? Infinity) > now);
  return longest(against, ({ until = Infinity }) => until, 'do-not-call');
};

/** A consent that was given later takes a refusal back. */
export const refused: Check = ({ policy, request, wishes, now }) => {
  const endOf = ({ campaign, at, until }: ContactWish): number => {
    const { sameCampaignMs = Infinity, otherCampaignsMs } = policy.refusals;
    const concerned = campaign === '' || campaign === request.campaign;
    return concerned ? (until ?? at + sameCampaignMs) : at + otherCampaignsMs;
  };
  const consentedAt = Math.max(...consents(wishes, now).map(({ at }) => at), -Infinity);
  const against = wishes.filter(
    (wish) => wish.kind === 'refused' && wish.at >= consentedAt && endOf(wish) > now,
  );
  return longest(against, endOf, 'refused');
};

export const noConsent: Check = ({ policy, wishes, now }) =>
  policy.consentNeeded && consents(wishes, now).length === 0
    ? refuse('no-consent', undefined, {})
    : undefined;

const consents = (wishes: readonly ContactWish[], now: number): ContactWish[] =>
  wishes.filter(({ kind, until }) => kind === 'consent' && (until ?? Infinity) > now);

/** Refused until the last of them ends. */
function longest(
  wishes: readonly ContactWish[],
  endOf: (wish: ContactWish) => number,
  rule: ContactRule,
): Refusal | undefined {
  const last = wishes.toSorted((a, b) => endOf(b) - endOf(a))[0];
  if (!last) return undefined;
  const end = endOf(last);
  const { source, campaign, at } = last;
  return refuse(rule, end === Infinity ? undefined : end, {
    source,
    at,
    ...(campaign !== '' && { campaign }),
  });
}
