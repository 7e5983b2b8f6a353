import { expect, test } from 'vitest';
import { USUAL_LANE } from '../../src/queue/queue.ts';
import { agent, centreLab, customer, queue } from './centre-lab.ts';

/** A hotline whose callers wait at once. @param more arguments of its queue step */
const flow = (more: string) => `
flow: hotline
numbers: ["95533"]
start: who
prompts:
  patience: { zh-CN: 请您继续等候。, en: Please hold the line. }
  app: { zh-CN: 手机银行随时可用。, en: Our app is always open. }
  taken: { zh-CN: 已经记下。, en: Noted. }
  sorry: { zh-CN: 抱歉。, en: Sorry. }
steps:
  who: { find-customer: caller-number, then: { found: wait, unknown: wait } }
  wait:
    queue: { name: general, ${more} }
    then: { done: noted, timeout: sorry, no-agents: sorry }
  noted: { say: taken, then: end }
  sorry: { say: sorry, then: end }
  end: { hangup: {} }
`;

const TALKATIVE = 'every: 20s, say: [patience, app], tell: [position, wait], keys: { 1: noted }';

/** A centre with one agent, who does not take calls yet. */
async function centreThatWaits(more = TALKATIVE, agents = 1) {
  const ids = Array.from({ length: agents }, (_, index) => String(1001 + index));
  const lab = centreLab({
    flows: [flow(more)],
    agents: ids.map((id) => agent(id, { service: 8 })),
    customers: [customer('vip', '13800138000', { tier: 'vip' })],
    queues: [
      queue(
        'general',
        { service: 5 },
        {
          maxWaitMs: 600_000,
          maxWaiting: 3,
          lanes: { '': { ...USUAL_LANE, targetMs: 60_000 }, vip: { ...USUAL_LANE, targetMs: 20_000 } },
        },
      ),
    ],
  });
  await lab.start();
  for (const id of ids) {
    await lab.ready(id);
    await lab.engine.tellAgent(id, { type: 'GoNotReady', reason: 'break' });
  }
  return lab;
}

const said = (heard: readonly string[]) => heard.filter((sound) => sound.startsWith('zh-CN/'));

test('given_a_caller_who_waits_then_messages_come_in_turn_and_music_comes_back_after_each', async () => {
  const lab = await centreThatWaits('every: 20s, say: [patience, app]');
  const caller = lab.caller();
  await lab.clock.advance(70_000);
  expect(caller.heard.filter((sound) => sound !== 'music-stopped')).toEqual([
    'music:default',
    'zh-CN/patience',
    'music:default',
    'zh-CN/app',
    'music:default',
    'zh-CN/patience',
    'music:default',
  ]);
});

test('given_a_queue_without_messages_when_somebody_waits_then_there_is_music_and_nothing_else', async () => {
  const lab = await centreThatWaits('music: default');
  const caller = lab.caller();
  await lab.clock.advance(120_000);
  expect(caller.heard).toEqual(['music:default']);
});

test('given_two_callers_when_the_first_leaves_then_the_second_hears_that_he_is_next', async () => {
  const lab = await centreThatWaits();
  const first = lab.caller('13811111111');
  const second = lab.caller('13822222222');
  await lab.clock.advance(10_000);
  expect(said(first.heard)[0]).toBe('zh-CN/下一位就是您。');
  expect(said(second.heard)[0]).toBe('zh-CN/您前面还有1位客户。');
  first.hangup();
  await lab.clock.advance(30_000);
  expect(second.heard).toContain('zh-CN/下一位就是您。');
});

test('given_a_caller_who_was_told_his_place_when_a_more_urgent_one_comes_then_he_is_not_told_the_worse_one', async () => {
  const lab = await centreThatWaits('every: 20s, tell: [position]');
  const patient = lab.caller('13811111111');
  await lab.clock.advance(5000);
  expect(said(patient.heard)).toEqual(['zh-CN/下一位就是您。']);
  const urgent = lab.caller('13800138000');
  await lab.clock.advance(70_000);
  expect(new Set(said(urgent.heard))).toEqual(new Set(['zh-CN/下一位就是您。']));
  expect(said(patient.heard)).toEqual(['zh-CN/下一位就是您。']);
  urgent.hangup();
  await lab.clock.advance(30_000);
  expect(said(patient.heard).at(-1)).toBe('zh-CN/下一位就是您。');
  expect(said(patient.heard).length).toBeGreaterThan(1);
});

test('given_a_caller_who_presses_a_key_of_the_queue_then_he_leaves_by_it_at_once', async () => {
  const lab = await centreThatWaits();
  const caller = lab.caller();
  await lab.clock.advance(8000);
  caller.press('5');
  await lab.clock.advance(500);
  expect(lab.engine.liveCalls()[0]?.phase.at).toBe('queued');
  caller.press('1');
  await lab.clock.advance(500);
  expect(caller.heard.at(-1)).toBe('zh-CN/taken');
  expect(lab.store.events).toContainEqual(
    expect.objectContaining({ type: 'CallLeftQueue', data: { queue: 'general', why: '1' } }),
  );
});

test('given_a_phone_that_rings_when_its_caller_presses_a_key_of_the_queue_then_the_agent_is_ready_again', async () => {
  const lab = await centreThatWaits();
  const caller = lab.caller();
  await lab.clock.advance(1000);
  await lab.engine.tellAgent('1001', { type: 'GoReady' });
  await lab.clock.advance(500);
  expect(lab.engine.liveCalls()[0]?.phase.at).toBe('offered');
  caller.press('1');
  await lab.clock.advance(500);
  expect(caller.heard.at(-1)).toBe('zh-CN/taken');
  expect(lab.engine.agents()[0]?.state.at).toBe('ready');
});

test('given_a_message_that_plays_when_an_agent_answers_then_it_is_cut_before_they_are_connected', async () => {
  const lab = await centreThatWaits('every: 20s, say: [patience]');
  const caller = lab.caller();
  lab.pbx.setPhone('1001', { ringAfterMs: 20, answerAfterMs: 300 });
  // The message begins at 23 s and lasts a second, the agent answers at 23.6 s.
  await lab.clock.advance(23_300);
  expect(caller.heard.at(-1)).toBe('zh-CN/patience');
  await lab.engine.tellAgent('1001', { type: 'GoReady' });
  await lab.clock.advance(500);
  expect(caller.talkingWith).toHaveLength(1);
  expect(caller.heard.at(-1)).toBe('music-stopped');
  const { heard } = caller;
  await lab.clock.advance(60_000);
  expect(caller.heard).toEqual(heard);
});

test('given_a_caller_who_waits_when_the_daemon_is_restarted_then_messages_and_keys_go_on', async () => {
  const lab = await centreThatWaits();
  const caller = lab.caller();
  await lab.clock.advance(10_000);
  await lab.restart();
  const before = caller.heard.length;
  expect(caller.heard.at(-1)).toBe('music:default');
  await lab.clock.advance(30_000);
  expect(caller.heard.slice(before)).toContain('zh-CN/patience');
  expect(caller.heard.at(-1)).toBe('music:default');
  caller.press('1');
  await lab.clock.advance(500);
  expect(caller.heard.at(-1)).toBe('zh-CN/taken');
});

test('given_a_full_queue_when_one_more_comes_then_he_is_not_let_in', async () => {
  const lab = await centreThatWaits();
  for (const number of ['13811111111', '13822222222', '13833333333']) {
    lab.caller(number);
    await lab.clock.advance(200);
  }
  const fourth = lab.caller('13844444444');
  await lab.clock.advance(500);
  expect(fourth.heard).toEqual(['zh-CN/sorry']);
});
