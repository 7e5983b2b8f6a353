import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { OriginateRequest } from '../../src/pbx/pbx.ts';
import {
  arrived,
  fake,
  forgetTold,
  mine,
  ofType,
  onFakeFreeswitch,
  pbx,
  said,
  start,
  startAgain,
  told,
  types,
  until,
} from './fake-freeswitch.ts';

onFakeFreeswitch();

describe('an arrival', () => {
  it('is_told_once_and_claimed_before_the_dialplan_takes_it_back', async () => {
    fake.arrives('a', { 'Caller-Caller-ID-Name': '50%\u202e', 'Caller-Caller-ID-Number': '1\r\nX' });
    fake.tell('CHANNEL_PARK', 'a');
    await until(() => fake.commands.includes('api sched_del a'));
    expect(ofType('ChannelArrived')).toEqual([
      {
        type: 'ChannelArrived',
        channel: 'a',
        source: { kind: 'outside' },
        ani: '',
        aniName: '50%',
        dnis: '95533',
      },
    ]);
  });

  it('that_the_dialplan_did_not_hand_over_is_nobodys', async () => {
    fake.tell('CHANNEL_PARK', 'stranger', { 'Answer-State': 'answered' });
    await arrived('a');
    expect(ofType('ChannelArrived')).toHaveLength(1);
  });

  it('that_the_dialplan_took_back_before_it_was_claimed_is_over_until_it_is_handed_over_anew', async () => {
    const tookBack = () => fake.channels.get('a')?.variables.delete('carillon_handed_over');
    fake.override = (command) => {
      if (command !== 'sched_del a') return undefined;
      tookBack();
      return '+OK Deleted: 0';
    };
    fake.arrives('a');
    await until(() => types().includes('ChannelEnded'));
    expect((await pbx.snapshot()).channels).toEqual([]);
    fake.override = () => undefined;
    fake.arrives('a');
    await until(() => ofType('ChannelArrived').length === 2);
    expect((await pbx.snapshot()).channels).toHaveLength(1);
  });

  it('that_the_daemon_before_claimed_is_ours_although_there_is_nothing_to_call_off', async () => {
    fake.override = (command) => (command === 'sched_del a' ? '+OK Deleted: 0' : undefined);
    await arrived('a');
    expect((await pbx.snapshot()).channels).toHaveLength(1);
    expect(types()).not.toContain('ChannelEnded');
  });

  /** It comes back to where it waits for us: by the dialplan, which looked after it meanwhile, or from a bridge. */
  function parksAgain(round: string): void {
    fake.channels.get('a')?.variables.set('carillon_tries', round);
    fake.tell('CHANNEL_PARK', 'a');
  }
  const claims = () => said().filter((command) => command === 'api sched_del a').length;

  it('that_is_handed_over_anew_is_claimed_anew_and_one_that_comes_from_a_bridge_is_not', async () => {
    await arrived('a');
    await pbx.ring('a');
    parksAgain('0');
    await pbx.answer('a');
    expect(claims()).toBe(1);
    parksAgain('13');
    await until(() => claims() === 2);
    expect(ofType('ChannelArrived')).toHaveLength(1);
  });

  it('that_a_late_command_noted_is_told_all_the_same', async () => {
    fake.channels.set('a', { variables: new Map(), headers: {} });
    await pbx.stopMusic('a');
    fake.arrives('a');
    await until(() => types().includes('ChannelArrived'));
  });

  it('is_answered_by_api_and_not_by_sendmsg_which_waits_for_a_tick', async () => {
    await arrived('a');
    await pbx.answer('a');
    expect(said()).toEqual(['api sched_del a', 'api uuid_answer a']);
  });

  it('given_a_dead_channel_then_the_answer_without_ERR_is_understood', async () => {
    await expect(pbx.answer('gone')).rejects.toMatchObject({ code: 'not-found' });
    await expect(pbx.ring('gone')).rejects.toMatchObject({ code: 'not-found' });
    await pbx.hangup('gone', 'normal');
  });
});

