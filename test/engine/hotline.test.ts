import { expect, test } from 'vitest';
import { agent, campaign, centreLab, customer, queue } from './centre-lab.ts';

const vip = customer('cust-1', '13800138000', { tier: 'vip' });
const english = customer('cust-2', '13900139000', { tier: 'gold', language: 'en' });

test('given_a_caller_who_presses_0_when_an_agent_is_ready_then_they_talk_and_the_record_says_so', async () => {
  const lab = centreLab();
  await lab.start();
  await lab.ready('1001');
  const caller = lab.caller();
  await lab.clock.advance(1500);
  caller.press('0');
  await lab.clock.advance(5000);
  expect(caller.heard).toEqual([
    'zh-CN/welcome',
    'zh-CN/main-menu',
    'zh-CN/please-wait',
    'music:default',
    'music-stopped',
  ]);
  expect(caller.talkingWith).toHaveLength(1);
  expect(lab.engine.agents()[0]?.state.at).toBe('talking');
  caller.hangup();
  await lab.clock.advance(10);
  expect(lab.engine.agents()[0]?.state.at).toBe('wrap-up');
  await lab.clock.advance(10_000);
  expect(lab.engine.agents()[0]?.state).toMatchObject({ at: 'ready' });
  expect(lab.record()).toMatchObject({
    endedBy: 'caller',
    facts: { queue: 'general', agentId: '1001' },
    legs: [{ outcome: 'answered', agent: '1001' }],
  });
  expect((await lab.pbx.snapshot()).channels).toEqual([]);
});

test('given_a_known_customer_when_he_calls_then_his_tier_and_language_decide_the_greeting', async () => {
  const lab = centreLab({ customers: [vip, english] });
  await lab.start();
  const first = lab.caller('+8613800138000');
  const second = lab.caller('013900139000');
  await lab.clock.advance(100);
  expect(first.heard).toEqual(['zh-CN/welcome-vip']);
  expect(second.heard).toEqual(['en/welcome-gold']);
});

test('given_the_menu_when_8_is_pressed_then_it_speaks_english_and_back', async () => {
  const lab = centreLab();
  await lab.start();
  const caller = lab.caller();
  await lab.clock.advance(1100);
  caller.press('8');
  await lab.clock.advance(1100);
  caller.press('8');
  await lab.clock.advance(100);
  expect(caller.heard).toEqual(['zh-CN/welcome', 'zh-CN/main-menu', 'en/main-menu', 'zh-CN/main-menu']);
});

test('given_silence_in_the_menu_then_the_caller_reaches_an_agent_or_leaves_a_message', async () => {
  const lab = centreLab();
  await lab.start();
  const caller = lab.caller();
  await lab.clock.advance(30_000);
  expect(caller.heard).toContain('zh-CN/agents-busy');
  caller.hangup();
  await lab.clock.advance(100);
  expect(lab.voicemails).toMatchObject([{ box: 'service' }]);
  expect(lab.record().endedBy).toBe('caller');
});

test('given_a_campaign_code_typed_ahead_when_the_reception_answers_then_they_talk_and_the_flow_says_goodbye_after', async () => {
  const lab = centreLab();
  lab.pbx.setPhone('2001', { ringAfterMs: 20, answerAfterMs: 3000, hangupAfterMs: 20_000 });
  await lab.start();
  const caller = lab.caller();
  await lab.clock.advance(50);
  caller.press('98001');
  await lab.clock.advance(4000);
  expect(caller.talkingWith).toHaveLength(1);
  await lab.clock.advance(25_000);
  expect(caller.heard.at(-1)).toBe('zh-CN/goodbye');
  expect(caller.ended).toBe(true);
  expect(lab.record()).toMatchObject({
    endedBy: 'carillon',
    facts: { campaignId: 'campaign-8001' },
    legs: [{ outcome: 'answered' }],
  });
});

