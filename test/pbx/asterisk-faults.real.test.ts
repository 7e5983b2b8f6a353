import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AsteriskOptions, asteriskPbx } from '../../src/pbx/asterisk/pbx.ts';
import type { OriginateRequest, Pbx, PbxEvent } from '../../src/pbx/pbx.ts';
import { startTestAsterisk, type TestAsterisk } from '../asterisk/asterisk.ts';
import { Baresip } from '../phones/baresip.ts';
import { askAri, consoleSays, optionsFor, runConsole } from './asterisk-world.ts';

type EventOf<Type extends PbxEvent['type']> = Extract<PbxEvent, { type: Type }>;

let asterisk: TestAsterisk;
const adapters: Pbx[] = [];
const phones: Baresip[] = [];

beforeAll(async () => {
  asterisk = await startTestAsterisk();
}, 60_000);
afterEach(async () => {
  await Promise.all(phones.splice(0).map((phone) => phone.stop()));
  await Promise.all(adapters.splice(0).map((pbx) => pbx.stop()));
});
afterAll(() => asterisk?.stop());

function start(change: Partial<AsteriskOptions> = {}) {
  const warnings: object[] = [];
  const warn = (fields: object, message: string) => void warnings.push({ ...fields, message });
  const log = { debug: () => undefined, info: () => undefined, warn, error: warn };
  const pbx = asteriskPbx({ ...optionsFor(asterisk), log, ...change });
  const events: PbxEvent[] = [];
  adapters.push(pbx);
  pbx.start((event) => events.push(event));
  const seen = <Type extends PbxEvent['type']>(type: Type) =>
    events.filter((event): event is EventOf<Type> => event.type === type);
  const event = async <Type extends PbxEvent['type']>(
    type: Type,
    ms = 5_000,
    nth = 0,
  ): Promise<EventOf<Type>> => {
    const deadline = Date.now() + ms;
    for (;;) {
      const found = seen(type)[nth];
      if (found) return found;
      if (Date.now() > deadline) throw new Error(`no ${type} in ${ms} ms: ${JSON.stringify(events)}`);
      await sleep(5);
    }
  };
  return { pbx, events, warnings, seen, event };
}

async function guest(): Promise<Baresip> {
  const caller = await Baresip.start({ server: asterisk.sip, user: '13912345678', displayName: 'Caller' });
  phones.push(caller);
  return caller;
}

async function phone(extension: string): Promise<Baresip> {
  const login = asterisk.phones.find((one) => one.extension === extension)!;
  const one = await Baresip.start({ server: asterisk.sip, user: extension, password: login.password });
  phones.push(one);
  return one;
}

const to1001 = (leg: string, callerNumber: string, callerName: string): OriginateRequest => ({
  leg,
  to: { kind: 'phone', extension: '1001' },
  callerNumber,
  callerName,
  ringTimeoutMs: 5_000,
});

