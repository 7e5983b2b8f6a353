import { describe, expect, it } from 'vitest';
import type { CurrentSession } from './contract.ts';

/** Channels that hear each other. */
export function describeConnections(session: CurrentSession): void {
  const connected = async () => {
    const caller = await session().talks();
    const agent = await session().phoneAnswers('1001');
    const bridge = session().id('br');
    await session().pbx.connect(bridge, [caller.channel, agent.leg]);
    return { ...caller, ...agent, bridge };
  };

  describe('a connection', () => {
    it('lets_both_hear_each_other_and_stands_in_the_snapshot', async () => {
      const { party, phone, channel, leg, bridge } = await connected();
      await session().world.elapse(300);
      expect([await party.isHearing(), await phone.isHearing()]).toEqual([true, true]);
      const { bridges } = await session().pbx.snapshot();
      expect(bridges.map((one) => ({ ...one, channels: one.channels.toSorted() }))).toEqual([
        { bridge, channels: [channel, leg].sort() },
      ]);
    });

    it('leaves_the_digits_of_both_visible', async () => {
      const { party, phone, channel, leg } = await connected();
      await Promise.all([party.press('19'), phone.press('#2')]);
      await session().event('DigitPressed', { channel, digit: '9' });
      await session().event('DigitPressed', { channel: leg, digit: '2' });
      expect(
        session()
          .seen('DigitPressed', { channel })
          .map((event) => event.digit),
      ).toEqual(['1', '9']);
      expect(
        session()
          .seen('DigitPressed', { channel: leg })
          .map((event) => event.digit),
      ).toEqual(['#', '2']);
    });

    it('made_again_changes_nothing', async () => {
      const { channel, leg, bridge, party } = await connected();
      await session().pbx.connect(bridge, [channel, leg]);
      await session().world.elapse(200);
      expect(await party.isHearing()).toBe(true);
      expect((await session().pbx.snapshot()).bridges).toHaveLength(1);
    });

    it('taken_away_leaves_both_up_and_apart', async () => {
      const { channel, leg, bridge, party } = await connected();
      await session().pbx.disconnect(bridge);
      await session().pbx.disconnect(bridge);
      await session().world.elapse(200);
      expect(await party.isHearing()).toBe(false);
      const { channels, bridges } = await session().pbx.snapshot();
      expect(bridges).toEqual([]);
      expect(channels.map((one) => [one.channel, one.state]).sort()).toEqual(
        [
          [channel, 'up'],
          [leg, 'up'],
        ].sort(),
      );
      const playback = session().id('pb');
      await session().pbx.play(channel, playback, [{ file: session().world.files.short }]);
      await session().event('PlaybackEnded', { playback, outcome: 'done' });
    });

    it('given_the_caller_hangs_up_then_the_agent_stays', async () => {
      const { party, channel, leg, bridge } = await connected();
      await party.hangup();
      await session().event('ChannelEnded', { channel });
      await session().world.elapse(200);
      expect(session().seen('ChannelEnded')).toHaveLength(1);
      const { channels } = await session().pbx.snapshot();
      expect(channels.map((one) => one.channel)).toEqual([leg]);
      await session().pbx.disconnect(bridge);
      await session().pbx.hangup(leg, 'normal');
      await session().event('ChannelEnded', { channel: leg });
    });

    it('ends_what_is_still_playing_instead_of_waiting_for_it', async () => {
      const caller = await session().talks();
      const agent = await session().phoneAnswers('1001');
      const [first, second] = [session().id('pb'), session().id('pb')];
      await session().pbx.play(caller.channel, first, [{ file: session().world.files.long }]);
      await session().pbx.play(caller.channel, second, [{ tone: 'ringback' }]);
      await session().world.elapse(100);
      await session().pbx.connect(session().id('br'), [caller.channel, agent.leg]);
      await session().event('PlaybackEnded', { playback: first }, 500);
      await session().event('PlaybackEnded', { playback: second }, 500);
      await session().world.elapse(200);
      expect(await caller.party.isHearing()).toBe(true);
    });

    it('with_somebody_who_is_gone_is_refused_and_no_bridge_is_left', async () => {
      const { channel } = await session().talks();
      await expect(session().pbx.connect(session().id('br'), [channel, 'car-gone'])).rejects.toMatchObject({
        code: 'not-found',
      });
      const { bridges, channels } = await session().pbx.snapshot();
      expect(bridges).toEqual([]);
      expect(channels.map((one) => one.channel)).toEqual([channel]);
    });

    it('takes_a_third_one_in_and_goes_on_when_one_of_them_leaves', async () => {
      const { party, phone, channel, leg, bridge } = await connected();
      const other = await session().phoneAnswers('1002');
      await session().pbx.connect(bridge, [channel, leg, other.leg]);
      await session().world.elapse(300);
      expect(await Promise.all([party, phone, other.phone].map((one) => one.isHearing()))).toEqual([
        true,
        true,
        true,
      ]);
      await phone.hangup();
      await session().event('ChannelEnded', { channel: leg });
      await session().world.elapse(300);
      expect(await Promise.all([party.isHearing(), other.phone.isHearing()])).toEqual([true, true]);
      const { bridges } = await session().pbx.snapshot();
      expect(bridges.map((one) => one.channels.toSorted())).toEqual([[channel, other.leg].sort()]);
    });

    it('taken_away_and_made_again_under_its_name_connects_again', async () => {
      const { party, phone, channel, leg, bridge } = await connected();
      await session().pbx.disconnect(bridge);
      await session().pbx.startMusic(channel, 'default');
      await session().world.elapse(300);
      expect(await phone.isHearing()).toBe(false);
      await session().pbx.stopMusic(channel);
      await session().pbx.connect(bridge, [channel, leg]);
      await session().world.elapse(300);
      expect(await Promise.all([party.isHearing(), phone.isHearing()])).toEqual([true, true]);
    });

    it('given_one_of_them_moves_to_another_then_it_can_be_taken_away_and_made_again_under_its_name', async () => {
      const { party, phone, channel, leg, bridge } = await connected();
      const third = await session().phoneAnswers('1002');
      await session().pbx.connect(bridge, [channel, leg, third.leg]);
      const other = session().id('br');
      await session().pbx.connect(other, [third.leg]);
      await session().pbx.disconnect(bridge);
      await session().world.elapse(200);
      await session().pbx.connect(bridge, [channel, leg]);
      await session().world.elapse(300);
      expect(await Promise.all([party.hears(phone), phone.hears(party)])).toEqual([true, true]);
      expect(await phone.hears(third.phone)).toBe(false);
      await session().pbx.disconnect(other);
    });

    it('moves_a_channel_from_one_to_the_other', async () => {
      const { channel, leg, bridge } = await connected();
      const other = session().id('br');
      await session().pbx.connect(other, [channel]);
      const { bridges } = await session().pbx.snapshot();
      const members = Object.fromEntries(bridges.map((one) => [one.bridge, one.channels]));
      expect(members[other]).toEqual([channel]);
      expect(members[bridge]).toEqual([leg]);
      await session().pbx.disconnect(bridge);
      await session().pbx.disconnect(other);
    });
  });
}
