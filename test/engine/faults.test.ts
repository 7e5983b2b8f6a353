import { expect, test } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { agent, campaign, centreLab } from './centre-lab.ts';

const flow = (steps: string, more = '') =>
  `flow: test\nnumbers: ["95533"]\nstart: a\n${more}steps:\n${steps}`;

test('given_a_caller_in_the_menu_when_the_daemon_restarts_then_he_hears_the_menu_again_and_goes_on', async () => {
  const lab = centreLab();
  await lab.start();
  await lab.ready('1001');
  const caller = lab.caller();
  await lab.clock.advance(3500);
  await lab.restart();
  expect(caller.heard.filter((words) => words === 'zh-CN/main-menu')).toHaveLength(2);
  caller.press('0');
  await lab.clock.advance(5000);
  expect(caller.talkingWith).toHaveLength(1);
  expect(lab.types().filter((type) => type === 'CallArrived')).toHaveLength(1);
});

test('given_two_people_talking_when_the_daemon_restarts_then_nothing_happens_to_them_and_the_record_is_whole', async () => {
  const lab = centreLab();
  await lab.start();
  await lab.ready('1001');
  const caller = lab.caller();
  caller.press('0');
  await lab.clock.advance(5000);
  const partners = caller.talkingWith;
  expect(partners).toHaveLength(1);
  await lab.restart(20_000);
  expect(caller.talkingWith).toEqual(partners);
  caller.hangup();
  await lab.clock.advance(20_000);
  expect(lab.record()).toMatchObject({ endedBy: 'caller', legs: [{ outcome: 'answered' }] });
  expect(lab.record().talkedMs).toBeGreaterThan(20_000);
  expect(lab.engine.agents()[0]?.state.at).toBe('ready');
});

test('given_a_phone_that_is_answered_while_the_daemon_is_dead_then_caller_and_agent_are_connected_on_its_return', async () => {
  const lab = centreLab();
  await lab.start();
  await lab.ready('1001');
  const caller = lab.caller();
  caller.press('0');
  await lab.clock.advance(2500);
  expect(lab.engine.liveCalls()[0]?.phase.at).toBe('offered');
  await lab.restart(4000);
  expect(caller.talkingWith).toHaveLength(1);
  expect(lab.engine.agents()[0]?.state.at).toBe('talking');
});

test('given_calls_that_end_while_the_daemon_is_dead_then_their_records_are_closed_and_agents_are_free', async () => {
  const lab = centreLab();
  await lab.start();
  await lab.ready('1001');
  const talking = lab.caller('13811111111');
  talking.press('0');
  await lab.clock.advance(5000);
  const inMenu = lab.caller('13822222222');
  await lab.clock.advance(500);
  await lab.engine.stop();
  talking.hangup();
  inMenu.hangup();
  await lab.restart();
  await lab.clock.advance(1000);
  expect([...lab.store.calls.values()].map((call) => call.endCause)).toEqual(['lost', 'lost']);
  expect((await lab.pbx.snapshot()).channels).toEqual([]);
  expect(['ready', 'wrap-up']).toContain(lab.engine.agents()[0]?.state.at);
});

test('given_a_caller_who_arrives_while_the_daemon_is_dead_then_he_is_answered_on_its_return', async () => {
  const lab = centreLab();
  await lab.start();
  await lab.engine.stop();
  const caller = lab.caller();
  await lab.restart();
  await lab.clock.advance(100);
  expect(caller.heard).toEqual(['zh-CN/welcome']);
});

test('given_a_leg_that_nobody_knows_then_it_is_hung_up_at_the_next_start', async () => {
  const lab = centreLab();
  lab.pbx.setPhone('1001', { answerAfterMs: 10 });
  await lab.start();
  await lab.pbx.originate({
    leg: 'leg-stray',
    to: { kind: 'phone', extension: '1001' },
    callerNumber: '',
    callerName: '',
    ringTimeoutMs: 5000,
  });
  await lab.restart();
  await lab.clock.advance(100);
  expect((await lab.pbx.snapshot()).channels).toEqual([]);
});

test('given_a_cut_link_when_it_is_back_then_the_step_is_repeated_and_health_tells_the_truth_meanwhile', async () => {
  const lab = centreLab();
  await lab.start();
  const caller = lab.caller();
  await lab.clock.advance(1500);
  expect(lab.engine.health()).toMatchObject({ ready: true, problems: [] });
  lab.pbx.setLink(false);
  caller.press('0');
  await lab.clock.advance(2000);
  expect(lab.engine.health().ready).toBe(false);
  lab.pbx.setLink(true);
  await lab.clock.advance(100);
  expect(lab.engine.health().ready).toBe(true);
  expect(caller.heard.filter((words) => words === 'zh-CN/main-menu')).toHaveLength(2);
});