describe('a snapshot', () => {
  it('believes_events_because_the_list_is_late_on_both_sides', async () => {
    await arrived('a');
    await arrived('b');
    fake.override = (command) => {
      // Not yet b, still gone.
      if (command === 'show channels as json')
        return JSON.stringify({ rows: [{ uuid: 'a' }, { uuid: 'gone' }] });
      return undefined;
    };
    const { channels } = await pbx.snapshot();
    expect(channels.map(({ channel, state }) => [channel, state])).toEqual([
      ['a', 'up'],
      ['b', 'up'],
    ]);
  });

  it('of_the_next_daemon_knows_bridges_and_overhearings_from_what_the_channels_carry', async () => {
    for (const channel of ['a', 'b']) await arrived(channel);
    fake.channels.get('a')?.variables.set('carillon_bridge', 'car-br');
    fake.channels.get('b')?.variables.set('carillon_overhears', 'car-oh,a,whisper');
    await pbx.stop();
    forgetTold();
    startAgain();
    await until(() => types().includes('LinkUp'));
    const { bridges, overhearings } = await pbx.snapshot();
    expect(bridges).toEqual([{ bridge: 'car-br', channels: ['a'] }]);
    expect(overhearings).toEqual(['car-oh']);
    expect(types()).toEqual(['LinkUp']);
  });

  it('without_a_list_is_none', async () => {
    await arrived('a');
    fake.override = (command) => (command === 'show channels as json' ? '-ERR Database error!' : undefined);
    await expect(pbx.snapshot()).rejects.toMatchObject({ code: 'refused' });
  });

  it('of_a_link_that_drops_is_refused', async () => {
    const snapshot = pbx.snapshot();
    fake.cut();
    await expect(snapshot).rejects.toMatchObject({ code: 'link-down' });
  });

  it('of_a_new_link_finds_calls_that_the_first_list_lacked', async () => {
    await pbx.stop();
    forgetTold();
    let lists = 0;
    fake.override = (command) => {
      if (command !== 'show channels as json') return undefined;
      lists += 1;
      return lists === 1 ? '{"row_count":0}' : undefined;
    };
    fake.arrives('late');
    startAgain();
    await until(() => types().includes('ChannelArrived'));
    expect(types()).toEqual(['LinkUp', 'ChannelArrived']);
    // Or the dialplan would take it back.
    await until(() => said().includes('api sched_del late'));
  });
});

describe('what the next daemon claims', () => {
  const answered = { 'Answer-State': 'answered' };

  it.each([
    ['a_call_that_nobody_answered', { 'Answer-State': 'ringing' }, '0', 1],
    ['a_call_that_the_daemon_before_answered_is_not', answered, '0', 0],
    ['a_call_that_the_dialplan_answered', answered, '1', 1],
  ])('%s', async (_, headers, round, claimed) => {
    await pbx.stop();
    fake.arrives('a', headers);
    fake.channels.get('a')?.variables.set('carillon_tries', round);
    fake.commands.length = 0;
    startAgain();
    await until(() => types().filter((type) => type === 'LinkUp').length === 2);
    expect((await pbx.snapshot()).channels).toHaveLength(1);
    expect(said()).toEqual(Array(claimed).fill('api sched_del a'));
  });
});

describe('a beat', () => {
  it('is_by_the_clock_of_FreeSWITCH_which_will_compare_them', async () => {
    const beats = () => fake.commands.filter((command) => command.includes('carillon_beat'));
    await until(() => beats().length > 0);
    expect(beats()[0]).toBe('api global_setvar carillon_beat=1700000000');
  });
});

