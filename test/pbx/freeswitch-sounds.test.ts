import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import {
  arrived,
  breaks,
  complete,
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
  /** The daemon before had begun it. */
  async function isPlayedAlready(response: string): Promise<void> {
    await arrived('a');
    const variables = fake.channels.get('a')?.variables;
    variables?.set('current_application', 'playback');
    variables?.set('current_application_data', 'local_stream://default');
    if (response) variables?.set('current_application_response', response);
    fake.cut();
    await until(() => ofType('LinkUp').length === 2);
  }

  it('that_a_former_daemon_began_goes_on_without_a_gap', async () => {
    await isPlayedAlready('');
    await pbx.startMusic('a', 'default');
    expect(breaks('a')).toBe(0);
    expect(played('a')).toEqual([]);
    const stopping = pbx.stopMusic('a');
    await until(() => breaks('a') > 0);
    complete('a', 'a.music');
    await stopping;
  });

  it('that_a_former_daemon_had_stopped_begins', async () => {
    await isPlayedAlready('FILE PLAYED');
    await pbx.startMusic('a', 'default');
    expect(played('a')).toEqual(['local_stream://default']);
  });

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
