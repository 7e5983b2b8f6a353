import { expect, test } from 'vitest';
import type { Behaviour } from '../../src/pbx/simulated/party.ts';
import { agent, type CentreLab, centreLab, queue } from './centre-lab.ts';

const FLOW = `
flow: hotline
numbers: ["95533"]
start: wait
prompts:
  noted: { zh-CN: 我们会回电给您。, en: We will call you back. }
  sorry: { zh-CN: 抱歉。, en: Sorry. }
steps:
  wait:
    queue: { name: general, keys: { 1: callback } }
    then: { done: end }
    otherwise: sorry
  callback:
    callback: { queue: general, tries: 2, again: 5m, ring: 20s }
    then: { done: noted, no-number: sorry }
  noted: { say: noted, then: end }
  sorry: { say: sorry, then: end }
  end: { hangup: {} }
`;

const MINUTE = 60_000;

interface Options {
  /** How outside numbers behave; they answer after a second. */
  readonly trunk?: (number: string) => Behaviour | 'down';
  readonly hours?: string;
  readonly agents?: readonly string[];
}

/** A centre whose agents do not take calls yet. */
async function centre({ trunk, hours = '', agents = ['1001'] }: Options = {}): Promise<CentreLab> {
  const lab = centreLab({
    flows: [FLOW],
    agents: agents.map((id) => agent(id, { service: 8 })),
    queues: [queue('general', { service: 5 }, { maxWaitMs: 30 * MINUTE, hours })],
    ...(trunk && { pbx: { trunk } }),
  });
  await lab.start();
  for (const id of agents) {
    await lab.ready(id);
    await lab.engine.tellAgent(id, { type: 'GoNotReady', reason: 'break' });
  }
  return lab;
}

/** Waits for a minute, then asks to be called back. */
async function asksForCallback(lab: CentreLab, number: string): Promise<void> {
  const caller = lab.caller(number);
  await lab.clock.advance(MINUTE);
  caller.press('1');
  await lab.clock.advance(5000);
  expect(caller.heard).toContain('zh-CN/noted');
  expect(caller.ended).toBe(true);
}

const ready = (lab: CentreLab, id = '1001') => lab.engine.tellAgent(id, { type: 'GoReady' });
const book = (lab: CentreLab) => [...lab.store.callbacks.values()];
const events = (lab: CentreLab, type: string) => lab.store.events.filter((event) => event.type === type);

test('given_a_caller_who_asked_to_be_called_back_when_an_agent_is_ready_then_the_agent_is_rung_first_and_then_the_customer', async () => {
  const lab = await centre();
  await asksForCallback(lab, '13811111111');
  await ready(lab);
  await lab.clock.advance(1000);
  expect(lab.pbx.dialled('1001')).toBeDefined();
  expect(lab.pbx.dialled('13811111111')).toBeUndefined();
  await lab.clock.advance(1500);
  const customer = lab.pbx.dialled('13811111111');
  expect(customer?.talkingWith).toEqual([]);
  expect(lab.pbx.dialled('1001')?.heard).toEqual(['tone:ringback']);
  await lab.clock.advance(2000);
  expect(customer?.talkingWith).toEqual([lab.pbx.dialled('1001')?.channel]);
  expect(lab.engine.agents()[0]?.state.at).toBe('talking');
  expect(book(lab)).toMatchObject([{ attempts: 1, done: { by: '1001', outcome: 'reached' } }]);
  customer?.hangup();
  await lab.clock.advance(1000);
  expect(lab.engine.agents()[0]?.state.at).toBe('wrap-up');
  expect(lab.engine.liveCalls()).toEqual([]);
  expect(lab.record().legs.map(({ to, outcome }) => [to.kind, outcome])).toEqual([
    ['phone', 'answered'],
    ['outside', 'answered'],
  ]);
});

test('given_a_callback_and_callers_who_wait_when_agents_come_then_everybody_is_served_by_his_place', async () => {
  const lab = await centre({ agents: ['1001', '1002', '1003'] });
  const before = lab.caller('13800000000');
  await lab.clock.advance(1000);
  await asksForCallback(lab, '13811111111');
  const after = lab.caller('13822222222');
  await lab.clock.advance(1000);
  await ready(lab, '1001');
  await lab.clock.advance(5000);
  expect(before.talkingWith).toHaveLength(1);
  expect(events(lab, 'CallbackCalled')).toEqual([]);
  await ready(lab, '1002');
  await lab.clock.advance(5000);
  expect(events(lab, 'CallbackCalled')).toHaveLength(1);
  expect(after.talkingWith).toEqual([]);
  await ready(lab, '1003');
  await lab.clock.advance(5000);
  expect(after.talkingWith).toHaveLength(1);
});

