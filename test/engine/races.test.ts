import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { seededRandom } from '../../src/base/random.ts';
import { VoicemailKeeper } from '../../src/call/voicemail-keeper.ts';
import { FaultyPbx, noFaults } from '../../src/lab/faulty-pbx.ts';
import { PbxError } from '../../src/pbx/pbx.ts';
import type { SimulatedParty } from '../../src/pbx/simulated/party.ts';
import { agent, campaign, centreLab, queue } from './centre-lab.ts';

/*
 * What a PBX that answers late, refuses, or does not answer at all brings to light. Each test holds one thing that once
 * went wrong.
 */

type Lab = ReturnType<typeof centreLab>;

const three = [agent('1001', { service: 8 }), agent('1002', { service: 8 }), agent('1003', { service: 8 })];

const otherQueues = [queue('vip', { wealth: 9 }), queue('card', { card: 5 })];

const wait = (lab: Lab, ms: number): Promise<void> =>
  new Promise((resolve) => void lab.clock.at(lab.clock.now() + ms, resolve));

/** Snapshots are true as of the asking and arrive `ms` later. */
function slowSnapshots(lab: Lab, ms: number): void {
  const real = lab.pbx.snapshot.bind(lab.pbx);
  lab.pbx.snapshot = async () => {
    const seen = await real();
    await wait(lab, ms);
    return seen;
  };
}

/** Hang-ups take `ms`; what is dialled and hung up is noted in order. */
function slowHangups(lab: Lab, ms: number): string[] {
  const order: string[] = [];
  const originate = lab.pbx.originate.bind(lab.pbx);
  const hangup = lab.pbx.hangup.bind(lab.pbx);
  lab.pbx.originate = async (request) => {
    order.push('dialled');
    return originate(request);
  };
  lab.pbx.hangup = async (channel, cause) => {
    await wait(lab, ms);
    await hangup(channel, cause);
    order.push('hung up');
  };
  return order;
}

/** Keys as a person presses them. */
async function key(lab: Lab, caller: SimulatedParty, digits: string): Promise<void> {
  for (const digit of digits) {
    caller.press(digit);
    await lab.clock.advance(300);
  }
}

const count = (lab: Lab, type: string): number => lab.types().filter((one) => one === type).length;

// ── the snapshot is older than what has been heard since ─────────────────────────────────────────────────────────────

test('given_a_first_snapshot_that_is_late_when_a_caller_arrives_meanwhile_then_he_is_served_and_has_one_record', async () => {
  const lab = centreLab();
  slowSnapshots(lab, 200);
  await lab.start();
  await lab.ready('1001');
  await lab.clock.advance(50);
  const caller = lab.caller();
  await lab.clock.advance(1500);
  caller.press('0');
  await lab.clock.advance(5000);
  expect(caller.talkingWith).toHaveLength(1);
  expect(count(lab, 'CallArrived')).toBe(1);
  expect(count(lab, 'CallEnded')).toBe(0);
});

test('given_a_late_snapshot_when_a_caller_hangs_up_meanwhile_then_he_does_not_come_back_as_a_new_call', async () => {
  const lab = centreLab();
  await lab.start();
  slowSnapshots(lab, 200);
  const caller = lab.caller();
  await lab.clock.advance(500);
  lab.pbx.setLink(false);
  lab.pbx.setLink(true);
  await lab.clock.advance(50);
  caller.hangup();
  await lab.clock.advance(1000);
  expect(lab.store.calls.size).toBe(1);
  expect(lab.engine.liveCalls()).toEqual([]);
});

test('given_a_late_snapshot_when_a_phone_is_rung_meanwhile_then_it_goes_on_ringing', async () => {
  const lab = centreLab();
  await lab.start();
  await lab.ready('1001');
  await lab.engine.tellAgent('1001', { type: 'GoNotReady', reason: 'break' });
  const caller = lab.caller();
  caller.press('0');
  await lab.clock.advance(3000);
  slowSnapshots(lab, 200);
  lab.pbx.setLink(false);
  lab.pbx.setLink(true);
  await lab.clock.advance(50);
  await lab.engine.tellAgent('1001', { type: 'GoReady' });
  await lab.clock.advance(4000);
  expect(caller.talkingWith).toHaveLength(1);
  expect(lab.record().legs).toHaveLength(1);
});

