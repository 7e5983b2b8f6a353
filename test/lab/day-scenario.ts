import type { AgentGroup, CallerGroup, Scenario } from '../../src/lab/day/scenario.ts';
import { skillQueue } from '../../src/queue/queue.ts';
import { routingRules } from '../../src/queue/rules.ts';

const MINUTE_MS = 60_000;

export const callers = (name: string, more: Partial<CallerGroup> = {}): CallerGroup => ({
  name,
  queue: 'general',
  tier: 'standard',
  calls: 60,
  weights: [1],
  language: 'zh-CN',
  attributes: {},
  menuMs: 0,
  patience: { meanMs: 3 * MINUTE_MS, law: 'exponential', cv: 1 },
  talk: { meanMs: 40_000, law: 'lognormal', cv: 1 },
  redial: { chance: 0, after: { meanMs: MINUTE_MS, law: 'fixed', cv: 0 } },
  ...more,
});

export const team = (name: string, more: Partial<AgentGroup> = {}): AgentGroup => ({
  name,
  count: 4,
  skills: { service: 8 },
  attributes: {},
  fromMs: 0,
  toMs: 600 * MINUTE_MS,
  jitterMs: 0,
  breaks: [],
  pace: 1,
  answersAfter: { meanMs: 3000, law: 'lognormal', cv: 0.5 },
  misses: 0,
  rejects: 0,
  phoneLost: 0,
  backAfter: { meanMs: 20_000, law: 'exponential', cv: 1 },
  ...more,
});

/** Ten minutes of a small centre in which nothing goes wrong. */
export const scenario = (more: Partial<Scenario> = {}): Scenario => ({
  name: 'ten minutes',
  seed: 7,
  startAt: Date.UTC(2026, 10, 23, 1),
  lastsMs: 10 * MINUTE_MS,
  zone: 'Asia/Shanghai',
  rules: routingRules('service-level', [
    skillQueue('general', { service: 5 }),
    skillQueue('card', { card: 5 }),
  ]),
  callers: [callers('retail'), callers('cards', { queue: 'card', calls: 20, tier: 'gold' })],
  agents: [team('service'), team('cards', { count: 2, skills: { service: 6, card: 8 } })],
  faults: [],
  ...more,
});
