import { describe, expect, it } from 'vitest';
import type { HangupCause } from '../../src/pbx/pbx.ts';
import type { CurrentSession } from './contract.ts';

/** Whether by the trunk or as a guest depends on the world. */
const OUTSIDE = expect.objectContaining({ kind: 'outside' });

/** Calls that come in, and commands to channels. */
export function describeArrivals(session: CurrentSession): void {
  describe('an arriving call', () => {
    it('tells_the_number_that_called_its_name_and_the_number_dialled', async () => {
      const { channel } = await session().arrives({ ani: '13800138000', name: 'Wang Fang', dnis: '95533' });
      expect(await session().event('ChannelArrived', { channel })).toEqual({
        type: 'ChannelArrived',
        channel,
        source: OUTSIDE,
        ani: '13800138000',
        aniName: 'Wang Fang',
        dnis: '95533',
      });
    });

    it('given_one_of_our_phones_then_it_tells_which', async () => {
      const phone = await session().world.phone('1001', 'rings');
      await phone.dial('95533');
      const arrived = await session().event('ChannelArrived');
      expect(arrived.source).toEqual({ kind: 'phone', extension: '1001' });
      expect(arrived.dnis).toBe('95533');
    });

    it('given_a_hostile_name_and_number_then_no_control_character_gets_through', async () => {
      await session().world.callHostile({ ani: '1%0d%0aX', name: 'Eve\u202eliv\u0085e', dnis: '95533' });
      const arrived = await session().event('ChannelArrived');
      expect(arrived.aniName).toBe('Evelive');
      expect(arrived.ani).toBe('');
    });

    it('rings_then_is_answered_and_the_snapshot_shows_it', async () => {
      const { channel } = await session().arrives();
      await session().pbx.ring(channel);
      const before = await session().pbx.snapshot();
      expect(before.channels.map((one) => [one.channel, one.state === 'up', one.ours])).toEqual([
        [channel, false, false],
      ]);
      await session().pbx.answer(channel);
      const after = await session().pbx.snapshot();
      expect(after.channels).toEqual([
        {
          channel,
          source: OUTSIDE,
          ani: '13912345678',
          aniName: 'Caller',
          dnis: '95533',
          state: 'up',
          ours: false,
        },
      ]);
    });

    it('given_the_caller_gives_up_before_the_answer_then_it_ends_once', async () => {
      const { party, channel } = await session().arrives();
      await session().pbx.ring(channel);
      await party.hangup();
      await session().event('ChannelEnded', { channel });
      await session().world.elapse(500);
      expect(session().seen('ChannelEnded')).toHaveLength(1);
    });

    it('given_the_caller_hangs_up_then_it_ends_normally', async () => {
      const { party, channel } = await session().talks();
      await party.hangup();
      expect((await session().event('ChannelEnded', { channel })).cause).toBe('normal');
    });

    it.each<HangupCause>(['normal', 'busy', 'congestion', 'unallocated-number'])(
      'hung_up_by_us_with_%s_ends_with_that_cause',
      async (cause) => {
        const { party, channel } = await session().arrives();
        await session().pbx.hangup(channel, cause);
        const ended = await session().event('ChannelEnded', { channel });
        expect(ended.cause).toBe(cause);
        await session().world.elapse(100);
        expect(await party.hasEnded()).toBe(true);
      },
    );

    it('hung_up_twice_ends_once', async () => {
      const { channel } = await session().talks();
      await Promise.all([session().pbx.hangup(channel, 'normal'), session().pbx.hangup(channel, 'normal')]);
      await session().event('ChannelEnded', { channel });
      await session().pbx.hangup(channel, 'busy');
      await session().world.elapse(400);
      expect(session().seen('ChannelEnded')).toHaveLength(1);
    });

    it('takes_commands_in_the_order_in_which_they_were_given', async () => {
      const { channel } = await session().arrives();
      const playback = session().id('pb');
      await Promise.all([
        session().pbx.ring(channel),
        session().pbx.answer(channel),
        session().pbx.play(channel, playback, [{ file: session().world.files.short }]),
        session().pbx.startMusic(channel, 'default'),
        session().pbx.stopMusic(channel),
      ]);
      await session().event('PlaybackEnded', { playback, outcome: 'done' });
    });
  });

  describe('a channel that is not there', () => {
    it('refuses_what_needs_it', async () => {
      const { pbx, world } = session();
      const playback = session().id('pb');
      const refusals = await Promise.allSettled([
        pbx.answer('nobody'),
        pbx.ring('nobody'),
        pbx.play('nobody', playback, [{ file: world.files.short }]),
        pbx.startMusic('nobody', 'default'),
        pbx.record('nobody', session().id('rec'), { maxMs: 1000, maxSilenceMs: 0, beep: false, endKey: '' }),
        pbx.sendDigits('nobody', '12'),
        pbx.connect(session().id('br'), ['nobody']),
      ]);
      expect(refusals.map((one) => (one.status === 'rejected' ? one.reason.code : 'taken'))).toEqual(
        refusals.map(() => 'not-found'),
      );
    });

    it('is_gone_already_for_what_wants_it_gone', async () => {
      const { pbx } = session();
      await pbx.hangup('nobody', 'normal');
      await pbx.stopPlayback('nothing');
      await pbx.stopRecording('nothing');
      await pbx.stopMusic('nobody');
      await pbx.disconnect('nowhere');
    });
  });

  describe('the phones', () => {
    it('are_listed_while_they_are_registered', async () => {
      const { pbx, world } = session();
      await world.unregister('1002');
      expect((await pbx.phones()).map((phone) => phone.extension)).not.toContain('1002');
      await world.phone('1002', 'rings');
      await session().event('PhoneStatusChanged', { extension: '1002', registered: true });
      const listed = (await pbx.phones()).find((phone) => phone.extension === '1002');
      expect(listed).toMatchObject({ extension: '1002', registered: true });
      expect(listed?.contact).not.toBe('');
      await world.unregister('1002');
      await session().event('PhoneStatusChanged', { extension: '1002', registered: false });
      expect((await pbx.phones()).map((phone) => phone.extension)).not.toContain('1002');
    });
  });
}