// ── queues ───────────────────────────────────────────────────────────────────────────────────────────────────────────

test('given_a_phone_that_rings_when_the_longest_wait_passes_then_no_agent_is_taken_out_of_service', async () => {
  const lab = centreLab({
    agents: three,
    queues: [queue('general', { service: 5 }, { maxWaitMs: 30_000 }), ...otherQueues],
  });
  await lab.start();
  for (const { id } of three) {
    await lab.ready(id);
    await lab.engine.tellAgent(id, { type: 'GoNotReady', reason: 'break' });
    lab.pbx.setPhone(id, { ringAfterMs: 20 });
  }
  const caller = lab.caller();
  caller.press('0');
  await lab.clock.advanceUntil(() => lab.engine.liveCalls()[0]?.phase.at === 'queued', 10_000);
  await lab.clock.advance(29_500);
  for (const { id } of three) await lab.engine.tellAgent(id, { type: 'GoReady' });
  await lab.clock.advance(100);
  expect(lab.engine.liveCalls()[0]?.phase.at).toBe('offered');
  await lab.clock.advance(900);
  expect(lab.engine.agents().map((one) => one.state.at)).toEqual(['ready', 'ready', 'ready']);
  expect(lab.record().legs).toHaveLength(1);
  expect(caller.heard).toContain('zh-CN/agents-busy');
});

test('given_a_queue_with_its_own_wrap_up_when_a_talk_ends_then_that_time_counts', async () => {
  const lab = centreLab({
    queues: [queue('general', { service: 5 }, { wrapUpMs: 60_000 }), ...otherQueues],
  });
  await lab.start();
  await lab.ready('1001');
  const caller = lab.caller();
  caller.press('0');
  await lab.clock.advance(5000);
  caller.hangup();
  await lab.clock.advance(59_000);
  expect(lab.engine.agents()[0]?.state.at).toBe('wrap-up');
  await lab.clock.advance(2000);
  expect(lab.engine.agents()[0]?.state.at).toBe('ready');
});

test('given_a_queue_whose_rule_throws_then_nobody_is_fit_for_it_and_everybody_is_served_all_the_same', async () => {
  const fails = (): never => {
    throw new Error('a rule that throws');
  };
  const ladder = [{ needs: [{ text: 'agent.card', looksAt: [], holds: fails }], forMs: 0 }];
  const lab = centreLab({
    queues: [queue('general', { service: 5 }), queue('vip', { wealth: 9 }), queue('card', {}, { ladder })],
    flows: [
      'flow: test\nnumbers: ["95533", "95534"]\nlanguages: [en]\nstart: a\nsteps:\n' +
        '  a: { choose: [{ when: dialled == "95534", then: broken }], otherwise: general }\n' +
        '  broken: { queue: { name: card }, otherwise: general }\n' +
        '  general: { queue: { name: general }, otherwise: e }\n  e: { hangup: {} }\n',
    ],
  });
  await lab.start();
  await lab.ready('1001');
  await lab.ready('1002');
  const unlucky = lab.caller('13711111111', '95534');
  await lab.clock.advance(100);
  await lab.clock.advance(3000);
  const caller = lab.caller('13722222222');
  await lab.clock.advance(3000);
  expect(caller.talkingWith).toHaveLength(1);
  expect(unlucky.talkingWith).toHaveLength(1);
  unlucky.hangup();
  caller.hangup();
  await lab.clock.advance(1000);
  expect(lab.engine.liveCalls()).toEqual([]);
});

test('given_a_caller_who_waits_when_a_supervisor_ends_his_call_then_it_does_not_count_as_abandoned', async () => {
  const lab = centreLab();
  await lab.start();
  await lab.ready('1001');
  await lab.engine.tellAgent('1001', { type: 'GoNotReady', reason: 'break' });
  const end = async (how: (caller: SimulatedParty, call: string) => unknown) => {
    const caller = lab.caller();
    caller.press('0');
    await lab.clock.advance(5000);
    expect(lab.engine.liveCalls()[0]?.phase.at).toBe('queued');
    await how(caller, lab.engine.liveCalls()[0]!.id);
    await lab.clock.advance(100);
    return lab.store.events.findLast((event) => event.type === 'CallEnded')?.data.abandoned;
  };
  expect(await end((_caller, call) => lab.engine.hangUp(call))).toBe(false);
  expect(await end((caller) => caller.hangup())).toBe(true);
});

