import type { AttemptOutcome } from '../list/lead.ts';
import type {
  ContactFacts,
  ContactRequest,
  ContactRule,
  ContactWish,
  PastContact,
  Refusal,
} from './contact.ts';
import type { ContactPolicy } from './data.ts';

/** What nobody can say the end of is asked again after this, ms. */
export const ASK_AGAIN_MS = 60_000;

/** His phone was never reached, so it is no contact: no cap, gap or lock-out counts it. */
const NOT_REACHED: ReadonlySet<AttemptOutcome | undefined> = new Set([
  'invalid-number',
  'congestion',
  'failed',
  'not-dialled',
]);

/** A contact that is judged, and what concerns it. */
export interface Case {
  readonly policy: ContactPolicy;
  readonly request: ContactRequest;
  readonly wishes: readonly ContactWish[];
  /** Those that reached him. */
  readonly contacts: readonly PastContact[];
  readonly underWay?: PastContact;
  /** UTC ms. */
  readonly now: number;
}

/** One rule. */
export type Check = (one: Case) => Refusal | undefined;

/** @param now UTC ms */
export function caseOf(
  policy: ContactPolicy,
  request: ContactRequest,
  facts: ContactFacts,
  now: number,
): Case {
  const { person, number, campaign } = request;
  const his = facts.contacts.filter(
    (past) => past.attempt !== request.attempt && (past.person === person || past.number === number),
  );
  const underWay = his.find(({ outcome }) => outcome === undefined);
  const contacts = his.filter(({ outcome }) => !NOT_REACHED.has(outcome));
  const wishes = facts.wishes.filter(
    (wish) => wish.campaign === '' || wish.campaign === campaign || wish.kind === 'refused',
  );
  return { policy, request, wishes, contacts, now, ...(underWay && { underWay }) };
}

export function refuse(rule: ContactRule, retryAt: number | undefined, detail: Refusal['detail']): Refusal {
  return { allowed: false, rule, detail, ...(retryAt !== undefined && { retryAt }) };
}
