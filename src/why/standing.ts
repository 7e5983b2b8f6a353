import type { Agent } from '../agent/agent.ts';
import type { Call } from '../call/call.ts';
import { beginsOf } from '../queue/line.ts';
import { positionIn } from '../queue/place.ts';
import { type AgentFacts, laneOf } from '../queue/queue.ts';
import { meetsOwnNeeds, Requirement } from '../queue/requirement.ts';
import type { RoutingRules } from '../queue/rules.ts';
import { waiterFacts, waitingUnder } from '../queue/waiting.ts';

/** Where somebody stands who waits now. Times in ms. */
export interface Standing {
  readonly queue: string;
  readonly tier: string;
  readonly waitedMs: number;
  readonly targetMs: number;
  /** The phone of this agent rings for him. */
  readonly ringsAt?: string;
  /** 1 for the next; undefined while a phone rings for him. */
  readonly position?: number;
  /** Step of the ladder that has begun, from 0; -1 while only those are asked who know him. */
  readonly step: number;
  readonly steps: number;
  readonly nextStepInMs?: number;
  /** Who is logged in and could serve him, those who may be asked first at the top. */
  readonly able: readonly Able[];
  /** Why the others who are logged in never could. */
  readonly unable: readonly { readonly by: string; readonly agents: number }[];
}

export interface Able {
  readonly agent: string;
  /** From which step on. */
  readonly step: number;
  readonly score: number;
  readonly knowsHim: boolean;
  readonly state: string;
  /** So long he has been so, ms. */
  readonly forMs: number;
}

/** The live centre, as far as it counts here. */
export interface Floor {
  readonly agents: readonly Agent[];
  readonly calls: readonly Call[];
  readonly rules: RoutingRules;
}

/** Where a call stands that waits in a queue; undefined for any other. @param now UTC ms */
export function standingOf(call: Call, { agents, calls, rules }: Floor, now: number): Standing | undefined {
  const { phase } = call;
  if (phase.at !== 'queued' && phase.at !== 'offered') return undefined;
  const queue = rules.queues.get(phase.queue);
  if (!queue) return undefined;
  const facts = waiterFacts(call, phase);
  const waiting = waitingUnder(rules, queue, facts);
  const present = agents.filter(({ state }) => state.at !== 'logged-out');
  // Those who know him are asked whatever their skills, but what this call needs holds for them too.
  const familiar = present
    .filter((one) => waiting.familiar?.includes(one.id) && meetsOwnNeeds(waiting, factsOf(one)))
    .map(({ id }) => id);
  const requirement = new Requirement(waiting);
  const fits = present.map((agent) => ({ agent, fit: fitOf(requirement, agent) }));
  const { ladder } = waiting.queue;
  const met = ladder.map((_, step) => fits.some(({ fit }) => fit.step === step));
  const isAsked = present.some(({ id, state }) => familiar.includes(id) && state.at !== 'not-ready');
  const begins = beginsOf(ladder, met, isAsked ? queue.first.forMs : 0);
  const waitedMs = now - phase.since;
  const next = begins.filter((begin) => begin > waitedMs && begin !== Number.POSITIVE_INFINITY);
  const rung = phase.at === 'offered' ? call.legs.find(({ id }) => id === phase.leg)?.agent : undefined;
  return {
    queue: queue.name,
    tier: facts.tier,
    waitedMs,
    targetMs: laneOf(queue, facts.tier).targetMs,
    step: begins.findLastIndex((begin) => begin <= waitedMs),
    steps: ladder.length,
    ...(phase.at === 'queued' && { position: positionOf(call, calls, rules, now) }),
    ...(rung !== undefined && { ringsAt: rung }),
    ...(next.length > 0 && { nextStepInMs: Math.min(...next) - waitedMs }),
    able: ableOf(fits, familiar, now),
    unable: unableOf(fits, familiar),
  };
}

interface Fitting {
  readonly agent: Agent;
  readonly fit: Fit;
}

/** How one agent fits: his first step, -1 for never; his score; and what he lacks. */
interface Fit {
  readonly step: number;
  readonly score: number;
  readonly lacks: string;
}

const factsOf = ({ id, skills, attributes = {} }: Agent): AgentFacts => ({ id, skills, attributes });

function fitOf(requirement: Requirement, agent: Agent): Fit {
  const facts = factsOf(agent);
  const step = requirement.stepOf(facts);
  return { step, score: requirement.scoreOf(facts), lacks: step === -1 ? requirement.lackOf(facts) : '' };
}

function positionOf(call: Call, calls: readonly Call[], rules: RoutingRules, now: number): number {
  const place = (one: Call) => {
    const { phase, facts, id } = one;
    const since = phase.at === 'queued' ? phase.since : now;
    return { id, tier: facts.tier ?? '', since, patienceMs: facts.customer?.patienceMs };
  };
  const name = call.phase.at === 'queued' ? call.phase.queue : '';
  const queue = rules.queues.get(name)!;
  const others = calls.filter(({ phase }) => phase.at === 'queued' && phase.queue === name).map(place);
  return positionIn(queue, rules.order, place(call), others, now);
}

function ableOf(fits: readonly Fitting[], familiar: readonly string[], now: number): Able[] {
  return fits
    .filter(({ agent, fit }) => fit.step !== -1 || familiar.includes(agent.id))
    .map(({ agent: { id, state }, fit }) => ({
      agent: id,
      step: fit.step,
      score: fit.score,
      knowsHim: familiar.includes(id),
      state: state.at === 'not-ready' ? `not-ready (${state.reason})` : state.at,
      forMs: now - state.since,
    }))
    .sort(
      (a, b) =>
        Number(b.knowsHim) - Number(a.knowsHim) || a.step - b.step || b.score - a.score || b.forMs - a.forMs,
    );
}

function unableOf(fits: readonly Fitting[], familiar: readonly string[]): Standing['unable'] {
  const counts = new Map<string, number>();
  for (const { agent, fit } of fits)
    if (fit.step === -1 && !familiar.includes(agent.id))
      counts.set(fit.lacks, (counts.get(fit.lacks) ?? 0) + 1);
  return [...counts].map(([by, count]) => ({ by, agents: count })).sort((a, b) => b.agents - a.agents);
}
