import { describe, expect, it } from 'vitest';
import type { CurrentSession } from './contract.ts';

/** The daemon goes and comes back. */
export function describeRestarts(session: CurrentSession): void {
  describe('an adapter that is stopped', () => {
    it('touches_no_call_and_the_next_one_finds_and_ends_them', async () => {
      const { party, channel } = await session().talks();
      const { leg, phone } = await session().phoneAnswers('1001');
      const bridge = session().id('br');
      await session().pbx.connect(bridge, [channel, leg]);
      await session().world.elapse(200);

      await session().world.stopAdapter();
      await session().world.startAdapter();
      await session().event('LinkUp');
      await session().world.elapse(200);
      expect([await party.isHearing(), await phone.isHearing()]).toEqual([true, true]);
      const { channels, bridges } = await session().pbx.snapshot();
      expect(channels.map((one) => [one.channel, one.state, one.ours]).sort()).toEqual(
        [
          [channel, 'up', false],
          [leg, 'up', true],
        ].sort(),
      );
      expect(channels.find((one) => one.channel === channel)).toMatchObject({
        ani: '13912345678',
        aniName: 'Caller',
        dnis: '95533',
        source: { kind: 'outside' },
      });
      expect(bridges.map((one) => one.bridge)).toEqual([bridge]);

      await party.press('3');
      await session().event('DigitPressed', { channel, digit: '3' });
      await session().pbx.disconnect(bridge);
      await session().pbx.hangup(channel, 'normal');
      await session().pbx.hangup(leg, 'normal');
      await session().event('ChannelEnded', { channel });
      await session().event('ChannelEnded', { channel: leg });
      await session().world.elapse(100);
      expect([await party.hasEnded(), await phone.hasEnded()]).toEqual([true, true]);
    });

    it('given_a_leg_that_rings_then_the_next_one_is_told_its_answer', async () => {
      const phone = await session().world.phone('1001', { answerAfterMs: 1_500 });
      const leg = session().id('leg');
      await session().pbx.originate({
        leg,
        to: { kind: 'phone', extension: '1001' },
        callerNumber: '95533',
        callerName: 'Bank',
        ringTimeoutMs: 10_000,
      });
      await session().event('LegRinging', { channel: leg });
      await session().world.stopAdapter();
      await session().world.startAdapter();
      await session().event('LegAnswered', { channel: leg });
      await phone.hangup();
      await session().event('ChannelEnded', { channel: leg });
    });

    it('takes_no_more_commands_and_tells_no_more_events', async () => {
      const { party, channel } = await session().talks();
      const stopped = session().pbx;
      await session().world.stopAdapter();
      const told = session().events.length;
      await expect(stopped.answer(channel)).rejects.toMatchObject({ code: 'link-down' });
      await expect(stopped.snapshot()).rejects.toMatchObject({ code: 'link-down' });
      await party.press('1');
      await session().world.elapse(400);
      expect(session().events).toHaveLength(told);
      await session().world.startAdapter();
      await session().event('LinkUp');
      await session().pbx.hangup(channel, 'normal');
      await session().event('ChannelEnded', { channel });
    });
  });
}
