import { expect, test } from 'vitest';
import { ExpressionCompiler } from '../../src/queue/expression.ts';
import { type Queue, USUAL_LANE } from '../../src/queue/queue.ts';
import { routingRules } from '../../src/queue/rules.ts';
import { agent, type CentreLab, centreLab, customer, type LabOptions, queue } from './centre-lab.ts';

const flow = (more: string) => `
flow: hotline
numbers: ["95533"]
start: who
prompts: { straight: { zh-CN: 为您接通。, en: Putting you through. } }
steps:
  who: { find-customer: caller-number, then: { found: load, unknown: load } }
  load:
    choose: [{ when: customer.text("response") == "high" && customer.number("balance") > 100 && !customer.flag("no-offers") && centre.queue("general").load < 0.7, then: straight }]
    otherwise: wait
  straight: { say: straight, then: wait }
  wait: { queue: { name: general${more} }, then: { done: end }, otherwise: end }
  end: { hangup: {} }
`;

const DECLARED = {
  skills: ['service', 'english'],
  attributes: {
    agent: { languages: { type: 'list', sensitive: false } },
    caller: {
      age: { type: 'number', sensitive: true },
      errand: { type: 'text', sensitive: false },
      response: { type: 'text', sensitive: false },
      balance: { type: 'number', sensitive: false },
      'no-offers': { type: 'yes-no', sensitive: false },
    },
  },
  sensitiveUse: { permitted: [], reason: '' },
} as const;

interface Options extends LabOptions {
  readonly more?: string;
  readonly general?: Partial<Queue>;
  readonly others?: readonly Queue[];
}

async function centre({
  more = '',
  general = {},
  others = [],
  ...options
}: Options = {}): Promise<CentreLab> {
  const queues = [queue('general', { service: 5 }, { maxWaitMs: 600_000, ...general }), ...others];
  const rules = routingRules('fifo', queues, DECLARED, new ExpressionCompiler(DECLARED));
  const lab = centreLab({
    flows: [flow(more)],
    agents: [agent('1001', { service: 8, english: 2 }), agent('1002', { service: 6, english: 9 })],
    routing: { current: () => rules, onChange: () => undefined },
    ...options,
  });
  await lab.start();
  return lab;
}

const queued = (lab: CentreLab) => lab.engine.liveCalls()[0]!;

test('given_a_call_that_needs_a_skill_then_only_an_agent_with_it_is_offered_the_call', async () => {
  const lab = await centre({ more: ', needs: [skill.english >= 7]' });
  await lab.ready('1001');
  await lab.clock.advance(1000);
  await lab.ready('1002');
  await lab.engine.tellAgent('1002', { type: 'GoNotReady', reason: 'break' });
  const caller = lab.caller();
  await lab.clock.advance(10_000);
  expect(queued(lab).phase).toMatchObject({ at: 'queued', wishes: { needs: ['skill.english >= 7'] } });
  await lab.engine.tellAgent('1002', { type: 'GoReady' });
  await lab.clock.advance(4000);
  expect(caller.talkingWith).toHaveLength(1);
  expect(lab.record().facts.agentId).toBe('1002');
});

test('given_a_call_that_prefers_a_skill_then_the_better_one_gets_it_though_he_was_idle_for_less_long', async () => {
  const lab = await centre({ more: ', prefers: [skill.english]' });
  await lab.ready('1001');
  await lab.clock.advance(5000);
  await lab.ready('1002');
  lab.caller();
  await lab.clock.advance(4000);
  expect(lab.record().facts.agentId).toBe('1002');
});

test('given_attributes_that_the_flow_says_then_the_rules_know_them', async () => {
  const lab = await centre({ more: `, with: { errand: '"mortgage"' }, needs: [caller.errand == "loan"]` });
  await lab.ready('1001');
  lab.caller();
  await lab.clock.advance(2000);
  // Nobody who is there could serve him.
  expect(lab.record().phase.at).toBe('ended');
  const other = await centre({
    more: `, with: { errand: '"mortgage"' }, needs: [caller.errand == "mortgage"]`,
  });
  await other.ready('1001');
  const caller = other.caller();
  await other.clock.advance(4000);
  expect(caller.talkingWith).toHaveLength(1);
});

test('given_a_queue_that_overflows_when_its_time_has_come_then_agents_of_the_other_queue_help_and_the_log_says_so', async () => {
  const lab = await centre({
    general: { overflow: [{ afterMs: 30_000, queue: 'card' }] },
    others: [queue('card', { card: 5 })],
    agents: [agent('1001', { service: 8 }), agent('1003', { card: 8 })],
  });
  await lab.ready('1001');
  await lab.engine.tellAgent('1001', { type: 'GoNotReady', reason: 'break' });
  await lab.ready('1003');
  const caller = lab.caller();
  await lab.clock.advance(29_000);
  expect(caller.talkingWith).toEqual([]);
  expect(lab.types()).not.toContain('CallOverflowed');
  const { since } = queued(lab).phase as { since: number };
  await lab.clock.advance(4000);
  expect(caller.talkingWith).toHaveLength(1);
  expect(lab.record().facts.agentId).toBe('1003');
  expect(lab.store.events).toContainEqual(
    expect.objectContaining({
      type: 'CallOverflowed',
      at: since + 30_000,
      data: { queue: 'general', to: 'card' },
    }),
  );
});

