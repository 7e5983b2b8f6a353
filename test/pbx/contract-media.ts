import { describe, expect, it } from 'vitest';
import type { CurrentSession } from './contract.ts';

/** What a channel hears, presses and says. */
export function describeMedia(session: CurrentSession): void {
  describe('a playback', () => {
    it('plays_a_file_to_its_end', async () => {
      const { channel } = await session().talks();
      const playback = session().id('pb');
      await session().pbx.play(channel, playback, [{ file: session().world.files.short }]);
      expect(session().seen('PlaybackEnded')).toEqual([]);
      expect(await session().event('PlaybackEnded', { playback })).toEqual({
        type: 'PlaybackEnded',
        playback,
        channel,
        outcome: 'done',
      });
    });

    it('is_stopped_at_once', async () => {
      const { channel } = await session().talks();
      const playback = session().id('pb');
      await session().pbx.play(channel, playback, [{ file: session().world.files.long }]);
      await session().world.elapse(200);
      await session().pbx.stopPlayback(playback);
      await session().event('PlaybackEnded', { playback, outcome: 'done' }, 500);
      await session().pbx.stopPlayback(playback);
    });

    it('fails_when_there_is_no_such_file', async () => {
      const { channel } = await session().talks();
      const playback = session().id('pb');
      await session().pbx.play(channel, playback, [{ file: session().world.files.missing }]);
      await session().event('PlaybackEnded', { playback, outcome: 'failed' });
    });

    it('plays_a_list_one_after_the_other_and_ends_once', async () => {
      const { channel } = await session().talks();
      const playback = session().id('pb');
      const file = session().world.files.short;
      await session().pbx.play(channel, playback, [{ file }, { silenceMs: 600 }, { tone: 'beep' }, { file }]);
      await session().world.elapse(1_400);
      expect(session().seen('PlaybackEnded')).toEqual([]);
      await session().event('PlaybackEnded', { playback, outcome: 'done' });
    });

    it('waits_for_the_one_before_it', async () => {
      const { channel } = await session().talks();
      const [first, second] = [session().id('pb'), session().id('pb')];
      await session().pbx.play(channel, first, [{ file: session().world.files.short }]);
      await session().pbx.play(channel, second, [{ file: session().world.files.short }]);
      await session().event('PlaybackEnded', { playback: second });
      expect(
        session()
          .seen('PlaybackEnded')
          .map((event) => event.playback),
      ).toEqual([first, second]);
    });

    it('that_waits_and_is_stopped_ends_without_its_turn', async () => {
      const { channel } = await session().talks();
      const [first, second, third] = [session().id('pb'), session().id('pb'), session().id('pb')];
      await session().pbx.play(channel, first, [{ file: session().world.files.long }]);
      await session().pbx.play(channel, second, [{ file: session().world.files.long }]);
      await session().pbx.play(channel, third, [{ file: session().world.files.short }]);
      await session().pbx.stopPlayback(second);
      await session().event('PlaybackEnded', { playback: second, outcome: 'done' }, 300);
      await session().pbx.stopPlayback(first);
      await session().event('PlaybackEnded', { playback: third, outcome: 'done' });
      expect(
        session()
          .seen('PlaybackEnded')
          .map((event) => event.playback),
      ).toEqual([second, first, third]);
    });

    it.each(['ringback', 'busy'] as const)('of_the_%s_tone_lasts_until_it_is_stopped', async (tone) => {
      const { channel } = await session().talks();
      const playback = session().id('pb');
      await session().pbx.play(channel, playback, [{ tone }]);
      await session().world.elapse(1_500);
      expect(session().seen('PlaybackEnded')).toEqual([]);
      await session().pbx.stopPlayback(playback);
      await session().event('PlaybackEnded', { playback, outcome: 'done' });
    });

    it('can_be_heard_before_the_answer', async () => {
      const { channel } = await session().arrives();
      const playback = session().id('pb');
      await session().pbx.play(channel, playback, [{ file: session().world.files.short }]);
      await session().event('PlaybackEnded', { playback, outcome: 'done' });
    });

    it('before_the_answer_is_ended_by_it', async () => {
      const { channel } = await session().arrives();
      const playback = session().id('pb');
      await session().pbx.play(channel, playback, [{ tone: 'ringback' }]);
      await session().world.elapse(200);
      await session().pbx.answer(channel);
      await session().event('PlaybackEnded', { playback, outcome: 'done' }, 500);
      expect((await session().pbx.snapshot()).channels.map((one) => one.state)).toEqual(['up']);
    });

    it('goes_on_while_digits_are_pressed_and_each_is_told_once', async () => {
      const { party, channel } = await session().talks();
      const playback = session().id('pb');
      await session().pbx.play(channel, playback, [{ file: session().world.files.long }]);
      await party.press('1#*0');
      await session().event('DigitPressed', { digit: '0' });
      expect(
        session()
          .seen('DigitPressed', { channel })
          .map((event) => event.digit),
      ).toEqual(['1', '#', '*', '0']);
      expect(session().seen('PlaybackEnded')).toEqual([]);
      await session().pbx.stopPlayback(playback);
      await session().event('PlaybackEnded', { playback });
    });

    it('given_the_caller_hangs_up_then_all_of_them_fail_before_the_channel_ends', async () => {
      const { party, channel } = await session().talks();
      const [first, second] = [session().id('pb'), session().id('pb')];
      await session().pbx.play(channel, first, [{ file: session().world.files.long }]);
      await session().pbx.play(channel, second, [{ file: session().world.files.long }]);
      await session().world.elapse(200);
      await party.hangup();
      await session().event('ChannelEnded', { channel });
      expect(
        session()
          .seen('PlaybackEnded')
          .map((event) => [event.playback, event.outcome]),
      ).toEqual([
        [first, 'failed'],
        [second, 'failed'],
      ]);
    });

    it.each([
      '/a,b',
      '/a&b',
      'relative',
      '/../etc/passwd',
      '/a/../../etc/passwd',
      '/a\nb',
      '/a|b',
      `/\${SHELL(x)}`,
    ])('of_the_path_%j_is_refused', async (file) => {
      const { channel } = await session().talks();
      await expect(session().pbx.play(channel, session().id('pb'), [{ file }])).rejects.toMatchObject({
        code: 'refused',
      });
    });

    it('of_nothing_is_refused', async () => {
      const { channel } = await session().talks();
      await expect(session().pbx.play(channel, session().id('pb'), [])).rejects.toMatchObject({
        code: 'refused',
      });
    });
  });

  describe('music', () => {
    it('starts_and_stops_and_leaves_digits_visible', async () => {
      const { party, channel } = await session().talks();
      await session().pbx.startMusic(channel, 'default');
      await session().world.elapse(300);
      expect(await party.isHearing()).toBe(true);
      await party.press('7');
      await session().event('DigitPressed', { channel, digit: '7' });
      await session().pbx.stopMusic(channel);
      await session().pbx.stopMusic(channel);
    });
  });

  describe('a recording', () => {
    const plain = { maxMs: 10_000, maxSilenceMs: 0, beep: false, endKey: '' };

    it('ends_at_its_longest_and_names_its_file', async () => {
      const { channel } = await session().talks();
      const recording = session().id('rec');
      await session().pbx.record(channel, recording, { ...plain, maxMs: 1_000, beep: true });
      const ended = await session().event('RecordingEnded', { recording });
      expect(ended.outcome).toBe('done');
      expect(ended.file).toMatch(new RegExp(`^/.*/${recording}\\.wav$`));
      // A PBX may tell whole seconds only, and one that was begun as a whole one.
      expect(ended.durationMs).toBeGreaterThanOrEqual(1_000);
      expect(ended.durationMs).toBeLessThanOrEqual(2_000);
    });

    it.each(['#', '*', '5'])('ends_with_the_key_%s', async (endKey) => {
      const { party, channel } = await session().talks();
      const recording = session().id('rec');
      await session().pbx.record(channel, recording, { ...plain, endKey });
      await session().world.elapse(300);
      await party.press(endKey);
      await session().event('RecordingEnded', { recording, outcome: 'done' });
    });

    it('that_ends_with_a_key_leaves_what_is_played_next_to_go_on_over_it', async () => {
      const { party, channel } = await session().talks();
      const [recording, playback] = [session().id('rec'), session().id('pb')];
      await session().pbx.record(channel, recording, { ...plain, endKey: '#' });
      await session().world.elapse(300);
      await party.press('#');
      await session().event('RecordingEnded', { recording });
      await session().pbx.play(channel, playback, [{ file: session().world.files.long }]);
      await session().world.elapse(200);
      await party.press('#0');
      await session().event('DigitPressed', { digit: '0' });
      expect(session().seen('PlaybackEnded')).toEqual([]);
      await session().pbx.stopPlayback(playback);
    });

    it('goes_on_over_other_keys_and_ends_when_it_is_stopped', async () => {
      const { party, channel } = await session().talks();
      const recording = session().id('rec');
      await session().pbx.record(channel, recording, { ...plain, endKey: '#' });
      await party.press('5');
      await session().event('DigitPressed', { channel, digit: '5' });
      expect(session().seen('RecordingEnded')).toEqual([]);
      await session().pbx.stopRecording(recording);
      await session().event('RecordingEnded', { recording, outcome: 'done' });
    });

    it('given_the_caller_hangs_up_then_it_ends_before_the_channel', async () => {
      const { party, channel } = await session().talks();
      const recording = session().id('rec');
      await session().pbx.record(channel, recording, plain);
      await session().world.elapse(300);
      await party.hangup();
      await session().event('ChannelEnded', { channel });
      expect(session().seen('RecordingEnded', { recording })).toHaveLength(1);
    });
  });

  describe('digits that we send', () => {
    it('reach_the_other_end', async () => {
      const { party, channel } = await session().talks();
      await session().pbx.sendDigits(channel, '42#');
      await session().world.elapse(1_000);
      expect(await party.digitsHeard()).toBe('42#');
    });

    it('are_refused_when_they_are_none', async () => {
      const { channel } = await session().talks();
      await expect(session().pbx.sendDigits(channel, '1 2')).rejects.toMatchObject({ code: 'refused' });
    });
  });
}
