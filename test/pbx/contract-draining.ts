import { describe, expect, it } from 'vitest';
import type { CurrentSession } from './contract.ts';

/** The PBX is being stopped gracefully: no event of the calls themselves tells of it. */
export function describeDraining(session: CurrentSession): void {
  describe('a PBX that is being stopped gracefully', () => {
    it('says_so_refuses_new_legs_keeps_its_calls_and_says_when_it_goes_on_as_before', async () => {
      const { party, channel } = await session().talks();
      await session().world.phone('1001', { answerAfterMs: 20 });
      const dial = () =>
        session().pbx.originate({
          leg: session().id('leg'),
          to: { kind: 'phone', extension: '1001' },
          callerNumber: '13912345678',
          callerName: 'Caller',
          ringTimeoutMs: 10_000,
        });
      await session().world.drain(true);
      const { sentence } = await session().event('PbxTrouble', { trouble: 'draining' }, 5_000);
      expect(sentence).toMatch(/takes no new calls/);
      await expect(dial()).rejects.toMatchObject({ code: 'refused' });
      // Not "unreachable", which would be held against the agent.
      const arrived = session().seen('ChannelArrived').length;
      await session()
        .world.call({ ani: '13912345678', name: 'Late', dnis: '95533' })
        .catch(() => undefined);
      await session().world.elapse(300);
      expect(session().seen('ChannelArrived')).toHaveLength(arrived);
      await party.press('7');
      await session().event('DigitPressed', { channel, digit: '7' });
      await session().pbx.play(channel, session().id('pb'), [{ silenceMs: 100 }]);
      await session().event('PlaybackEnded', { channel, outcome: 'done' });

      await session().world.drain(false);
      await session().event('PbxTrouble', { trouble: 'draining', sentence: '' }, 5_000);
      expect(session().seen('PbxTrouble')).toHaveLength(2);
      expect(session().seen('LinkDown')).toEqual([]);
      await dial();
      await session().event('LegAnswered');
      for (const one of (await session().pbx.snapshot()).channels)
        await session().pbx.hangup(one.channel, 'normal');
      await session().event('ChannelEnded', { channel });
    });
  });
}
