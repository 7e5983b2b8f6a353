import { describe, expect, it } from 'vitest';
import type { CurrentSession } from './contract.ts';
import type { TrunkBehaviour } from './world.ts';

/** Listening whether a person or a machine answered. */
export function describeDetection(session: CurrentSession): void {
  async function answered(behaviour: TrunkBehaviour): Promise<string> {
    const leg = session().id('leg');
    const to = { kind: 'outside', number: session().world.outside(behaviour) } as const;
    await session().pbx.originate({
      leg,
      to,
      callerNumber: '95533',
      callerName: 'Bank',
      ringTimeoutMs: 10_000,
    });
    await session().event('LegAnswered', { channel: leg });
    return leg;
  }
  const stateOf = async (leg: string) =>
    (await session().pbx.snapshot()).channels.find((one) => one.channel === leg)?.state;

  describe('listening who answered', () => {
    it.each([
      ['longGreeting', 'machine', 'long-greeting'],
      ['hello', 'human', 'short-greeting'],
      ['wordless', 'machine', 'silence'],
    ] as const)('finds_%s_a_%s', async (behaviour, verdict, reason) => {
      const leg = await answered(behaviour);
      await session().pbx.detectMachine(leg);
      expect(await stateOf(leg)).toBe('up');
      const told = await session().event('MachineDetected', { channel: leg }, 5_000);
      expect(told).toMatchObject({ verdict, reason });
      expect(told.ms).toBeGreaterThan(800);
      expect(told.ms).toBeLessThan(4_000);
      const playback = session().id('pb');
      await session().pbx.play(leg, playback, [{ file: session().world.files.short }]);
      expect((await session().event('PlaybackEnded', { playback })).outcome).toBe('done');
      expect(session().seen('ChannelEnded')).toEqual([]);
    });

    it('is_unsure_of_a_line_without_any_sound', async () => {
      const leg = await answered('soundless');
      await session().pbx.detectMachine(leg);
      const told = await session().event('MachineDetected', { channel: leg }, 8_000);
      expect(told).toMatchObject({ verdict: 'unsure', reason: 'too-long' });
    });

    it('ends_what_is_playing_and_takes_no_command_until_the_verdict', async () => {
      const leg = await answered('longGreeting');
      const [playback, bridge] = [session().id('pb'), session().id('br')];
      await session().pbx.play(leg, playback, [{ file: session().world.files.long }]);
      await session().pbx.detectMachine(leg);
      await session().event('PlaybackEnded', { playback });
      const another = session().pbx.play(leg, session().id('pb'), [{ file: session().world.files.short }]);
      await expect(another).rejects.toMatchObject({ code: 'not-found' });
      await session().event('MachineDetected', { channel: leg });
      await session().pbx.connect(bridge, [leg]);
      expect((await session().pbx.snapshot()).bridges).toEqual([{ bridge, channels: [leg] }]);
    });

    it('asked_for_twice_tells_once_and_asked_for_again_tells_the_same_at_once', async () => {
      const leg = await answered('longGreeting');
      await session().pbx.detectMachine(leg);
      await session().pbx.detectMachine(leg);
      const first = await session().event('MachineDetected', { channel: leg });
      await session().world.elapse(500);
      expect(session().seen('MachineDetected')).toHaveLength(1);
      await session().pbx.detectMachine(leg);
      await session().world.until(() => session().seen('MachineDetected').length > 1, 700);
      expect(session().seen('MachineDetected')).toEqual([first, first]);
    });

    it('given_he_hangs_up_meanwhile_then_the_leg_ends_once_and_there_is_no_verdict', async () => {
      const { leg, phone } = await session().phoneAnswers('1001');
      await session().pbx.detectMachine(leg);
      await session().world.elapse(400);
      await phone.hangup();
      await session().event('ChannelEnded', { channel: leg });
      await session().world.elapse(1_500);
      expect(session().seen('ChannelEnded')).toMatchObject([{ channel: leg, cause: 'normal' }]);
      expect(session().seen('MachineDetected')).toEqual([]);
    });

    it('given_we_hang_up_meanwhile_then_the_leg_ends_once', async () => {
      const leg = await answered('longGreeting');
      await session().pbx.detectMachine(leg);
      await session().world.elapse(300);
      await session().pbx.hangup(leg, 'normal');
      await session().event('ChannelEnded', { channel: leg });
      await session().world.elapse(1_500);
      expect(session().seen('ChannelEnded')).toMatchObject([{ channel: leg, cause: 'normal' }]);
      expect(session().seen('MachineDetected')).toEqual([]);
    });

    it('given_the_adapter_is_gone_meanwhile_then_the_next_one_finds_the_leg_and_is_told', async () => {
      const leg = await answered('longGreeting');
      await session().pbx.detectMachine(leg);
      await session().world.elapse(300);
      await session().world.stopAdapter();
      await session().world.elapse(2_500);
      expect(session().seen('MachineDetected')).toEqual([]);
      await session().world.startAdapter();
      await session().event('LinkUp');
      expect(await stateOf(leg)).toBe('up');
      const told = await session().event('MachineDetected', { channel: leg });
      expect(told).toMatchObject({ verdict: 'machine' });
      expect(told.ms).toBeLessThan(2_500);
      await session().pbx.hangup(leg, 'normal');
      await session().event('ChannelEnded', { channel: leg, cause: 'normal' });
      expect(session().seen('ChannelEnded')).toHaveLength(1);
    });

    it('listens_no_longer_than_it_is_told', async () => {
      const leg = await answered('wordless');
      await session().pbx.detectMachine(leg, { totalMs: 1_000, initialSilenceMs: 2_000 });
      expect(await session().event('MachineDetected', { channel: leg })).toMatchObject({ verdict: 'unsure' });
    });

    it.each([0, -1, 0.5, 60_001, Number.NaN])('with_limits_of_%s_ms_is_refused', async (totalMs) => {
      const { leg } = await session().phoneAnswers('1001');
      await expect(session().pbx.detectMachine(leg, { totalMs })).rejects.toMatchObject({ code: 'refused' });
    });

    it('is_refused_for_a_leg_that_rings_and_for_a_caller', async () => {
      await session().world.phone('1001', 'rings');
      const leg = session().id('leg');
      const to = { kind: 'phone', extension: '1001' } as const;
      await session().pbx.originate({ leg, to, callerNumber: '1', callerName: '', ringTimeoutMs: 10_000 });
      await session().event('LegRinging', { channel: leg });
      await expect(session().pbx.detectMachine(leg)).rejects.toMatchObject({ code: 'refused' });
      const { channel } = await session().talks();
      await expect(session().pbx.detectMachine(channel)).rejects.toMatchObject({ code: 'refused' });
      const nobody = session().pbx.detectMachine(session().id('leg'));
      await expect(nobody).rejects.toMatchObject({ code: 'not-found' });
    });
  });
}

/** A PBX that cannot listen who answered says so at once, and the leg is as before. */
export function describeNoDetection(session: CurrentSession): void {
  describe('listening who answered', () => {
    it('is_told_as_not_analysed_and_ends_what_is_playing', async () => {
      const { leg } = await session().phoneAnswers('1001');
      const playback = session().id('pb');
      await session().pbx.play(leg, playback, [{ file: session().world.files.long }]);
      await session().pbx.detectMachine(leg);
      await session().event('PlaybackEnded', { playback });
      expect(await session().event('MachineDetected', { channel: leg })).toMatchObject({
        verdict: 'unsure',
        reason: 'not-analysed',
      });
      const another = session().id('pb');
      await session().pbx.play(leg, another, [{ file: session().world.files.short }]);
      expect((await session().event('PlaybackEnded', { playback: another })).outcome).toBe('done');
    });

    it('is_refused_for_a_caller', async () => {
      const { channel } = await session().talks();
      await expect(session().pbx.detectMachine(channel)).rejects.toMatchObject({ code: 'refused' });
    });
  });
}
