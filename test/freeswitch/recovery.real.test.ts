import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freeswitchPbx } from '../../src/pbx/freeswitch/pbx.ts';
import type { Pbx, PbxEvent } from '../../src/pbx/pbx.ts';
import { freeSipPort, TEST_PHONES } from '../asterisk/asterisk.ts';
import { startTestFreeswitch, type TestFreeswitch } from '../pbx/freeswitch-process.ts';
import { RAW_SDP, RawSip } from '../phones/raw-sip.ts';

const program = process.env.FREESWITCH_HOME;
const AUDIO = ['Content-Type: application/sdp'];
/** A call is taken up again as soon as the daemon is back; nothing may come after that. */
const QUIET_MS = 2_500;

let freeswitch: TestFreeswitch;
let pbx: Pbx | undefined;
let events: PbxEvent[] = [];
const sockets: RawSip[] = [];

beforeAll(async () => {
  if (!program) return;
  freeswitch = await startTestFreeswitch(program, `127.0.0.1:${await freeSipPort()}`, TEST_PHONES);
});

afterEach(async () => {
  await pbx?.stop();
  pbx = undefined;
  for (const socket of sockets.splice(0)) socket.close();
  await freeswitch.ask('api hupall');
  await freeswitch.ask('api sofia recover flush');
});

afterAll(() => freeswitch?.stop());

async function daemon(): Promise<Pbx> {
  events = [];
  pbx = freeswitchPbx(freeswitch.options);
  pbx.start((event) => events.push(event));
  await linkUps(1);
  return pbx;
}

async function linkUps(count: number): Promise<void> {
  const ups = () => events.filter(({ type }) => type === 'LinkUp').length;
  await expect.poll(ups, { timeout: 20_000 }).toBe(count);
}

/** A caller whom the daemon answered. */
async function talks(daemon: Pbx): Promise<{ socket: RawSip; callId: string; toTag: string }> {
  const socket = await RawSip.open(freeswitch.outsideSip);
  sockets.push(socket);
  const callId = randomUUID();
  await socket.send({ method: 'INVITE', user: '13800138000', callId, headers: AUDIO, body: RAW_SDP });
  const arrived = () => events.find((event) => event.type === 'ChannelArrived');
  await expect.poll(arrived, { timeout: 5_000 }).toBeDefined();
  await daemon.answer(arrived()?.channel ?? '');
  const toTag = (await socket.final('INVITE', callId, 3_000))?.toTag ?? '';
  await socket.send({ method: 'ACK', callId, toTag, branch: `z9hG4bK-ack-${callId}` });
  // What is known of a call is written down a moment later.
  await sleep(500);
  return { socket, callId, toTag };
}

/** How often the caller is called back until it is quiet; he takes it each time. */
async function invitedAgain(socket: RawSip): Promise<number> {
  const seen = new Set<string>();
  for (
    let text = await socket.request('INVITE', QUIET_MS);
    text;
    text = await socket.request('INVITE', QUIET_MS)
  ) {
    seen.add(/^cseq:\s*(\d+)/im.exec(text)?.[1] ?? '');
    const kept = text.split('\r\n').filter((line) => /^(via|from|to|call-id|cseq):/i.test(line));
    const lines = ['SIP/2.0 200 OK', ...kept, `Contact: <sip:13800138000@${socket.address}>`, ...AUDIO];
    const answer = `${lines.join('\r\n')}\r\nContent-Length: ${RAW_SDP.length}\r\n\r\n${RAW_SDP}`;
    await socket.sendBytes(Buffer.from(answer));
  }
  return seen.size;
}

const registrations = () => freeswitch.ask('api show registrations count');

describe.skipIf(!program)('a FreeSWITCH that begins anew (skipped where FREESWITCH_HOME names none)', () => {
  it('takes_up_a_call_that_a_crash_cut_off_once_at_each_crash_and_keeps_registrations', async () => {
    const line = await RawSip.open(freeswitch.phoneSip);
    sockets.push(line);
    expect(await line.register('1001', 'test-phone-1001', randomUUID(), 600)).toBe(200);
    const { socket } = await talks(await daemon());
    for (const crashes of [1, 2]) {
      await freeswitch.kill();
      await freeswitch.restart();
      await linkUps(1 + crashes);
      expect(await invitedAgain(socket)).toBe(1);
      expect((await pbx?.snapshot())?.channels).toHaveLength(1);
      expect(await registrations()).toMatch(/^1 total/);
    }
  });

  it('calls_nobody_back_who_hung_up_between_two_crashes', async () => {
    const { socket, callId } = await talks(await daemon());
    await freeswitch.kill();
    await freeswitch.restart();
    await linkUps(2);
    expect(await invitedAgain(socket)).toBe(1);
    const [only] = (await pbx!.snapshot()).channels;
    await pbx!.hangup(only?.channel ?? '', 'normal');
    const bye = await socket.request('BYE', 3_000);
    expect(bye).toContain(callId);
    await socket.accept(bye!);
    await sleep(500);
    await freeswitch.kill();
    await freeswitch.restart();
    await linkUps(3);
    expect(await invitedAgain(socket)).toBe(0);
  });

  it('calls_nobody_back_when_the_daemon_did_not_see_it_die_then_or_later', async () => {
    const { socket } = await talks(await daemon());
    await pbx!.stop();
    await freeswitch.kill();
    await freeswitch.restart();
    await daemon();
    expect(await invitedAgain(socket)).toBe(0);
    expect(await freeswitch.ask('api sofia recover')).toMatch(/^No calls/);
  });

  it('calls_nobody_back_after_it_was_stopped_in_order', async () => {
    const { socket } = await talks(await daemon());
    const ended = socket.request('BYE', 8_000);
    await freeswitch.stopInOrder();
    await socket.accept((await ended)!);
    await freeswitch.restart();
    await linkUps(2);
    expect(await invitedAgain(socket)).toBe(0);
  });
});
