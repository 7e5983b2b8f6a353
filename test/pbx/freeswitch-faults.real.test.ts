import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sqlite from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import type { SipCall } from '../../src/lab/bench/sip/call.ts';
import { CalledCall } from '../../src/lab/bench/sip/called-call.ts';
import { CallerCall } from '../../src/lab/bench/sip/caller-call.ts';
import { headerOf, type SipMessage } from '../../src/lab/bench/sip/message.ts';
import { register } from '../../src/lab/bench/sip/register.ts';
import { SipSocket } from '../../src/lab/bench/sip/socket.ts';
import { type FreeswitchOptions, freeswitchPbx } from '../../src/pbx/freeswitch/pbx.ts';
import type { OriginateRequest, Pbx, PbxEvent } from '../../src/pbx/pbx.ts';
import { TEST_PHONES } from '../asterisk/asterisk.ts';
import { startTestFreeswitch, type TestFreeswitch } from './freeswitch-process.ts';

type EventOf<Type extends PbxEvent['type']> = Extract<PbxEvent, { type: Type }>;

const program = process.env.FREESWITCH_HOME;
/** The dialplan hands calls over from the daemon's first beat on. */
const BEAT_MS = 1_200;
const RACES = 100;
/** FreeSWITCH takes a channel that was moved 70 times for one that goes in a circle. */
const MOVES = 80;

let freeswitch: TestFreeswitch;
const adapters: Pbx[] = [];
const sockets: SipSocket[] = [];

beforeAll(async () => {
  if (!program) return;
  freeswitch = await startTestFreeswitch(program, '127.0.0.1:9', TEST_PHONES);
}, 60_000);
afterEach(async () => {
  for (const one of sockets.splice(0)) one.close();
  await Promise.all(adapters.splice(0).map((pbx) => pbx.stop()));
  if (!program) return;
  // One test's failure is not the next one's.
  await freeswitch.ask('api hupall');
  await until(async () => (await listed()) === 0);
});
afterAll(() => freeswitch?.stop());

function start(change: Partial<FreeswitchOptions> = {}) {
  const pbx = freeswitchPbx({ ...freeswitch.options, ...change });
  const events: PbxEvent[] = [];
  adapters.push(pbx);
  pbx.start((event) => events.push(event));
  const seen = <Type extends PbxEvent['type']>(type: Type) =>
    events.filter((event): event is EventOf<Type> => event.type === type);
  const event = async <Type extends PbxEvent['type']>(
    type: Type,
    which: (event: EventOf<Type>) => boolean = () => true,
    ms = 5_000,
  ): Promise<EventOf<Type>> => {
    const deadline = Date.now() + ms;
    for (;;) {
      const found = seen(type).find(which);
      if (found) return found;
      if (Date.now() > deadline) throw new Error(`no ${type} in ${ms} ms: ${JSON.stringify(events)}`);
      await sleep(5);
    }
  };
  return { pbx, events, seen, event };
}

/** One that has had the link for long enough that the dialplan hands calls over. */
async function started() {
  const daemon = start();
  await daemon.event('LinkUp');
  await sleep(BEAT_MS);
  return daemon;
}
type Daemon = Awaited<ReturnType<typeof started>>;

/** An outside caller, answered and talking. */
async function caller({ seen, event, pbx }: Daemon) {
  const known = new Set(seen('ChannelArrived').map(({ channel }) => channel));
  const call = await CallerCall.dial(await socket(freeswitch.outsideSip), '13912345678', '95533');
  const { channel } = await event('ChannelArrived', (one) => !known.has(one.channel));
  await pbx.answer(channel);
  await call.settled;
  call.audio.talks = true;
  return { call, channel };
}

