import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { freeswitchPbx } from '../../src/pbx/freeswitch/pbx.ts';
import { type OriginateRequest, type Pbx, PbxError, type PbxEvent } from '../../src/pbx/pbx.ts';
import { FakeEsl } from './fake-esl.ts';

let fake: FakeEsl;
let pbx: Pbx;
let told: PbxEvent[];
/** The name under which the adapter owns FreeSWITCH. */
let mine: string;

function start(): Pbx {
  const one = freeswitchPbx({
    host: '127.0.0.1',
    port: fake.port,
    password: 'secret',
    recordings: '/rec',
    phoneProfile: 'phones',
    domain: 'carillon',
    trunk: 'trunk',
    idPrefix: 'car-',
    log: silentLog,
  });
  one.start((event) => void told.push(event));
  return one;
}

async function until(holds: () => boolean, ms = 3_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!holds()) {
    if (Date.now() > deadline)
      throw new Error(`not in ${ms} ms; told: ${JSON.stringify(told)}; ${fake.commands.join('\n')}`);
    await sleep(2);
  }
}

const types = () => told.map(({ type }) => type);
const ofType = (type: PbxEvent['type']) => told.filter((event) => event.type === type);
/** Commands about channels, without the beat and without looks whether a channel is there. */
const said = () =>
  fake.commands.filter(
    (command) => /uuid_|sched_del|sendmsg|bgapi/.test(command) && !/uuid_(exists|dump)/.test(command),
  );
const breaks = (channel: string) =>
  fake.commands.filter((command) => command === `api uuid_break ${channel}`).length;
const played = (channel: string) => fake.executed(channel).map((one) => one['execute-app-arg']);

async function arrived(channel: string): Promise<void> {
  fake.arrives(channel, { 'Answer-State': 'answered' });
  await until(() => told.some((event) => event.type === 'ChannelArrived' && event.channel === channel));
}

/** What FreeSWITCH says when an application ends. */
function complete(channel: string, id: string, headers: Record<string, string> = {}): void {
  fake.tell('CHANNEL_EXECUTE_COMPLETE', channel, {
    'Application-UUID': id,
    Application: 'playback',
    'Application-Response': 'FILE PLAYED',
    ...headers,
  });
}

beforeEach(async () => {
  fake = await new FakeEsl().start();
  told = [];
  pbx = start();
  await until(() => types().includes('LinkUp'));
  mine = fake.hash.get('carillon/owner') ?? '';
  fake.commands.length = 0;
});
afterEach(async () => {
  await pbx.stop();
  await fake.stop();
});

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

