import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { type OriginateRequest, PbxError } from '../../src/pbx/pbx.ts';
import {
  arrived,
  fake,
  ofType,
  onFakeFreeswitch,
  pbx,
  played,
  said,
  told,
  types,
  until,
} from './fake-freeswitch.ts';

onFakeFreeswitch();

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

  it('whose_other_end_vanished_did_not_hang_up', async () => {
    await begins('car-1');
    fake.ends('car-1', { 'Hangup-Cause': 'MEDIA_TIMEOUT' });
    await until(() => types().includes('ChannelEnded'));
    expect(ofType('ChannelEnded')).toMatchObject([{ channel: 'car-1', cause: 'failure' }]);
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
    await expect(pbx.originate(request)).rejects.toMatchObject({ code: 'refused' });
    fake.channels.set('car-1', { variables: new Map(), headers: { 'Answer-State': 'ringing' } });
    for (const name of ['CHANNEL_OUTGOING', 'CHANNEL_PROGRESS', 'CHANNEL_ANSWER', 'CHANNEL_PARK'])
      fake.tell(name, 'car-1');
    await until(() => said().includes('api uuid_kill car-1 ORIGINATOR_CANCEL'));
    fake.ends('car-1');
    fake.tell('BACKGROUND_JOB', '', { 'Job-UUID': 'car-1', _body: '-ERR ORIGINATOR_CANCEL\n' });
    expect((await pbx.snapshot()).channels).toEqual([]);
    expect(said().filter((command) => command.includes('uuid_kill'))).toHaveLength(1);
    expect(types()).toEqual(['LinkUp']);
  });

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
