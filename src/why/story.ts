import { type Said, said, takenApart, textOf } from '../base/said.ts';
import { spanText } from '../base/span.ts';
import type { LogEvent } from '../engine/changes.ts';
import { offerSentences, ruleText, type ToldReason } from './told-offer.ts';
import {
  endpointText,
  exitText,
  lengthOf,
  list,
  numberText,
  outcomeText,
  pairs,
  requeueText,
  text,
  valueText,
  type Words,
  wayText,
} from './words.ts';

/** Something that happened to a call, in words. */
export interface Moment {
  /** UTC ms. */
  readonly at: number;
  /** Type of the event. */
  readonly kind: string;
  readonly says: string;
  /** What explains it, a sentence each. */
  readonly because: readonly string[];
  /** Both taken apart, for other languages. */
  readonly said: { readonly says: Said; readonly because: readonly Said[] };
  readonly agent?: string;
  /** Of an offer: the whole reason. */
  readonly offer?: ToldReason;
}

/** What a later event needs to know of earlier ones. */
interface Memory {
  /** His target in the queue where he waits, ms. */
  targetMs?: number;
  offeredAt?: number;
  queuedAt?: number;
  /** Of all talks until now, ms. */
  talkedMs?: number;
  /** Of those since he entered the queue, whose place he keeps, ms. */
  talkedInPlaceMs?: number;
  /** He waits once more in the place that he had. */
  isBack?: boolean;
  /** Names of the flow steps that he went by. */
  steps?: string[];
}

interface Told extends Partial<Pick<Moment, 'offer'>> {
  readonly says: Words;
  readonly because?: readonly Words[];
}

type Teller = (event: LogEvent, memory: Memory, show: (number: string) => string) => Told | undefined;

/**
 * The story of a call, told from its events.
 * @param show how phone numbers may be shown
 */
export function storyOf(events: readonly LogEvent[], show: (number: string) => string): Moment[] {
  const memory: Memory = {};
  return events.flatMap((event): Moment[] => {
    const told = TELLERS[event.type]?.(event, memory, show);
    if (!told) return [];
    const { at, type: kind, agent } = event;
    const { says, because = [], offer } = told;
    return [
      {
        at,
        kind,
        says: textOf(says),
        because: because.map(textOf),
        said: { says: takenApart(says), because: because.map(takenApart) },
        ...(offer && { offer }),
        ...(agent !== undefined && agent !== null && { agent }),
      },
    ];
  });
}

