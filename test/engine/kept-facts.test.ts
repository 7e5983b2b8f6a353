import { expect, test } from 'vitest';
import { factsOfAgent, factsOfWaiter } from '../../src/engine/kept-facts.ts';
import { skillQueue } from '../../src/queue/queue.ts';
import { routingRules } from '../../src/queue/rules.ts';
import { aCall } from '../store/examples.ts';
import { agent, centreLab } from './centre-lab.ts';

const attribute = (sensitive: boolean) => ({ type: 'text', sensitive }) as const;
const declared = (permitted: string[]) => ({
  skills: ['service'],
  attributes: {
    agent: { site: attribute(false), gender: attribute(true) },
    caller: { city: attribute(false), gender: attribute(true) },
  },
  sensitiveUse: { permitted, reason: 'x' },
});
const rules = (permitted: string[] = []) =>
  routingRules('fifo', [skillQueue('general', { service: 5 })], declared(permitted));

const WAITING = aCall({
  facts: {
    language: 'en',
    persona: '',
    tier: 'vip',
    variables: {},
    customer: {
      attributes: { city: 'wuhan', gender: 'f', undeclared: 'x' },
      agents: { 'last-agent': '1001' },
      patienceMs: 45_000,
    },
  },
  phase: {
    at: 'queued',
    queue: 'general',
    since: 5000,
    from: 9000,
    until: 69_000,
    music: '',
    wishes: { needs: ['skill.service >= 7'], prefers: ['skill.service'] },
  },
});

test('the log keeps what matching knew of a caller, and nothing that rules may not look at', () => {
  expect(factsOfWaiter(WAITING, rules(), 9000)).toEqual({
    since: 5000,
    from: 9000,
    tier: 'vip',
    language: 'en',
    attributes: { city: 'wuhan' },
    knownTo: { 'last-agent': '1001' },
    patienceMs: 45_000,
    needs: ['skill.service >= 7'],
    prefers: ['skill.service'],
    maxWaitMs: 60_000,
    goal: 0.8,
    targetMs: 20_000,
    asks: ['skill.service >= 5'],
  });
});

test('what is sensitive is kept where the rules may look at it, side by side', () => {
  expect(factsOfWaiter(WAITING, rules(['caller.gender']), 0).attributes).toEqual({
    city: 'wuhan',
    gender: 'f',
  });
  const staff = { ...agent('1001', { service: 8 }), attributes: { site: 'a', gender: 'm', other: 'x' } };
  expect(factsOfAgent(staff, rules(['caller.gender']))).toEqual({
    skills: { service: 8 },
    attributes: { site: 'a' },
  });
  expect(factsOfAgent(staff, rules(['agent.gender'])).attributes).toEqual({ site: 'a', gender: 'm' });
});

test('given_a_call_and_agents_in_the_engine_then_their_facts_are_in_the_events_that_begin_it', async () => {
  const lab = centreLab();
  await lab.start();
  await lab.ready('1001');
  const of = (type: string) => lab.store.events.filter((event) => event.type === type);
  expect(of('AgentStateChanged').map(({ data }) => data.skills)).toEqual([{ service: 8 }, undefined]);
  const { state: _state, ...saved } = lab.engine.agents().find(({ id }) => id === '1001')!;
  await lab.engine.saveAgent({ ...saved, skills: { service: 9 }, state: { at: 'logged-out', since: 0 } });
  expect(of('AgentFactsChanged')).toMatchObject([{ agent: '1001', data: { skills: { service: 9 } } }]);
  const caller = lab.caller();
  await lab.clock.advance(5000);
  caller.press('0');
  await lab.clock.advance(10_000);
  expect(of('CallQueued')).toMatchObject([
    { data: { queue: 'general', tier: '', targetMs: 20_000, maxWaitMs: expect.any(Number) } },
  ]);
});
