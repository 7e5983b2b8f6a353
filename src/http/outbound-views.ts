import { z } from 'zod';
import type { AbandonmentCounts, AnswerCount } from '../dialer/abandonment.ts';
import { type Attempt, DISPOSITIONS } from '../dialer/attempt.ts';
import { shareOf } from '../dialer/figures.ts';
import { PACING_MODES } from '../dialer/outbound.ts';
import { ATTEMPT_OUTCOMES } from '../list/lead.ts';
import { numbersFor, textFor } from './fields.ts';
import type { Principal } from './principal.ts';

const share = z.number().describe('0 to 1');
const ms = z.number().describe('Milliseconds');
const count = z.number().int();

export const figuresView = z
  .object({
    attempts: count,
    answered: count.describe('Somebody or something answered'),
    live: count.describe('A person answered'),
    connected: count,
    abandoned: count,
    hitRate: share.describe('Share of the attempts that reached an agent'),
    liveRate: share.describe('Share of the attempts that a person answered'),
    abandonment: share.describe('Share of the persons who answered that were abandoned'),
    ringMs: ms,
    talkMs: ms,
    outcomes: z.partialRecord(z.enum(ATTEMPT_OUTCOMES), count),
    results: z.partialRecord(z.enum(DISPOSITIONS), count),
  })
  .meta({ id: 'AttemptFigures', description: 'What came of attempts that have ended.' });
export type FiguresView = z.output<typeof figuresView>;

const windowView = z.object({ answered: count, abandoned: count, share });

export const abandonmentView = z
  .object({
    last30Min: windowView,
    last60Min: windowView,
    day: windowView,
    thirtyDays: windowView,
    life: windowView,
  })
  .meta({ id: 'Abandonment', description: 'Live answers, and those of them that were abandoned.' });
export type AbandonmentView = z.output<typeof abandonmentView>;

/** The windows with the share in each. */
export function showAbandonment(counts: AbandonmentCounts): AbandonmentView {
  const show = ({ answered, abandoned }: AnswerCount) => ({
    answered,
    abandoned,
    share: shareOf(abandoned, answered),
  });
  return {
    last30Min: show(counts.last30Min),
    last60Min: show(counts.last60Min),
    day: show(counts.day),
    thirtyDays: show(counts.thirtyDays),
    life: show(counts.life),
  };
}

const time = z.number().nullable().describe('UTC milliseconds');

const dispositionView = z.object({
  result: z.enum(DISPOSITIONS),
  note: z.string(),
  callbackAt: time,
  callbackAgent: z.string().nullable(),
  by: z.string(),
  at: z.number().describe('UTC milliseconds'),
});

export const attemptView = z
  .object({
    id: z.string(),
    call: z.string().describe('The call that was made'),
    campaign: z.string(),
    list: z.string(),
    lead: z.string(),
    person: z.string(),
    number: z.string(),
    mode: z.enum(PACING_MODES),
    earlier: count.describe('How often this lead was dialled before'),
    at: z.number().describe('UTC milliseconds'),
    ringingAt: time,
    answeredAt: time,
    connectedAt: time,
    endedAt: time,
    outcome: z.enum(ATTEMPT_OUTCOMES).nullable().describe('Null while it is under way'),
    sipCode: count.nullable(),
    detected: z.enum(['human', 'machine', 'unsure']).nullable(),
    agent: z.string().nullable(),
    disposition: dispositionView.nullable(),
    next: z
      .object({ dueAt: time, agent: z.string().nullable(), reason: z.string().nullable() })
      .nullable()
      .describe('When his lead is tried again, or why it is done; null while the attempt is under way'),
  })
  .meta({ id: 'Attempt', description: 'One try to reach somebody.' });
export type AttemptView = z.output<typeof attemptView>;

/** An attempt as this role may see it. */
export function showAttempt(attempt: Attempt, principal: Principal): AttemptView {
  const { id, campaign, list, lead, person, number, mode, earlier, at, disposition } = attempt;
  const text = textFor(principal);
  return {
    id,
    call: `call-${id}`,
    campaign,
    list,
    lead,
    person: text(person),
    number: numbersFor(principal)(number),
    mode,
    earlier,
    at,
    ringingAt: attempt.ringingAt ?? null,
    answeredAt: attempt.answeredAt ?? null,
    connectedAt: attempt.connectedAt ?? null,
    endedAt: attempt.endedAt ?? null,
    outcome: attempt.outcome ?? null,
    sipCode: attempt.sipCode ?? null,
    detected: attempt.detected ?? null,
    agent: attempt.agent ?? null,
    disposition: disposition
      ? {
          ...disposition,
          note: text(disposition.note),
          callbackAt: disposition.callbackAt ?? null,
          callbackAgent: disposition.callbackAgent ?? null,
        }
      : null,
    next: nextOf(attempt),
  };
}

function nextOf({ fate }: Attempt): AttemptView['next'] {
  if (!fate) return null;
  return fate.next === 'again'
    ? { dueAt: fate.dueAt, agent: fate.agent ?? null, reason: null }
    : { dueAt: null, agent: null, reason: fate.reason };
}
