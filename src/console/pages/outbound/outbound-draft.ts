import type { OutboundView } from '../../../http/outbound-fields.ts';
import { dayIn, endOfDayIn, startOfDayIn } from '../../parts/zone-day.ts';

type Outcome = keyof OutboundView['retry'];

/** Outcomes after which somebody may be tried again, in the order in which they are shown. */
export const RETRIED = [
  'busy',
  'no-answer',
  'machine',
  'rejected',
  'hung-up',
  'abandoned',
  'congestion',
  'failed',
  'invalid-number',
  'cancelled',
  'unknown',
  'connected',
] as const satisfies readonly Outcome[];

export interface RetryDraft {
  readonly outcome: (typeof RETRIED)[number];
  isOn: boolean;
  minutes: number;
  tries: number;
  nextNumber: boolean;
}

/** A campaign as a form has it: seconds, minutes, percent and days. */
export interface OutboundDraft {
  id: string;
  name: string;
  queue: string;
  flow: string;
  callerNumber: string;
  policy: string;
  /** Days in the zone of the centre, the last one included. */
  from: string;
  until: string;
  weight: number;
  branch: string;
  script: string;
  mode: OutboundView['pacing']['mode'];
  ratio: number;
  minAgents: number;
  maxAbandonmentPercent: number;
  rollingWindow: boolean;
  connectWithinSeconds: number;
  cancels: boolean;
  ringSeconds: number;
  minRingSeconds: number;
  retry: RetryDraft[];
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const USUAL_DAYS = 30;

/** Minutes and tries after each outcome, and whether at the next number: as the API has it where nothing is said. */
const USUAL_RETRY: Readonly<
  Partial<Record<Outcome, readonly [minutes: number, tries: number, next: boolean]>>
> = {
  busy: [15, 5, false],
  'no-answer': [240, 5, true],
  machine: [240, 5, true],
  rejected: [1440, 3, false],
  congestion: [10, 8, false],
  failed: [30, 5, true],
  'invalid-number': [0, 5, true],
  'hung-up': [1440, 3, false],
  abandoned: [4320, 3, false],
  cancelled: [60, 8, false],
  unknown: [1440, 5, false],
};

/** What a new one begins with. @param now UTC ms */
export function emptyOutbound(now: number, zone: string, branch: string): OutboundDraft {
  return {
    id: '',
    name: '',
    queue: '',
    flow: 'outbound',
    callerNumber: '',
    policy: '',
    from: dayIn(now, zone),
    until: dayIn(now + USUAL_DAYS * DAY_MS, zone),
    weight: 1,
    branch,
    script: '',
    mode: 'predictive',
    ratio: 1.2,
    minAgents: 8,
    maxAbandonmentPercent: 3,
    rollingWindow: true,
    connectWithinSeconds: 2,
    cancels: false,
    ringSeconds: 25,
    minRingSeconds: 15,
    retry: RETRIED.map((outcome) => {
      const [minutes, tries, nextNumber] = USUAL_RETRY[outcome] ?? [1440, 3, false];
      return { outcome, isOn: outcome in USUAL_RETRY, minutes, tries, nextNumber };
    }),
  };
}

export function outboundDraftOf(campaign: OutboundView, zone: string): OutboundDraft {
  const { id, name, queue, flow, callerNumber, policy, weight, branch, script, pacing, retry } = campaign;
  const { mode, ratio, minAgents, rollingWindow, cancels } = pacing;
  return {
    ...{ id, name, queue, flow, callerNumber, policy, weight, branch, script },
    ...{ mode, ratio, minAgents, rollingWindow, cancels },
    from: dayIn(campaign.validFrom, zone),
    until: dayIn(campaign.validUntil - 1, zone),
    maxAbandonmentPercent: Number((pacing.maxAbandonment * 100).toFixed(2)),
    connectWithinSeconds: pacing.connectWithinMs / 1000,
    ringSeconds: campaign.ringMs / 1000,
    minRingSeconds: pacing.minRingMs / 1000,
    retry: RETRIED.map((outcome) => {
      const rule = retry[outcome];
      return {
        outcome,
        isOn: rule !== undefined,
        minutes: (rule?.afterMs ?? DAY_MS) / MINUTE_MS,
        tries: rule?.tries ?? 3,
        nextNumber: rule?.nextNumber ?? false,
      };
    }),
  };
}

/** What the API takes. @param before the campaign as it is: a moment whose day stays is left as it was */
export function outboundBodyOf(draft: OutboundDraft, zone: string, before?: OutboundView): object {
  const { id, name, queue, flow, callerNumber, policy, weight, branch, script } = draft;
  const { mode, ratio, minAgents, rollingWindow, cancels } = draft;
  const keepsDay = (ms: number | undefined, day: string): boolean =>
    ms !== undefined && dayIn(ms, zone) === day;
  const { validFrom, validUntil } = before ?? {};
  return {
    ...(before === undefined && id.trim() !== '' && { id: id.trim() }),
    ...{ name: name.trim(), queue, flow, callerNumber: callerNumber.trim(), policy, weight, branch, script },
    validFrom: keepsDay(validFrom, draft.from) ? validFrom : startOfDayIn(draft.from, zone),
    validUntil: keepsDay(validUntil && validUntil - 1, draft.until)
      ? validUntil
      : endOfDayIn(draft.until, zone),
    ringMs: Math.round(draft.ringSeconds * 1000),
    pacing: {
      ...{ mode, ratio, minAgents, rollingWindow, cancels },
      maxAbandonment: Number((draft.maxAbandonmentPercent / 100).toFixed(4)),
      connectWithinMs: Math.round(draft.connectWithinSeconds * 1000),
      minRingMs: Math.round(draft.minRingSeconds * 1000),
    },
    retry: Object.fromEntries(
      draft.retry
        .filter(({ isOn }) => isOn)
        .map(({ outcome, minutes, tries, nextNumber }) => [
          outcome,
          { afterMs: Math.round(minutes * MINUTE_MS), tries, nextNumber },
        ]),
    ),
  };
}

type Mistake = 'required' | 'badDates' | 'badRing';

/** What is wrong by itself, by field; the API looks at the rest. */
export function outboundMistakes(
  draft: OutboundDraft,
): Readonly<Partial<Record<keyof OutboundDraft, Mistake>>> {
  const found: Partial<Record<keyof OutboundDraft, Mistake>> = {};
  for (const field of ['name', 'queue', 'flow', 'callerNumber', 'from', 'until'] as const)
    if (draft[field].trim() === '') found[field] = 'required';
  if (!found.from && !found.until && draft.until < draft.from) found.until = 'badDates';
  if (draft.ringSeconds < draft.minRingSeconds) found.ringSeconds = 'badRing';
  return found;
}

/** Under which field the API's complaint about a part of a campaign is shown. */
export function outboundFieldOf(at: string): keyof OutboundDraft | undefined {
  const fields = {
    id: 'id',
    name: 'name',
    queue: 'queue',
    flow: 'flow',
    callerNumber: 'callerNumber',
    policy: 'policy',
    validFrom: 'from',
    validUntil: 'until',
    weight: 'weight',
    branch: 'branch',
    script: 'script',
    ringMs: 'ringSeconds',
    'pacing.mode': 'mode',
    'pacing.ratio': 'ratio',
    'pacing.minAgents': 'minAgents',
    'pacing.maxAbandonment': 'maxAbandonmentPercent',
    'pacing.rollingWindow': 'rollingWindow',
    'pacing.connectWithinMs': 'connectWithinSeconds',
    'pacing.cancels': 'cancels',
    'pacing.minRingMs': 'minRingSeconds',
  } as const satisfies Record<string, keyof OutboundDraft>;
  return at.startsWith('retry') ? 'retry' : (fields as Record<string, keyof OutboundDraft>)[at];
}
