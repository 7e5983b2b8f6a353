import type { Agent } from '../../agent/agent.ts';
import type { Call } from '../../call/call.ts';
import type { Changes, LogEvent } from '../../engine/changes.ts';
import type { Queue } from '../../queue/queue.ts';
import { firstFit, soonestMs, stepAt } from './fit.ts';
import { type Broken, type Invariant, MOST_BROKEN } from './invariants.ts';
import { Lines } from './lines.ts';
import { type Idler, isLive, Mirror, type Waiter } from './mirror.ts';

/** What is true outside of the engine. */
export interface Truth {
  /** UTC ms, as the clock shows it. */
  now(): number;
  /** Time that really passed, ms. */
  passed(): number;
  /** True while the PBX has a channel at that phone. */
  isOnPhone(extension: string): boolean;
  /** True when nothing has gone wrong for a while: what is lost then is lost for good. */
  isCalm(): boolean;
}

/** A caller and an agent who fit each other and have not met yet. */
interface Suspicion {
  readonly waiter: Waiter;
  readonly idler: Idler;
  readonly at: number;
}

/** Whoever is put together in time needs no longer than this, ms: the PBX tells of the end of a channel a moment later. */
const MEET_MS = 200;
/** Pairs that are waited for at a time; more tell nothing more. */
const MOST_SUSPICIONS = 1000;

/**
 * Watches what each turn commits, by rules of its own that are plain and know nothing of the matcher: what it breaks is a mistake of
 * the engine, or of these lines.
 */
export class Watch {
  /** The first of each kind. */
  readonly broken: Broken[] = [];
  /** All that broke, more than are kept. */
  brokenCount = 0;
  readonly mirror: Mirror;
  /** Turns that were watched. */
  turns = 0;
  readonly #truth: Truth;
  readonly #lines = new Lines();
  readonly #fits = new Map<string, number[]>();
  readonly #ended = new Set<string>();
  #suspicions: Suspicion[] = [];
  #events: readonly LogEvent[] = [];

  constructor(agents: readonly Agent[], queues: readonly Queue[], truth: Truth) {
    this.mirror = new Mirror(agents, queues);
    this.#truth = truth;
  }

  /** One committed turn. */
  take({ calls, agents, events }: Changes): void {
    this.turns += 1;
    this.#events = events;
    this.#offers(events, new Set([...calls, ...agents].map(({ id }) => id)));
    const passed = this.#truth.passed();
    for (const { call, agent } of this.mirror.putCalls(calls, passed))
      this.report('one-call-per-agent', `${agent} has a leg of ${call.id} beside another one`);
    for (const call of calls) this.#call(call);
    for (const agent of agents) {
      this.mirror.putAgent(agent, passed);
      this.#inHand(agent);
    }
    for (const call of calls) this.#legs(call);
    this.#meet(calls, agents);
    this.#confirm(passed);
  }

  /** A new daemon goes on with what the store has: the mirror has it too, and nobody is to have met already. */
  forgive(): void {
    this.#suspicions = [];
  }

  /** Looks at everybody who waits and everybody who is ready, instead of at those only whom a turn changed. */
  lookAtAll(): void {
    this.#events = [];
    const { waiting, ready } = this.mirror;
    for (const waiter of waiting.values()) for (const idler of ready.values()) this.#suspect(waiter, idler);
    this.#confirm(this.#truth.passed());
  }

  report(invariant: Invariant, what: string): void {
    this.brokenCount += 1;
    if (this.broken.filter((one) => one.invariant === invariant).length >= MOST_BROKEN) return;
    const events = this.#events.map(({ type }) => type);
    this.broken.push({ invariant, at: this.#truth.now(), events, what });
  }

  // ── calls and agents ─────────────────────────────────────────────────────────────────────────────────────────────

  #call(call: Call): void {
    if (this.#ended.has(call.id)) this.report('ended-once', `${call.id} changes after its end`);
    if (call.phase.at === 'ended') this.#ended.add(call.id);
    if (call.waitedMs < 0 || call.talkedMs < 0)
      this.report('negative-time', `${call.id} waited ${call.waitedMs} ms and talked ${call.talkedMs} ms`);
    this.#lines.put(call.id, this.mirror.waiting.get(call.id));
  }

  /** Who says that he has a call has it. */
  #inHand({ id, state }: Agent): void {
    if (!('leg' in state)) return;
    const leg = this.mirror.calls.get(state.call)?.legs.find((one) => one.id === state.leg);
    if (!leg || !isLive(leg) || leg.agent !== id)
      this.report('one-call-per-agent', `${id} is ${state.at} with ${state.call}, which does not know him`);
  }

  /** Whose leg it is has that call in hand. */
  #legs({ id, legs }: Call): void {
    for (const leg of legs) {
      if (leg.agent === undefined || !isLive(leg)) continue;
      const state = this.mirror.agents.get(leg.agent)?.state;
      if (!state || !('leg' in state) || state.leg !== leg.id)
        this.report('one-call-per-agent', `${id} has a leg to ${leg.agent}, who is ${state?.at}`);
    }
  }

