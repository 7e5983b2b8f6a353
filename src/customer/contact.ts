import type { Attributes } from '../base/attributes.ts';
import type { CustomerFacts } from '../call/call.ts';
import type { Customer } from './customer.ts';

/** An earlier call of a customer, as far as something is learned from it. */
export interface Contact {
  /** The agent he talked with, if he talked with one. */
  readonly agent?: string;
  /** Time in queues, ms. */
  readonly waitedMs: number;
  /** He hung up while he waited. */
  readonly gaveUp: boolean;
}

/** Earlier calls are looked at as far back as this. */
export const CONTACTS_LOOKED_AT = 20;

/** How the running centre finds what passed between it and a customer. */
export interface ContactHistory {
  /** His last calls that are over, at most `CONTACTS_LOOKED_AT`, the latest first. */
  lastContacts(customerId: string): Promise<readonly Contact[]>;
}

/** Who hangs up sooner did not give up waiting: he had dialled the wrong number, or thought better of it, ms. */
const CHANGED_HIS_MIND_MS = 5000;

/** Patience is reckoned within these, ms: what a record says can be anything. */
const LEAST_PATIENCE_MS = 1000;
const MOST_PATIENCE_MS = 3_600_000;

/** From one hang-up alone no less is learned, ms: it may have been the door bell. */
const LEAST_LEARNED_FROM_ONE_MS = 10_000;

/** Name of the attribute that says how long somebody tolerates to wait, s. */
const PATIENCE = 'patience';

/**
 * The wait that a customer tolerates, ms, as his record says it or his contacts show: undefined while nothing is known. Of several waits that
 * he gave up the second shortest counts, so that a single one does not put him first in his next 20 calls.
 */
export function patienceMsOf(attributes: Attributes, contacts: readonly Contact[]): number | undefined {
  const told = attributes[PATIENCE];
  if (typeof told === 'number' && told > 0) return bounded(told * 1000);
  const given = contacts
    .slice(0, CONTACTS_LOOKED_AT)
    .filter(({ gaveUp, waitedMs }) => gaveUp && waitedMs >= CHANGED_HIS_MIND_MS)
    .map(({ waitedMs }) => waitedMs)
    .sort((a, b) => a - b);
  const [shortest, second] = given;
  if (shortest === undefined) return undefined;
  return bounded(second ?? Math.max(LEAST_LEARNED_FROM_ONE_MS, shortest));
}

const bounded = (patienceMs: number): number =>
  Math.min(MOST_PATIENCE_MS, Math.max(LEAST_PATIENCE_MS, patienceMs));

/** A customer as routing sees him. @param visible leaves out the attributes that nobody may look at */
export function customerFacts(
  { attributes = {}, accountManager, caseOwner }: Customer,
  contacts: readonly Contact[],
  visible: (attributes: Attributes) => Attributes,
): CustomerFacts {
  const lastAgent = contacts.find(({ agent }) => agent !== undefined)?.agent;
  const patienceMs = patienceMsOf(attributes, contacts);
  return {
    attributes: visible(attributes),
    agents: {
      ...(lastAgent !== undefined && { 'last-agent': lastAgent }),
      ...(caseOwner !== undefined && { 'case-owner': caseOwner }),
      ...(accountManager !== undefined && { 'account-manager': accountManager }),
    },
    ...(patienceMs !== undefined && { patienceMs }),
  };
}
