import type { Attributes } from '../base/attributes.ts';
import type { LogEvent } from '../engine/changes.ts';
import type { AgentFacts } from '../queue/queue.ts';
import { AgentTrack, type Served } from './agent-track.ts';
import type { RecordedCall, RecordedDay, RecordedOffer, Visit, VisitEnd } from './recorded-day.ts';

/** The events from which a day is read. */
export const DAY_EVENTS: readonly string[] = [
  ...[
    'CallQueued',
    'CallRequeued',
    'CallOffered',
    'LegFailed',
    'CallConnected',
    'CallLeftQueue',
    'CallEnded',
  ],
  ...['AgentStateChanged', 'AgentFactsChanged', 'RoutingRulesChanged'],
];
/** Those that count of the time before it: who is logged in when it begins. */
export const BEFORE_EVENTS: readonly string[] = ['AgentStateChanged', 'AgentFactsChanged'];
/** The last of these before the day tells which rules were in force when it began. */
export const RULES_EVENT = 'RoutingRulesChanged';

type Data = LogEvent['data'];

interface Ended {
  readonly visit: Omit<Visit, 'end'>;
  readonly end: Exclude<VisitEnd, { how: 'answered' }> | { readonly agent: string; readonly served: Served };
}

/** A call whose caller waits, or waited before. */
interface Open {
  readonly ended: Ended[];
  /** When his last visit ended. */
  lastAt: number;
  waits?: {
    readonly at: number;
    readonly queue: string;
    readonly data: Data;
    readonly offers: RecordedOffer[];
  };
  offered?: { readonly at: number; readonly agent: string; readonly data: Data };
}

/** Reads a day from its events, one after the other. */
export class DayReader {
  readonly #from: number;
  readonly #to: number;
  readonly #fallback: (agent: string) => Omit<AgentFacts, 'id'> | undefined;
  readonly #calls = new Map<string, Open>();
  readonly #agents = new Map<string, AgentTrack>();
  /** Agents who were just offered a call of a queue. */
  readonly #offered = new Set<string>();
  readonly #unknown = new Set<string>();
  readonly #rulesChanged: string[] = [];
  #rulesBefore: string | undefined;
  #waiting = 0;
  #leftOut = 0;
  #lastAt = 0;

  /**
   * @param from and `to`: the day, UTC ms
   * @param fallback what an agent is like of whom the log does not say it
   */
  constructor(from: number, to: number, fallback: (agent: string) => Omit<AgentFacts, 'id'> | undefined) {
    this.#from = from;
    this.#to = to;
    this.#fallback = fallback;
  }

  /** True when nothing that belongs to the day is still to come. */
  get isComplete(): boolean {
    return this.#lastAt >= this.#to && this.#waiting === 0;
  }