  // ── who gets whom ────────────────────────────────────────────────────────────────────────────────────────────────

  /** Told before the mirror knows of the turn: as it was when the offers were made. */
  #offers(events: readonly LogEvent[], changed: ReadonlySet<string>): void {
    for (const { type, call: id, agent: agentId, data } of events) {
      if (type !== 'CallOffered') continue;
      const waiter = this.mirror.waiting.get(id ?? '');
      const agent = this.mirror.agents.get(agentId ?? '');
      // Who came in this very turn waited for nobody.
      if (!waiter || !agent || data.rule === 'familiar') continue;
      const fit = this.#fitOf(waiter, agent);
      const waitedMs = this.#truth.now() - waiter.since;
      const begun = stepAt(waiter.queue, waitedMs, 0);
      if (fit === -1 || (fit > begun && !this.#isSkippedTo(waiter, fit, changed)))
        this.report(
          'unfit-offer',
          `${agentId} is offered ${id}, whom he fits at step ${fit}; step ${begun} has begun`,
        );
      const first = this.#lines.firstOf(waiter);
      // One who left in this turn was not passed over.
      if (first && first.since < waiter.since && !changed.has(first.call.id))
        this.report(
          'out-of-line',
          `${id} is served before ${first.call.id}, who is like him and came before`,
        );
      this.#lines.put(waiter.call.id, undefined);
    }
  }

  /** True when step `fit` has begun because steps before it take no time: nobody is there whom they would need. */
  #isSkippedTo(waiter: Waiter, fit: number, changed: ReadonlySet<string>): boolean {
    const there = new Set<number>();
    const perhaps = new Set<number>();
    // Who changed in this turn may have come or gone.
    for (const agent of this.mirror.agents.values()) {
      if (changed.has(agent.id)) perhaps.add(this.#fitOf(waiter, agent));
      else if (agent.state.at !== 'logged-out') there.add(this.#fitOf(waiter, agent));
    }
    return this.#truth.now() - waiter.since >= soonestMs(waiter.queue, fit, there, perhaps);
  }

  #fitOf(waiter: Waiter, agent: Agent): number {
    const known = this.#fits.get(waiter.key) ?? [];
    this.#fits.set(waiter.key, known);
    const profile = this.mirror.profileOf(agent);
    const facts = { id: agent.id, skills: agent.skills, attributes: agent.attributes ?? {} };
    known[profile] ??= firstFit(facts, waiter.caller, waiter.queue, []);
    return known[profile];
  }

  #meet(calls: readonly Call[], agents: readonly Agent[]): void {
    const { waiting, ready } = this.mirror;
    if (waiting.size === 0 || ready.size === 0) return;
    for (const { id } of calls) {
      const waiter = waiting.get(id);
      if (waiter) for (const idler of ready.values()) this.#suspect(waiter, idler);
    }
    for (const { id } of agents) {
      const idler = ready.get(id);
      if (idler) for (const waiter of this.#lines.firsts()) this.#suspect(waiter, idler);
    }
  }

  #suspect(waiter: Waiter, idler: Idler): void {
    const { queue, since, firstMs, phase } = waiter;
    const fit = this.#fitOf(waiter, idler.agent);
    if (fit === -1 || this.#suspicions.length >= MOST_SUSPICIONS || hasOwnNeeds(phase)) return;
    if (fit > stepAt(queue, this.#truth.now() - since, firstMs)) return;
    this.#suspicions.push({ waiter, idler, at: this.#truth.passed() });
  }

  #confirm(passed: number): void {
    const due = this.#suspicions[0];
    if (!due || passed - due.at < MEET_MS) return;
    if (!this.#truth.isCalm()) {
      this.#suspicions = [];
      return;
    }
    const { waiting, ready } = this.mirror;
    const left: Suspicion[] = [];
    for (const suspicion of this.#suspicions) {
      const { waiter, idler, at } = suspicion;
      const { agent, extension } = idler;
      if (waiting.get(waiter.call.id) !== waiter || ready.get(agent.id) !== idler) continue;
      if (passed - at < MEET_MS) left.push(suspicion);
      else if (!this.#truth.isOnPhone(extension))
        this.report(
          'fit-agent-idle',
          `${waiter.call.id} waits in ${waiter.queue.name} while ${agent.id} is ready`,
        );
    }
    this.#suspicions = left;
  }
}

/** What one call needs beyond its queue is not told here. */
function hasOwnNeeds(phase: Call['phase']): boolean {
  return phase.at === 'queued' && (phase.wishes?.needs?.length ?? 0) > 0;
}
