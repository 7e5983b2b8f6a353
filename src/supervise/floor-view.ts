import type { Agent } from '../agent/agent.ts';
import { extensionOf } from '../agent/agent.ts';
import type { Call, Phase } from '../call/call.ts';
import { hasCaller } from '../call/callback-rules.ts';
import { legOf } from '../call/leg-rules.ts';
import { isTalk } from '../call/room.ts';
import { laneOf, type Queue } from '../queue/queue.ts';
import type {
  AgentRow,
  CallRow,
  CentreRow,
  QueueRow,
  ServiceRow,
  SupervisionRow,
  TierRow,
  TrunkRow,
} from './floor-rows.ts';
import { type LaneCount, NOBODY_SERVED, type Served, serviceLevelOf, sumOf } from './service-tally.ts';
import type { TrunkCount } from './trunk-tally.ts';

/** How a row shows what not everybody may see. */
export interface Shown {
  readonly number: (number: string) => string;
  readonly text: (text: string) => string;
}

/** A queue as the engine tells of it. */
export interface QueueNow {
  readonly queue: Queue;
  readonly waiting: readonly { readonly since: number }[];
  readonly loggedIn: number;
  readonly working: number;
  readonly ready: number;
  readonly estimatedWaitMs: number | undefined;
}

export function agentRow(agent: Agent, call: Call | undefined, { text }: Shown): AgentRow {
  const { id, name, state, skills } = agent;
  return {
    id,
    name,
    state: state.at,
    since: state.since,
    reason: 'reason' in state ? state.reason : '',
    // Elsewhere it is his own number.
    extension: text(extensionOf(agent) ?? ''),
    call: 'call' in state ? state.call : '',
    skills: { ...skills },
    supervision: call?.supervision?.agent === id ? supervisionRow(call) : null,
  };
}

/** Where somebody waits, in a queue or while a phone rings for him: not whoever is called only when an agent is there. */
function placeOf(call: Call): Extract<Phase, { at: 'queued' | 'offered' }> | undefined {
  const { phase } = call;
  return (phase.at === 'queued' || phase.at === 'offered') && hasCaller(call) ? phase : undefined;
}

/** Undefined for a call that neither waits nor talks. */
export function callRow(
  call: Call,
  queues: ReadonlyMap<string, Queue>,
  { number, text }: Shown,
): CallRow | undefined {
  const { id, phase, facts, ani, aniName, callback, outbound } = call;
  const place = placeOf(call);
  const talks = isTalk(phase) || phase.at === 'left';
  if (!place && !talks) return undefined;
  const queue = place?.queue ?? facts.queue ?? '';
  const leg = 'leg' in phase ? phase.leg : '';
  return {
    id,
    is: place ? 'waiting' : 'talking',
    phase: phase.at,
    kind: outbound ? 'outbound' : callback ? 'callback' : 'inbound',
    number: number(ani),
    name: text(aniName),
    customer: facts.customerId ?? '',
    tier: facts.tier ?? '',
    queue,
    campaign: facts.campaignId ?? outbound?.campaign ?? '',
    agent: legOf(call, leg)?.agent ?? '',
    since: 'since' in phase ? phase.since : call.startedAt,
    due: place ? place.since + targetOf(queues, place.queue, facts.tier ?? '') : null,
    isFirst: place?.isFirst === true,
    keptFor: place?.keptFor ?? '',
    supervision: supervisionRow(call),
  };
}

function supervisionRow({ supervision }: Call): SupervisionRow | null {
  if (!supervision) return null;
  const { mode, by, ringUntil } = supervision;
  return { mode, by: by.id, name: by.name, isThere: ringUntil === undefined };
}