const TELLERS: Readonly<Record<string, Teller>> = {
  CallArrived: ({ data }, _memory, show) => ({
    says: said`${numberText(data.ani, show)} called ${text(data.dnis)}`,
    because: [said`flow ${text(data.flow)}`],
  }),
  StepEntered: ({ data }, memory) => {
    memory.steps = [...(memory.steps ?? []), text(data.step)];
    return undefined;
  },
  CallQueued: (event, memory) => {
    delete memory.talkedInPlaceMs;
    memory.isBack = false;
    return queued(event, memory, said`entered`);
  },
  CallRequeued: (event, memory) => {
    memory.isBack = true;
    return queued(event, memory, said`${requeueText(event.data.why)}: back in front of`);
  },
  CallOverflowed: ({ data }) => ({ says: said`agents of queue ${text(data.to)} may help from now on` }),
  CallOffered: ({ at, agent = '', data }, memory) => {
    const why = reasonIn(data);
    memory.offeredAt = at;
    const waitedMs = Math.max(0, why.waitedMs - (memory.talkedInPlaceMs ?? 0));
    return {
      says: said`offered to ${agent} after ${spanText(waitedMs)}: ${ruleText(why)}`,
      because: offerSentences(why, waitedMs, memory.targetMs),
      offer: why,
    };
  },
  SensitiveAttributeUsed: ({ data }) => ({
    says: said`a rule looked at ${list(data.attributes)}: ${text(data.rule)}`,
    because: [said`permitted because: ${text(data.reason)}`],
  }),
  LegFailed: ({ at, agent, data }, memory, show) => ({
    says: said`${agent ?? endpointText(data.to, show)} ${outcomeText(data.outcome)}${rangFor(at, memory)}`,
  }),
  CallDialled: ({ at, data }, memory, show) => {
    memory.offeredAt = at;
    return { says: said`dialled ${endpointText(data.to, show)}` };
  },
  DialRefused: ({ data }, _memory, show) => ({
    says: said`${endpointText(data.to, show)} was not dialled: ${text(data.reason)}`,
  }),
  CallConnected: connected,
  CallHeld: () => ({ says: said`held: the caller hears music` }),
  CallResumed: () => ({ says: said`they talk again` }),
  ConsultStarted: ({ data }, _memory, show) => ({ says: said`asks ${endpointText(data.to, show)}` }),
  ConsultAnswered: ({ data }, _memory, show) => ({
    says: said`${endpointText(data.to, show)} answered the question`,
  }),
  ConsultEnded: ({ data }) => ({ says: said`the question is over (${text(data.outcome)})` }),
  CallTransferred: ({ data }, _memory, show) => ({
    says: said`${text(data.by)} handed the caller on (${text(data.kind)}) to ${endpointText(data.to, show)}`,
  }),
  ConferenceBegan: ({ data }, _memory, show) => ({
    says: said`all three talk: ${endpointText(data.with, show)} joined`,
  }),
  ConferenceEnded: () => ({ says: said`one of the three left` }),
  CallDisconnected: ({ data }, memory) => {
    // The log counts all talks of the call together.
    const talkedMs = Number(data.talkedMs) - (memory.talkedMs ?? 0);
    memory.talkedMs = Number(data.talkedMs);
    memory.talkedInPlaceMs = (memory.talkedInPlaceMs ?? 0) + talkedMs;
    return { says: said`the talk is over, after ${spanText(talkedMs)}` };
  },
  CallLeftQueue: ({ at, data }, memory) => ({
    says: said`left queue ${text(data.queue)}${waited(at, memory)}: ${exitText(data.why)}`,
  }),
  CallbackRequested: ({ data }) => ({
    says: said`asked to be called back, for queue ${text(data.queue)}`,
    because: becameText(data),
  }),
  CallbackCalled: ({ data }) => ({
    says: said`callback of ${text(data.askedIn) === '' ? text(data.callback) : said`call ${text(data.askedIn)}`}`,
  }),
  CallbackDone: ({ data }) => ({ says: said`the callback is done (${text(data.outcome)})` }),
  CallbackFailed: ({ data }) => ({ says: said`the callback did not succeed (${text(data.reason)})` }),
  VoicemailLeft: ({ data }) => ({ says: said`left a message of ${spanText(Number(data.durationMs))}` }),
  CallerLeft: () => ({ says: said`the caller left; those whom he left talk on` }),
  CallFailed: () => ({ says: said`a mistake in Carillon ended the call; npx carillon log tells which` }),
  CallEnded: ({ data }, { queuedAt, steps = [] }) => ({
    says: data.abandoned === true ? said`the caller gave up and hung up` : endText(data),
    because: [
      said`waited ${spanText(Number(data.waitedMs))}, talked ${spanText(Number(data.talkedMs))}`,
      ...(queuedAt === undefined && steps.length > 0
        ? [said`never queued; its steps: ${wayText(steps)}`]
        : []),
    ],
  }),
};

function queued({ at, data }: LogEvent, memory: Memory, how: Said): Told {
  memory.queuedAt = at;
  delete memory.targetMs;
  if (typeof data.targetMs === 'number') memory.targetMs = data.targetMs;
  const tier = text(data.tier);
  return {
    says: said`${how} queue ${text(data.queue)}, ${tier === '' ? said`no tier` : said`tier ${tier}`}`,
    because: waiterSentences(data, at, memory.talkedInPlaceMs ?? 0),
  };
}