// ── commands that come to nothing ────────────────────────────────────────────────────────────────────────────────────

test.each(['the caller', 'a leg'])(
  'given_a_hang_up_of_%s_that_the_PBX_did_not_answer_then_a_later_reconciliation_repeats_it',
  async (who) => {
    const lab = centreLab();
    await lab.start();
    await lab.ready('1001');
    const caller = lab.caller();
    caller.press('0');
    await lab.clock.advance(5000);
    expect(caller.talkingWith).toHaveLength(1);
    const real = lab.pbx.hangup.bind(lab.pbx);
    const channel = who === 'a leg' ? caller.talkingWith[0] : caller.channel;
    let failed = 0;
    lab.pbx.hangup = async (target, cause) => {
      if (target === channel && failed++ === 0) throw new PbxError('timeout', 'no answer in time');
      return real(target, cause);
    };
    await lab.engine.hangUp(lab.engine.liveCalls()[0]!.id);
    await lab.clock.advance(65_000);
    expect(failed).toBeGreaterThan(0);
    expect((await lab.pbx.snapshot()).channels).toEqual([]);
    expect(count(lab, 'CallArrived')).toBe(1);
  },
);

test('given_a_caller_who_is_hung_up_while_the_link_is_down_when_it_is_back_then_he_goes_and_is_no_new_call', async () => {
  const lab = centreLab();
  await lab.start();
  const caller = lab.caller();
  await lab.clock.advance(500);
  lab.pbx.setLink(false);
  await lab.engine.hangUp(lab.engine.liveCalls()[0]!.id);
  await lab.clock.advance(500);
  lab.pbx.setLink(true);
  await lab.clock.advance(2000);
  expect(caller.ended).toBe(true);
  expect(count(lab, 'CallArrived')).toBe(1);
});

test('given_a_PBX_that_does_not_dial_for_a_while_then_the_agents_stay_in_service', async () => {
  const lab = centreLab({ agents: three });
  await lab.start();
  for (const { id } of three) await lab.ready(id);
  const real = lab.pbx.originate.bind(lab.pbx);
  lab.pbx.originate = async () => {
    throw new PbxError('timeout', 'no answer in time');
  };
  const caller = lab.caller();
  caller.press('0');
  await lab.clock.advance(4000);
  lab.pbx.originate = real;
  await lab.clock.advance(60_000);
  expect(caller.talkingWith).toHaveLength(1);
  expect(lab.engine.agents().map((one) => one.state.at)).not.toContain('not-ready');
});

test('given_a_connection_that_is_refused_then_the_caller_hears_no_goodbye_and_nobody_counts_it_as_answered', async () => {
  const lab = centreLab();
  await lab.start();
  await lab.ready('1001');
  const real = lab.pbx.connect.bind(lab.pbx);
  let refused = 0;
  lab.pbx.connect = async (bridge, channels) => {
    if (refused++ === 0) throw new PbxError('refused', 'no bridge');
    return real(bridge, channels);
  };
  const caller = lab.caller();
  caller.press('0');
  await lab.clock.advance(5000);
  expect(refused).toBeGreaterThan(0);
  expect(caller.ended).toBe(false);
  expect(caller.heard).not.toContain('zh-CN/goodbye');
  expect(lab.record().legs[0]).toMatchObject({ outcome: 'failed' });
  await lab.clock.advance(30_000);
  caller.hangup();
  await lab.clock.advance(30_000);
  expect((await lab.pbx.snapshot()).channels).toEqual([]);
  expect(lab.engine.agents()[0]?.state.at).not.toBe('talking');
});

