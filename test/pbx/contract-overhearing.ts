import { describe, expect, it } from 'vitest';
import type { CurrentSession } from './contract.ts';
import type { Party } from './world.ts';

/** Listening in on a talk. */
export function describeOverhearing(session: CurrentSession): void {
  /** A caller talks with the agent at 1001; whoever listens sits at 1002. */
  const talk = async () => {
    const { party: caller, channel } = await session().talks();
    const { phone: agent, leg: target } = await session().phoneAnswers('1001');
    const bridge = session().id('br');
    await session().pbx.connect(bridge, [channel, target]);
    const { phone: listener, leg } = await session().phoneAnswers('1002');
    return { caller, channel, agent, target, bridge, listener, leg, overhearing: session().id('oh') };
  };
  type Talk = Awaited<ReturnType<typeof talk>>;

  const overhear = ({ overhearing, leg, target }: Talk, mode: 'listen' | 'whisper') =>
    session().pbx.overhear({ overhearing, leg, target, mode });

  /** Who hears whom, as lines like `agent hears caller`. */
  const voices = async ({ caller, agent, listener }: Talk): Promise<string[]> => {
    const parties: readonly (readonly [string, Party])[] = [
      ['caller', caller],
      ['agent', agent],
      ['listener', listener],
    ];
    await session().world.elapse(300);
    const pairs = parties.flatMap(([name, who]) =>
      parties
        .filter(([other]) => other !== name)
        .map(async ([other, whom]) => ((await who.hears(whom)) ? [`${name} hears ${other}`] : [])),
    );
    return (await Promise.all(pairs)).flat();
  };

  const TALK = ['caller hears agent', 'agent hears caller'];
  const LISTEN = [...TALK, 'listener hears caller', 'listener hears agent'];
  const WHISPER = [
    'caller hears agent',
    'agent hears caller',
    'agent hears listener',
    'listener hears caller',
    'listener hears agent',
  ];

  describe('overhearing', () => {
    it('lets_the_leg_hear_both_and_nobody_hear_the_leg', async () => {
      const all = await talk();
      expect(await voices(all)).toEqual(TALK);
      await overhear(all, 'listen');
      expect(await voices(all)).toEqual(LISTEN);
      const { channels, bridges, overhearings } = await session().pbx.snapshot();
      expect(overhearings).toEqual([all.overhearing]);
      expect(bridges.map(({ bridge }) => bridge)).toEqual([all.bridge]);
      expect(channels.map(({ channel }) => channel).sort()).toEqual(
        [all.channel, all.target, all.leg].sort(),
      );
      await session().pbx.stopOverhearing(all.overhearing);
      expect(await voices(all)).toEqual(TALK);
    });

    it('in_a_whisper_is_heard_by_the_target_alone', async () => {
      const all = await talk();
      await overhear(all, 'whisper');
      expect(await voices(all)).toEqual(WHISPER);
      await session().pbx.stopOverhearing(all.overhearing);
    });

    it('changes_its_mode_while_it_runs_and_twice_is_as_good_as_once', async () => {
      const all = await talk();
      await overhear(all, 'listen');
      await overhear(all, 'listen');
      expect(await voices(all)).toEqual(LISTEN);
      await overhear(all, 'whisper');
      expect(await voices(all)).toEqual(WHISPER);
      await overhear(all, 'listen');
      expect(await voices(all)).toEqual(LISTEN);
      await session().pbx.stopOverhearing(all.overhearing);
      await session().pbx.stopOverhearing(all.overhearing);
    });

    it('gives_way_to_a_bridge_and_takes_the_leg_out_of_it_again', async () => {
      const all = await talk();
      await overhear(all, 'whisper');
      await session().pbx.connect(all.bridge, [all.channel, all.target, all.leg]);
      await session().pbx.stopOverhearing(all.overhearing);
      expect(await voices(all)).toHaveLength(6);
      await overhear(all, 'listen');
      expect(await voices(all)).toEqual(LISTEN);
      await session().pbx.stopOverhearing(all.overhearing);
    });

    it('goes_on_while_the_target_is_taken_out_of_its_bridge_and_back', async () => {
      const all = await talk();
      await overhear(all, 'whisper');
      await session().pbx.disconnect(all.bridge);
      expect(await voices(all)).toContain('listener hears agent');
      await session().pbx.connect(all.bridge, [all.channel, all.target]);
      expect(await voices(all)).toEqual(WHISPER);
      await session().pbx.stopOverhearing(all.overhearing);
    });

    it('given_the_target_hangs_up_then_the_leg_stays_and_hears_nobody', async () => {
      const all = await talk();
      await overhear(all, 'listen');
      await all.agent.hangup();
      await session().event('ChannelEnded', { channel: all.target });
      await session().world.elapse(300);
      expect(await all.listener.hears(all.caller)).toBe(false);
      expect(session().seen('ChannelEnded')).toHaveLength(1);
      await session().pbx.stopOverhearing(all.overhearing);
      const { channels } = await session().pbx.snapshot();
      expect(channels.map(({ channel }) => channel).sort()).toEqual([all.channel, all.leg].sort());
    });

    it('given_the_leg_hangs_up_then_the_talk_goes_on_and_what_is_left_can_be_taken_down', async () => {
      const all = await talk();
      await overhear(all, 'whisper');
      await all.listener.hangup();
      await session().event('ChannelEnded', { channel: all.leg });
      expect(await all.caller.hears(all.agent)).toBe(true);
      expect((await session().pbx.snapshot()).overhearings).toEqual([all.overhearing]);
      await session().pbx.stopOverhearing(all.overhearing);
      expect((await session().pbx.snapshot()).overhearings).toEqual([]);
    });

    it('of_a_daemon_that_died_goes_on_is_found_and_can_be_changed_and_ended_by_the_next_one', async () => {
      const all = await talk();
      await overhear(all, 'listen');
      await session().world.stopAdapter();
      await session().world.startAdapter();
      await session().event('LinkUp');
      expect((await session().pbx.snapshot()).overhearings).toEqual([all.overhearing]);
      expect(await voices(all)).toEqual(LISTEN);
      await overhear(all, 'whisper');
      expect(await voices(all)).toEqual(WHISPER);
      await session().pbx.stopOverhearing(all.overhearing);
      expect(await voices(all)).toEqual(TALK);
    });

    it('of_or_by_somebody_who_is_gone_is_refused_and_leaves_nothing', async () => {
      const all = await talk();
      const gone = session().id('gone');
      for (const wrong of [{ target: gone }, { leg: gone }])
        await expect(session().pbx.overhear({ ...all, mode: 'listen', ...wrong })).rejects.toMatchObject({
          code: 'not-found',
        });
      expect((await session().pbx.snapshot()).overhearings).toEqual([]);
      expect(await voices(all)).toEqual(TALK);
    });
  });
}