export function queueRow(now: QueueNow, lanes: readonly LaneCount[]): QueueRow {
  const { queue, waiting, estimatedWaitMs, loggedIn, working, ready } = now;
  const { goal, targetMs } = laneOf(queue, '');
  const own = lanes.filter((lane) => lane.queue === queue.name);
  return {
    name: queue.name,
    waiting: waiting.length,
    since: earliestOf(waiting),
    estimateMs: estimatedWaitMs ?? null,
    loggedIn,
    working,
    ready,
    goal,
    targetMs,
    today: serviceRow(sumOf(own.map(({ today }) => today))),
  };
}

/** One row for each tier that any queue knows, or that somebody has. Its target is that of the queue where most of them called. */
export function tierRows(
  queues: readonly Queue[],
  lanes: readonly LaneCount[],
  waiting: readonly Pick<CallRow, 'tier' | 'since' | 'kind'>[],
): TierRow[] {
  const tiers = new Set([
    ...queues.flatMap((queue) => Object.keys(queue.lanes)),
    ...lanes.map(({ tier }) => tier),
    ...waiting.map(({ tier }) => tier),
  ]);
  return [...tiers].map((tier) => {
    const own = lanes.filter((lane) => lane.tier === tier);
    const there = waiting.filter((call) => call.tier === tier && call.kind === 'inbound');
    const busiest = own.toSorted((a, b) => callersOf(b.today) - callersOf(a.today))[0]?.queue;
    const queue = queues.find(({ name }) => name === busiest) ?? queues.find(({ lanes: of }) => tier in of);
    const { goal, targetMs } = queue ? laneOf(queue, tier) : { goal: 0, targetMs: 0 };
    return {
      tier,
      goal,
      targetMs,
      waiting: there.length,
      since: earliestOf(there),
      today: serviceRow(sumOf(own.map(({ today }) => today))),
      recent: serviceRow(sumOf(own.map(({ recent }) => recent))),
    };
  });
}

function serviceRow(served: Served = NOBODY_SERVED): ServiceRow {
  const { answered, missed, abandoned, waitedMs } = served;
  return {
    answered,
    missed,
    abandoned,
    meanWaitMs: answered === 0 ? null : Math.round(waitedMs / answered),
    level: serviceLevelOf(served) ?? null,
  };
}

function callersOf({ answered, missed }: Served): number {
  return answered + missed;
}

function earliestOf(waiting: readonly { readonly since: number }[]): number | null {
  return waiting.reduce<number | null>(
    (first, { since }) => (first === null || since < first ? since : first),
    null,
  );
}

function targetOf(queues: ReadonlyMap<string, Queue>, name: string, tier: string): number {
  const queue = queues.get(name);
  return queue ? laneOf(queue, tier).targetMs : 0;
}

export function centreRow(
  calls: readonly Call[],
  lanes: readonly LaneCount[],
  { ready, pbx }: { readonly ready: boolean; readonly pbx: string },
): CentreRow {
  const count = (is: (phase: Call['phase']) => boolean): number =>
    calls.filter(({ phase }) => is(phase)).length;
  return {
    ready,
    pbx,
    liveCalls: calls.length,
    inFlow: count(({ at }) => at === 'flow' || at === 'recording'),
    waiting: calls.filter((call) => placeOf(call)).length,
    talking: count((phase) => isTalk(phase) || phase.at === 'left'),
    today: serviceRow(sumOf(lanes.map(({ today }) => today))),
    recent: serviceRow(sumOf(lanes.map(({ recent }) => recent))),
  };
}

export function trunkRow(
  calls: readonly Call[],
  { dialled, failed, isFailing, failedAt }: TrunkCount,
  { channels, mostChannels }: Pick<TrunkRow, 'channels' | 'mostChannels'>,
): TrunkRow {
  const legs = calls.flatMap((call) =>
    call.legs.filter(({ to, endedAt }) => to.kind === 'outside' && !endedAt),
  );
  const inbound = calls.filter(
    ({ source, callback, outbound }) => source.kind === 'outside' && !callback && !outbound,
  );
  return {
    inbound: inbound.length,
    outbound: legs.length,
    channels,
    mostChannels,
    dialled,
    failed,
    isFailing,
    failedAt: failedAt ?? null,
  };
}