describe('the link to a real Asterisk', () => {
  it('given_a_second_daemon_then_the_first_is_told_and_acts_no_more', async () => {
    const first = start();
    expect((await first.event('LinkUp')).pbx).toMatch(/^Asterisk \d+\.\d+\.\d+$/);
    await (await guest()).dial('95533');
    const { channel } = await first.event('ChannelArrived');
    const second = start();
    await second.event('LinkUp');
    await first.event('Replaced');
    await expect(first.pbx.answer(channel)).rejects.toMatchObject({ code: 'link-down' });
    expect((await second.pbx.snapshot()).channels.map((one) => one.channel)).toEqual([channel]);
    await second.pbx.answer(channel);
    await sleep(1_500);
    expect(first.seen('LinkUp')).toHaveLength(1);
    expect(second.seen('Replaced')).toEqual([]);
    await second.pbx.hangup(channel, 'normal');
    await second.event('ChannelEnded');
  });

  it('given_wrong_passwords_then_each_link_says_so_once_clearly', async () => {
    const { warnings, event, seen } = start({ ariPassword: 'wrong', amiPassword: 'wrong' });
    const { reason } = await event('LinkDown');
    expect(reason).toMatch(/^Asterisk refused the ARI user "carillon": wrong user or password\. Start /);
    await sleep(2_500);
    expect(seen('LinkDown')).toHaveLength(1);
    expect(seen('PbxTrouble')).toEqual([
      {
        type: 'PbxTrouble',
        trouble: 'phones-unknown',
        sentence: expect.stringMatching(
          /^which phones are registered is not known, .*AMI user "carillon": Authentication failed/,
        ),
      },
    ]);
    expect(warnings).toEqual([]);
  });

  it('given_asterisk_freezes_then_the_link_drops_within_five_seconds_and_comes_back', async () => {
    const { pbx, event } = start();
    await event('LinkUp');
    process.kill(asterisk.process.pid, 'SIGSTOP');
    await sleep(30);
    const began = Date.now();
    try {
      await expect(pbx.snapshot()).rejects.toMatchObject({ code: 'timeout' });
      expect(Date.now() - began).toBeLessThan(3_500);
      await event('LinkDown');
      expect(Date.now() - began).toBeLessThan(5_000);
      await expect(pbx.snapshot()).rejects.toMatchObject({ code: 'link-down' });
    } finally {
      process.kill(asterisk.process.pid, 'SIGCONT');
    }
    await event('LinkUp', 10_000, 1);
    expect((await pbx.snapshot()).channels).toEqual([]);
  }, 30_000);

  it('given_asterisk_is_killed_then_commands_reject_at_once_and_after_its_restart_calls_arrive', async () => {
    const agent = await phone('1001');
    const { pbx, event } = start();
    await event('LinkUp');
    await event('PhoneStatusChanged');
    process.kill(asterisk.process.pid, 'SIGSTOP');
    await sleep(30);
    const pending = expect(pbx.snapshot()).rejects.toMatchObject({ code: 'link-down' });
    await sleep(50);
    await asterisk.kill();
    const began = Date.now();
    await pending;
    await event('LinkDown');
    expect(Date.now() - began).toBeLessThan(500);
    await expect(pbx.phones()).rejects.toMatchObject({ code: 'link-down' });
    await asterisk.restart();
    const up = Date.now();
    await event('LinkUp', 10_000, 1);
    expect(Date.now() - up).toBeLessThan(6_000);
    await (await guest()).dial('95533');
    const { channel } = await event('ChannelArrived');
    // The registration outlived the crash.
    await pbx.originate(to1001('car-after', '13912345678', 'Caller'));
    await agent.waitFor('CALL_INCOMING');
    await pbx.hangup('car-after', 'normal');
    await pbx.hangup(channel, 'normal');
    await event('ChannelEnded', 3_000, 1);
  }, 60_000);

  it('given_a_graceful_restart_then_it_is_told_as_one_and_the_link_comes_back', async () => {
    const caller = await guest();
    const { pbx, event, seen } = start();
    await event('LinkUp');
    await caller.dial('95533');
    const { channel } = await event('ChannelArrived');
    runConsole(asterisk, 'core restart gracefully');
    await event('PbxTrouble');
    await pbx.hangup(channel, 'normal');
    expect((await event('LinkDown', 8_000)).reason).toMatch(/^Asterisk (ended|restarts)$/);
    // One that runs through a loader of its own cannot start itself again: its supervisor does.
    await Promise.race([event('LinkUp', 15_000, 1), asterisk.process.ended.then(() => asterisk.restart())]);
    expect(await event('LinkUp', 15_000, 1)).toMatchObject({ restarted: true });
    await sleep(1_000);
    expect(
      new Set(seen('PbxTrouble').map(({ trouble, sentence }) => `${trouble} ${sentence === ''}`)),
    ).toEqual(new Set(['draining false', 'draining true', 'phones-unknown false', 'phones-unknown true']));
    expect((await pbx.snapshot()).channels).toEqual([]);
  });

  it('given_one_command_that_waits_then_all_others_are_answered_meanwhile', async () => {
    const { pbx, event } = start();
    await event('LinkUp');
    await (await guest()).dial('95533');
    const { channel } = await event('ChannelArrived');
    await pbx.answer(channel);
    // Behind the adapter's back, so that it cannot stop it.
    const tone = `channels/${channel}/play?media=tone%3Aring&playbackId=unknown`;
    await askAri(asterisk, tone, 'POST');
    await sleep(100);
    let settled = false;
    const stuck = pbx.connect('car-bridge', [channel]).finally(() => {
      settled = true;
    });
    await sleep(100);
    const delays: number[] = [];
    for (let count = 0; count < 50; count += 1) {
      const began = performance.now();
      await pbx.snapshot();
      delays.push(performance.now() - began);
    }
    expect(settled).toBe(false);
    expect(Math.max(...delays)).toBeLessThan(500);
    await pbx.hangup(channel, 'normal');
    await event('ChannelEnded');
    await Promise.allSettled([stuck]);
    await pbx.disconnect('car-bridge');
  });

  it('given_a_restart_while_a_prompt_plays_then_its_end_is_told_with_its_channel', async () => {
    const first = start();
    await first.event('LinkUp');
    await (await guest()).dial('95533');
    const { channel } = await first.event('ChannelArrived');
    await first.pbx.answer(channel);
    await first.pbx.play(channel, 'car-prompt', [{ silenceMs: 1_000 }]);
    await first.pbx.stop();
    const second = start();
    await second.event('LinkUp');
    expect(await second.event('PlaybackEnded')).toEqual({
      type: 'PlaybackEnded',
      playback: 'car-prompt',
      channel,
      outcome: 'done',
    });
    await second.pbx.hangup(channel, 'normal');
    // Asterisk knows the subscription of the first daemon, so the second is told the end.
    expect((await second.event('ChannelEnded')).cause).toBe('normal');
  });
});