test('given_a_store_that_takes_no_writes_then_calls_go_on_and_everything_is_written_when_it_does', async () => {
  const lab = centreLab();
  await lab.start();
  await lab.ready('1001');
  lab.store.failing = true;
  const caller = lab.caller();
  caller.press('0');
  await lab.clock.advance(5000);
  expect(caller.talkingWith).toHaveLength(1);
  // Callers are served: it is no reason to send them elsewhere.
  expect(lab.engine.health()).toMatchObject({ ready: true, problems: [expect.stringContaining('database')] });
  expect(lab.store.calls.size).toBe(0);
  lab.store.failing = false;
  caller.hangup();
  await lab.clock.advance(2500);
  expect(lab.record()).toMatchObject({ endedBy: 'caller', legs: [{ outcome: 'answered' }] });
  const types = lab.types();
  for (const type of ['CallArrived', 'CallQueued', 'CallOffered', 'CallConnected', 'CallEnded']) {
    expect(types.filter((one) => one === type)).toHaveLength(1);
  }
});

test('given_flows_that_go_round_without_waiting_then_the_call_ends_and_the_log_says_why', async () => {
  const other = 'flow: other\nstart: b\nsteps: { b: { go: { flow: test } } }\n';
  const lab = centreLab({ flows: [flow('  a: { go: { flow: other } }\n'), other] });
  await lab.start();
  const caller = lab.caller();
  await lab.clock.advance(100);
  expect(caller.ended).toBe(true);
  expect(lab.types()).toContain('FlowLooped');
});

test('given_a_step_that_fails_then_the_flow_takes_its_way_out_for_errors', async () => {
  const steps =
    '  a: { set: { n: int(dialled + caller.language) }, then: b }\n  b: { say: { en: wrong }, then: c }\n  c: { hangup: {} }\n';
  const lab = centreLab({
    flows: [flow(`${steps}  sorry: { say: { en: sorry }, then: c }\n`, 'languages: [en]\non-error: sorry\n')],
  });
  await lab.start();
  const caller = lab.caller();
  await lab.clock.advance(100);
  expect(caller.heard).toEqual(['en/sorry']);
  expect(lab.types()).toContain('StepFailed');
});

test('given_a_sound_file_that_is_missing_then_it_is_made_anew_and_failing_that_a_tone_is_heard', async () => {
  const lab = centreLab({ pbx: { durationOf: (file) => (file === 'zh-CN/welcome' ? undefined : 500) } });
  await lab.start();
  const caller = lab.caller();
  await lab.clock.advance(700);
  expect(caller.heard).toEqual(['zh-CN/repaired-welcome', 'zh-CN/main-menu']);
  expect(lab.types()).toContain('PromptFailed');

  const deaf = centreLab({ pbx: { durationOf: () => undefined } });
  await deaf.start();
  const other = deaf.caller();
  await deaf.clock.advance(400);
  expect(other.heard[0]).toBe('tone:beep');
});

test('given_a_flood_of_digits_then_the_call_lives_and_ends_cleanly', async () => {
  const lab = centreLab();
  await lab.start();
  const caller = lab.caller();
  caller.press('12*3456789#ABCD'.repeat(100));
  await lab.clock.advance(60_000);
  caller.hangup();
  await lab.clock.advance(100);
  expect(lab.record().phase.at).toBe('ended');
  expect((await lab.pbx.snapshot()).channels).toEqual([]);
});

test.each([
  ['a daemon that lives', 0],
  ['a daemon that dies now and then', 0.1],
])(
  'given_callers_who_hang_up_at_any_moment_and_%s_then_no_channel_leaks_and_no_agent_is_stuck',
  async (_name, deaths) => {
    const random = seededRandom(20261122);
    const lab = centreLab({
      agents: [agent('1001', { service: 8 }), agent('1002', { service: 8, wealth: 9.5 })],
      campaigns: [
        campaign('8001', { fallback: { kind: 'queue', queue: 'general' } }),
        campaign('8002', { reception: { kind: 'outside', number: '0278' } }),
      ],
      // Nobody but the callers ever hangs up.
      pbx: { trunk: () => ({ ringAfterMs: 100, answerAfterMs: 700 }) },
    });
    lab.pbx.setPhone('2001', { ringAfterMs: 30, answerAfterMs: 900 });
    await lab.start();
    await lab.ready('1001');
    await lab.ready('1002');
    const callers = [];
    for (let round = 0; round < 300; round += 1) {
      const caller = lab.caller(`138${String(round).padStart(8, '0')}`);
      callers.push(caller);
      const keys = ['0', '98001', '98002', '1', '21234', '9', '80', ''][Math.floor(random() * 8)]!;
      await lab.clock.advance(Math.floor(random() * 2500));
      caller.press(keys);
      await lab.clock.advance(Math.floor(random() * 6000));
      if (random() < 0.9) caller.hangup();
      if (random() < deaths) await lab.restart(Math.floor(random() * 3000));
      if (random() < 0.1) await lab.engine.tellAgent('1001', { type: 'GoReady' });
    }
    for (const caller of callers) caller.hangup();
    // Shorter than a reconciliation: what ended has to have been cleaned up at once.
    await lab.clock.advance(500);
    expect(await lab.pbx.snapshot()).toEqual({ channels: [], bridges: [], overhearings: [] });
    expect(lab.engine.liveCalls()).toEqual([]);
    await lab.clock.advance(60_000);
    for (const one of lab.engine.agents()) expect(['ready', 'not-ready']).toContain(one.state.at);
    for (const call of lab.store.calls.values()) {
      expect(call.phase.at).toBe('ended');
      for (const leg of call.legs) expect(leg.endedAt, `${call.id} ${leg.id}`).toBeDefined();
    }
  },
);
