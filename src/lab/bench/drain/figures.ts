/** What a burst of calls says of a queue. Times are ms of one clock. */

/** A caller as he saw it himself. */
export interface Caller {
  readonly number: string;
  readonly invitedAt: number;
  readonly answeredAt?: number;
  readonly endedAt?: number;
  /** Whether the other side hung up. */
  readonly wasHungUp: boolean;
}

/** A call that came to an agent's phone. */
export interface Ring {
  readonly agent: string;
  /** The caller's number. */
  readonly caller: string;
  readonly rangAt: number;
  readonly answeredAt?: number;
  readonly endedAt?: number;
  /** Whether the agent hung up. */
  readonly agentHungUp: boolean;
}

/** How a caller was lost: the last, when his agent had hung up and nobody hung up on him. */
export type Loss = 'refused' | 'never served' | 'served twice' | 'agent cut off' | 'cut off' | 'left behind';

export interface Spread {
  readonly mean: number;
  readonly p95: number;
}

/** A burst in figures. */
export interface Burst {
  readonly calls: number;
  /** From the first INVITE until nobody waited any more: an agent had answered every caller. */
  readonly drainMs: number;
  /** From the first INVITE until the last caller was hung up after his talk. */
  readonly doneMs: number;
  /** Callers without exactly one whole talk. */
  readonly lost: number;
  /** How many were lost in which way. */
  readonly losses: Readonly<Partial<Record<Loss, number>>>;
  /** Rings that nobody answered, because they were given up. */
  readonly emptyRings: number;
  /** INVITE → the agent's answer. */
  readonly waitMs: Spread;
  /** From an agent's end of a talk to his next ring, when somebody waited at that moment. */
  readonly gapMs: Spread;
  /** INVITEs per second, from the first to the last. */
  readonly offeredRate: number;
}

/** Sums up a burst of calls. @param rings what came to the agents' phones in it */
export function burstOf(callers: readonly Caller[], rings: readonly Ring[]): Burst {
  const talks = Map.groupBy(
    rings.filter((ring) => ring.answeredAt !== undefined),
    (ring) => ring.caller,
  );
  const invited = callers.map((caller) => caller.invitedAt);
  const first = Math.min(...invited);
  const waits = callers.flatMap((caller) => {
    const answeredAt = talks.get(caller.number)?.[0]?.answeredAt;
    return answeredAt === undefined ? [] : [answeredAt - caller.invitedAt];
  });
  const losses = callers.flatMap((caller) => lossOf(caller, talks.get(caller.number) ?? []) ?? []);
  return {
    calls: callers.length,
    drainMs: round(Math.max(first, ...rings.map((ring) => ring.answeredAt ?? first)) - first),
    doneMs: round(Math.max(...callers.map((caller) => caller.endedAt ?? first)) - first),
    lost: losses.length,
    losses: Object.fromEntries(
      [...Map.groupBy(losses, (loss) => loss)].map(([loss, those]) => [loss, those.length]),
    ),
    emptyRings: rings.filter((ring) => ring.answeredAt === undefined).length,
    waitMs: spreadOf(waits),
    gapMs: spreadOf(gapsOf(callers, rings)),
    offeredRate: round(((callers.length - 1) * 1000) / Math.max(1, Math.max(...invited) - first)),
  };
}

/** Undefined for one who had one talk, which the agent ended, and was hung up after that. */
function lossOf(caller: Caller, talks: readonly Ring[]): Loss | undefined {
  const [talk, ...more] = talks;
  if (caller.answeredAt === undefined) return 'refused';
  if (!talk) return 'never served';
  if (more.length > 0) return 'served twice';
  if (!talk.agentHungUp || talk.endedAt === undefined) return 'agent cut off';
  if (!caller.wasHungUp || caller.endedAt === undefined) return 'left behind';
  return caller.endedAt < talk.endedAt ? 'cut off' : undefined;
}

function gapsOf(callers: readonly Caller[], rings: readonly Ring[]): number[] {
  // Of several rings the last counts: until then he waited again.
  const rangAt = new Map(rings.map((ring) => [ring.caller, ring.rangAt]));
  const someoneWaits = (at: number): boolean =>
    callers.some(({ number, invitedAt }) => invitedAt <= at && (rangAt.get(number) ?? at) > at);
  const days = Map.groupBy(rings, (ring) => ring.agent);
  return [...days.values()].flatMap((day) => {
    const inOrder = day.toSorted((a, b) => a.rangAt - b.rangAt);
    return inOrder.slice(1).flatMap((next, index) => {
      const freeAt = inOrder[index]?.endedAt;
      return freeAt !== undefined && someoneWaits(freeAt) ? [next.rangAt - freeAt] : [];
    });
  });
}

/**
 * The times of a queue that loses no time at all: first come, first served, every agent free again at once.
 * @param talksMs of each caller, in the order in which they come
 * @param perSecond INVITEs per second
 */
export function idealTimes(
  talksMs: readonly number[],
  ringMs: number,
  perSecond: number,
  agents: number,
): Pick<Burst, 'drainMs' | 'doneMs'> {
  const freeAt = new Array<number>(agents).fill(0);
  let drainMs = 0;
  for (const [at, talkMs] of talksMs.entries()) {
    const next = freeAt.indexOf(Math.min(...freeAt));
    drainMs = Math.max((at * 1000) / perSecond, freeAt[next] ?? 0) + ringMs;
    freeAt[next] = drainMs + talkMs;
  }
  return { drainMs: round(drainMs), doneMs: round(Math.max(...freeAt)) };
}

/** Lengths of talks, evenly spread from half the mean to one and a half. @param random gives 0 to 1 */
export function talksOf(random: () => number, calls: number, meanMs: number): number[] {
  return Array.from({ length: calls }, () => Math.round(meanMs * (0.5 + random())));
}

/** The median; of an even count, the mean of the two in the middle. NaN for none. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? Number.NaN : round((low + high) / 2);
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  return { mean: round(mean), p95: round(sorted[Math.ceil(0.95 * sorted.length) - 1] ?? 0) };
}

export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
