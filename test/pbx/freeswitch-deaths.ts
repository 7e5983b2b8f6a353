import { describe, expect, it } from 'vitest';
import type { CurrentSession } from './contract.ts';
import type { Party } from './world.ts';

/** Beyond the contract: what FreeSWITCH alone can do, or does late. */
export function describeDeaths(session: CurrentSession): void {
  /** It takes some seconds until the calls are up again, and then some until their sound is. */
  const hearsWithin = async (party: Party, other: Party, looks: number): Promise<boolean> => {
    for (let look = 0; look < looks; look += 1) if (await party.hears(other)) return true;
    return false;
  };

  describe('a FreeSWITCH that is killed', () => {
    it('given_two_who_talk_then_they_hear_each_other_again_and_both_are_commanded_as_before', async () => {
      const { party, channel } = await session().talks();
      const { phone, leg } = await session().phoneAnswers('1001');
      const bridge = session().id('br');
      await session().pbx.connect(bridge, [channel, leg]);
      expect(await hearsWithin(party, phone, 4)).toBe(true);

      await session().world.crash?.();
      await session().event('LinkDown');
      await session().world.revive?.();
      await session().event('LinkUp', { restarted: true }, 15_000);
      const { channels, bridges } = await session().pbx.snapshot();
      expect(channels.map((one) => one.channel).sort()).toEqual([channel, leg].sort());
      // FreeSWITCH's own list has forgotten who they are.
      expect(channels.find((one) => one.channel === channel)).toMatchObject({
        ani: '13912345678',
        aniName: 'Caller',
        dnis: '95533',
        state: 'up',
      });
      expect(channels.find((one) => one.channel === leg)?.state).toBe('up');
      expect(bridges.map((one) => one.bridge)).toEqual([bridge]);
      expect(await hearsWithin(party, phone, 10)).toBe(true);
      expect(await hearsWithin(phone, party, 10)).toBe(true);
      expect(session().seen('ChannelEnded')).toEqual([]);

      await session().pbx.disconnect(bridge);
      const playback = session().id('pb');
      await session().pbx.play(channel, playback, [{ silenceMs: 100 }]);
      await session().event('PlaybackEnded', { playback, outcome: 'done' });
      for (const one of [channel, leg]) {
        await session().pbx.hangup(one, 'normal');
        await session().event('ChannelEnded', { channel: one });
      }
    });
  });

  describe('an adapter that was away', () => {
    it('given_a_call_came_meanwhile_then_it_is_told_although_the_list_of_channels_is_late', async () => {
      await session().world.stopAdapter();
      const party = await session().world.call({ ani: '13912345678', name: 'Caller', dnis: '95533' });
      await session().world.startAdapter();
      const { channel, ani } = await session().event('ChannelArrived');
      expect(ani).toBe('13912345678');
      await session().pbx.answer(channel);
      await party.hangup();
      await session().event('ChannelEnded', { channel });
      expect(session().seen('ChannelArrived')).toHaveLength(1);
    });
  });
}
