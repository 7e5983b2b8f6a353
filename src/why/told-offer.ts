import { spanText } from '../base/span.ts';
import type { Considered, OfferReason, Order, Removed, Rival } from '../queue/queue.ts';

/** A reason as it may be told: scores are null for those who may not see them. */
export interface ToldReason extends Omit<OfferReason, 'score' | 'considered'> {
  readonly score: number | null;
  readonly considered: readonly ToldConsidered[];
}

type ToldConsidered = Omit<Considered, 'score'> & { readonly score: number | null };

/** Why he was offered, a sentence each. @param waitedMs without talks in between @param targetMs what his tier was promised, if that is known */
export function offerSentences(why: ToldReason, waitedMs: number, targetMs: number | undefined): string[] {
  return [
    ...(targetMs === undefined ? [] : [targetSentence(waitedMs, targetMs)]),
    `order ${why.order}: ${urgencyText(why.order, why.urgency)}`,
    ...choiceSentences(why),
    ...why.rivals.map((rival) => rivalSentence(rival, why)),
  ];
}

function choiceSentences(why: ToldReason): string[] {
  const considered = why.considered.map(consideredSentence);
  // Steps and skills do not count for those who know him: nobody was removed for lack of them.
  if (why.rule === 'familiar') return ['only those who know him were asked', ...considered];
  if (why.rule === 'kept') return ['a supervisor kept him for this agent'];
  return [
    stepSentence(why),
    `${agents(why.ready)} ready, ${why.fit} of them ${why.fit === 1 ? 'fits' : 'fit'}`,
    ...considered,
    ...why.removed.map(removedSentence),
  ];
}

/** `the longest idle of 3 who fit`. */
export function ruleText({ rule, fit, score }: ToldReason): string {
  switch (rule) {
    case 'kept':
      return 'a supervisor kept the caller for him';
    case 'familiar':
      return 'he knows the caller';
    case 'best-score':
      return `best score${score === null ? '' : ` (${number(score)})`} of ${fit} who fit`;
    case 'longest-idle':
      return `longest idle of ${fit} who fit`;
    case 'only':
      return 'the only one ready who fits';
  }
}

function targetSentence(waitedMs: number, targetMs: number): string {
  const full = targetMs === 0 ? 100 : Math.round((waitedMs / targetMs) * 100);
  return `${spanText(waitedMs)} of his ${spanText(targetMs)} were gone (${full}%)`;
}

function urgencyText(order: Order, urgency: number): string {
  switch (order) {
    case 'service-level':
      return `${percent(urgency)} of his target had passed, as his tier is weighted now`;
    case 'strict':
      return 'by priority, then by wait';
    case 'fifo':
      return 'whoever waits longest';
    case 'score':
      return `wait with bonus ${spanText(urgency)}`;
  }
}

function stepSentence({ step }: ToldReason): string {
  if (step < 0) return 'no step had begun';
  return step === 0 ? 'needs of the queue, not relaxed' : `step ${step + 1} of relaxing had begun`;
}

function consideredSentence({ agent, alike, score, idleMs }: ToldConsidered): string {
  const worth = score === null ? '' : `score ${number(score)}, `;
  return `considered ${many(agent, alike)}: ${worth}idle ${spanText(idleMs)}`;
}

function removedSentence({ agent, alike, by }: Removed): string {
  const why = by === 'later' ? 'fits only a step that had not begun' : `does not meet ${by}`;
  return `removed ${many(agent, alike)}: ${why}`;
}

function rivalSentence({ call, queue, tier, urgency }: Rival, why: ToldReason): string {
  const place = tier === '' ? queue : `${queue}, ${tier}`;
  const ahead = urgency > why.urgency ? 'more urgent, passed over' : 'less urgent';
  const worth = why.order === 'service-level' ? ` (${percent(urgency)})` : '';
  return `${ahead}: ${call} in ${place}${worth}`;
}

const many = (agent: string, alike: number): string =>
  alike > 1 ? `${agent} and ${alike - 1} like him` : agent;

const percent = (share: number): string => `${Math.round(share * 100)}%`;

const agents = (count: number): string => `${count} agent${count === 1 ? '' : 's'}`;

const number = (value: number): string => String(Math.round(value * 100) / 100);