  take({ type, at, call = '', agent = '', data }: LogEvent): void {
    this.#lastAt = at;
    if (type === 'AgentStateChanged') return this.#agentState(agent, data, at);
    if (type === 'AgentFactsChanged') return this.#trackOf(agent).isLike(factsIn(data)!, at);
    if (type === RULES_EVENT) return this.#rules(String(data.digest), at);
    if (at < this.#from) return;
    switch (type) {
      case 'CallQueued':
      case 'CallRequeued':
        return this.#queued(call, data, at);
      case 'CallOffered':
        return this.#offeredTo(call, agent, data, at);
      case 'LegFailed':
        return this.#offerOver(call, at);
      case 'CallConnected':
        return this.#connected(call, agent, at);
      case 'CallLeftQueue':
        return this.#over(call, { how: 'left', exit: String(data.why) }, at);
      case 'CallEnded':
        return this.#ended(call, data, at);
    }
  }

  /** The day, when all its events were taken. */
  day(): RecordedDay {
    for (const track of this.#agents.values()) track.close(this.#lastAt);
    const tracks = [...this.#agents.values()];
    const waits = [...this.#calls.values()].filter((open) => open.waits).length;
    return {
      from: this.#from,
      to: Math.min(this.#to, this.#lastAt),
      calls: [...this.#calls].flatMap(([id, open]) => recordedCall(id, open)),
      agents: tracks.map((track) => track.recorded),
      staff: {
        idleMs: tracks.reduce((sum, { idleMs }) => sum + idleMs, 0),
        busyMs: tracks.reduce((sum, { busyMs }) => sum + busyMs, 0),
      },
      agentsUnknown: [...this.#unknown],
      ...(this.#rulesBefore !== undefined && { rulesBefore: this.#rulesBefore }),
      rulesChanged: this.#rulesChanged,
      leftOut: this.#leftOut + waits,
    };
  }

  /** Those that came before the first caller were there when the day began. */
  #rules(digest: string, at: number): void {
    if (at < this.#from || this.#calls.size === 0) this.#rulesBefore = digest;
    else if (at < this.#to) this.#rulesChanged.push(digest);
  }

  // ── calls ────────────────────────────────────────────────────────────────────────────────────────────────────────

  #queued(call: string, data: Data, at: number): void {
    if (at >= this.#to) return;
    const open = this.#calls.get(call) ?? { ended: [], lastAt: at };
    this.#calls.set(call, open);
    if (!open.waits) this.#waiting += 1;
    open.waits = { at, queue: String(data.queue), data, offers: [] };
  }

  #offeredTo(call: string, agent: string, data: Data, at: number): void {
    const open = this.#calls.get(call);
    if (!open?.waits) return;
    open.offered = { at, agent, data };
    this.#offered.add(agent);
  }

  #offerOver(call: string, at: number): void {
    const open = this.#calls.get(call);
    const { offered } = open ?? {};
    if (!open?.waits || !offered) return;
    const { agent, data } = offered;
    open.waits.offers.push({
      agent,
      rule: String(data.rule),
      step: Number(data.step),
      ringMs: at - offered.at,
    });
    delete open.offered;
  }

  #connected(call: string, agent: string, at: number): void {
    const open = this.#calls.get(call);
    if (!open?.waits) return;
    this.#offerOver(call, at);
    const served: Served = { answeredAt: at };
    this.#agents.get(agent)?.serves(served);
    this.#endVisit(open, { agent, served }, at);
  }

  #over(call: string, end: Exclude<VisitEnd, { how: 'answered' }>, at: number): void {
    const open = this.#calls.get(call);
    if (!open?.waits) return;
    this.#offerOver(call, at);
    this.#endVisit(open, end, at);
  }

  #ended(call: string, data: Data, at: number): void {
    if (!this.#calls.has(call)) {
      if (data.abandoned === true) this.#leftOut += 1;
      return;
    }
    this.#over(call, data.abandoned === true ? { how: 'abandoned' } : { how: 'left', exit: 'hung-up' }, at);
  }

  #endVisit(open: Open, end: Ended['end'], at: number): void {
    const { at: arrivedAt, queue, data, offers } = open.waits!;
    const place = Number(data.since ?? arrivedAt);
    const visit = {
      queue,
      facts: waiterIn(data),
      arrivedAt,
      aheadMs: arrivedAt - place,
      waitedBeforeMs: arrivedAt - Number(data.from ?? place),
      maxWaitMs: Number(data.maxWaitMs ?? Number.POSITIVE_INFINITY),
      tookMs: at - arrivedAt,
      afterMs: arrivedAt - open.lastAt,
      offers,
    };
    open.ended.push({ visit, end });
    open.lastAt = at;
    delete open.waits;
    this.#waiting -= 1;
  }

  // ── agents ───────────────────────────────────────────────────────────────────────────────────────────────────────

  #agentState(id: string, data: Data, at: number): void {
    const state = String(data.state);
    const track = this.#trackOf(id);
    const facts = factsIn(data);
    track.entered(state, at, this.#offered.delete(id));
    if (facts) return track.isLike(facts, at);
    if (state === 'logged-out' || track.isKnown) return;
    this.#unknown.add(id);
    track.isLike(this.#fallback(id) ?? { skills: {}, attributes: {} }, at);
  }

  #trackOf(id: string): AgentTrack {
    const track = this.#agents.get(id) ?? new AgentTrack(id, this.#from, this.#to);
    this.#agents.set(id, track);
    return track;
  }
}

function recordedCall(id: string, { ended }: Open): RecordedCall[] {
  if (ended.length === 0) return [];
  const visits = ended.map(({ visit, end }): Visit => {
    if ('how' in end) return { ...visit, end };
    const { talkMs = 0, wrapUpMs = 0 } = end.served;
    return { ...visit, end: { how: 'answered', agent: end.agent, talkMs, wrapUpMs } };
  });
  return [{ id, visits: visits.map((visit, at) => ({ ...visit, afterMs: pauseBefore(visits, at) })) }];
}

/** From the end of the talk before, or of the wait before, to this one, ms. */
function pauseBefore(visits: readonly Visit[], at: number): number {
  const before = visits[at - 1];
  if (!before) return 0;
  const talkMs = before.end.how === 'answered' ? before.end.talkMs : 0;
  return Math.max(0, visits[at]!.afterMs - talkMs);
}

function waiterIn(data: Data): Visit['facts'] {
  const { tier, language, attributes, patienceMs, knownTo, needs, prefers } = data as Partial<Visit['facts']>;
  return {
    tier: tier ?? '',
    language: language ?? '',
    attributes: attributes ?? {},
    knownTo: knownTo ?? {},
    ...(patienceMs !== undefined && { patienceMs }),
    ...(needs && { needs }),
    ...(prefers && { prefers }),
  };
}

function factsIn({ skills, attributes }: Data): Omit<AgentFacts, 'id'> | undefined {
  if (typeof skills !== 'object' || skills === null) return undefined;
  return { skills: skills as AgentFacts['skills'], attributes: (attributes ?? {}) as Attributes };
}