describe('playbacks', () => {
  it('go_out_one_at_a_time_and_locked', async () => {
    await arrived('a');
    await pbx.play('a', 'p1', [{ file: '/x' }]);
    await pbx.play('a', 'p2', [{ file: '/y' }, { silenceMs: 200 }, { tone: 'beep' }]);
    expect(played('a')).toEqual(['{id=p1}/x.wav']);
    expect(fake.executed('a')[0]).toMatchObject({ 'event-lock': 'true', 'Event-UUID': 'p1' });
    complete('a', 'p1');
    await until(() => played('a').length === 2);
    expect(played('a')[1]).toMatch(/^\{id=p2\}file_string:\/\/\/y\.wav!silence_stream:\/\/200!tone_stream:/);
    complete('a', 'p2', { 'Application-Response': 'FILE NOT FOUND' });
    await until(() => ofType('PlaybackEnded').length === 2);
    expect(ofType('PlaybackEnded')).toMatchObject([
      { playback: 'p1', outcome: 'done' },
      { playback: 'p2', outcome: 'failed' },
    ]);
  });

  it('that_are_stopped_run_until_FreeSWITCH_says_that_they_ended_and_the_break_is_said_again_meanwhile', async () => {
    await arrived('a');
    await pbx.play('a', 'p1', [{ file: '/x' }]);
    await pbx.play('a', 'p2', [{ file: '/y' }]);
    const stopping = pbx.stopPlayback('p1');
    // What has not begun yet does not hear a break.
    await until(() => breaks('a') > 2);
    expect([ofType('PlaybackEnded'), played('a').length]).toEqual([[], 1]);
    complete('a', 'p1');
    await stopping;
    expect(ofType('PlaybackEnded')).toMatchObject([{ playback: 'p1', outcome: 'done' }]);
    await until(() => played('a').length === 2);
  });

  it('given_one_never_ends_then_its_stop_is_late_and_it_is_not_said_to_have_ended_until_it_has', async () => {
    await arrived('a');
    await pbx.play('a', 'p1', [{ file: '/x' }]);
    await expect(pbx.stopPlayback('p1')).rejects.toMatchObject({ code: 'timeout' });
    expect(ofType('PlaybackEnded')).toEqual([]);
    complete('a', 'p1');
    await until(() => types().includes('PlaybackEnded'));
  });

  it.each([
    ['the channel ends', () => fake.ends('a')],
    ['FreeSWITCH has forgotten the channel', () => fake.channels.delete('a')],
  ])('given_%s_while_one_is_stopped_then_the_stop_is_over', async (_, happens) => {
    await arrived('a');
    await pbx.play('a', 'p1', [{ file: '/x' }]);
    const stopping = pbx.stopPlayback('p1');
    await until(() => breaks('a') > 0);
    happens();
    await stopping;
    expect(ofType('PlaybackEnded')).toMatchObject([{ playback: 'p1', outcome: 'failed' }]);
  });

  it('given_the_link_drops_while_one_is_stopped_then_the_stop_says_so', async () => {
    await arrived('a');
    await pbx.play('a', 'p1', [{ file: '/x' }]);
    const stopping = pbx.stopPlayback('p1');
    await until(() => breaks('a') > 0);
    fake.cut();
    await expect(stopping).rejects.toMatchObject({ code: 'link-down' });
  });

  it('of_a_former_daemon_give_way_to_whatever_comes_although_nobody_knows_whether_they_run', async () => {
    await arrived('a');
    fake.channels.get('a')?.variables.set('current_application', 'playback');
    fake.channels.get('a')?.variables.set('current_application_data', 'local_stream://default');
    fake.cut();
    await until(() => ofType('LinkUp').length === 2);
    await pbx.play('a', 'p1', [{ file: '/x' }]);
    expect(played('a')).toEqual(['{id=p1}/x.wav']);
  });

  it('end_as_failed_before_their_channel_although_FreeSWITCH_says_that_they_were_played', async () => {
    await arrived('a');
    await pbx.play('a', 'p1', [{ file: '/x' }]);
    complete('a', 'p1', { 'Answer-State': 'hangup' });
    fake.ends('a');
    await until(() => types().includes('ChannelEnded'));
    expect(told.slice(-2)).toMatchObject([
      { type: 'PlaybackEnded', outcome: 'failed' },
      { type: 'ChannelEnded', cause: 'normal', q850: 16 },
    ]);
  });
});

describe('music', () => {
  it('gives_way_to_a_prompt_and_comes_back', async () => {
    await arrived('a');
    await pbx.startMusic('a', 'default');
    const playing = pbx.play('a', 'p1', [{ file: '/x' }]);
    await until(() => breaks('a') > 0);
    complete('a', 'a.music');
    await playing;
    await until(() => played('a').length === 2);
    complete('a', 'p1');
    await until(() => played('a').length === 3);
    expect(played('a')).toEqual(['local_stream://default', '{id=p1}/x.wav', 'local_stream://default']);
  });

  it('never_begins_in_a_bridge_where_the_caller_would_stay_in_it_for_ever', async () => {
    await arrived('a');
    await arrived('b');
    const connecting = pbx.connect('car-br', ['a', 'b']);
    await until(() => said().includes('api uuid_bridge a b'));
    fake.tell('CHANNEL_BRIDGE', 'a', { 'Bridge-A-Unique-ID': 'a', 'Bridge-B-Unique-ID': 'b' });
    await connecting;
    await pbx.startMusic('a', 'default');
    await pbx.play('b', 'p1', [{ tone: 'ringback' }]);
    expect([...played('a'), ...played('b')]).toEqual([]);
    fake.ends('b');
    fake.tell('CHANNEL_PARK', 'a');
    await until(() => played('a').length === 1);
    expect(played('a')).toEqual(['local_stream://default']);
  });

  it('that_ends_by_itself_is_not_begun_in_a_circle', async () => {
    await arrived('a');
    await pbx.startMusic('a', 'nothing');
    complete('a', 'a.music', { 'Application-Response': 'FILE NOT FOUND' });
    await pbx.play('a', 'p1', [{ file: '/x' }]);
    expect(played('a')).toEqual(['local_stream://nothing', '{id=p1}/x.wav']);
  });
});