describe('music on a leg that was dialled', () => {
  const readByABridge = () => /\bbridge_channel_\w+/.test(consoleSays(asterisk, 'core show threads'));

  it('plays_where_no_other_thread_reads_the_leg_so_that_it_ends_when_it_is_told_to', async () => {
    const agent = await phone('1001');
    const { pbx, event } = start();
    await event('LinkUp');
    await pbx.originate(to1001('car-waits', '95533', 'Bank'));
    await agent.waitFor('CALL_INCOMING');
    await agent.accept();
    await event('LegAnswered');
    expect(readByABridge()).toBe(true);
    await pbx.startMusic('car-waits', 'default');
    expect(readByABridge()).toBe(false);
    expect((await pbx.snapshot()).bridges).toEqual([]);
    await pbx.stopMusic('car-waits');
    await pbx.hangup('car-waits', 'normal');
    await event('ChannelEnded');
  });
});

describe('what the far end gets from Asterisk', () => {
  it('a_phone_is_shown_the_caller_with_quotes_and_any_script_and_without_line_breaks', async () => {
    const agent = await phone('1001');
    const { pbx, event } = start();
    await event('LinkUp');
    await pbx.originate(to1001('car-shown', '+8613912345678', '王 "Q"\r\nEvil: yes\u202e'));
    await agent.waitFor('CALL_INCOMING');
    const shown = await agent.command('listcalls');
    expect(shown).toContain('+8613912345678');
    expect(agent.events.find((one) => one.type === 'CALL_INCOMING')?.name).toBe('王 \\"Q\\"Evil: yes');
    await pbx.hangup('car-shown', 'cancelled');
    await event('ChannelEnded');
  });

  it('a_recording_is_a_wav_file_with_what_was_said', async () => {
    const { pbx, event } = start();
    await event('LinkUp');
    await (await guest()).dial('95533');
    const { channel } = await event('ChannelArrived');
    await pbx.answer(channel);
    await pbx.record(channel, 'car-said', { maxMs: 1_000, maxSilenceMs: 0, beep: true, endKey: '' });
    const { file } = await event('RecordingEnded');
    const wav = fs.readFileSync(file);
    expect(wav.toString('latin1', 0, 4)).toBe('RIFF');
    expect(wav.length).toBeGreaterThan(44 + 14_000);
    const loudest = Math.max(
      ...Array.from({ length: 4_000 }, (_, at) => Math.abs(wav.readInt16LE(44 + 2 * at))),
    );
    expect(loudest).toBeGreaterThan(2_000);
    await pbx.hangup(channel, 'normal');
    await event('ChannelEnded');
  });
});
