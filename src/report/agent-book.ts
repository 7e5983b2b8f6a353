import {
  type AgentCounts,
  type AgentKey,
  type AgentTimeKey,
  addAgentCounts,
  byQuarter,
  noAgentCounts,
  type QueueCounts,
  type QueueKey,
  quarterOf,
  type Sums,
} from './sums.ts';

/** Where an agent is, as far as the log was read. */
export interface AgentNow {
  state: string;
  reason: string;
  /** Up to when his time was summed, UTC ms. */
  since: number;
  /** The caller of a queue whom he talks with, or wraps up. */
  serving?: { readonly key: QueueKey; readonly since: number };
}

/** What of an agent's time belongs to the caller whom he serves. */
const SERVES: Readonly<Record<string, 'talkMs' | 'holdMs' | 'wrapUpMs'>> = {
  talking: 'talkMs',
  hold: 'holdMs',
  'wrap-up': 'wrapUpMs',
};
/** Of legs to agents that nobody took: what was his doing. */
const MISSED: Readonly<Record<string, 'ringNoAnswers' | 'declined'>> = {
  'no-answer': 'ringNoAnswers',
  rejected: 'declined',
  busy: 'declined',
};

/** Sums what agents do, and gives the queues the time that their callers took. */
export class AgentBook {
  readonly #agents: Map<string, AgentNow>;
  readonly #queueCounts: (key: QueueKey) => QueueCounts;
  #counts = new Map<string, AgentKey & AgentCounts>();
  #times = new Map<string, AgentTimeKey & { ms: number }>();

  constructor(agents: Readonly<Record<string, AgentNow>>, queueCounts: (key: QueueKey) => QueueCounts) {
    this.#agents = new Map(Object.entries(agents).map(([id, now]) => [id, { ...now }]));
    this.#queueCounts = queueCounts;
  }

  get now(): Readonly<Record<string, AgentNow>> {
    return Object.fromEntries([...this.#agents].map(([id, now]) => [id, { ...now }]));
  }

  count(agent: string | undefined, at: number, name: keyof AgentCounts): void {
    if (agent === undefined) return;
    const key = { at: quarterOf(at), agent };
    const text = `${key.at} ${agent}`;
    const counts = this.#counts.get(text) ?? { ...key, ...noAgentCounts() };
    addAgentCounts(counts, { ...noAgentCounts(), [name]: 1 });
    this.#counts.set(text, counts);
  }

  legFailed(agent: string | undefined, at: number, outcome: unknown): void {
    const name = MISSED[String(outcome)];
    if (name) this.count(agent, at, name);
  }

  /** He talks with a caller of a queue from now on. */
  serves(agent: string, key: QueueKey, at: number): void {
    const now = this.#agents.get(agent);
    if (now) now.serving = { key, since: at };
  }

  entered(agent: string, state: string, reason: string, at: number): void {
    const now = this.#agents.get(agent) ?? { state: 'logged-out', reason: '', since: at };
    this.#spend(agent, now, at);
    const was = now.state;
    now.state = state;
    now.reason = state === 'not-ready' ? reason : '';
    if (now.serving) this.#served(now, was, now.serving.key);
    if (state === 'logged-out') this.#agents.delete(agent);
    else this.#agents.set(agent, now);
  }

  settle(at: number): void {
    for (const [agent, now] of this.#agents) if (at > now.since) this.#spend(agent, now, at);
  }

  drain(): Pick<Sums, 'agents' | 'times'> {
    const drained = { agents: [...this.#counts.values()], times: [...this.#times.values()] };
    this.#counts = new Map();
    this.#times = new Map();
    return drained;
  }

  /** The talk is over when he is in none; with what he writes afterwards, the call is. */
  #served(now: AgentNow, was: string, key: QueueKey): void {
    const talked = was === 'talking' || was === 'hold';
    const talks = now.state === 'talking' || now.state === 'hold';
    if (talked && !talks) this.#queueCounts(key).handled += 1;
    if (was === 'wrap-up' || (!talks && now.state !== 'wrap-up')) delete now.serving;
  }

  #spend(agent: string, now: AgentNow, at: number): void {
    const { state, reason, since, serving } = now;
    now.since = at;
    if (state === 'logged-out') return;
    for (const part of byQuarter(since, at)) this.#spent({ at: part.at, agent, state, reason }, part.ms);
    const name = SERVES[state];
    if (serving && name) this.#queueCounts(serving.key)[name] += at - Math.max(since, serving.since);
  }

  #spent(key: AgentTimeKey, ms: number): void {
    const text = JSON.stringify([key.at, key.agent, key.state, key.reason]);
    const time = this.#times.get(text) ?? { ...key, ms: 0 };
    time.ms += ms;
    this.#times.set(text, time);
  }
}