describe('two daemons', () => {
  it('the_newer_one_commands_and_the_older_one_stops', async () => {
    const before = told;
    forgetTold();
    const newer = start();
    await until(() => before.some(({ type }) => type === 'Replaced') || types().includes('Replaced'));
    expect(types().filter((type) => type === 'Replaced')).toHaveLength(1);
    await expect(pbx.answer('a')).rejects.toMatchObject({ code: 'link-down' });
    await newer.stop();
  });

  /** This process stands still for a moment, too short to be noticed by itself, and another daemon takes over meanwhile. */
  function standsStillWhileReplaced(): () => void {
    const now = performance.now();
    fake.hash.set('carillon/owner', 'another');
    const clock = vi.spyOn(performance, 'now').mockReturnValue(now + 400);
    return () => clock.mockRestore();
  }

  it('given_the_older_one_stood_still_meanwhile_then_not_one_command_of_it_goes_out', async () => {
    await arrived('a');
    fake.commands.length = 0;
    const goesOn = standsStillWhileReplaced();
    const outcomes = await Promise.allSettled([
      pbx.answer('a'),
      pbx.hangup('a', 'normal'),
      pbx.originate({
        leg: 'car-1',
        to: { kind: 'phone', extension: '1001' },
        callerNumber: '',
        callerName: '',
        ringTimeoutMs: 1_000,
      }),
    ]);
    goesOn();
    expect(outcomes.map((one) => one.status === 'rejected' && one.reason.code)).toEqual(
      Array(3).fill('link-down'),
    );
    expect(said()).toEqual([]);
  });

  it('given_a_call_arrives_after_that_then_the_older_one_leaves_it_to_the_dialplan_and_the_newer_one', async () => {
    const goesOn = standsStillWhileReplaced();
    fake.commands.length = 0;
    fake.arrives('b');
    await until(() => fake.commands.includes('api hash select/carillon/owner'));
    goesOn();
    await sleep(30);
    expect(said()).toEqual([]);
  });

  it('control: given_the_same_and_nobody_took_over_then_the_call_is_claimed', async () => {
    const goesOn = standsStillWhileReplaced();
    fake.hash.set('carillon/owner', mine);
    fake.arrives('b');
    await until(() => said().includes('api sched_del b'));
    goesOn();
  });

  it('given_it_comes_back_after_it_was_replaced_then_it_touches_nothing', async () => {
    fake.hash.set('carillon/owner', 'another');
    fake.cut();
    await until(() => types().includes('Replaced'));
    expect(fake.hash.get('carillon/owner')).toBe('another');
    expect(types().filter((type) => type === 'LinkUp')).toHaveLength(1);
  });
});

describe('a FreeSWITCH that began anew', () => {
  const recovered = () => fake.commands.filter((command) => command.startsWith('api sofia recover'));

  it('given_nobody_saw_the_one_before_die_then_its_calls_are_forgotten', async () => {
    await pbx.stop();
    fake.hash.clear();
    startAgain();
    await until(() => ofType('LinkUp').length === 2);
    expect(recovered()).toEqual(['api sofia recover flush']);
  });

  it('given_the_link_drops_before_they_are_back_then_the_next_one_tries_again', async () => {
    fake.hash.clear();
    fake.core = 'core-2';
    let tries = 0;
    fake.override = (command) => {
      if (command !== 'sofia recover') return undefined;
      tries += 1;
      if (tries === 1) fake.cut();
      return undefined;
    };
    fake.cut();
    await until(() => ofType('LinkUp').length === 2);
    expect(recovered()).toEqual(['api sofia recover', 'api sofia recover']);
  });

  it('is_told_once_to_bring_its_calls_back', async () => {
    expect(recovered()).toEqual([]);
    fake.hash.clear();
    fake.core = 'core-2';
    fake.cut();
    await until(() => ofType('LinkUp').length === 2);
    expect(recovered()).toEqual(['api sofia recover']);
    expect(ofType('LinkUp')[1]).toEqual({ type: 'LinkUp', pbx: 'FreeSWITCH 1.11.0', restarted: true });
  });
});