test('given_a_reception_that_cannot_be_connected_then_the_campaign_goes_its_other_way', async () => {
  const lab = centreLab({ campaigns: [campaign('8001', { fallback: { kind: 'voicemail', box: 'c' } })] });
  lab.pbx.setPhone('2001', { answerAfterMs: 500 });
  await lab.start();
  lab.pbx.connect = async () => {
    throw new PbxError('refused', 'no bridge');
  };
  const caller = lab.caller();
  caller.press('98001');
  await lab.clock.advance(8000);
  expect(caller.heard).toContain('zh-CN/reception-failed');
  expect(caller.heard).not.toContain('zh-CN/goodbye');
  expect(lab.record()).toMatchObject({ talkedMs: 0, legs: [{ outcome: 'failed' }] });
  expect(lab.record().connectedAt).toBeUndefined();
});

test('given_a_connection_that_is_refused_then_the_agent_is_free_of_that_call_at_once', async () => {
  const lab = centreLab();
  await lab.start();
  await lab.ready('1001');
  lab.pbx.connect = async () => {
    throw new PbxError('refused', 'no bridge');
  };
  const caller = lab.caller();
  caller.press('0');
  await lab.clock.advanceUntil(() => lab.engine.agents()[0]?.state.at === 'talking', 10_000);
  await lab.clock.advance(100);
  expect(lab.engine.agents()[0]?.state.at).not.toBe('talking');
});

test.each(['rings', 'is answered'])(
  'given_a_dial_command_that_is_not_acknowledged_in_time_when_the_phone_%s_all_the_same_then_they_talk',
  async (how) => {
    const lab = centreLab();
    await lab.start();
    await lab.ready('1001');
    lab.pbx.setPhone('1001', { ringAfterMs: 20, answerAfterMs: how === 'rings' ? 5000 : 1000 });
    const real = lab.pbx.originate.bind(lab.pbx);
    lab.pbx.originate = async (request) => {
      await real(request);
      await wait(lab, 3000);
      throw new PbxError('timeout', 'no answer in time');
    };
    const caller = lab.caller();
    caller.press('0');
    await lab.clock.advance(12_000);
    expect(caller.talkingWith).toHaveLength(1);
    expect(caller.heard).not.toContain('zh-CN/goodbye');
    expect(lab.record().legs).toHaveLength(1);
    expect(lab.engine.agents()[0]?.state.at).toBe('talking');
  },
);

test('given_a_dial_command_that_timed_out_though_it_was_carried_out_then_that_phone_is_not_rung_for_another_meanwhile', async () => {
  const lab = centreLab();
  await lab.start();
  await lab.ready('1001');
  lab.pbx.setPhone('1001', { ringAfterMs: 20 });
  const real = lab.pbx.originate.bind(lab.pbx);
  const up: number[] = [];
  lab.pbx.originate = async (request) => {
    const { channels } = await lab.pbx.snapshot();
    up.push(channels.filter(({ ours }) => ours).length);
    await real(request);
    if (up.length > 1) return;
    await wait(lab, 10);
    throw new PbxError('timeout', 'no answer in time');
  };
  const caller = lab.caller();
  caller.press('0');
  await lab.clock.advance(3000);
  await lab.engine.tellAgent('1001', { type: 'GoReady' });
  await lab.clock.advance(60_000);
  expect(up).toEqual(up.map(() => 0));
  caller.hangup();
  await lab.clock.advance(1000);
  expect((await lab.pbx.snapshot()).channels).toEqual([]);
});

test('given_a_ring_that_was_to_be_cancelled_and_was_not_when_its_caller_waits_on_then_a_reconciliation_cancels_it', async () => {
  const lab = centreLab({ queues: [queue('general', { service: 5 }, { ringMs: 5000 }), ...otherQueues] });
  await lab.start();
  await lab.ready('1001');
  // Rings on whatever the PBX does about its own limit.
  lab.pbx.setPhone('1001', { ringAfterMs: 20 });
  const originate = lab.pbx.originate.bind(lab.pbx);
  lab.pbx.originate = (request) => originate({ ...request, ringTimeoutMs: 600_000 });
  const real = lab.pbx.hangup.bind(lab.pbx);
  let failed = 0;
  lab.pbx.hangup = async (channel, cause) => {
    if (failed++ === 0) throw new PbxError('timeout', 'no answer in time');
    return real(channel, cause);
  };
  const caller = lab.caller();
  caller.press('0');
  await lab.clock.advanceUntil(() => failed > 0, 20_000);
  await lab.clock.advance(40_000);
  expect(caller.ended).toBe(false);
  expect((await lab.pbx.snapshot()).channels.filter(({ ours }) => ours)).toEqual([]);
});

