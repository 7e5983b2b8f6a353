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

type Told = Pick<Moment, 'says'> & Partial<Pick<Moment, 'because' | 'offer'>>;
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
    return [{ at, kind, because: [], ...told, ...(agent !== undefined && agent !== null && { agent }) }];
  });
}

const TELLERS: Readonly<Record<string, Teller>> = {
  CallArrived: ({ data }, _memory, show) => ({
    says: `${numberText(data.ani, show)} called ${text(data.dnis)}`,
    because: [`flow ${text(data.flow)}`],
  }),
  StepEntered: ({ data }, memory) => {
    memory.steps = [...(memory.steps ?? []), text(data.step)];
    return undefined;
  },
  CallQueued: (event, memory) => {
    delete memory.talkedInPlaceMs;
    memory.isBack = false;
    return queued(event, memory, 'entered');
  },
  CallRequeued: (event, memory) => {
    memory.isBack = true;
    return queued(event, memory, `${requeueText(event.data.why)}: back in front of`);
  },
  CallOverflowed: ({ data }) => ({ says: `agents of queue ${text(data.to)} may help from now on` }),
  CallOffered: ({ at, agent = '', data }, memory) => {
    const why = reasonIn(data);
    memory.offeredAt = at;
    const waitedMs = Math.max(0, why.waitedMs - (memory.talkedInPlaceMs ?? 0));
    return {
      says: `offered to ${agent} after ${spanText(waitedMs)}: ${ruleText(why)}`,
      because: offerSentences(why, waitedMs, memory.targetMs),
      offer: why,
    };
  },
  SensitiveAttributeUsed: ({ data }) => ({
    says: `a rule looked at ${list(data.attributes)}: ${text(data.rule)}`,
    because: [`permitted because: ${text(data.reason)}`],
  }),
  LegFailed: ({ at, agent, data }, memory, show) => ({
    says: `${agent ?? endpointText(data.to, show)} ${outcomeText(data.outcome)}${rangFor(at, memory)}`,
  }),
  CallDialled: ({ at, data }, memory, show) => {
    memory.offeredAt = at;
    return { says: `dialled ${endpointText(data.to, show)}` };
  },
  DialRefused: ({ data }, _memory, show) => ({
    says: `${endpointText(data.to, show)} was not dialled: ${text(data.reason)}`,
  }),
  CallConnected: connected,
  CallHeld: () => ({ says: 'held: the caller hears music' }),
  CallResumed: () => ({ says: 'they talk again' }),
  ConsultStarted: ({ data }, _memory, show) => ({ says: `asks ${endpointText(data.to, show)}` }),
  ConsultAnswered: ({ data }, _memory, show) => ({
    says: `${endpointText(data.to, show)} answered the question`,
  }),
  ConsultEnded: ({ data }) => ({ says: `the question is over (${text(data.outcome)})` }),
  CallTransferred: ({ data }, _memory, show) => ({
    says: `${text(data.by)} handed the caller on (${text(data.kind)}) to ${endpointText(data.to, show)}`,
  }),
  ConferenceBegan: ({ data }, _memory, show) => ({
    says: `all three talk: ${endpointText(data.with, show)} joined`,
  }),
  ConferenceEnded: () => ({ says: 'one of the three left' }),
  CallDisconnected: ({ data }, memory) => {
    // The log counts all talks of the call together.
    const talkedMs = Number(data.talkedMs) - (memory.talkedMs ?? 0);
    memory.talkedMs = Number(data.talkedMs);
    memory.talkedInPlaceMs = (memory.talkedInPlaceMs ?? 0) + talkedMs;
    return { says: `the talk is over, after ${spanText(talkedMs)}` };
  },
  CallLeftQueue: ({ at, data }, memory) => ({
    says: `left queue ${text(data.queue)}${waited(at, memory)}: ${exitText(data.why)}`,
  }),
  CallbackRequested: ({ data }) => ({
    says: `asked to be called back, for queue ${text(data.queue)}`,
    because: becameText(data),
  }),
  CallbackCalled: ({ data }) => ({
    says: `callback of ${text(data.askedIn) === '' ? text(data.callback) : `call ${text(data.askedIn)}`}`,
  }),
  CallbackDone: ({ data }) => ({ says: `the callback is done (${text(data.outcome)})` }),
  CallbackFailed: ({ data }) => ({ says: `the callback did not succeed (${text(data.reason)})` }),
  VoicemailLeft: ({ data }) => ({ says: `left a message of ${spanText(Number(data.durationMs))}` }),
  CallerLeft: () => ({ says: 'the caller left; those whom he left talk on' }),
  CallFailed: () => ({ says: 'a mistake in Carillon ended the call; npx carillon log tells which' }),
  CallEnded: ({ data }, { queuedAt, steps = [] }) => ({
    says: data.abandoned === true ? 'the caller gave up and hung up' : endText(data),
    because: [
      `waited ${spanText(Number(data.waitedMs))}, talked ${spanText(Number(data.talkedMs))}`,
      ...(queuedAt === undefined && steps.length > 0 ? [`never queued; its steps: ${wayText(steps)}`] : []),
    ],
  }),
};