test.each([
  ['busy', { refuse: { afterMs: 100, sipCode: 486 } }, 'zh-CN/reception-busy'],
  ['rejected', { refuse: { afterMs: 100, sipCode: 603 } }, 'zh-CN/reception-busy'],
  ['no answer', { ringAfterMs: 20 }, 'zh-CN/reception-no-answer'],
  ['unknown number', { refuse: { afterMs: 100, sipCode: 404 } }, 'zh-CN/reception-failed'],
  ['trunk down', 'down', 'zh-CN/reception-failed'],
  ['congestion', { refuse: { afterMs: 50, sipCode: 503 } }, 'zh-CN/reception-failed'],
] as const)(
  'given_a_reception_behind_the_trunk_when_%s_then_that_is_said_and_the_fallback_taken',
  async (_name, behaviour, words) => {
    const lab = centreLab({
      campaigns: [
        campaign('8002', {
          reception: { kind: 'outside', number: '02787654321' },
          fallback: { kind: 'voicemail', box: 'campaign' },
        }),
      ],
      pbx: { trunk: () => behaviour },
    });
    await lab.start();
    const caller = lab.caller();
    caller.press('98002');
    await lab.clock.advance(40_000);
    expect(caller.heard).toContain(words);
    expect(caller.heard).toContain('zh-CN/leave-message');
    caller.press('#');
    await lab.clock.advance(5000);
    expect(lab.voicemails).toMatchObject([{ box: 'campaign' }]);
    expect(caller.ended).toBe(true);
  },
);

test.each([
  ['8003', { validUntil: 1 }, 'zh-CN/code-expired'],
  ['8004', { validFrom: Number.MAX_SAFE_INTEGER - 1 }, 'zh-CN/code-early'],
])('given_code_%s_outside_its_time_then_that_is_said_and_the_menu_comes_back', async (code, times, words) => {
  const lab = centreLab({ campaigns: [campaign(code, times)] });
  await lab.start();
  const caller = lab.caller();
  caller.press(`9${code}`);
  await lab.clock.advance(3000);
  expect(caller.heard.slice(-2)).toEqual([words, 'zh-CN/main-menu']);
});

test('given_wrong_codes_then_three_tries_and_after_six_from_one_number_no_more', async () => {
  const lab = centreLab();
  await lab.start();
  for (let call = 0; call < 2; call += 1) {
    const caller = lab.caller();
    caller.press('9');
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await lab.clock.advance(3100);
      caller.press('7777');
    }
    await lab.clock.advance(4000);
    expect(caller.heard.filter((words) => words === 'zh-CN/code-wrong')).toHaveLength(2);
    expect(caller.heard).toContain('zh-CN/code-wrong-last');
    caller.hangup();
    await lab.clock.advance(100);
  }
  const locked = lab.caller();
  locked.press('98001');
  await lab.clock.advance(5000);
  expect(locked.heard).toContain('zh-CN/code-locked');
  const other = lab.caller('13700000000');
  lab.pbx.setPhone('2001', { answerAfterMs: 100 });
  other.press('98001');
  await lab.clock.advance(3000);
  expect(other.talkingWith).toHaveLength(1);
});

test('given_a_reception_agent_in_a_call_when_another_caller_has_the_code_then_he_hears_busy_and_gets_the_fallback_queue', async () => {
  const lab = centreLab({ campaigns: [campaign('8001', { fallback: { kind: 'queue', queue: 'general' } })] });
  lab.pbx.setPhone('2001', { answerAfterMs: 100 });
  await lab.start();
  await lab.ready('1001');
  const first = lab.caller('13811111111');
  first.press('98001');
  await lab.clock.advance(3000);
  const second = lab.caller('13822222222');
  second.press('98001');
  await lab.clock.advance(6000);
  expect(first.talkingWith).toHaveLength(1);
  expect(second.heard).toContain('zh-CN/reception-busy');
  expect(second.talkingWith).toHaveLength(1);
  expect(lab.record().facts.agentId).toBe('1001');
});

test('given_an_agent_who_does_not_answer_then_he_is_not_ready_and_the_caller_keeps_his_place', async () => {
  const lab = centreLab({ agents: [agent('1001', { service: 8 }), agent('1002', { service: 8 })] });
  await lab.start();
  await lab.ready('1001');
  lab.pbx.setPhone('1001', { ringAfterMs: 20 });
  await lab.clock.advance(100);
  await lab.ready('1002');
  const caller = lab.caller();
  caller.press('0');
  await lab.clock.advance(14_000);
  expect(caller.talkingWith).toEqual([]);
  await lab.clock.advance(6000);
  expect(caller.talkingWith).toHaveLength(1);
  expect(lab.engine.agents().map((one) => one.state.at)).toEqual(['not-ready', 'talking']);
  expect(lab.engine.agents()[0]?.state).toMatchObject({ reason: 'ring-no-answer' });
  expect(lab.engine.liveCalls()[0]?.legs.map((leg) => leg.outcome)).toEqual(['no-answer', undefined]);
});