describe('a recording', () => {
  const options = { maxMs: 60_000, maxSilenceMs: 0, beep: false, endKey: '' };
  const ended = (headers: Record<string, string>) =>
    complete('a', 'car-r', { Application: 'record', 'Application-Response': '_none_', ...headers });

  it('is_as_long_as_FreeSWITCH_says_also_when_it_is_stopped', async () => {
    await arrived('a');
    await pbx.record('a', 'car-r', { ...options, endKey: '#' });
    expect(played('a')).toEqual(["%[playback_terminators=#]'/rec/car-r.wav' 60"]);
    expect(said()).toContain('api uuid_setvar_multi a record_ms=');
    const stopping = pbx.stopRecording('car-r');
    await until(() => breaks('a') > 0);
    await sleep(250);
    ended({ variable_record_ms: '4180' });
    await stopping;
    expect(ofType('RecordingEnded')).toMatchObject([{ outcome: 'done', durationMs: 4_200 }]);
  });

  it('of_which_FreeSWITCH_does_not_say_how_long_it_is_failed', async () => {
    await arrived('a');
    await pbx.record('a', 'car-r', options);
    ended({});
    await until(() => types().includes('RecordingEnded'));
    expect(ofType('RecordingEnded')).toMatchObject([{ outcome: 'failed', durationMs: 0 }]);
  });

  it('that_is_stopped_before_its_turn_holds_nothing', async () => {
    await arrived('a');
    await pbx.play('a', 'p1', [{ file: '/x' }]);
    await pbx.record('a', 'car-r', options);
    await pbx.stopRecording('car-r');
    expect(ofType('RecordingEnded')).toMatchObject([{ outcome: 'done', durationMs: 0 }]);
  });
});

