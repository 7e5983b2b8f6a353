/** Everything is summed by quarters of an hour: every zone's hours and days are made of them. */
export const QUARTER_MS = 900_000;
/** Who hangs up sooner than this has not given the centre a chance, ms. */
export const SHORT_ABANDON_MS = 5_000;

/** What is summed of a queue. Times in ms. */
export const QUEUE_COUNTS = [
  'offered',
  'requeued',
  'answered',
  'inTarget',
  'abandoned',
  'shortAbandoned',
  'left',
  'waitMs',
  'abandonedWaitMs',
  'longestMs',
  'goal',
  'targetMs',
  'handled',
  'talkMs',
  'holdMs',
  'wrapUpMs',
  'callbacks',
  'callbacksDone',
] as const;
export type QueueCounts = Record<(typeof QUEUE_COUNTS)[number], number>;
/** The one that is no sum but the largest. */
export const LONGEST = 'longestMs';

/** Whose callers are summed, and when they came. */
export interface QueueKey {
  /** Beginning of the quarter, UTC ms. */
  readonly at: number;
  readonly queue: string;
  /** '' when unknown. */
  readonly tier: string;
  /** The branches that the call belongs to, as JSON, in order. */
  readonly branches: string;
}

export const AGENT_COUNTS = [
  'offers',
  'answered',
  'others',
  'ringNoAnswers',
  'declined',
  'transfers',
] as const;
export type AgentCounts = Record<(typeof AGENT_COUNTS)[number], number>;

export interface AgentKey {
  readonly at: number;
  readonly agent: string;
}

/** Time that an agent spent in a state. */
export interface AgentTimeKey extends AgentKey {
  readonly state: string;
  /** Of `not-ready`, else ''. */
  readonly reason: string;
}

/** What a piece of the log adds. */
export interface Sums {
  readonly queues: readonly (QueueKey & QueueCounts)[];
  readonly agents: readonly (AgentKey & AgentCounts)[];
  readonly times: readonly (AgentTimeKey & { readonly ms: number })[];
}

export function noQueueCounts(): QueueCounts {
  return Object.fromEntries(QUEUE_COUNTS.map((name) => [name, 0])) as QueueCounts;
}

export function noAgentCounts(): AgentCounts {
  return Object.fromEntries(AGENT_COUNTS.map((name) => [name, 0])) as AgentCounts;
}

/** Adds `more` to `counts`. */
export function addQueueCounts(counts: QueueCounts, more: QueueCounts): void {
  for (const name of QUEUE_COUNTS)
    counts[name] = name === LONGEST ? Math.max(counts[name], more[name]) : counts[name] + more[name];
}

export function addAgentCounts(counts: AgentCounts, more: AgentCounts): void {
  for (const name of AGENT_COUNTS) counts[name] += more[name];
}

/** The quarter of an hour in which a moment lies. */
export const quarterOf = (ms: number): number => Math.floor(ms / QUARTER_MS) * QUARTER_MS;

/** Cuts a stretch of time at the quarters; one that goes back gives what has to be taken away. */
export function byQuarter(from: number, to: number): { readonly at: number; readonly ms: number }[] {
  if (to < from) return byQuarter(to, from).map(({ at, ms }) => ({ at, ms: -ms }));
  const parts: { at: number; ms: number }[] = [];
  for (let start = from; start < to; ) {
    const at = quarterOf(start);
    const end = Math.min(to, at + QUARTER_MS);
    parts.push({ at, ms: end - start });
    start = end;
  }
  return parts;
}