function waiterSentences(data: LogEvent['data'], at: number, talkedMs: number): Words[] {
  const { goal, targetMs, asks, needs, prefers, attributes, knownTo, patienceMs, since, expectedMs } = data;
  const aheadMs = typeof since === 'number' ? at - since - talkedMs : 0;
  return [
    ...(typeof targetMs === 'number' && typeof goal === 'number'
      ? [said`target: ${Math.round(goal * 1000) / 10}% within ${spanText(targetMs)}`]
      : []),
    ...(lengthOf(asks) > 0 ? [said`the queue needs ${list(asks)}`] : []),
    ...(lengthOf(needs) > 0 ? [said`this call needs ${list(needs)}`] : []),
    ...(lengthOf(prefers) > 0 ? [said`this call prefers ${list(prefers)}`] : []),
    ...pairs(attributes).map(([name, value]) => said`caller.${name} is ${valueText(value)}`),
    ...pairs(knownTo).map(([who, agent]) => said`${who} is ${text(agent)}`),
    ...(typeof patienceMs === 'number' ? [said`known to wait ${spanText(patienceMs)} and no longer`] : []),
    ...(aheadMs > 0 ? [said`keeps a place: ${spanText(aheadMs)} of waiting count already`] : []),
    ...expectedSentence(expectedMs),
  ];
}

function connected({ at, agent, data }: LogEvent, memory: Memory, show: (number: string) => string): Told {
  const who = agent ?? endpointText(data.to, show);
  const rang =
    memory.offeredAt === undefined ? '' : said` after ${spanText(at - memory.offeredAt)} of ringing`;
  delete memory.offeredAt;
  const { queueWaitedMs } = data;
  if (typeof queueWaitedMs !== 'number') return { says: said`${who} answered${rang}` };
  const { targetMs } = memory;
  if (memory.isBack)
    return { says: said`${who} answered${rang}; waited ${spanText(queueWaitedMs)} once more` };
  const kept = targetMs === undefined ? '' : queueWaitedMs <= targetMs ? said`, in time` : said`, too late`;
  return {
    says: said`${who} answered${rang}; waited ${spanText(queueWaitedMs)}${kept}`,
    because: expectedSentence(data.expectedMs),
  };
}

/** Nothing where none was expected: it is no estimate while nobody waits before him. */
function expectedSentence(expectedMs: unknown): Said[] {
  return typeof expectedMs === 'number' && expectedMs > 0
    ? [said`expected to wait ${spanText(expectedMs)}`]
    : [];
}

/** What became of a callback, where the book of callbacks tells it. */
function becameText({ callback, calls, outcome }: LogEvent['data']): Said[] {
  if (typeof calls !== 'number') return [];
  const last = calls > 0 ? said`; last in call call-${text(callback)}-${calls}` : '';
  const became = text(outcome) === '' ? said`not done yet` : said`done (${text(outcome)})`;
  return [said`the callback is ${became}${last}`];
}

function endText({ by, cause }: LogEvent['data']): Said {
  return by === 'caller'
    ? said`the caller hung up (${text(cause)})`
    : said`Carillon ended the call (${text(cause)})`;
}

function rangFor(at: number, memory: Memory): Words {
  const { offeredAt } = memory;
  delete memory.offeredAt;
  return offeredAt === undefined ? '' : said`, after ${spanText(at - offeredAt)}`;
}

const waited = (at: number, { queuedAt }: Memory): Words =>
  queuedAt === undefined ? '' : said` after ${spanText(at - queuedAt)}`;

/** What the log keeps is JSON of this shape, unless another version wrote it. */
function reasonIn({ queue: _queue, ...data }: LogEvent['data']): ToldReason {
  const why = data as Partial<ToldReason>;
  return {
    rule: why.rule ?? 'only',
    order: why.order ?? 'fifo',
    waitedMs: why.waitedMs ?? 0,
    urgency: why.urgency ?? 0,
    step: why.step ?? 0,
    score: why.score === undefined ? 0 : why.score,
    ready: why.ready ?? 0,
    fit: why.fit ?? 0,
    considered: why.considered ?? [],
    removed: why.removed ?? [],
    rivals: why.rivals ?? [],
  };
}
