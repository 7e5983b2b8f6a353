/** One pool of agents, as the formulas see it: callers come at random (Poisson), talks last exponentially long. */
export interface Pool {
  readonly callsPerHour: number;
  /** Mean time that an agent has a caller, wrap-up included, ms. */
  readonly handleMs: number;
  readonly agents: number;
}

/** A pool whose callers hang up when they have waited exponentially long, in the mean `patienceMs`. */
export interface ImpatientPool extends Pool {
  readonly patienceMs: number;
}

/** What is to be expected in the long run. Shares are of all callers, 0 to 1. */
export interface QueueForecast {
  /** Who do not find an agent at once. */
  readonly delayed: number;
  /** Mean wait of all callers, those who hang up and those who need not wait included, ms. */
  readonly waitMs: number;
  readonly abandoned: number;
  /** Share of the agents' time that is spent on callers. */
  readonly occupancy: number;
}

/** Terms below this share of their sum change no digit. */
const NEGLIGIBLE = 1e-15;

/**
 * Erlang B: share of the calls that find all agents busy, where nobody waits.
 * @param erlangs arrivals per handle time
 * @see Erlang 1917; recursion B_k = aB/(k + aB)
 */
export function erlangB(erlangs: number, agents: number): number {
  let blocked = 1;
  for (let k = 1; k <= agents; k += 1) blocked = (erlangs * blocked) / (k + erlangs * blocked);
  return blocked;
}

/**
 * Erlang C: nobody hangs up. With no more agents than erlangs the queue grows without end: everybody is delayed, for ever.
 * @see Erlang 1917; C = nB/(n − a(1 − B)), mean wait C/(nμ − λ)
 */
export function erlangC(pool: Pool): QueueForecast {
  const erlangs = erlangsOf(pool);
  const { agents, handleMs } = pool;
  if (agents <= erlangs) return { delayed: 1, waitMs: Number.POSITIVE_INFINITY, abandoned: 0, occupancy: 1 };
  const blocked = erlangB(erlangs, agents);
  const delayed = (agents * blocked) / (agents - erlangs * (1 - blocked));
  return {
    delayed,
    waitMs: (delayed * handleMs) / (agents - erlangs),
    abandoned: 0,
    occupancy: erlangs / agents,
  };
}

/** Share of the callers who are answered within a time, where nobody hangs up: 1 − C e^(−(nμ − λ)T). */
export function erlangCWithin(pool: Pool, withinMs: number): number {
  const erlangs = erlangsOf(pool);
  if (pool.agents <= erlangs) return 0;
  const { delayed } = erlangC(pool);
  return 1 - delayed * Math.exp((-(pool.agents - erlangs) * withinMs) / pool.handleMs);
}

/**
 * Erlang A: callers hang up. Of each it is reckoned whether he is answered; none is put out by the queue's length.
 * @see Palm 1957; Garnett, Mandelbaum, Reiman 2002: a birth-death process whose death rate in state k > n is nμ + (k − n)θ
 */
export function erlangA(pool: ImpatientPool): QueueForecast {
  const states = busyStates(pool);
  const queued = sum(states, (share, ahead) => share * ahead);
  const perMs = pool.callsPerHour / 3_600_000;
  const waitMs = perMs > 0 ? queued / perMs : 0;
  const abandoned = waitMs / pool.patienceMs;
  return {
    delayed: sum(states, (share) => share),
    waitMs,
    abandoned,
    occupancy: (erlangsOf(pool) * (1 - abandoned)) / pool.agents,
  };
}

/**
 * Share of all callers who are answered within a time, where callers hang up. Somebody who finds `ahead` others waiting would wait V, where
 * e^(−θV) is beta distributed (nμ/θ, ahead + 1), and is answered with the probability e^(−θV); the mean of that up to T is a beta
 * distribution again.
 * @see Zeltyn, Mandelbaum 2005, "Call centers with impatient customers: many-server asymptotics of the M/M/n+G queue"
 */
export function erlangAWithin(pool: ImpatientPool, withinMs: number): number {
  const states = busyStates(pool);
  const rate = (pool.agents * pool.patienceMs) / pool.handleMs;
  const left = Math.exp(-withinMs / pool.patienceMs);
  const delayed = sum(states, (share) => share);
  // The regularised incomplete beta function I_left(rate + 1, m) for m = 1, 2 …: each m adds one term.
  let term = left ** (rate + 1);
  let tooLate = 0;
  const later = sum(states, (share, ahead) => {
    tooLate += term;
    term *= ((1 - left) * (rate + 1 + ahead)) / (ahead + 1);
    return (share * rate * (1 - tooLate)) / (rate + ahead + 1);
  });
  return 1 - delayed + later;
}

/** The least number of agents that answers a share of the callers within a time, when nobody hangs up. @param goal 0 to below 1 */
export function agentsFor(load: Omit<Pool, 'agents'>, goal: number, withinMs: number): number {
  let agents = Math.floor(erlangsOf({ ...load, agents: 0 })) + 1;
  while (erlangCWithin({ ...load, agents }, withinMs) < goal) agents += 1;
  return agents;
}

function erlangsOf({ callsPerHour, handleMs }: Pool): number {
  return (callsPerHour * handleMs) / 3_600_000;
}

/** Share of the time in which all agents are busy and so many wait: 0, 1, 2 … */
function busyStates(pool: ImpatientPool): number[] {
  const erlangs = erlangsOf(pool);
  const { agents, handleMs, patienceMs } = pool;
  if (erlangs === 0) return [];
  // Against the state in which all are busy and nobody waits; 1/B is the sum of the states up to that one.
  let total = 1 / erlangB(erlangs, agents);
  const against: number[] = [];
  for (let share = 1, ahead = 0; share > total * NEGLIGIBLE || ahead < erlangs - agents; ) {
    against.push(share);
    ahead += 1;
    share *= erlangs / (agents + (ahead * handleMs) / patienceMs);
    total += share;
  }
  return against.map((share) => share / total);
}

function sum(states: readonly number[], part: (share: number, ahead: number) => number): number {
  return states.reduce((total, share, ahead) => total + part(share, ahead), 0);
}
