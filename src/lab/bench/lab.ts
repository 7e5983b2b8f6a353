/**
 * `npm run bench:lab [-- --json]`: how long a day of 1,000 agents and 100,000 calls takes in the lab. The engine is the one that runs
 * the centre; PBX, callers and agents are simulated, the store is memory, everything happens on one thread.
 */

import { skillQueue } from '../../queue/queue.ts';
import { routingRules } from '../../queue/rules.ts';
import type { Spread } from '../day/chance.ts';
import { playDay } from '../day/day.ts';
import type { AgentGroup, CallerGroup, Scenario } from '../day/scenario.ts';
import { weightsOf } from '../day/shape.ts';

const CALLS = 100_000;
const AGENTS = 1000;
const HOUR_MS = 3_600_000;

const lognormal = (meanMs: number, cv: number): Spread => ({ meanMs, law: 'lognormal', cv });

const lanes = {
  '': { goal: 0.8, targetMs: 30_000, priority: 0, bonusMs: 0 },
  gold: { goal: 0.85, targetMs: 20_000, priority: 20, bonusMs: 30_000 },
  vip: { goal: 0.9, targetMs: 10_000, priority: 30, bonusMs: 60_000 },
};

const callers = (name: string, queue: string, tier: string, share: number): CallerGroup => ({
  name,
  queue,
  tier,
  calls: CALLS * share,
  weights: weightsOf('two-peaks'),
  language: 'zh-CN',
  attributes: {},
  menuMs: 15_000,
  patience: { meanMs: 240_000, law: 'exponential', cv: 1 },
  talk: lognormal(240_000, 0.9),
  redial: { chance: 0, after: lognormal(1, 0) },
});

const agents = (name: string, share: number, skills: AgentGroup['skills']): AgentGroup => ({
  name,
  count: AGENTS * share,
  skills,
  attributes: {},
  fromMs: 0,
  toMs: 12 * HOUR_MS,
  jitterMs: 900_000,
  breaks: [{ atMs: 4 * HOUR_MS, forMs: HOUR_MS / 2 }],
  pace: 1,
  answersAfter: lognormal(3000, 0.5),
  misses: 0.005,
  rejects: 0.002,
  phoneLost: 0.0005,
  backAfter: { meanMs: 30_000, law: 'exponential', cv: 1 },
});

const day: Scenario = {
  name: '1,000 agents and 100,000 calls',
  seed: 1,
  startAt: Date.UTC(2026, 10, 23),
  lastsMs: 12 * HOUR_MS,
  zone: 'Asia/Shanghai',
  rules: routingRules('service-level', [
    skillQueue('general', { service: 5 }, { lanes }),
    skillQueue('card', { card: 5 }, { lanes }),
    skillQueue('vip', { wealth: 9 }, { lanes }),
  ]),
  callers: [
    callers('retail', 'general', 'standard', 0.5),
    callers('gold', 'general', 'gold', 0.2),
    callers('cards', 'card', 'standard', 0.24),
    callers('vip', 'vip', 'vip', 0.06),
  ],
  agents: [
    agents('service', 0.6, { service: 8 }),
    agents('cards', 0.25, { service: 6, card: 8 }),
    agents('bankers', 0.1, { service: 7, wealth: 9.5 }),
    agents('all', 0.05, { service: 9, card: 9, wealth: 9 }),
  ],
  faults: [],
};

const isWatched = process.argv.includes('--watched');
const before = process.cpuUsage();
const began = performance.now();
const { figures, calls, events, broken } = await playDay(day, { isWatched });
const seconds = (performance.now() - began) / 1000;
const { user, system } = process.cpuUsage(before);
const { offered, answered, inTarget } = figures.total;
const result = {
  seconds: Number(seconds.toFixed(1)),
  calls,
  agents: AGENTS,
  cpuSeconds: Number(((user + system) / 1e6).toFixed(1)),
  usPerCall: Math.round((seconds * 1e6) / calls),
  events,
  offered,
  answered,
  inTarget,
  invariants: isWatched ? `${broken.length} broken` : 'not watched (--watched watches them)',
  conditions: 'one thread, store in memory; PBX, callers and agents are simulated',
};
process.stdout.write(
  process.argv.includes('--json')
    ? `${JSON.stringify(result)}\n`
    : `a day of ${calls} calls and ${AGENTS} agents: ${result.seconds} s (${result.cpuSeconds} s of processor time, ${result.usPerCall} µs a call)\n${result.conditions}; invariants ${result.invariants}\n`,
);
