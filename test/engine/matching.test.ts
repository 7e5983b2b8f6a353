import { describe, expect, test } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import { CLOSED } from '../../src/call/class-of-service.ts';
import { type LadderStep, type Queue, skillAtLeast } from '../../src/queue/queue.ts';
import { type RoutingDirectory, type RoutingRules, routingRules } from '../../src/queue/rules.ts';
import { agent, type CentreLab, centreLab, customer, type LabOptions, queue } from './centre-lab.ts';

const FLOW =
  'flow: test\nnumbers: ["95533", "95534", "95535"]\nlanguages: [en]\nstart: who\nsteps:\n' +
  '  who: { find-customer: caller-number, otherwise: which }\n' +
  '  which:\n    choose: [{ when: dialled == "95534", then: vip }, { when: dialled == "95535", then: stay }]\n' +
  '    otherwise: general\n  stay: { pause: 1m, then: end }\n' +
  '  general: { queue: { name: general }, otherwise: end }\n' +
  '  vip: { queue: { name: vip }, otherwise: end }\n' +
  '  end: { hangup: {} }\n';

const lab = (options: LabOptions): CentreLab => centreLab({ flows: [FLOW], ...options });

const LADDER: readonly LadderStep[] = [
  { needs: [skillAtLeast('wealth', 9)], forMs: 20_000 },
  { needs: [skillAtLeast('wealth', 7)], forMs: 20_000 },
];
const vip = queue('vip', {}, { ladder: LADDER });
const general = queue('general', { service: 5 });

const offered = (stage: CentreLab) =>
  stage.store.events.flatMap(({ type, at, agent: who, call, data }) =>
    type === 'CallOffered' ? [{ at, who, call, ...data }] : [],
  );

/** Rules that can be changed while the centre runs. */
class Rules implements RoutingDirectory {
  #rules: RoutingRules;
  readonly #listeners: ((rules: RoutingRules) => void)[] = [];

  constructor(queues: readonly Queue[]) {
    this.#rules = routingRules('service-level', queues);
  }

  current(): RoutingRules {
    return this.#rules;
  }

  onChange(listener: (rules: RoutingRules) => void): void {
    this.#listeners.push(listener);
  }