describe('a list of phones', () => {
  const registered = JSON.stringify({ row_count: 1, rows: [{ reg_user: '1001', url: 'sip:1001@10.0.0.7' }] });
  const changes = () =>
    told
      .filter(({ type }) => type === 'PhoneStatusChanged' || type === 'PbxTrouble')
      .map((event) => ({ ...event }));

  it('that_cannot_be_had_leaves_the_phones_as_they_were_and_is_asked_for_until_it_can', async () => {
    let list = registered;
    fake.override = (command) => (command === 'show registrations as json' ? list : undefined);
    fake.cut();
    await until(() => changes().length === 1);
    list = '-ERR the database is locked\n';
    fake.cut();
    await until(() => changes().length === 2);
    expect(await pbx.phones()).toEqual([
      { extension: '1001', registered: true, contact: 'sip:1001@10.0.0.7' },
    ]);
    list = '{"row_count":0}';
    await until(() => changes().length === 4);
    expect(changes()).toEqual([
      { type: 'PhoneStatusChanged', extension: '1001', registered: true },
      { type: 'PbxTrouble', trouble: 'phones-unknown', sentence: expect.stringMatching(/which phones are/) },
      { type: 'PbxTrouble', trouble: 'phones-unknown', sentence: '' },
      { type: 'PhoneStatusChanged', extension: '1001', registered: false },
    ]);
  });
});

describe('any text', () => {
  const HOSTILE = [
    '\n\napi system id\n\n',
    '\r\n\r\napi system id',
    '\napi system id',
    `\${system(id)}`,
    '50%',
    '{欢迎}',
    '\0',
  ];
  const hostile = fc
    .tuple(
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.constantFrom(...HOSTILE),
      fc.constantFrom('', 'a', '/x'),
    )
    .map(([one, other, start]) => start + one + other);

  const leg: OriginateRequest = {
    leg: 'car-1',
    to: { kind: 'phone', extension: '1001' },
    callerNumber: '',
    callerName: '',
    ringTimeoutMs: 1_000,
  };

  it('in_any_field_of_any_command_brings_no_other_command_and_leaves_the_answers_in_step', async () => {
    await arrived('a');
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        const recording = { maxMs: 1_000, maxSilenceMs: 0, beep: false, endKey: '' };
        const outcomes = await Promise.allSettled([
          pbx.answer(text),
          pbx.ring(text),
          pbx.play('a', text, [{ silenceMs: 1 }]),
          pbx.play('a', 'car-p', [{ file: text }]),
          pbx.stopPlayback(text),
          pbx.startMusic('a', text),
          pbx.stopMusic(text),
          pbx.record('a', text, recording),
          pbx.record('a', 'car-r', { ...recording, endKey: text }),
          pbx.sendDigits('a', text),
          pbx.connect(text, ['a']),
          pbx.connect('car-b', [text]),
          pbx.disconnect(text),
          pbx.detectMachine(text),
          pbx.overhear({ overhearing: text, leg: 'a', target: 'a', mode: 'listen' }),
          pbx.overhear({ overhearing: 'car-o', leg: text, target: 'a', mode: 'listen' }),
          pbx.overhear({ overhearing: 'car-o', leg: 'a', target: text, mode: 'listen' }),
          pbx.originate({ ...leg, leg: text }),
          pbx.originate({ ...leg, to: { kind: 'phone', extension: text } }),
          pbx.originate({ ...leg, to: { kind: 'outside', number: text } }),
          pbx.originate({ ...leg, call: text }),
          pbx.stopOverhearing(text),
          pbx.hangup(text, 'normal'),
        ]);
        for (const one of outcomes)
          expect(one).toMatchObject({ status: 'rejected', reason: { code: 'refused' } });
      }),
      { numRuns: 50 },
    );
    expect(fake.commands.filter((command) => /system|\$/.test(command))).toEqual([]);
    expect(fake.executed('a')).toEqual([]);
    await pbx.answer('a');
    await expect(pbx.answer('gone')).rejects.toMatchObject({ code: 'not-found' });
  });
});