test('given_a_customer_then_routing_knows_his_declared_attributes_but_sensitive_ones_and_who_knows_him', async () => {
  const lab = await centre({
    customers: [
      customer('c1', '13800138000', {
        attributes: { response: 'high', age: 40, patience: 12, hobby: 'chess' },
        accountManager: '1002',
      }),
    ],
  });
  await lab.ready('1001');
  const first = lab.caller('13800138000');
  await lab.clock.advance(4000);
  first.hangup();
  await lab.clock.advance(1000);
  const second = lab.caller('13800138000');
  await lab.clock.advance(1000);
  expect(queued(lab).facts.customer).toEqual({
    attributes: { response: 'high' },
    agents: { 'last-agent': '1001', 'account-manager': '1002' },
    patienceMs: 12_000,
  });
  second.hangup();
});

test('given_a_customer_who_hung_up_while_he_waited_then_his_patience_is_known_the_next_time', async () => {
  const lab = await centre({ customers: [customer('c1', '13800138000')] });
  await lab.ready('1001');
  await lab.engine.tellAgent('1001', { type: 'GoNotReady', reason: 'break' });
  const first = lab.caller('13800138000');
  await lab.clock.advance(25_000);
  first.hangup();
  await lab.clock.advance(1000);
  lab.caller('13800138000');
  await lab.clock.advance(1000);
  const { patienceMs = 0 } = queued(lab).facts.customer ?? {};
  expect(Math.round(patienceMs / 1000)).toBe(25);
});

test.each([
  [{ response: 'high', balance: 200 }, true],
  [{ response: 'high', balance: 200, 'no-offers': true }, false],
  [{ response: 'low', balance: 200 }, false],
  [{ response: 'high', balance: 'much' }, false],
  [{ balance: 200 }, false],
  [{ response: 5, balance: 200 }, false],
])(
  'given_few_calls_when_a_customer_is_marked_%j_then_he_is_put_straight_through: %s',
  async (attributes, straight) => {
    const lab = await centre({ customers: [customer('c1', '13800138000', { attributes })] });
    await lab.ready('1001');
    const caller = lab.caller('13800138000');
    await lab.clock.advance(500);
    expect(caller.heard.includes('zh-CN/straight')).toBe(straight);
  },
);

test('given_agents_who_all_have_a_call_then_the_switch_is_off', async () => {
  const attributes = { response: 'high', balance: 200 };
  const lab = await centre({
    general: { lanes: { '': USUAL_LANE } },
    customers: [customer('c1', '13800138000', { attributes })],
  });
  await lab.ready('1001');
  lab.caller('13900139000');
  await lab.clock.advance(4000);
  const marked = lab.caller('13800138000');
  await lab.clock.advance(500);
  expect(marked.heard).not.toContain('zh-CN/straight');
  expect(marked.heard).toContain('music:default');
});

test('given_a_need_that_looks_at_something_sensitive_when_it_leaves_nobody_or_the_caller_gives_up_then_the_log_says_that_it_was_used', async () => {
  const declared = {
    ...DECLARED,
    attributes: { agent: { gender: { type: 'text', sensitive: true } }, caller: {} },
    sensitiveUse: { permitted: ['agent.gender'], reason: 'asked for' },
  } as const;
  const compiler = new ExpressionCompiler(declared);
  const woman = compiler.condition('agent.gender == "f"');
  if (typeof woman === 'string') throw new Error(woman);
  const used = async (gender: string, forMs: number, needs = [woman, woman]) => {
    const general = queue('general', {}, { maxWaitMs: 600_000, ladder: [{ needs, forMs: 0 }] });
    const rules = routingRules('fifo', [general], declared, compiler);
    const staff = [{ ...agent('1001', { service: 8 }), attributes: { gender } }];
    const lab = await centre({ agents: staff, routing: { current: () => rules, onChange: () => undefined } });
    await lab.ready('1001');
    await lab.engine.tellAgent('1001', { type: 'GoNotReady', reason: 'break' });
    const caller = lab.caller();
    await lab.clock.advance(forMs);
    caller.hangup();
    await lab.clock.advance(2000);
    return lab.store.events.filter(({ type }) => type === 'SensitiveAttributeUsed');
  };
  const sentAway = await used('m', 10_000);
  const data = { queue: 'general', attributes: ['agent.gender'], rule: woman.text, reason: 'asked for' };
  expect(sentAway).toMatchObject([{ call: expect.any(String), data }]);
  expect(sentAway[0]).not.toHaveProperty('agent', '1001');
  expect(await used('f', 10_000)).toMatchObject([{ data }]);
  expect(await used('f', 10_000, [])).toEqual([]);
});