test('given_a_dial_command_that_waits_behind_another_when_its_leg_is_given_up_meanwhile_then_it_is_not_dialled_any_more', async () => {
  const lab = centreLab({
    agents: three,
    queues: [queue('general', { service: 5 }, { ringMs: 5000 }), ...otherQueues],
  });
  await lab.start();
  for (const { id } of three.slice(0, 2)) {
    await lab.ready(id);
    lab.pbx.setPhone(id, { ringAfterMs: 20 });
  }
  const hangup = lab.pbx.hangup.bind(lab.pbx);
  let slow = 0;
  lab.pbx.hangup = async (channel, cause) => {
    if (slow++ === 0) await wait(lab, 3000);
    return hangup(channel, cause);
  };
  const originate = lab.pbx.originate.bind(lab.pbx);
  const late: string[] = [];
  lab.pbx.originate = async (request) => {
    const open = lab.engine
      .liveCalls()
      .flatMap((call) => call.legs.filter((leg) => leg.endedAt === undefined));
    if (!open.some((leg) => leg.id === request.leg)) late.push(request.leg);
    return originate(request);
  };
  const caller = lab.caller();
  caller.press('0');
  await lab.clock.advanceUntil(() => slow > 0, 20_000);
  await lab.clock.advance(500);
  expect(lab.record().legs).toHaveLength(2);
  // The second leg is not in the snapshot, because it has not been dialled yet.
  lab.pbx.setLink(false);
  lab.pbx.setLink(true);
  await lab.clock.advance(5000);
  expect(late).toEqual([]);
});

test('given_a_snapshot_that_fails_at_the_start_then_it_is_asked_for_again_soon_and_deadlines_hold', async () => {
  const lab = centreLab({
    queues: [queue('general', { service: 5 }, { maxWaitMs: 10_000 }), ...otherQueues],
  });
  await lab.start();
  await lab.ready('1001');
  await lab.engine.tellAgent('1001', { type: 'GoNotReady', reason: 'break' });
  const waiting = lab.caller();
  waiting.press('0');
  await lab.clock.advance(3000);
  await lab.engine.stop();
  const missed = lab.caller('13722222222');
  const real = lab.pbx.snapshot.bind(lab.pbx);
  let asked = 0;
  lab.pbx.snapshot = async () => {
    if (asked++ === 0) throw new PbxError('timeout', 'no answer in time');
    return real();
  };
  await lab.restart(500);
  await lab.clock.advance(10_000);
  expect(missed.heard).toContain('zh-CN/welcome');
  expect(waiting.heard).toContain('zh-CN/agents-busy');
});

// ── phones have one line ─────────────────────────────────────────────────────────────────────────────────────────────

test('given_an_agent_who_logs_in_by_phone_when_somebody_waits_then_he_is_rung_after_he_has_hung_up', async () => {
  const lab = centreLab();
  await lab.start();
  for (const phone of ['1001', '1002']) lab.pbx.setPhone(phone, { answerAfterMs: 1000 });
  // Logged in and not ready, so that callers wait.
  await lab.engine.tellAgent('1002', { type: 'LogIn', extension: '1002' });
  const caller = lab.caller();
  caller.press('0');
  await lab.clock.advance(3000);
  const order = slowHangups(lab, 20);
  lab.phone('1001', '*50');
  await lab.clock.advance(5000);
  expect(order).toEqual(['hung up', 'dialled']);
  expect(caller.talkingWith).toHaveLength(1);
});

test('given_a_phone_that_rings_when_that_caller_gives_up_then_it_is_rung_for_the_next_after_it_has_fallen_silent', async () => {
  const lab = centreLab();
  await lab.start();
  await lab.ready('1001');
  lab.pbx.setPhone('1001', { ringAfterMs: 10 });
  const order = slowHangups(lab, 20);
  const first = lab.caller('13811111111');
  first.press('0');
  const second = lab.caller('13822222222');
  second.press('0');
  await lab.clock.advance(4000);
  expect(order).toEqual(['dialled']);
  first.hangup();
  await lab.clock.advance(1000);
  expect(order).toEqual(['dialled', 'hung up', 'dialled']);
});