/** A registered phone: resolves with its next call. */
async function desk(extension: string, answers: boolean): Promise<() => CalledCall> {
  const { password } = TEST_PHONES.find((one) => one.extension === extension)!;
  const line = await socket(freeswitch.phoneSip);
  const calls: CalledCall[] = [];
  line.onRequest = (request) => {
    if (!request.start.startsWith('INVITE ')) return line.refuse(request);
    void CalledCall.ring(line, request).then((call) => {
      calls.push(call);
      call.audio.talks = true;
      if (answers) call.answer();
    });
  };
  await register(line, { user: extension, password });
  return () => calls.at(-1)!;
}

async function socket(server: string): Promise<SipSocket> {
  const opened = await SipSocket.open(server);
  sockets.push(opened);
  return opened;
}

async function ring(daemon: Daemon, leg: string, extension: string): Promise<void> {
  await daemon.pbx.originate(ringing(leg, extension));
}

function ringing(leg: string, extension: string): OriginateRequest {
  return {
    leg,
    to: { kind: 'phone', extension },
    callerNumber: '13912345678',
    callerName: 'C',
    ringTimeoutMs: 20_000,
  };
}

/** Resolves when the voice of the other side arrives, from now on. */
async function hears({ audio }: SipCall): Promise<void> {
  audio.voiceAt = undefined;
  for (const deadline = Date.now() + 5_000; audio.voiceAt === undefined; await sleep(10))
    if (Date.now() > deadline) throw new Error('no voice in 5 s');
}

/** Resolves when anything is heard, from now on. */
async function hearsMusic({ audio }: SipCall): Promise<void> {
  const before = audio.packets;
  for (const deadline = Date.now() + 5_000; audio.packets < before + 20; await sleep(10))
    if (Date.now() > deadline) throw new Error('no music in 5 s');
}

/** Calls that FreeSWITCH has written down so that a life after this one can take them up. */
function writtenDown(): number {
  const database = sqlite(path.join(freeswitch.home, 'db/core.db'), { readonly: true });
  try {
    return Number(database.prepare('select count(*) from recovery').pluck().get());
  } finally {
    database.close();
  }
}

async function until(holds: () => boolean | Promise<boolean>, ms = 5_000): Promise<void> {
  for (const deadline = Date.now() + ms; !(await holds()); await sleep(20))
    if (Date.now() > deadline) throw new Error(`not in ${ms} ms`);
}

const listed = async (): Promise<number> =>
  Number.parseInt(await freeswitch.ask('api show channels count'), 10);

