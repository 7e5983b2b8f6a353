import { messageOf } from '../base/errors.ts';
import { ASK_AGAIN_MS } from './case.ts';
import type {
  ContactFacts,
  ContactGate,
  ContactRecord,
  ContactRequest,
  ContactVerdict,
  PastContact,
  Refusal,
} from './contact.ts';
import type { Conduct, ContactPolicy } from './data.ts';
import { everyRefusal, judgeContact, judgeHours, nextPermitted } from './judge.ts';
import { isOpenAt } from './when.ts';
import type { NewWish } from './wish.ts';

/** The policies in force. */
export interface PolicyDirectory {
  /** '' for the usual one; undefined where there is none of this name. */
  policy(name: string): ContactPolicy | undefined;
}

/** What the gate has to know of a campaign. */
export interface CampaignTerms {
  /** Name of its policy, '' for the usual one. */
  readonly policy: string;
  /** UTC ms; valid from (inclusive) until (exclusive). */
  readonly validFrom: number;
  readonly validUntil: number;
}

export interface GateParts {
  readonly policies: PolicyDirectory;
  readonly record: ContactRecord;
  /** Undefined for a campaign that there is not: nobody may be called for it. */
  readonly campaign: (id: string) => CampaignTerms | undefined;
  /**
   * How much later than the machine's clock the centre's time is, ms, while it follows that after it was set. Nobody can say which of the
   * two is right, so hours have to hold by both.
   */
  readonly aheadMs?: () => number;
}

/** What the gate says, rule by rule. */
export interface Explanation {
  readonly policy?: string;
  readonly regulator?: string;
  readonly refusals: readonly Refusal[];
  /** UTC ms; when it would be permitted if nothing happened until then. */
  readonly nextAt?: number;
}

/** More of a minute's answers about hours are not remembered. */
const MOST_REMEMBERED = 10_000;
const MINUTE_MS = 60_000;

/** The gate by the policies in force, the record of contacts, and the terms of campaigns. */
export class PolicyGate implements ContactGate {
  readonly #parts: GateParts;
  /** Answers about hours, which change with the minute. */
  #minute = 0;
  #open = new Map<ContactPolicy, Map<string, boolean>>();
  #remembered = 0;

  constructor(parts: GateParts) {
    this.#parts = parts;
  }

  judge(request: ContactRequest, now: number): ContactVerdict {
    const policy = this.#policyOf(request.campaign, now);
    if ('allowed' in policy) return policy;
    const facts = this.#factsOf(request, now);
    if ('allowed' in facts) return facts;
    const verdict = judgeContact(policy, request, facts, now);
    return verdict.allowed ? this.#byMachineClock(policy, request.zones, now) : verdict;
  }

  /** Every rule that forbids it now, and when none would any more. @param now UTC ms */
  explain(request: ContactRequest, now: number): Explanation {
    const policy = this.#policyOf(request.campaign, now);
    if ('allowed' in policy) return { refusals: [policy] };
    const { name, regulator } = policy;
    const facts = this.#factsOf(request, now);
    if ('allowed' in facts) return { policy: name, regulator, refusals: [facts] };
    const clock = this.#byMachineClock(policy, request.zones, now);
    const refusals = everyRefusal(policy, request, facts, now);
    const all = refusals.length === 0 && !clock.allowed ? [clock] : refusals;
    const nextAt = nextPermitted(policy, request, facts, now);
    return { policy: name, regulator, refusals: all, ...(nextAt !== undefined && { nextAt }) };
  }

  isOpen(campaign: string, zones: readonly string[], now: number): boolean {
    const policy = this.#policyOf(campaign, now);
    if ('allowed' in policy) return false;
    const answers = this.#answers(policy, now);
    const key = zones.join('|');
    let open = answers.get(key);
    if (open === undefined) {
      open = isOpenAt(policy, zones, now) && this.#byMachineClock(policy, zones, now).allowed;
      answers.set(key, open);
      this.#remembered += 1;
    }
    return open;
  }

  note(contact: PastContact): void {
    this.#parts.record.note(contact);
  }

  wished(wish: NewWish): void {
    this.#parts.record.wished(wish);
  }

  conduct(id: string): Conduct | undefined {
    const campaign = this.#parts.campaign(id);
    return campaign && this.#parts.policies.policy(campaign.policy)?.conduct;
  }

  #policyOf(id: string, now: number): ContactPolicy | Refusal {
    const campaign = this.#parts.campaign(id);
    const policy = campaign && this.#parts.policies.policy(campaign.policy);
    // Whoever mends that does not tell.
    if (!policy)
      return {
        allowed: false,
        rule: 'no-policy',
        retryAt: now + ASK_AGAIN_MS,
        detail: { campaign: id, policy: campaign?.policy ?? '' },
      };
    const { validFrom, validUntil } = campaign;
    if (validFrom <= now && now < validUntil) return policy;
    const detail = { validFrom, validUntil };
    return { allowed: false, rule: 'campaign-dates', detail, ...(now < validFrom && { retryAt: validFrom }) };
  }

  /** What cannot be known forbids. */
  #factsOf({ person, number }: ContactRequest, now: number): ContactFacts | Refusal {
    try {
      return this.#parts.record.factsOf(person, number, now);
    } catch (thrown) {
      return {
        allowed: false,
        rule: 'facts-unknown',
        retryAt: now + ASK_AGAIN_MS,
        detail: { reason: messageOf(thrown) },
      };
    }
  }

  #byMachineClock(policy: ContactPolicy, zones: readonly string[], now: number): ContactVerdict {
    const aheadMs = this.#parts.aheadMs?.() ?? 0;
    if (Math.abs(aheadMs) < MINUTE_MS) return { allowed: true };
    if (isOpenAt(policy, zones, now - aheadMs)) return { allowed: true };
    const verdict = judgeHours(policy, zones, now - aheadMs);
    if (verdict.allowed || verdict.retryAt === undefined) return verdict;
    return { ...verdict, retryAt: verdict.retryAt + aheadMs };
  }

  #answers(policy: ContactPolicy, now: number): Map<string, boolean> {
    const minute = Math.floor(now / MINUTE_MS);
    if (minute !== this.#minute || this.#remembered >= MOST_REMEMBERED) {
      this.#minute = minute;
      this.#open = new Map();
      this.#remembered = 0;
    }
    const answers = this.#open.get(policy) ?? new Map<string, boolean>();
    this.#open.set(policy, answers);
    return answers;
  }
}
