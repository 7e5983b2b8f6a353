import { spanText } from '../base/span.ts';
import type { Considered, OfferReason, Order, Removed, Rival } from '../queue/queue.ts';

/** Why he was offered, a sentence each. @param targetMs what his tier was promised, if that is known */
export function offerSentences(why: OfferReason, targetMs: number | undefined): string[] {
  return [
    ...(targetMs === undefined ? [] : [targetSentence(why.waitedMs, targetMs)]),
    `order ${why.order}: ${urgencyText(why.order, why.urgency)}`,
    stepSentence(why),
    `${agents(why.ready)} ready, ${why.fit} of them ${why.fit === 1 ? 'fits' : 'fit'}`,
    ...why.considered.map(consideredSentence),
    ...why.removed.map(removedSentence),
    ...why.rivals.map((rival) => rivalSentence(rival, why)),
  ];
}

/** `the longest idle of 3 who fit`. */
export function ruleText({ rule, fit, score }: OfferReason): string {
  switch (rule) {
    case 'familiar':
      return 'he knows the caller';
    case 'best-score':
      return `best score (${number(score)}) of ${fit} who fit`;
    case 'longest-idle':
      return `longest idle of ${fit} who fit`;
    case 'only':
      return 'the only one who fits';
  }
}

function targetSentence(waitedMs: number, targetMs: number): string {
  const full = targetMs === 0 ? 100 : Math.round((waitedMs / targetMs) * 100);
  return `${spanText(waitedMs)} of his ${spanText(targetMs)} were gone (${full}%)`;
}

function urgencyText(order: Order, urgency: number): string {
  switch (order) {
    case 'service-level':
      return `urgency ${urgency.toFixed(2)}; at 1 his target is reached, as his tier is weighted now`;
    case 'strict':
      return 'by priority, then by wait';
    case 'fifo':
      return 'whoever waits longest';
    case 'score':
      return `wait with bonus ${spanText(urgency)}`;
  }
}

function stepSentence({ step, rule }: OfferReason): string {
  if (step >= 0)
    return step === 0 ? 'needs of the queue, not relaxed' : `step ${step + 1} of relaxing had begun`;
  return rule === 'familiar' ? 'only those who know him were asked' : 'no step had begun';
}

function consideredSentence({ agent, alike, score, idleMs }: Considered): string {
  return `considered ${many(agent, alike)}: score ${number(score)}, idle ${spanText(idleMs)}`;
}

function removedSentence({ agent, alike, by }: Removed): string {
  const why = by === 'later' ? 'fits only a step that had not begun' : `does not meet ${by}`;
  return `removed ${many(agent, alike)}: ${why}`;
}

function rivalSentence({ call, queue, tier, urgency }: Rival, why: OfferReason): string {
  const place = tier === '' ? queue : `${queue}, ${tier}`;
  const ahead = urgency > why.urgency ? 'more urgent, passed over' : 'less urgent';
  const worth = why.order === 'service-level' ? ` (${urgency.toFixed(2)})` : '';
  return `${ahead}: ${call} in ${place}${worth}`;
}

const many = (agent: string, alike: number): string =>
  alike > 1 ? `${agent} and ${alike - 1} like him` : agent;

const agents = (count: number): string => `${count} agent${count === 1 ? '' : 's'}`;

const number = (value: number): string => String(Math.round(value * 100) / 100);