test('given_a_phone_that_is_still_ringing_for_a_call_that_a_dead_daemon_had_given_up_then_the_next_one_ends_that_first', async () => {
  let die = (): void => undefined;
  const lab = centreLab({
    queues: [queue('general', { service: 5 }, { ringMs: 5000 }), ...otherQueues],
    connect: (pbx, store, clock) => {
      const line = new FaultyPbx(pbx, clock, {
        faults: noFaults(),
        random: seededRandom(1),
        dialled: ({ others }) => void up.push(others.length),
      });
      die = () => line.die();
      return {
        pbx: line,
        store: {
          load: () => store.load(),
          commit: async (changes) => {
            await store.commit(changes);
            if (changes.events.some((event) => event.type === 'LegFailed') && deaths++ === 0) {
              die();
              await new Promise(() => undefined);
            }
          },
        },
      };
    },
  });
  const up: number[] = [];
  let deaths = 0;
  await lab.start();
  await lab.ready('1001');
  lab.pbx.setPhone('1001', { ringAfterMs: 20 });
  const caller = lab.caller();
  caller.press('0');
  await lab.clock.advanceUntil(() => deaths > 0, 20_000);
  await lab.succeed();
  await lab.engine.tellAgent('1001', { type: 'GoReady' });
  await lab.clock.advance(3000);
  expect(up).toEqual([0, 0]);
});

test('given_a_phone_that_dialled_a_number_without_a_flow_when_its_hang_up_fails_then_it_is_not_rung_until_it_is_free', async () => {
  const lab = centreLab();
  await lab.start();
  await lab.ready('1001');
  const real = lab.pbx.hangup.bind(lab.pbx);
  let failed = 0;
  lab.pbx.hangup = async (channel, cause) => {
    if (failed++ === 0) throw new PbxError('refused', 'not now');
    return real(channel, cause);
  };
  const stray = lab.phone('1001', '*99');
  await lab.clock.advance(100);
  expect(stray.ended).toBe(false);
  let dialledWhileBusy = false;
  const originate = lab.pbx.originate.bind(lab.pbx);
  lab.pbx.originate = async (request) => {
    dialledWhileBusy ||= !stray.ended;
    return originate(request);
  };
  const caller = lab.caller();
  caller.press('0');
  await lab.clock.advance(65_000);
  expect(dialledWhileBusy).toBe(false);
  expect(stray.ended).toBe(true);
  expect(caller.talkingWith).toHaveLength(1);
  expect(count(lab, 'CallRefused')).toBe(1);
});

// ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

test('given_a_full_but_wrong_code_when_hash_follows_then_the_next_question_is_heard_and_no_try_is_lost', async () => {
  const lab = centreLab();
  await lab.start();
  const caller = lab.caller();
  caller.press('9');
  await lab.clock.advance(2500);
  let codes = 0;
  while (codes < 5 && !caller.heard.includes('zh-CN/code-wrong-last')) {
    codes += 1;
    await key(lab, caller, '7777#');
    await lab.clock.advance(2800);
  }
  expect(codes).toBe(3);
  expect(caller.heard.filter((words) => words === 'zh-CN/ask-code')).toHaveLength(3);
});

test('given_a_full_code_when_hash_follows_then_what_is_said_of_it_is_heard_whole', async () => {
  const lab = centreLab({
    campaigns: [campaign('8003', { validUntil: 1 })],
    pbx: { durationOf: () => 5000 },
  });
  await lab.start();
  const caller = lab.caller();
  caller.press('9');
  await lab.clock.advance(5500);
  await key(lab, caller, '8003#');
  await lab.clock.advance(4000);
  expect(caller.heard.at(-1)).toBe('zh-CN/code-expired');
  await lab.clock.advance(1500);
  expect(caller.heard.at(-1)).toBe('zh-CN/main-menu');
});

