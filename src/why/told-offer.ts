import { type Said, said } from '../base/said.ts';
import { spanText } from '../base/span.ts';
import type { Considered, OfferReason, Order, Removed, Rival } from '../queue/queue.ts';
import type { Words } from './words.ts';

/** A reason as it may be told: scores are null for those who may not see them. */
export interface ToldReason extends Omit<OfferReason, 'score' | 'considered'> {
  readonly score: number | null;
  readonly considered: readonly ToldConsidered[];
}

type ToldConsidered = Omit<Considered, 'score'> & { readonly score: number | null };

/** Why he was offered, a sentence each. @param waitedMs without talks in between @param targetMs what his tier was promised, if that is known */
export function offerSentences(why: ToldReason, waitedMs: number, targetMs: number | undefined): Said[] {
  return [
    ...(targetMs === undefined ? [] : [targetSentence(waitedMs, targetMs)]),
    said`order ${why.order}: ${urgencyText(why.order, why.urgency)}`,
    ...choiceSentences(why),
    ...why.rivals.map((rival) => rivalSentence(rival, why)),
  ];
}

function choiceSentences(why: ToldReason): Said[] {
  const considered = why.considered.map(consideredSentence);
  // Steps and skills do not count for those who know him: nobody was removed for lack of them.
  if (why.rule === 'familiar') return [said`only those who know him were asked`, ...considered];
  if (why.rule === 'kept') return [said`a supervisor kept him for this agent`];
  return [
    stepSentence(why),
    why.fit === 1
      ? said`${agents(why.ready)} ready, ${why.fit} of them fits`
      : said`${agents(why.ready)} ready, ${why.fit} of them fit`,
    ...considered,
    ...why.removed.map(removedSentence),
  ];
}

/** `the longest idle of 3 who fit`. */
export function ruleText({ rule, fit, score }: ToldReason): Said {
  switch (rule) {
    case 'kept':
      return said`a supervisor kept the caller for him`;
    case 'familiar':
      return said`he knows the caller`;
    case 'best-score':
      return score === null
        ? said`best score of ${fit} who fit`
        : said`best score (${number(score)}) of ${fit} who fit`;
    case 'longest-idle':
      return said`longest idle of ${fit} who fit`;
    case 'only':
      return said`the only one ready who fits`;
  }
}

function targetSentence(waitedMs: number, targetMs: number): Said {
  const full = targetMs === 0 ? 100 : Math.round((waitedMs / targetMs) * 100);
  return said`${spanText(waitedMs)} of his ${spanText(targetMs)} were gone (${full}%)`;
}

function urgencyText(order: Order, urgency: number): Said {
  switch (order) {
    case 'service-level':
      return said`${percent(urgency)} of his target had passed, as his tier is weighted now`;
    case 'strict':
      return said`by priority, then by wait`;
    case 'fifo':
      return said`whoever waits longest`;
    case 'score':
      return said`wait with bonus ${spanText(urgency)}`;
  }
}

function stepSentence({ step }: ToldReason): Said {
  if (step < 0) return said`no step had begun`;
  return step === 0 ? said`needs of the queue, not relaxed` : said`step ${step + 1} of relaxing had begun`;
}

function consideredSentence({ agent, alike, score, idleMs }: ToldConsidered): Said {
  const who = many(agent, alike);
  return score === null
    ? said`considered ${who}: idle ${spanText(idleMs)}`
    : said`considered ${who}: score ${number(score)}, idle ${spanText(idleMs)}`;
}

function removedSentence({ agent, alike, by }: Removed): Said {
  const why = by === 'later' ? said`fits only a step that had not begun` : said`does not meet ${by}`;
  return said`removed ${many(agent, alike)}: ${why}`;
}

function rivalSentence({ call, queue, tier, urgency }: Rival, why: ToldReason): Said {
  const place = tier === '' ? queue : `${queue}, ${tier}`;
  const ahead = urgency > why.urgency ? said`more urgent, passed over` : said`less urgent`;
  return why.order === 'service-level'
    ? said`${ahead}: ${call} in ${place} (${percent(urgency)})`
    : said`${ahead}: ${call} in ${place}`;
}

const many = (agent: string, alike: number): Words =>
  alike > 1 ? said`${agent} and ${alike - 1} like him` : agent;

const percent = (share: number): string => `${Math.round(share * 100)}%`;

const agents = (count: number): Said => (count === 1 ? said`${count} agent` : said`${count} agents`);

const number = (value: number): string => String(Math.round(value * 100) / 100);