test('given_a_customer_who_does_not_answer_then_he_is_tried_again_later_and_at_last_given_up', async () => {
  const lab = await centre({ trunk: () => ({ ringAfterMs: 50 }) });
  await asksForCallback(lab, '13811111111');
  await ready(lab);
  await lab.clock.advance(MINUTE);
  expect(book(lab)).toMatchObject([{ attempts: 1, dueAt: expect.any(Number) }]);
  expect(book(lab)[0]?.done).toBeUndefined();
  expect(lab.engine.agents()[0]?.state.at).toBe('ready');
  await lab.clock.advance(3 * MINUTE);
  expect(events(lab, 'CallbackCalled')).toHaveLength(1);
  await lab.clock.advance(3 * MINUTE);
  expect(events(lab, 'CallbackCalled')).toHaveLength(2);
  expect(book(lab)).toMatchObject([{ attempts: 2, done: { by: 'carillon', outcome: 'no-answer' } }]);
  await lab.clock.advance(20 * MINUTE);
  expect(events(lab, 'CallbackCalled')).toHaveLength(2);
});

test('given_a_number_that_does_not_exist_then_it_is_dialled_once', async () => {
  const lab = await centre({ trunk: () => ({ refuse: { afterMs: 100, sipCode: 404 } }) });
  await asksForCallback(lab, '13811111111');
  await ready(lab);
  await lab.clock.advance(MINUTE);
  expect(book(lab)).toMatchObject([{ attempts: 1, done: { by: 'carillon', outcome: 'wrong-number' } }]);
});

test('given_an_agent_who_does_not_take_it_then_the_next_one_is_asked_and_no_try_is_lost', async () => {
  const lab = await centre({ agents: ['1001', '1002'] });
  await asksForCallback(lab, '13811111111');
  lab.pbx.setPhone('1001', { ringAfterMs: 20 });
  await ready(lab, '1001');
  await lab.clock.advance(20_000);
  expect(lab.engine.agents()[0]?.state).toMatchObject({ at: 'not-ready', reason: 'ring-no-answer' });
  expect(book(lab)).toMatchObject([{ attempts: 0, calls: 1 }]);
  await ready(lab, '1002');
  await lab.clock.advance(6000);
  expect(book(lab)).toMatchObject([{ attempts: 1, calls: 2, done: { by: '1002' } }]);
  const [first, second] = events(lab, 'CallbackCalled');
  expect(first?.call).not.toBe(second?.call);
});

test('given_an_agent_who_hangs_up_while_the_customer_is_rung_then_the_customer_is_let_go_and_called_later', async () => {
  const lab = await centre({ trunk: () => ({ ringAfterMs: 50, answerAfterMs: 15_000 }) });
  await asksForCallback(lab, '13811111111');
  await ready(lab);
  await lab.clock.advance(4000);
  expect(lab.pbx.dialled('13811111111')).toBeDefined();
  lab.pbx.dialled('1001')?.hangup();
  await lab.clock.advance(500);
  expect(lab.pbx.dialled('13811111111')).toBeUndefined();
  expect(lab.engine.agents()[0]?.state.at).toBe('wrap-up');
  expect(book(lab)).toMatchObject([{ attempts: 1 }]);
  expect(book(lab)[0]?.done).toBeUndefined();
});

test('given_a_customer_who_calls_again_and_is_served_then_nobody_calls_him_back', async () => {
  const lab = await centre();
  await asksForCallback(lab, '13811111111');
  // In another spelling of his number; his place as a caller is behind his own callback, which is tried first.
  const again = lab.caller('+8613811111111');
  await lab.clock.advance(1000);
  lab.engine.liveCalls();
  again.hangup();
  await lab.clock.advance(1000);
  expect(book(lab)[0]?.done).toBeUndefined();
});

test('given_a_callback_that_is_open_when_its_number_asks_again_then_there_is_one', async () => {
  const lab = await centre();
  await asksForCallback(lab, '13811111111');
  await asksForCallback(lab, '13811111111');
  expect(book(lab)).toHaveLength(1);
  await ready(lab);
  await lab.clock.advance(10_000);
  expect(events(lab, 'CallbackCalled')).toHaveLength(1);
});

test('given_callbacks_when_the_daemon_is_restarted_then_places_are_kept', async () => {
  const lab = await centre({ agents: ['1001', '1002'] });
  await asksForCallback(lab, '13811111111');
  const caller = lab.caller('13822222222');
  await lab.clock.advance(1000);
  await lab.restart();
  await ready(lab, '1001');
  await lab.clock.advance(6000);
  expect(book(lab)).toMatchObject([{ done: { by: '1001', outcome: 'reached' } }]);
  expect(caller.talkingWith).toEqual([]);
});

/** Where a restart may fall, ms after the agent became ready: his phone rings, the customer's rings, they talk. */
const MOMENTS = [1, 500, 1900, 2010, 2100, 2900, 3010, 3100, 4500];

test.each(MOMENTS)('given_a_restart_%i_ms_into_a_callback_then_the_customer_is_dialled_once_and_reached', async (ms) => {
  const dialled: string[] = [];
  const lab = await centre({
    trunk: (number) => {
      dialled.push(number);
      return { ringAfterMs: 50, answerAfterMs: 1000 };
    },
  });
  await asksForCallback(lab, '13811111111');
  await ready(lab);
  await lab.clock.advance(ms);
  await lab.restart(300);
  await lab.clock.advance(6000);
  expect(dialled).toEqual(['13811111111']);
  expect(lab.pbx.dialled('13811111111')?.talkingWith).toHaveLength(1);
  expect(book(lab)).toMatchObject([{ attempts: 1, done: { outcome: 'reached', by: '1001' } }]);
});