test('given_a_busy_reception_when_hash_follows_the_code_then_the_invitation_to_leave_a_message_is_heard_whole', async () => {
  const lab = centreLab({ campaigns: [campaign('8001', { fallback: { kind: 'voicemail', box: 'c' } })] });
  lab.pbx.setPhone('2001', { answerAfterMs: 100 });
  await lab.start();
  const first = lab.caller('13811111111');
  first.press('98001');
  await lab.clock.advance(3000);
  const caller = lab.caller('13822222222');
  caller.press('9');
  await lab.clock.advance(2500);
  await key(lab, caller, '8001#');
  await lab.clock.advance(300);
  expect(caller.heard.at(-1)).toBe('zh-CN/reception-busy');
  await lab.clock.advance(700);
  expect(caller.heard.at(-1)).toBe('zh-CN/leave-message');
  await lab.clock.advance(5000);
  caller.press('#');
  await lab.clock.advance(100);
  expect(lab.voicemails).toMatchObject([{ box: 'c' }]);
});

test('given_a_full_entry_when_hash_follows_then_the_next_prompt_is_heard_whole', async () => {
  const flow =
    'flow: one\nnumbers: ["95533"]\nlanguages: [en]\nstart: a\nsteps:\n' +
    '  a: { gather: { say: { en: digits }, into: order, max: 4 }, then: b }\n  b: { say: { en: thanks }, then: c }\n  c: { say: { en: more }, then: d }\n  d: { hangup: {} }\n';
  const lab = centreLab({ flows: [flow], pbx: { durationOf: () => 5000 } });
  await lab.start();
  const caller = lab.caller();
  await lab.clock.advance(500);
  await key(lab, caller, '4321#');
  await lab.clock.advance(3000);
  expect(caller.heard.at(-1)).toBe('en/thanks');
  expect(lab.engine.liveCalls()[0]?.facts.variables).toMatchObject({ order: '4321' });
});

test('given_a_key_that_is_pressed_ahead_when_the_flow_goes_on_in_another_then_it_counts_there', async () => {
  const flows = [
    'flow: one\nnumbers: ["95533"]\nlanguages: [en]\nstart: a\nsteps:\n  a: { say: { en: hello }, then: b }\n  b: { go: { flow: two } }\n',
    'flow: two\nlanguages: [en]\nstart: m\nsteps:\n  m: { menu: { say: { en: menu }, keys: { 1: x } }, otherwise: e }\n  x: { say: { en: chosen }, then: e }\n  e: { hangup: {} }\n',
  ];
  const lab = centreLab({ flows });
  await lab.start();
  const caller = lab.caller();
  await lab.clock.advance(20);
  caller.press('1');
  await lab.clock.advance(500);
  expect(caller.heard).toEqual(['en/hello', 'en/chosen']);
});

test('given_a_caller_who_hangs_up_in_a_prompt_then_the_prompt_is_not_called_broken', async () => {
  const lab = centreLab();
  await lab.start();
  const caller = lab.caller();
  await lab.clock.advance(500);
  caller.hangup();
  await lab.clock.advance(500);
  expect(count(lab, 'CallEnded')).toBe(1);
  expect(lab.types()).not.toContain('PromptFailed');
});

// ── the daemon dies ──────────────────────────────────────────────────────────────────────────────────────────────────

test('given_a_long_prompt_when_the_daemon_restarts_in_it_then_keys_work_at_once', async () => {
  const lab = centreLab({ pbx: { durationOf: (file) => (file.endsWith('main-menu') ? 20_000 : 1000) } });
  await lab.start();
  await lab.ready('1001');
  const caller = lab.caller();
  await lab.clock.advance(3000);
  await lab.restart(500);
  await lab.clock.advance(200);
  caller.press('0');
  await lab.clock.advance(500);
  expect(caller.heard.at(-1)).toBe('zh-CN/please-wait');
  await lab.clock.advance(4000);
  expect(caller.talkingWith).toHaveLength(1);
});

test.each(['orderly', 'abrupt'])(
  'given_a_message_that_is_being_recorded_when_the_daemon_ends_(%s)_and_starts_again_then_the_message_is_kept_once',
  async (how) => {
    let die = (): void => undefined;
    const lab = centreLab({
      connect: (pbx, store, clock) => {
        const line = new FaultyPbx(pbx, clock, { faults: noFaults(), random: seededRandom(1) });
        die = () => line.die();
        return { pbx: line, store };
      },
    });
    await lab.start();
    const caller = lab.caller();
    caller.press('0');
    await lab.clock.advance(8000);
    expect(caller.heard.at(-1)).toBe('zh-CN/agents-busy');
    if (how === 'orderly') await lab.restart(5000);
    else {
      die();
      await lab.clock.advance(5000);
      await lab.succeed();
    }
    await lab.clock.advance(900);
    caller.press('#');
    await lab.clock.advance(3000);
    expect(lab.voicemails).toMatchObject([{ box: 'service' }]);
    expect(caller.heard).toContain('zh-CN/message-kept');
    expect(caller.heard.filter((words) => words === 'zh-CN/agents-busy')).toHaveLength(1);
    caller.hangup();
    await lab.clock.advance(1000);
    expect(lab.voicemails).toHaveLength(1);
  },
);