function queued({ at, data }: LogEvent, memory: Memory, how: string): Told {
  memory.queuedAt = at;
  delete memory.targetMs;
  if (typeof data.targetMs === 'number') memory.targetMs = data.targetMs;
  const tier = text(data.tier);
  return {
    says: `${how} queue ${text(data.queue)}, ${tier === '' ? 'no tier' : `tier ${tier}`}`,
    because: waiterSentences(data, at, memory.talkedInPlaceMs ?? 0),
  };
}

function waiterSentences(data: LogEvent['data'], at: number, talkedMs: number): string[] {
  const { goal, targetMs, asks, needs, prefers, attributes, knownTo, patienceMs, since, expectedMs } = data;
  const aheadMs = typeof since === 'number' ? at - since - talkedMs : 0;
  return [
    ...(typeof targetMs === 'number' && typeof goal === 'number'
      ? [`target: ${Math.round(goal * 1000) / 10}% within ${spanText(targetMs)}`]
      : []),
    ...(lengthOf(asks) > 0 ? [`the queue needs ${list(asks)}`] : []),
    ...(lengthOf(needs) > 0 ? [`this call needs ${list(needs)}`] : []),
    ...(lengthOf(prefers) > 0 ? [`this call prefers ${list(prefers)}`] : []),
    ...pairs(attributes).map(([name, value]) => `caller.${name} is ${valueText(value)}`),
    ...pairs(knownTo).map(([who, agent]) => `${who} is ${text(agent)}`),
    ...(typeof patienceMs === 'number' ? [`known to wait ${spanText(patienceMs)} and no longer`] : []),
    ...(aheadMs > 0 ? [`keeps a place: ${spanText(aheadMs)} of waiting count already`] : []),
    ...expectedSentence(expectedMs),
  ];
}

function connected({ at, agent, data }: LogEvent, memory: Memory, show: (number: string) => string): Told {
  const who = agent ?? endpointText(data.to, show);
  const rang = memory.offeredAt === undefined ? '' : ` after ${spanText(at - memory.offeredAt)} of ringing`;
  delete memory.offeredAt;
  const { queueWaitedMs } = data;
  if (typeof queueWaitedMs !== 'number') return { says: `${who} answered${rang}` };
  const { targetMs } = memory;
  if (memory.isBack) return { says: `${who} answered${rang}; waited ${spanText(queueWaitedMs)} once more` };
  const kept = targetMs === undefined ? '' : queueWaitedMs <= targetMs ? ', in time' : ', too late';
  return {
    says: `${who} answered${rang}; waited ${spanText(queueWaitedMs)}${kept}`,
    because: expectedSentence(data.expectedMs),
  };
}

/** Nothing where none was expected: it is no estimate while nobody waits before him. */
function expectedSentence(expectedMs: unknown): string[] {
  return typeof expectedMs === 'number' && expectedMs > 0 ? [`expected to wait ${spanText(expectedMs)}`] : [];
}

/** What became of a callback, where the book of callbacks tells it. */
function becameText({ callback, calls, outcome }: LogEvent['data']): string[] {
  if (typeof calls !== 'number') return [];
  const last = calls > 0 ? `; last in call call-${text(callback)}-${calls}` : '';
  const became = text(outcome) === '' ? 'not done yet' : `done (${text(outcome)})`;
  return [`the callback is ${became}${last}`];
}

function endText({ by, cause }: LogEvent['data']): string {
  return `${by === 'caller' ? 'the caller hung up' : 'Carillon ended the call'} (${text(cause)})`;
}

function rangFor(at: number, memory: Memory): string {
  const { offeredAt } = memory;
  delete memory.offeredAt;
  return offeredAt === undefined ? '' : `, after ${spanText(at - offeredAt)}`;
}

const waited = (at: number, { queuedAt }: Memory): string =>
  queuedAt === undefined ? '' : ` after ${spanText(at - queuedAt)}`;

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