describe.skipIf(!program)('a FreeSWITCH that is killed', () => {
  it('given_a_pair_in_a_bridge_then_they_hear_each_other_again_and_the_daemon_commands_both', async () => {
    const daemon = await started();
    const { pbx, event } = daemon;
    const customer = await caller(daemon);
    const agent = await desk('1001', true);
    await desk('1002', false);
    await ring(daemon, 'car-agent', '1001');
    await event('LegAnswered');
    await pbx.connect('car-bridge', [customer.channel, 'car-agent']);
    await ring(daemon, 'car-ringing', '1002');
    await event('LegRinging', ({ channel }) => channel === 'car-ringing');
    const waiting = await caller(daemon);
    await pbx.startMusic(waiting.channel, 'default');
    await hears(customer.call);
    // What happened in the last half second before a crash is lost.
    await until(() => writtenDown() === 3);

    await freeswitch.kill();
    await event('LinkDown');
    await freeswitch.restart();
    await event('LinkUp', ({ restarted }) => restarted, 15_000);
    const { channels, bridges } = await pbx.snapshot();
    const survivors = ['car-agent', customer.channel, waiting.channel].sort();
    // Who had not answered is lost.
    expect(channels.map(({ channel }) => channel).sort()).toEqual(survivors);
    expect(bridges.map(({ channels }) => [...channels].sort())).toEqual([
      ['car-agent', customer.channel].sort(),
    ]);
    await hears(customer.call);
    await hears(agent());
    await pbx.startMusic(waiting.channel, 'default');
    await hearsMusic(waiting.call);
    // Past the moment when the dialplan would look after the callers itself.
    await sleep(4_000);
    expect((await pbx.snapshot()).channels.map(({ channel }) => channel).sort()).toEqual(survivors);
    await pbx.disconnect('car-bridge');
    await pbx.play(customer.channel, 'car-prompt', [{ silenceMs: 100 }]);
    await event('PlaybackEnded', ({ playback }) => playback === 'car-prompt');
    agent().hangUp();
    await event('ChannelEnded', ({ channel }) => channel === 'car-agent');
    // Its registration outlived the crash, too.
    await ring(daemon, 'car-after', '1002');
    await event('LegRinging', ({ channel }) => channel === 'car-after');
    for (const channel of ['car-after', customer.channel, waiting.channel]) {
      await pbx.hangup(channel, 'normal');
      await event('ChannelEnded', (one) => one.channel === channel);
    }
  }, 90_000);

  it('given_nobody_was_there_to_take_its_calls_up_then_they_are_never_rung_again', async () => {
    const daemon = await started();
    const { call } = await caller(daemon);
    await daemon.pbx.stop();
    await until(() => writtenDown() === 1);
    await freeswitch.kill();
    // He has gone, and has not heard that it died.
    call.drop();
    await freeswitch.restart();
    expect(writtenDown()).toBe(1);
    const later = start();
    await later.event('LinkUp');
    expect((await later.pbx.snapshot()).channels).toEqual([]);
    await until(() => writtenDown() === 0);
    expect(await freeswitch.ask('api sofia recover')).toBe('No calls to recover.');
  }, 60_000);

  it('control: given_the_same_and_it_is_told_to_recover_then_it_rings_who_has_gone', async () => {
    const daemon = await started();
    const { call } = await caller(daemon);
    await daemon.pbx.stop();
    await until(() => writtenDown() === 1);
    await freeswitch.kill();
    call.drop();
    await freeswitch.restart();
    expect(await freeswitch.ask('api sofia recover')).toBe('Recovered 1 call(s)');
    // 481: nobody knows that call any more.
    await until(async () => (await listed()) === 0);
  }, 60_000);
});

describe.skipIf(!program)('the link to a real FreeSWITCH', () => {
  it('given_a_second_daemon_then_the_first_is_told_and_acts_no_more', async () => {
    const first = await started();
    const { channel } = await caller(first);
    const second = start();
    await second.event('LinkUp');
    await first.event('Replaced');
    await expect(first.pbx.hangup(channel, 'normal')).rejects.toMatchObject({ code: 'link-down' });
    expect((await second.pbx.snapshot()).channels.map((one) => one.channel)).toEqual([channel]);
    await sleep(2_000);
    expect(first.seen('LinkUp')).toHaveLength(1);
    expect(second.seen('Replaced')).toEqual([]);
    await second.pbx.hangup(channel, 'normal');
    await second.event('ChannelEnded');
  });

  it('given_a_daemon_that_stood_still_while_another_took_over_then_it_commands_nothing_when_it_goes_on', async () => {
    const daemon = await started();
    const { channel, call } = await caller(daemon);
    await freeswitch.ask('api hash insert/carillon/owner/another');
    // As one that was stopped: it has heard of nothing, and its time jumps.
    for (const until = performance.now() + 4_000; performance.now() < until; );
    await expect(daemon.pbx.hangup(channel, 'normal')).rejects.toMatchObject({ code: 'link-down' });
    await daemon.event('Replaced');
    expect(call.isUp).toBe(true);
    expect(await freeswitch.ask('api hash select/carillon/owner')).toBe('another');
  });

  it('given_freeswitch_freezes_then_the_link_drops_within_five_seconds_and_comes_back_with_its_calls', async () => {
    const daemon = await started();
    const { channel } = await caller(daemon);
    const began = Date.now();
    process.kill(freeswitch.pid, 'SIGSTOP');
    try {
      await expect(daemon.pbx.snapshot()).rejects.toMatchObject({
        code: expect.stringMatching(/timeout|link-down/),
      });
      await daemon.event('LinkDown');
      expect(Date.now() - began).toBeLessThan(5_000);
    } finally {
      process.kill(freeswitch.pid, 'SIGCONT');
    }
    const ups = () => daemon.seen('LinkUp');
    await until(() => ups().length === 2, 10_000);
    expect(ups()[1]?.restarted).toBe(false);
    expect((await daemon.pbx.snapshot()).channels.map((one) => one.channel)).toEqual([channel]);
    await daemon.pbx.hangup(channel, 'normal');
    await daemon.event('ChannelEnded');
  }, 30_000);
});

