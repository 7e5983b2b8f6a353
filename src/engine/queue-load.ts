import { localTime } from '../base/zone.ts';
import type { Call } from '../call/call.ts';
import { tierRank } from '../customer/customer.ts';
import type { CentreView, PlaceInLine, QueueLoad } from '../ivr/expression.ts';
import { type InLine, positionIn } from '../queue/place.ts';
import type { QueueStatus } from './centre.ts';
import type { LogEvent } from './changes.ts';
import type { FlowDirectory } from './input.ts';
import type { CentreState } from './state.ts';
import { WaitingLines } from './waiting-lines.ts';
import { waits } from './waiting-room.ts';

/** A queue that is not there, or that nobody serves. */
const NOBODY = {
  waiting: 0,
  ready: 0,
  loggedIn: 0,
  longestWait: 0,
  occupancy: 1,
  load: 1,
  estimatedWait: -1,
};

/** In a longer line nobody is told his place: to find it, each is compared with all. */
const LONGEST_TOLD = 2000;

/** How full the queues are: for expressions in flows, many times a second, and in full for the API. */
export class QueueLoads {
  readonly #state: CentreState;
  readonly #lines: WaitingLines;
  /** Of this turn. */
  readonly #known = new Map<string, QueueLoad>();

  constructor(state: CentreState) {
    this.#state = state;
    this.#lines = new WaitingLines({
      workingFor: (queue) => this.#strengthOf(queue)?.working ?? 0,
      wrapUpMsOf: (queue) => state.floor.rules.queues.get(queue)?.wrapUpMs ?? 0,
    });
  }

  /** A turn begins: what was known may be so no more. */
  forget(): void {
    this.#known.clear();
  }

  /** Takes up those who waited when this daemon began. @param now UTC ms */
  resume(now: number): void {
    this.#lines.resume(this.#state.calls.values(), now);
  }

  /** Learns from what has happened. */
  learn(events: readonly LogEvent[]): void {
    this.#lines.take(events);
  }

  /** See `NOBODY` for a queue that is not there. @param now UTC ms */
  of(name: string, now: number): QueueLoad {
    const known = this.#known.get(name) ?? this.#reckon(name, now);
    this.#known.set(name, known);
    return known;
  }

  /** Where a call stands that waits and is not offered to anybody. @param now UTC ms */
  placeOf(id: string, now: number): PlaceInLine | undefined {
    const { calls, waiting, floor } = this.#state;
    const call = calls.get(id);
    const queue = call?.phase.at === 'queued' ? floor.rules.queues.get(call.phase.queue) : undefined;
    if (!call || !queue || waiting.size > LONGEST_TOLD) return undefined;
    const position = positionIn(queue, floor.rules.order, lineMember(call), this.#inLine(queue.name), now);
    const expectedMs = this.#lines.expectedMs(queue.name, position, now);
    return { position, ...(expectedMs !== undefined && { expectedMs }) };
  }

  /** Every queue with who waits in it. @param now UTC ms */
  all(now: number): readonly QueueStatus[] {
    const waiting = new Map<string, QueueStatus['waiting'][number][]>();
    for (const { id, phase, facts } of this.#state.calls.values()) {
      if (!waits(phase) || !('queue' in phase)) continue;
      const line = waiting.get(phase.queue) ?? [];
      line.push({ call: id, since: phase.since, rank: tierRank(facts.tier) });
      waiting.set(phase.queue, line);
    }
    return [...this.#state.floor.rules.queues.values()].map((queue) => ({
      queue,
      waiting: waiting.get(queue.name) ?? [],
      ...this.#state.floor.strengthOf(queue),
      estimatedWaitMs: this.#estimateMs(queue.name, now),
      accuracy: this.#lines.accuracyOf(queue.name),
    }));
  }

  #reckon(name: string, now: number): QueueLoad {
    const strength = this.#strengthOf(name);
    if (!strength) return NOBODY;
    const { waiting, since = now } = this.#state.lineIn(name);
    const { working, ready, loggedIn } = strength;
    const busy = working - ready;
    const estimateMs = this.#estimateMs(name, now);
    return {
      waiting,
      ready,
      loggedIn,
      longestWait: Math.max(0, Math.floor((now - since) / 1000)),
      occupancy: working === 0 ? 1 : busy / working,
      load: working === 0 ? 1 + waiting : (busy + waiting) / working,
      estimatedWait: estimateMs === undefined ? -1 : Math.round(estimateMs / 1000),
    };
  }

  /** For somebody who came now; undefined while nobody can say. */
  #estimateMs(name: string, now: number): number | undefined {
    const strength = this.#strengthOf(name);
    if (!strength) return undefined;
    const { waiting } = this.#state.lineIn(name);
    if (strength.ready > waiting) return 0;
    return this.#lines.expectedMs(name, waiting + 1, now);
  }

  #strengthOf(name: string) {
    const { floor } = this.#state;
    const queue = floor.rules.queues.get(name);
    return queue && floor.strengthOf(queue);
  }

  *#inLine(queue: string): Generator<InLine> {
    for (const id of this.#state.waiting) {
      const call = this.#state.calls.get(id);
      if (call?.phase.at === 'queued' && call.phase.queue === queue) yield lineMember(call);
    }
  }
}

function lineMember({ id, facts, phase }: Call): InLine {
  const since = 'since' in phase && phase.since !== undefined ? phase.since : 0;
  const isFirst = phase.at === 'queued' && phase.isFirst === true;
  return { id, tier: facts.tier ?? '', since, patienceMs: facts.customer?.patienceMs, isFirst };
}

/** What expressions in flows may know of the centre. @param now UTC ms */
export function centreView(flows: FlowDirectory, loads: QueueLoads, now: number): CentreView {
  const zone = flows.zone();
  return {
    now,
    zone,
    queueLoad: (name) => loads.of(name, now),
    placeOf: (call) => loads.placeOf(call, now),
    isOpen: (calendar) => flows.dayState(calendar, now) === 'open',
    localTime: (ms) => localTime(ms, zone),
  };
}
