import { describe, expect, it } from 'vitest';
import type { Endpoint, HangupCause, OriginateRequest } from '../../src/pbx/pbx.ts';
import type { CurrentSession } from './contract.ts';
import type { TrunkBehaviour } from './world.ts';

/** Legs that we dial. */
export function describeLegs(session: CurrentSession): void {
  const request = (leg: string, to: Endpoint, ringTimeoutMs = 10_000): OriginateRequest => ({
    leg,
    to,
    callerNumber: '95533',
    callerName: 'Bank',
    ringTimeoutMs,
  });
  const phone = (extension: string): Endpoint => ({ kind: 'phone', extension });

  describe('a leg to a phone', () => {
    it('rings_and_is_answered_each_told_once', async () => {
      await session().world.phone('1001', { answerAfterMs: 300 });
      const leg = session().id('leg');
      await session().pbx.originate(request(leg, phone('1001')));
      await session().event('LegRinging', { channel: leg });
      expect(session().seen('LegAnswered')).toEqual([]);
      await session().event('LegAnswered', { channel: leg });
      const { channels } = await session().pbx.snapshot();
      expect(channels.map(({ channel, state, ours }) => ({ channel, state, ours }))).toEqual([
        { channel: leg, state: 'up', ours: true },
      ]);
      await session().pbx.hangup(leg, 'normal');
      expect((await session().event('ChannelEnded', { channel: leg })).cause).toBe('normal');
      expect(
        session()
          .events.filter((event) => 'channel' in event)
          .map((event) => event.type),
      ).toEqual(['LegRinging', 'LegAnswered', 'ChannelEnded']);
    });

    it('refused_there_ends_as_busy', async () => {
      await session().world.phone('1001', 'refuses');
      const leg = session().id('leg');
      await session().pbx.originate(request(leg, phone('1001')));
      const ended = await session().event('ChannelEnded', { channel: leg });
      expect(ended).toMatchObject({ cause: 'busy', sipCode: 486 });
      expect(session().seen('LegAnswered')).toEqual([]);
    });

    it('not_answered_in_time_ends_so', async () => {
      await session().world.phone('1001', 'rings');
      const leg = session().id('leg');
      await session().pbx.originate(request(leg, phone('1001'), 1_000));
      await session().event('LegRinging', { channel: leg });
      const ended = await session().event('ChannelEnded', { channel: leg });
      expect(ended.cause).toBe('no-answer');
    });

    it('cancelled_while_it_rings_ends_once_and_the_phone_stops_ringing', async () => {
      const ringing = await session().world.phone('1001', 'rings');
      const leg = session().id('leg');
      await session().pbx.originate(request(leg, phone('1001')));
      await session().event('LegRinging', { channel: leg });
      await session().pbx.hangup(leg, 'cancelled');
      await session().event('ChannelEnded', { channel: leg });
      await session().world.elapse(400);
      expect(session().seen('ChannelEnded')).toHaveLength(1);
      expect(await ringing.hasEnded()).toBe(true);
    });

    it('given_the_phone_is_asked_to_answer_by_itself_then_it_does', async () => {
      await session().world.phone('1004', 'answersWhenAsked');
      const leg = session().id('leg');
      await session().pbx.originate({ ...request(leg, phone('1004')), autoAnswer: true });
      await session().event('LegAnswered', { channel: leg }, 1_000);
    });

    it('given_such_a_phone_is_not_asked_then_it_rings', async () => {
      await session().world.phone('1004', 'answersWhenAsked');
      const leg = session().id('leg');
      await session().pbx.originate(request(leg, phone('1004'), 1_000));
      await session().event('LegRinging', { channel: leg });
      expect((await session().event('ChannelEnded', { channel: leg })).cause).toBe('no-answer');
      expect(session().seen('LegAnswered')).toEqual([]);
    });

    it('given_a_phone_that_cannot_answer_by_itself_is_asked_then_it_rings', async () => {
      await session().world.phone('1001', 'rings');
      const leg = session().id('leg');
      await session().pbx.originate({ ...request(leg, phone('1001')), autoAnswer: true });
      await session().event('LegRinging', { channel: leg });
      await session().world.elapse(300);
      expect(session().seen('LegAnswered')).toEqual([]);
    });

    it('hung_up_in_the_same_breath_does_not_live', async () => {
      await session().world.phone('1001', 'rings');
      const leg = session().id('leg');
      const dialled = session().pbx.originate(request(leg, phone('1001')));
      await session().pbx.hangup(leg, 'cancelled');
      await dialled;
      await session().event('ChannelEnded', { channel: leg });
    });

    it('given_the_phone_hangs_up_after_the_answer_then_it_ends_normally', async () => {
      const { leg, phone: called } = await session().phoneAnswers('1001');
      await called.hangup();
      expect((await session().event('ChannelEnded', { channel: leg })).cause).toBe('normal');
    });

    it('that_is_with_nobody_yet_can_be_played_to_and_its_keys_are_seen', async () => {
      const { leg, phone: called } = await session().phoneAnswers('1001');
      const playback = session().id('pb');
      await session().pbx.play(leg, playback, [{ file: session().world.files.long }]);
      await session().world.elapse(300);
      await called.press('21');
      await session().event('DigitPressed', { channel: leg, digit: '1' });
      await session().pbx.stopPlayback(playback);
      await session().event('PlaybackEnded', { playback });
    });

    it('that_is_not_registered_is_unreachable_and_nothing_is_told', async () => {
      await session().world.unregister('1003');
      const leg = session().id('leg');
      await expect(session().pbx.originate(request(leg, phone('1003')))).rejects.toMatchObject({
        code: 'unreachable',
      });
      await session().world.elapse(300);
      expect(session().events.filter((event) => 'channel' in event)).toEqual([]);
    });

    it('with_the_id_of_a_living_leg_is_refused_and_that_one_lives_on', async () => {
      const { leg } = await session().phoneAnswers('1001');
      await expect(session().pbx.originate(request(leg, phone('1001')))).rejects.toMatchObject({
        code: 'refused',
      });
      await session().world.elapse(300);
      expect(session().seen('ChannelEnded')).toEqual([]);
      expect((await session().pbx.snapshot()).channels.map((one) => one.channel)).toEqual([leg]);
    });

    it.each(['1001&PJSIP/1002', '1001@evil.example', '', 'a b', '1'.repeat(33)])(
      'called_%j_is_refused',
      async (extension) => {
        await expect(
          session().pbx.originate(request(session().id('leg'), phone(extension))),
        ).rejects.toMatchObject({ code: 'refused' });
      },
    );
  });

  describe('a leg to the outside', () => {
    const outside = (number: string): Endpoint => ({ kind: 'outside', number });

    it('rings_and_is_answered', async () => {
      const leg = session().id('leg');
      await session().pbx.originate(request(leg, outside(session().world.outside('answers'))));
      await session().event('LegRinging', { channel: leg });
      await session().event('LegAnswered', { channel: leg });
      await session().pbx.hangup(leg, 'normal');
      await session().event('ChannelEnded', { channel: leg, cause: 'normal' });
    });

    it('is_never_asked_to_answer_by_itself', async () => {
      const to = outside(session().world.outside('answers'));
      const asked = { ...request(session().id('leg'), to), autoAnswer: true } as const;
      await expect(session().pbx.originate(asked)).rejects.toMatchObject({ code: 'refused' });
    });

    it('with_early_media_counts_as_ringing_until_the_answer', async () => {
      const leg = session().id('leg');
      await session().pbx.originate(request(leg, outside(session().world.outside('earlyMedia'))));
      await session().event('LegRinging', { channel: leg });
      expect(session().seen('LegAnswered')).toEqual([]);
      await session().event('LegAnswered', { channel: leg });
    });

    it('not_answered_in_time_ends_so', async () => {
      const leg = session().id('leg');
      await session().pbx.originate(request(leg, outside(session().world.outside('rings')), 1_000));
      expect((await session().event('ChannelEnded', { channel: leg })).cause).toBe('no-answer');
    });

    it.each<[TrunkBehaviour, HangupCause, number]>([
      ['busy', 'busy', 486],
      ['unallocated', 'unallocated-number', 404],
      ['congested', 'congestion', 503],
      ['declined', 'rejected', 603],
      ['failing', 'failure', 500],
    ])('that_meets_%s_ends_as_%s', async (behaviour, cause, sipCode) => {
      const leg = session().id('leg');
      await session().pbx.originate(request(leg, outside(session().world.outside(behaviour))));
      expect(await session().event('ChannelEnded', { channel: leg })).toMatchObject({ cause, sipCode });
      expect(session().seen('LegAnswered')).toEqual([]);
    });

    it.each(['1&PJSIP/1001', '1@evil.example', '', '12 34', `+${'1'.repeat(33)}`, '\u0661\u0662'])(
      'called_%j_is_refused',
      async (number) => {
        await expect(
          session().pbx.originate(request(session().id('leg'), outside(number))),
        ).rejects.toMatchObject({ code: 'refused' });
      },
    );
  });
}