  become(queues: readonly Queue[]): void {
    this.#rules = routingRules('service-level', queues);
    for (const listener of this.#listeners) listener(this.#rules);
  }
}

test('given_a_step_that_begins_while_nothing_else_happens_then_the_offer_is_made_then', async () => {
  const stage = lab({
    agents: [agent('1001', { wealth: 9 }), agent('1002', { wealth: 7 })],
    queues: [vip],
  });
  await stage.start();
  await stage.ready('1001');
  await stage.engine.tellAgent('1001', { type: 'GoNotReady', reason: 'break' });
  await stage.ready('1002');
  const from = stage.clock.now();
  stage.caller('13700000000', '95534');
  await stage.clock.advance(30_000);
  const [offer] = offered(stage);
  expect(offer).toMatchObject({ who: '1002', step: 1 });
  expect(offer!.at - from).toBeGreaterThanOrEqual(20_000);
  expect(offer!.at - from).toBeLessThan(20_100);
});

test('given_a_caller_whose_last_possible_agent_logs_out_then_he_goes_on_by_no_agents', async () => {
  const stage = lab({ agents: [agent('1001', { wealth: 9 })], queues: [vip] });
  await stage.start();
  await stage.ready('1001');
  await stage.engine.tellAgent('1001', { type: 'GoNotReady', reason: 'break' });
  stage.caller('13700000000', '95534');
  await stage.clock.advance(1000);
  expect(stage.engine.liveCalls()).toMatchObject([{ phase: { at: 'queued' } }]);
  await stage.engine.tellAgent('1001', { type: 'LogOut' });
  await stage.clock.advance(100);
  expect(stage.store.events).toContainEqual(
    expect.objectContaining({ type: 'CallLeftQueue', data: { queue: 'vip', why: 'no-agents' } }),
  );
});

describe('rules that change while somebody waits', () => {
  const waitingForNine = async (): Promise<{ stage: CentreLab; rules: Rules }> => {
    const rules = new Rules([vip, general]);
    const stage = lab({
      agents: [agent('1001', { wealth: 9 }), agent('1002', { wealth: 5 })],
      routing: rules,
    });
    await stage.start();
    await stage.ready('1001');
    await stage.engine.tellAgent('1001', { type: 'GoNotReady', reason: 'break' });
    await stage.ready('1002');
    stage.caller('13700000000', '95534');
    await stage.clock.advance(1000);
    expect(offered(stage)).toEqual([]);
    return { stage, rules };
  };

  test('given_a_need_that_is_lowered_then_he_is_offered_at_once', async () => {
    const { stage, rules } = await waitingForNine();
    rules.become([queue('vip', { wealth: 5 }), general]);
    await stage.clock.advance(100);
    expect(offered(stage)).toMatchObject([{ who: '1002' }]);
  });

  test('given_his_queue_gone_then_he_takes_the_way_out_for_no_agents', async () => {
    const { stage, rules } = await waitingForNine();
    rules.become([general]);
    await stage.clock.advance(100);
    expect(offered(stage)).toEqual([]);
    expect(stage.types()).toContain('CallLeftQueue');
  });
});

test('given_a_customer_whose_case_somebody_works_on_then_that_one_first_and_others_after_the_time', async () => {
  const first = { who: ['case-owner'], forMs: 15_000 } as const;
  const stage = lab({
    agents: [agent('1001', { service: 8 }), agent('1002', { service: 8 })],
    queues: [queue('general', { service: 5 }, { first })],
    customers: [customer('c1', '13800138000', { caseOwner: '1002' })],
  });
  await stage.start();
  await stage.ready('1001');
  await stage.ready('1002');
  const caller = stage.caller('13800138000');
  await stage.clock.advance(5000);
  expect(offered(stage)).toMatchObject([{ who: '1002', rule: 'familiar' }]);
  // He calls again while that one is talking to him still, from another phone.
  const from = stage.clock.now();
  stage.caller('13800138000');
  await stage.clock.advance(20_000);
  expect(offered(stage)[1]).toMatchObject({ who: '1001' });
  expect(offered(stage)[1]!.at - from).toBeGreaterThanOrEqual(15_000);
  caller.hangup();
});

test('given_more_pairs_than_one_turn_makes_then_all_are_made', async () => {
  const ids = Array.from({ length: 250 }, (_, index) => String(2000 + index));
  const stage = lab({ agents: ids.map((id) => agent(id, { service: 8 })), queues: [general] });
  await stage.start();
  for (const id of ids) {
    stage.pbx.setPhone(id, { ringAfterMs: 20, answerAfterMs: 2000 });
    await stage.engine.tellAgent(id, { type: 'LogIn', extension: id });
  }
  for (const [index] of ids.entries()) stage.caller(`138${10_000_000 + index}`);
  await stage.clock.advance(1000);
  expect(stage.engine.liveCalls()).toHaveLength(250);
  expect(offered(stage)).toEqual([]);
  await Promise.all(ids.map((id) => stage.engine.tellAgent(id, { type: 'GoReady' })));
  await stage.clock.advance(1000);
  expect(new Set(offered(stage).map(({ who }) => who)).size).toBe(250);
});

test('given_an_agent_elsewhere_whose_number_may_not_be_dialled_then_the_next_one_is_asked_and_the_caller_waits_on', async () => {
  const elsewhere: Agent = { ...agent('9001', { service: 9 }), outside: { number: '02787654321', duty: '' } };
  const stage = lab({
    agents: [elsewhere, agent('1001', { service: 8 })],
    queues: [general],
    classOfService: CLOSED,
  });
  await stage.start();
  await stage.engine.tellAgent('9001', { type: 'LogIn', extension: '02787654321' });
  await stage.engine.tellAgent('9001', { type: 'GoReady' });
  await stage.clock.advance(1000);
  await stage.ready('1001');
  const caller = stage.caller();
  await stage.clock.advance(5000);
  expect(offered(stage).map(({ who }) => who)).toEqual(['1001']);
  expect(stage.types()).toContain('DialRefused');
  expect(caller.talkingWith).toHaveLength(1);
  expect(stage.engine.agents().find(({ id }) => id === '9001')?.state).toMatchObject({
    reason: 'not-permitted',
  });
});

test('given_a_phone_in_use_then_its_agent_is_not_offered_until_it_is_free', async () => {
  const stage = lab({ agents: [agent('1001', { service: 8 })], queues: [general] });
  await stage.start();
  await stage.ready('1001');
  const own = stage.phone('1001', '95535');
  await stage.clock.advance(100);
  const caller = stage.caller();
  await stage.clock.advance(5000);
  expect(offered(stage)).toEqual([]);
  own.hangup();
  await stage.clock.advance(5000);
  expect(offered(stage)).toHaveLength(1);
  expect(caller.talkingWith).toHaveLength(1);
});

test('given_an_offer_that_breaks_then_it_costs_that_call_and_nobody_else', async () => {
  const rules = new Rules([general]);
  const stage = lab({
    agents: [agent('1001', { service: 8 }), agent('1002', { service: 8 })],
    routing: rules,
  });
  await stage.start();
  await stage.ready('1001');
  await stage.ready('1002');
  for (const id of ['1001', '1002'])
    await stage.engine.tellAgent(id, { type: 'GoNotReady', reason: 'break' });
  const [first, second] = [stage.caller('13700000001'), stage.caller('13700000002')];
  await stage.clock.advance(1000);
  let broken = 1;
  const { queues } = rules.current();
  const get = queues.get.bind(queues);
  // Only while the offer is made: whoever asks next is told as ever.
  Object.assign(queues, {
    get: (name: string) => {
      if (broken-- > 0) throw new Error('a bug of ours');
      return get(name);
    },
  });
  await Promise.all(['1001', '1002'].map((id) => stage.engine.tellAgent(id, { type: 'GoReady' })));
  await stage.clock.advance(5000);
  expect(stage.types()).toContain('CallFailed');
  expect([first, second].map((caller) => caller.talkingWith.length).sort()).toEqual([0, 1]);
  expect(
    stage.engine
      .agents()
      .map(({ state }) => state.at)
      .sort(),
  ).toEqual(['ready', 'talking']);
});