describe.skipIf(!program)('a channel that is moved more often than FreeSWITCH permits', () => {
  it('given_it_was_connected_each_time_then_it_stays', async () => {
    const daemon = await started();
    const { channel } = await caller(daemon);
    await desk('1001', true);
    await ring(daemon, 'car-agent', '1001');
    await daemon.event('LegAnswered');
    for (let count = 0; count < MOVES; count += 1) {
      await daemon.pbx.connect('car-bridge', [channel, 'car-agent']);
      await daemon.pbx.disconnect('car-bridge');
    }
    expect(daemon.seen('ChannelEnded')).toEqual([]);
  }, 60_000);

  it('control: given_nobody_begins_the_count_anew_then_FreeSWITCH_ends_it', async () => {
    const daemon = await started();
    const { channel } = await caller(daemon);
    for (let count = 0; count < MOVES; count += 1)
      await freeswitch.ask(`api uuid_transfer ${channel} park: inline`);
    expect((await daemon.event('ChannelEnded')).q850).toBe(25);
  }, 60_000);
});

describe.skipIf(!program)('a phone that is asked to answer by itself', () => {
  it('gets_both_headers_with_their_addresses_in_brackets', async () => {
    const { password } = TEST_PHONES.find(({ extension }) => extension === '1001')!;
    const line = await socket(freeswitch.phoneSip);
    const invites: SipMessage[] = [];
    line.onRequest = (request) => {
      invites.push(request);
      line.refuse(request);
    };
    await register(line, { user: '1001', password });
    const { pbx, event } = await started();
    await pbx.originate({ ...ringing('car-desk', '1001'), callerName: 'A <b>', autoAnswer: true });
    await event('ChannelEnded');
    const [invite] = invites;
    expect(headerOf(invite!, 'Call-Info')).toBe('<sip:carillon.invalid>;answer-after=0');
    expect(headerOf(invite!, 'Alert-Info')).toBe('<http://carillon.invalid>;info=alert-autoanswer;delay=0');
    expect(headerOf(invite!, 'From')).toMatch(/^"A b" </);
  });
});

describe.skipIf(!program)('an agent who hangs up at any moment around the bridge', () => {
  it(`leaves_the_customer_with_us: ${RACES} times`, async () => {
    const daemon = await started();
    const { pbx, event } = daemon;
    const customer = await caller(daemon);
    const agent = await desk('1001', true);
    const random = seededRandom(1);
    const stuck: number[] = [];
    for (let at = 0; at < RACES; at += 1) {
      const [leg, prompt] = [`car-race-${at}`, `car-after-${at}`];
      await pbx.startMusic(customer.channel, 'default');
      await ring(daemon, leg, '1001');
      await event('LegAnswered', ({ channel }) => channel === leg);
      const left = sleep(random() * 160).then(() => agent().hangUp());
      await pbx.stopMusic(customer.channel);
      await pbx.connect(`car-bridge-${at}`, [customer.channel, leg]).catch(() => undefined);
      await left;
      await event('ChannelEnded', ({ channel }) => channel === leg);
      await pbx.disconnect(`car-bridge-${at}`);
      await pbx.play(customer.channel, prompt, [{ silenceMs: 20 }]);
      await event('PlaybackEnded', ({ playback }) => playback === prompt, 2_000).catch(() => stuck.push(at));
    }
    expect(stuck).toEqual([]);
    await pbx.hangup(customer.channel, 'normal');
    await customer.call.ended;
  }, 120_000);
});