describe('a bridge', () => {
  const bridgings = () => said().filter((command) => command.startsWith('api uuid_bridge '));
  const together = (one: string, other: string) =>
    fake.tell('CHANNEL_BRIDGE', one, { 'Bridge-A-Unique-ID': one, 'Bridge-B-Unique-ID': other });

  beforeEach(async () => {
    for (const channel of ['a', 'b']) await arrived(channel);
    fake.commands.length = 0;
  });

  /** Both are in it. */
  async function connected(): Promise<void> {
    const connecting = pbx.connect('car-br', ['a', 'b']);
    await until(() => bridgings().length > 0);
    together('a', 'b');
    await connecting;
  }

  it('of_two_takes_one_command_for_each_of_them_and_one_for_both', async () => {
    await connected();
    expect(fake.commands.filter((command) => command.includes('uuid_'))).toEqual([
      'api uuid_setvar_multi a carillon_bridge=car-br;max_forwards=70',
      'api uuid_setvar_multi b carillon_bridge=car-br;max_forwards=70',
      'api uuid_bridge a b',
      'api uuid_dump b json',
    ]);
  });

  it('is_made_when_its_other_side_is_there_too_which_would_else_be_hung_up_with_the_next_command', async () => {
    let looks = 0;
    fake.override = (command) => {
      if (!command.startsWith('uuid_dump')) return undefined;
      looks += 1;
      return `{"Channel-State":"${looks > 4 ? 'CS_EXCHANGE_MEDIA' : 'CS_EXECUTE'}"}`;
    };
    await connected();
    expect(looks).toBeGreaterThan(4);
  });

  it('given_they_never_come_together_then_it_is_tried_twice_and_is_late', async () => {
    await expect(pbx.connect('car-br', ['a', 'b'])).rejects.toMatchObject({ code: 'timeout' });
    expect(bridgings()).toHaveLength(2);
  });

  it('given_only_the_event_is_missing_then_FreeSWITCH_is_asked_and_they_are_together', async () => {
    fake.override = (command) => (command === 'uuid_getvar a bridge_to' ? 'b' : undefined);
    await pbx.connect('car-br', ['a', 'b']);
    expect(bridgings()).toHaveLength(1);
    await pbx.startMusic('a', 'default');
    expect(played('a')).toEqual([]);
  });

  it.each(['a', 'b'])('given_%s_ends_meanwhile_then_it_is_said_at_once', async (gone) => {
    const connecting = pbx.connect('car-br', ['a', 'b']);
    await until(() => bridgings().length > 0);
    const before = Date.now();
    fake.ends(gone);
    await expect(connecting).rejects.toMatchObject({ code: 'not-found' });
    expect(bridgings()).toHaveLength(1);
    expect(Date.now() - before).toBeLessThan(900);
  });

  it('given_the_link_drops_meanwhile_then_it_is_said', async () => {
    const connecting = pbx.connect('car-br', ['a', 'b']);
    await until(() => bridgings().length > 0);
    fake.cut();
    await expect(connecting).rejects.toBeInstanceOf(PbxError);
  });

  it('with_somebody_who_is_gone_leaves_its_name_with_nobody', async () => {
    await expect(pbx.connect('car-br', ['a', 'gone'])).rejects.toMatchObject({ code: 'not-found' });
    expect(fake.channels.get('a')?.variables.has('carillon_bridge')).toBe(false);
    expect((await pbx.snapshot()).bridges).toEqual([]);
  });

  it('that_is_being_made_is_not_taken_away_before_it_is_there', async () => {
    const connecting = pbx.connect('car-br', ['a', 'b']);
    const leaving = pbx.disconnect('car-br');
    await until(() => bridgings().length > 0);
    await sleep(50);
    expect(said().some((command) => command.includes('uuid_transfer'))).toBe(false);
    together('a', 'b');
    await connecting;
    await until(() => said().includes('api uuid_transfer a park: inline'));
    for (const channel of ['a', 'b']) fake.tell('CHANNEL_PARK', channel);
    await leaving;
    expect(said().filter((command) => command.includes('uuid_transfer'))).toHaveLength(1);
  });

  it('given_its_channels_do_not_leave_it_then_that_is_said', async () => {
    await connected();
    await expect(pbx.disconnect('car-br')).rejects.toMatchObject({ code: 'timeout' });
  });

  it('given_both_end_while_they_leave_it_then_that_is_enough', async () => {
    await connected();
    const leaving = pbx.disconnect('car-br');
    await until(() => said().includes('api uuid_transfer a park: inline'));
    for (const channel of ['b', 'a']) fake.ends(channel);
    await leaving;
  });

  it('given_one_of_them_ends_while_they_leave_it_then_the_other_one_is_enough', async () => {
    await connected();
    const leaving = pbx.disconnect('car-br');
    await until(() => said().includes('api uuid_transfer a park: inline'));
    fake.ends('a');
    fake.tell('CHANNEL_PARK', 'b');
    await leaving;
  });

  it('of_three_given_one_does_not_come_into_the_conference_then_that_is_said', async () => {
    await arrived('c');
    fake.override = (command) => (command.startsWith('uuid_getvar') ? 'park' : undefined);
    await expect(pbx.connect('car-br', ['a', 'b', 'c'])).rejects.toMatchObject({ code: 'timeout' });
  });

  it('of_three_given_one_ends_on_the_way_into_the_conference_then_that_is_said', async () => {
    await arrived('c');
    fake.override = (command) => {
      if (!command.startsWith('uuid_getvar')) return undefined;
      if (!command.includes(' b ')) return 'conference';
      fake.channels.delete('b');
      return '-ERR No such channel!\n';
    };
    const connecting = pbx.connect('car-br', ['a', 'b', 'c']);
    await expect(connecting).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('a leg', () => {
  const request: OriginateRequest = {
    leg: 'car-1',
    to: { kind: 'phone', extension: '1001' },
    callerNumber: '13912345678',
    callerName: "O'Neil, A}",
    ringTimeoutMs: 20_000,
  };
  /** FreeSWITCH makes the channel. */
  async function begins(leg: string, one: OriginateRequest = request): Promise<void> {
    const dialled = pbx.originate({ ...one, leg });
    await until(() => fake.commands.some((command) => command.startsWith('bgapi')));
    fake.channels.set(leg, { variables: new Map(), headers: { 'Answer-State': 'ringing' } });
    fake.tell('CHANNEL_OUTGOING', leg);
    await dialled;
  }

  it('is_dialled_in_the_background_under_our_id_and_outlives_us', async () => {
    await begins('car-1');
    const [command = ''] = said();
    expect(command).toMatch(
      /^bgapi originate \{.*\}sofia\/phones\/1001%carillon &park\(\)\nJob-UUID: car-1$/,
    );
    for (const part of [
      "origination_uuid='car-1'",
      "origination_caller_id_name='O\\'Neil\\, A'",
      "originate_timeout='22'",
      "park_after_bridge='true'",
      "ignore_early_media='true'",
    ])
      expect(command).toContain(part);
  });

  it('rings_once_is_answered_once_and_ends_with_its_sip_code', async () => {
    await begins('car-1');
    for (const name of ['CHANNEL_PROGRESS', 'CHANNEL_PROGRESS_MEDIA']) fake.tell(name, 'car-1');
    fake.tell('CHANNEL_ANSWER', 'car-1');
    for (const name of ['CHANNEL_PARK', 'CHANNEL_PARK'])
      fake.tell(name, 'car-1', { 'Answer-State': 'answered' });
    fake.ends('car-1', { variable_hangup_cause_q850: '16', variable_sip_term_status: '200' });
    fake.ends('car-1');
    await until(() => types().includes('ChannelEnded'));
    await sleep(20);
    expect(told.slice(1)).toEqual([
      { type: 'LegRinging', channel: 'car-1' },
      { type: 'LegAnswered', channel: 'car-1' },
      { type: 'ChannelEnded', channel: 'car-1', cause: 'normal', q850: 16 },
    ]);
  });

  it.each([
    ['18', '480', 'no-answer', 480],
    ['41', '500', 'failure', 500],
    ['17', '486', 'busy', 486],
    ['41', '', 'congestion', undefined],
  ])('that_ends_with_q850_%s_and_sip_%s_ended_as_%s', async (q850, sip, cause, sipCode) => {
    await begins('car-1');
    fake.ends('car-1', { variable_hangup_cause_q850: q850, variable_sip_term_status: sip });
    await until(() => types().includes('ChannelEnded'));
    expect(ofType('ChannelEnded')).toEqual([
      { type: 'ChannelEnded', channel: 'car-1', cause, q850: Number(q850), ...(sipCode && { sipCode }) },
    ]);
  });

  it.each([
    ['USER_NOT_REGISTERED', 'unreachable'],
    ['INVALID_GATEWAY', 'unreachable'],
    ['DESTINATION_OUT_OF_ORDER', 'refused'],
  ])('of_which_only_the_job_says_%s_is_%s_and_nothing_is_told', async (words, code) => {
    const dialled = pbx.originate(request);
    dialled.catch(() => undefined);
    await until(() => said().length > 0);
    fake.tell('BACKGROUND_JOB', '', { 'Job-UUID': 'car-1', _body: `-ERR ${words}\n` });
    await expect(dialled).rejects.toMatchObject({ code });
    expect(types()).toEqual(['LinkUp']);
  });

  it('that_is_hung_up_in_the_same_breath_is_hung_up_once_it_can_be_found', async () => {
    const dialled = pbx.originate(request);
    const ended = pbx.hangup('car-1', 'cancelled');
    await until(() => said().length > 0);
    fake.tell('CHANNEL_OUTGOING', 'car-1');
    await sleep(20);
    expect(said()).toHaveLength(1);
    fake.channels.set('car-1', { variables: new Map(), headers: { 'Answer-State': 'ringing' } });
    await Promise.all([dialled, ended]);
    expect(said()[1]).toBe('api uuid_kill car-1 ORIGINATOR_CANCEL');
  });

  it('that_lives_is_not_dialled_twice', async () => {
    await begins('car-1');
    await expect(pbx.originate(request)).rejects.toMatchObject({ code: 'refused' });
    expect(said().filter((command) => command.startsWith('bgapi'))).toHaveLength(1);
  });

  it('that_does_not_begin_in_time_and_then_does_is_ended_once_and_nothing_is_told_of_it', async () => {
    await expect(pbx.originate(request)).rejects.toMatchObject({ code: 'timeout' });
    fake.channels.set('car-1', { variables: new Map(), headers: { 'Answer-State': 'ringing' } });
    for (const name of ['CHANNEL_OUTGOING', 'CHANNEL_PROGRESS', 'CHANNEL_ANSWER', 'CHANNEL_PARK'])
      fake.tell(name, 'car-1');
    await until(() => said().includes('api uuid_kill car-1 ORIGINATOR_CANCEL'));
    fake.ends('car-1');
    fake.tell('BACKGROUND_JOB', '', { 'Job-UUID': 'car-1', _body: '-ERR ORIGINATOR_CANCEL\n' });
    expect((await pbx.snapshot()).channels).toEqual([]);
    expect(said().filter((command) => command.includes('uuid_kill'))).toHaveLength(1);
    expect(types()).toEqual(['LinkUp']);
  }, 10_000);

  it('on_behalf_of_another_is_offered_what_that_one_speaks_before_all_else', async () => {
    fake.arrives('a', { variable_rtp_use_codec_name: 'PCMA' });
    await until(() => types().includes('ChannelArrived'));
    await begins('car-1', { ...request, originator: 'a' });
    const dialled = said().find((command) => command.startsWith('bgapi'));
    expect(dialled).toContain("originator_codec='PCMA',media_mix_inbound_outbound_codecs='true'");
  });

  it('that_rings_too_long_is_ended_by_our_own_clock_because_that_of_FreeSWITCH_counts_whole_seconds', async () => {
    await begins('car-1', { ...request, ringTimeoutMs: 50 });
    await until(() => said().includes('api uuid_kill car-1 NO_ANSWER'));
    fake.ends('car-1', { variable_hangup_cause_q850: '16', variable_sip_term_status: '487' });
    await until(() => types().includes('ChannelEnded'));
    expect(ofType('ChannelEnded')).toMatchObject([{ cause: 'no-answer' }]);
  });

  it('that_is_answered_in_the_same_breath_in_which_it_is_dialled_is_not_let_go_for_ringing_too_long', async () => {
    const dialled = pbx.originate({ ...request, ringTimeoutMs: 60 });
    await until(() => said().length > 0);
    fake.channels.set('car-1', { variables: new Map(), headers: { 'Answer-State': 'answered' } });
    for (const name of ['CHANNEL_OUTGOING', 'CHANNEL_ANSWER', 'CHANNEL_PARK']) fake.tell(name, 'car-1');
    await dialled;
    await sleep(150);
    expect(said().filter((command) => command.includes('uuid_kill'))).toEqual([]);
    expect(types()).toEqual(['LinkUp', 'LegAnswered']);
  });

  it('that_is_asked_to_answer_by_itself_is_asked_in_headers_whose_addresses_have_brackets', async () => {
    await begins('car-1', { ...request, callerName: 'A <b>', autoAnswer: true });
    const [command = ''] = said();
    expect(command).toContain("sip_h_Call-Info='<sip:carillon.invalid>;answer-after=0'");
    expect(command).toContain("sip_h_Alert-Info='<http://carillon.invalid>;info=alert-autoanswer;delay=0'");
    expect(command).toContain("origination_caller_id_name='A b'");
  });
});

describe('a snapshot', () => {
  it('asks_each_channel_because_the_list_is_late_on_both_sides', async () => {
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
    told = [];
    pbx = start();
    await until(() => types().includes('LinkUp'));
    const { bridges, overhearings } = await pbx.snapshot();
    expect(bridges).toEqual([{ bridge: 'car-br', channels: ['a'] }]);
    expect(overhearings).toEqual(['car-oh']);
    expect(types()).toEqual(['LinkUp']);
  });

  it('of_a_new_link_finds_calls_that_the_first_list_lacked', async () => {
    await pbx.stop();
    told = [];
    let lists = 0;
    fake.override = (command) => {
      if (command !== 'show channels as json') return undefined;
      lists += 1;
      return lists === 1 ? '{"row_count":0}' : undefined;
    };
    fake.arrives('late');
    pbx = start();
    await until(() => types().includes('ChannelArrived'));
    expect(types()).toEqual(['LinkUp', 'ChannelArrived']);
    // Or the dialplan would take it back.
    await until(() => said().includes('api sched_del late'));
  });
});

describe('two daemons', () => {
  it('the_newer_one_commands_and_the_older_one_stops', async () => {
    const before = told;
    told = [];
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
    pbx = start();
    await until(() => ofType('LinkUp').length === 2);
    expect(recovered()).toEqual(['api sofia recover flush']);
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
