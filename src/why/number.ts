import type { ContactRule, ContactWish } from '../contact/contact.ts';
import type { AttemptOutcome } from '../list/lead.ts';
import { text } from './words.ts';

/** How a moment, UTC ms, is shown. */
export type ShowTime = (at: number) => string;

type Detail = Readonly<Record<string, string | number>>;

const LOCK_OUTS: Partial<Readonly<Record<ContactRule, string>>> = {
  'abandoned-lock-out': 'nobody was there for him when he answered',
  'machine-lock-out': 'a machine answered',
  'conversation-lock-out': 'he talked with an agent',
};

/** Why a rule forbids to call somebody, in words. What holds no values that are known to it is told by its name. */
export function ruleText(rule: string, detail: Detail, show: ShowTime): string {
  const moment = (value: unknown): string => (typeof value === 'number' ? show(value) : text(value));
  const place = `${text(detail.local)} in ${text(detail.zone)}`;
  switch (rule as ContactRule | 'class-of-service') {
    case 'no-policy':
      return `there is no contact policy "${text(detail.policy) || 'usual'}" for it: npx carillon dialer policy check`;
    case 'facts-unknown':
      return `what was done and wished cannot be read: ${text(detail.reason)}`;
    case 'do-not-call':
      return `he is not to be called${of(detail)}: ${text(detail.source)}, ${moment(detail.at)}`;
    case 'refused':
      return `he did not want it${of(detail)}: ${text(detail.source)}, ${moment(detail.at)}`;
    case 'no-consent':
      return 'he has not consented, and its policy wants that';
    case 'campaign-dates':
      return detail.date === undefined
        ? 'the campaign has not begun, or is over'
        : `it does not dial on ${text(detail.date)}`;
    case 'unknown-zone':
      return detail.zone === undefined
        ? 'nobody knows his time zone'
        : `there is no time zone ${text(detail.zone)}`;
    case 'unknown-year':
      return `the holidays of ${text(detail.date).slice(0, 4)} are not listed in its policy`;
    case 'holiday':
      return `${text(detail.date)} is a holiday, ${place}`;
    case 'calling-window':
      return `it is ${place}, outside the calling hours`;
    case 'campaign-hours':
      return `it is ${place}, outside the campaign's own hours`;
    case 'under-way':
      return `he is being called now: ${text(detail.attempt)}`;
    case 'minimum-gap':
      return `he was dialled at ${moment(detail.last)}, and ${text(detail.gap)} has to lie between two attempts`;
    case 'abandoned-lock-out':
    case 'machine-lock-out':
    case 'conversation-lock-out':
      return `at ${moment(detail.last)} ${LOCK_OUTS[rule as ContactRule]}: he is left alone for ${text(detail.for)}`;
    case 'day-cap':
    case 'week-cap':
    case 'month-cap':
      return `${text(detail.most)} ${detail.counts === 'connected' ? 'answered calls' : 'attempts'} within ${within(detail)} is the most for a ${text(detail.of)}`;
    case 'class-of-service':
      return 'no class of service lets the campaign dial this number: npx carillon dial-plan check';
    default:
      return rule;
  }
}

const of = ({ campaign }: Detail): string => (campaign === undefined ? '' : ` for ${text(campaign)}`);

const within = ({ within: window }: Detail): string => (window === 'day' ? 'a day' : text(window));

/** Until when a rule forbids, in words. */
export function untilText(retryAt: number | null | undefined, show: ShowTime): string {
  return typeof retryAt === 'number' ? `not before ${show(retryAt)}` : 'for good';
}

const WISHES: Readonly<Record<ContactWish['kind'], string>> = {
  'do-not-call': 'is not to be called',
  refused: 'refused',
  consent: 'consented',
};

/** A wish in words. */
export function wishText(
  wish: Pick<ContactWish, 'kind' | 'campaign' | 'source' | 'at'> & {
    readonly until: number | null;
    readonly by: string;
  },
  show: ShowTime,
): string {
  const where = wish.campaign === '' ? 'for all campaigns' : `for ${wish.campaign}`;
  const until = wish.until === null ? '' : `, until ${show(wish.until)}`;
  return `${WISHES[wish.kind]} ${where}${until}: ${wish.source}, noted by ${wish.by}`;
}

const OUTCOMES: Readonly<Record<AttemptOutcome, string>> = {
  connected: 'talked with an agent',
  abandoned: 'answered, and no agent was there in time',
  'hung-up': 'answered, and hung up before an agent could be there',
  machine: 'a machine answered',
  'no-answer': 'did not answer',
  busy: 'was busy',
  rejected: 'declined',
  'invalid-number': 'nobody has this number',
  congestion: 'the network was full',
  failed: 'the network could not do it',
  cancelled: 'was let go before he answered',
  'not-dialled': 'was not dialled after all',
  unknown: 'nobody knows how it ended',
};

/** What became of an attempt, in words. @param outcome null while it is under way */
export const attemptText = (outcome: AttemptOutcome | null): string =>
  outcome === null ? 'is being called' : OUTCOMES[outcome];

/** Why as many were dialled as were, in words; '' where the log does not say. @param why as the event `AttemptMade` has it */
export function pacingText(why: unknown): string {
  if (typeof why !== 'object' || why === null) return '';
  const { idle, ringing, waiting, risk, allowed, answerRate } = why as Readonly<Record<string, unknown>>;
  const numbers = [idle, ringing, waiting, risk, allowed, answerRate];
  if (!numbers.every((one) => typeof one === 'number')) return '';
  const percent = (share: unknown): string => `${(Number(share) * 100).toFixed(1)}%`;
  const agents = idle === 1 ? 'agent' : 'agents';
  // Where each idle agent gets his lines, nobody asks for a risk.
  const reckoned =
    allowed === 0 ? '' : `risk of abandoning ${percent(risk)} of ${percent(allowed)} allowed, `;
  return `${text(idle)} ${agents} idle, ${text(ringing)} ringing, ${text(waiting)} waiting; ${reckoned}${percent(answerRate)} answer`;
}