test('given_a_message_whose_end_nobody_heard_of_when_its_file_is_found_then_it_is_kept_once_and_a_running_one_is_left', async () => {
  const recordings = mkdtempSync(join(tmpdir(), 'carillon-recordings-'));
  try {
    const now = Date.now();
    const write = (name: string, ageMs: number, seconds: number) => {
      writeFileSync(join(recordings, name), Buffer.alloc(44 + 16_000 * seconds));
      utimesSync(join(recordings, name), (now - ageMs) / 1000, (now - ageMs) / 1000);
    };
    write('vm-call-abc1-00020003-4-service.wav', 60_000, 5);
    write('vm-call-abc1-00020004-4-service.wav', 60_000, 0);
    write('vm-call-abc1-00020005-4-service.wav', 1000, 5);
    write('something-else.wav', 60_000, 5);
    const kept = new Map<string, unknown>();
    const keeper = new VoicemailKeeper({
      calls: {
        byId: async () => ({ ani: '13800138000' }) as never,
        voicemail: async () => undefined,
        keepVoicemail: async (message) => void kept.set(message.id, message),
      },
      recordings,
      clock: { now: () => now, at: () => () => undefined },
      log: silentLog,
    });
    await keeper.sweep();
    await keeper.sweep();
    expect([...kept.values()]).toMatchObject([
      { callId: 'call-abc1-00020003', box: 'service', durationMs: 5000 },
    ]);
  } finally {
    rmSync(recordings, { recursive: true });
  }
});

// ── agents ───────────────────────────────────────────────────────────────────────────────────────────────────────────

test.each([
  [{ type: 'LogOut' }, { at: 'logged-out' }],
  [{ type: 'GoNotReady', reason: 'lunch' }, { at: 'not-ready' }],
] as const)(
  'given_a_phone_that_rings_when_its_agent_asks_for_%o_and_does_not_answer_then_that_is_what_he_gets',
  async (input, state) => {
    const lab = centreLab();
    await lab.start();
    await lab.ready('1001');
    lab.pbx.setPhone('1001', { ringAfterMs: 20 });
    const caller = lab.caller();
    caller.press('0');
    await lab.clock.advance(5000);
    expect(lab.engine.agents()[0]?.state.at).toBe('ringing');
    await lab.engine.tellAgent('1001', input);
    await lab.clock.advance(20_000);
    expect(lab.engine.agents()[0]?.state).toMatchObject(state);
  },
);

test('given_a_reception_agent_in_wrap_up_when_a_ring_for_him_is_abandoned_then_he_is_in_wrap_up_again_until_its_end', async () => {
  const lab = centreLab({
    agents: [agent('2001', { service: 8 })],
    queues: [queue('general', { service: 5 }, { wrapUpMs: 30_000 }), ...otherQueues],
  });
  await lab.start();
  await lab.ready('2001');
  const first = lab.caller();
  first.press('0');
  await lab.clock.advance(5000);
  first.hangup();
  await lab.clock.advance(500);
  const before = lab.engine.agents()[0]?.state;
  expect(before?.at).toBe('wrap-up');
  const second = lab.caller('13722222222');
  second.press('98001');
  await lab.clock.advance(1500);
  expect(lab.engine.agents()[0]?.state.at).toBe('ringing');
  second.hangup();
  await lab.clock.advance(50);
  expect(lab.engine.agents()[0]?.state).toMatchObject({
    at: 'wrap-up',
    until: before?.at === 'wrap-up' && before.until,
  });
  await lab.clock.advance(30_000);
  expect(lab.engine.agents()[0]?.state.at).toBe('ready');
});