test('given_two_waiting_callers_when_one_is_a_vip_then_he_is_served_first', async () => {
  const lab = centreLab({
    agents: [agent('1001', { service: 8, wealth: 9.5 })],
    customers: [vip],
  });
  await lab.start();
  await lab.ready('1001');
  await lab.engine.tellAgent('1001', { type: 'GoNotReady', reason: 'break' });
  const ordinary = lab.caller('13700000000');
  ordinary.press('0');
  await lab.clock.advance(5000);
  const important = lab.caller('13800138000');
  important.press('0');
  await lab.clock.advance(5000);
  await lab.engine.tellAgent('1001', { type: 'GoReady' });
  await lab.clock.advance(5000);
  expect(important.talkingWith).toHaveLength(1);
  expect(ordinary.talkingWith).toEqual([]);
});

test('given_a_queue_that_nobody_logged_in_can_serve_then_the_caller_is_not_kept_waiting', async () => {
  const lab = centreLab();
  await lab.start();
  const caller = lab.caller();
  caller.press('0');
  await lab.clock.advance(3000);
  expect(caller.heard).toContain('zh-CN/agents-busy');
});

test('given_a_full_house_when_the_time_limit_passes_then_the_caller_leaves_a_message', async () => {
  const lab = centreLab({
    queues: [queue('general', { service: 5 }, { maxWaitMs: 30_000 }), queue('vip', {}), queue('card', {})],
  });
  await lab.start();
  await lab.ready('1001');
  await lab.engine.tellAgent('1001', { type: 'GoNotReady', reason: 'break' });
  const caller = lab.caller();
  caller.press('0');
  await lab.clock.advance(29_000);
  expect(caller.heard.at(-1)).toBe('music:default');
  await lab.clock.advance(3000);
  expect(caller.heard).toContain('zh-CN/agents-busy');
  expect(lab.engine.liveCalls()[0]?.waitedMs).toBe(30_000);
});

test('given_a_phone_when_feature_codes_are_dialled_then_the_agent_changes_state', async () => {
  const lab = centreLab();
  await lab.start();
  const dial = async (code: string) => {
    const phone = lab.phone('1001', code);
    await lab.clock.advance(3000);
    expect(phone.ended).toBe(true);
    return [phone.heard.at(-1), lab.engine.agents()[0]?.state.at];
  };
  expect(await dial('*52')).toEqual(['zh-CN/refused', 'logged-out']);
  expect(await dial('*50')).toEqual(['zh-CN/ready', 'ready']);
  expect(await dial('*53')).toEqual(['zh-CN/not-ready', 'not-ready']);
  expect(await dial('*52')).toEqual(['zh-CN/ready', 'ready']);
  expect(await dial('*51')).toEqual(['zh-CN/logged-out', 'logged-out']);
});

test('given_an_outside_caller_when_he_dials_a_feature_code_or_an_extension_then_he_is_refused', async () => {
  const lab = centreLab();
  await lab.start();
  for (const dnis of ['*50', '2001', '1001', '99999', '']) {
    const caller = lab.caller('13800000000', dnis);
    await lab.clock.advance(50);
    expect(caller.ended).toBe(true);
    expect(caller.heard).toEqual([]);
  }
  expect(lab.store.calls.size).toBe(0);
});

test('given_one_phone_dials_another_then_they_talk_and_a_busy_one_is_announced', async () => {
  const lab = centreLab();
  lab.pbx.setPhone('2001', { answerAfterMs: 100 });
  await lab.start();
  const first = lab.phone('1001', '2001');
  await lab.clock.advance(500);
  expect(first.talkingWith).toHaveLength(1);
  const second = lab.phone('1002', '2001');
  await lab.clock.advance(500);
  expect(second.heard).toEqual(['zh-CN/busy']);
});

test('given_two_agents_and_one_phone_when_both_log_in_then_the_second_is_refused', async () => {
  const lab = centreLab();
  await lab.start();
  await lab.ready('1001', '1005');
  await expect(lab.engine.tellAgent('1002', { type: 'LogIn', extension: '1005' })).rejects.toMatchObject({
    id: 'phone-in-use',
  });
  await expect(lab.engine.tellAgent('9999', { type: 'LogOut' })).rejects.toMatchObject({
    id: 'agent-unknown',
  });
});
