import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freeswitchPbx } from '../../src/pbx/freeswitch/pbx.ts';
import type { PbxEvent } from '../../src/pbx/pbx.ts';
import { freeSipPort, TEST_PHONES } from '../asterisk/asterisk.ts';
import { startTestFreeswitch, type TestFreeswitch } from '../pbx/freeswitch-process.ts';
import { RAW_SDP, RawSip } from '../phones/raw-sip.ts';

const program = process.env.FREESWITCH_HOME;
const PASSWORD = 'test-phone-1001';
/** FreeSWITCH waits 3 s for a daemon that lives to take a call; it counts in whole seconds. */
const TAKEN_WITHIN_MS = 5_000;

let freeswitch: TestFreeswitch;
let trunk: RawSip;
const sockets: RawSip[] = [];

beforeAll(async () => {
  if (!program) return;
  const sipPort = await freeSipPort();
  trunk = await RawSip.open(`127.0.0.1:${sipPort}`);
  freeswitch = await startTestFreeswitch(program, trunk.address, TEST_PHONES, {
    CARILLON_SIP_PORT: String(sipPort),
  });
});

afterEach(async () => {
  await freeswitch.ask('api hupall');
  await freeswitch.ask('api global_setvar carillon_beat=0');
  for (const socket of sockets.splice(0)) socket.close();
  trunk.take();
});

afterAll(async () => {
  trunk?.close();
  await freeswitch?.stop();
});

/** A caller from outside; he waits for no answer. */
async function caller(to = '95533'): Promise<{ socket: RawSip; callId: string }> {
  const socket = await RawSip.open(freeswitch.outsideSip);
  sockets.push(socket);
  const callId = randomUUID();
  const headers = ['Content-Type: application/sdp'];
  await socket.send({ method: 'INVITE', to, user: '13800138000', callId, headers, body: RAW_SDP });
  return { socket, callId };
}

/** A registered phone dials. */
async function phoneDials(to: string): Promise<void> {
  const socket = await RawSip.open(freeswitch.phoneSip);
  sockets.push(socket);
  expect(await socket.register('1001', PASSWORD, randomUUID())).toBe(200);
  await socket.dial('1001', PASSWORD, to, randomUUID());
}

/** Whom the trunk is asked for; it declines. */
async function dialled(ms: number): Promise<string | undefined> {
  const invite = await trunk.request('INVITE', ms);
  if (invite === undefined) return undefined;
  const kept = invite.split('\r\n').filter((line) => /^(via|from|to|call-id|cseq):/i.test(line));
  await trunk.sendBytes(
    Buffer.from(['SIP/2.0 603 Decline', ...kept, 'Content-Length: 0', '', ''].join('\r\n')),
  );
  return /^INVITE sip:([^@]*)@/.exec(invite)?.[1];
}

/** Says that the daemon lives, as it does each second; nobody is there who takes a call. */
function beat(): Promise<string> {
  return freeswitch.ask(`api global_setvar carillon_beat=${Math.floor(Date.now() / 1_000)}`);
}

/** The one channel that there is; the list is late. */
async function channel(): Promise<string> {
  for (;;) {
    const { rows } = JSON.parse(await freeswitch.ask('api show channels as json')) as {
      rows?: { uuid: string }[];
    };
    if (rows?.[0]) return rows[0].uuid;
    await sleep(20);
  }
}

/** A variable of it; '' where it has none. */
async function variable(name: string): Promise<string> {
  return (await freeswitch.ask(`api uuid_getvar ${await channel()} ${name}`)).replace('_undef_', '');
}

/** The first answer but 100; undefined when none came in time. */
async function told(socket: RawSip, callId: string, ms: number): Promise<number | undefined> {
  for (;;) {
    const answer = await socket.answer('INVITE', callId, ms);
    if (answer?.status !== 100) return answer?.status;
  }
}

describe.skipIf(!program)('without a daemon (skipped where FREESWITCH_HOME names no FreeSWITCH)', () => {
  it.each(['110', '119', '120', '122'])('a_phone_that_dials_%s_is_put_through_at_once', async (number) => {
    await phoneDials(number);
    expect(await dialled(2_000)).toBe(number);
  });

  it('the_phones_of_the_house_are_rung_whatever_address_they_registered', async () => {
    const socket = await RawSip.open(freeswitch.phoneSip);
    sockets.push(socket);
    const contact = `<sip:1001@${socket.address};x=a,sofia/gateway/trunk/0012125550100>`;
    expect(await socket.register('1001', PASSWORD, randomUUID(), 60, '1001', contact)).toBe(200);
    expect(await freeswitch.ask('api group_call phones@carillon')).not.toContain('trunk');
  });

  it('a_phone_that_dials_another_number_and_a_guest_who_dials_110_are_not', async () => {
    await phoneDials('1100');
    await caller('110');
    expect(await dialled(1_500)).toBeUndefined();
  });

  it('a_caller_hears_it_ring_for_longer_than_hops_would_last_and_gets_the_daemon_that_comes_back', async () => {
    const { socket, callId } = await caller();
    expect(await told(socket, callId, 2_000)).toBe(180);
    // 70 hops are over after 9 s.
    expect((await socket.final('INVITE', callId, 11_000))?.status).toBeUndefined();
    const pbx = freeswitchPbx(freeswitch.options);
    const arrived: PbxEvent[] = [];
    pbx.start((event) => {
      if (event.type !== 'ChannelArrived') return;
      arrived.push(event);
      void pbx.answer(event.channel);
    });
    expect((await socket.final('INVITE', callId, 5_000))?.status).toBe(200);
    expect(arrived).toMatchObject([{ ani: '13800138000', dnis: '95533', source: { kind: 'outside' } }]);
    // Nobody takes a call away from a daemon that has it.
    await sleep(TAKEN_WITHIN_MS);
    expect((await pbx.snapshot()).channels).toHaveLength(1);
    expect(await socket.request('BYE', 1)).toBeUndefined();
    await pbx.stop();
  });

  it('a_caller_who_was_held_here_outlives_his_first_talk_with_the_daemon_that_comes_back', async () => {
    const held = await caller();
    expect(await told(held.socket, held.callId, 2_000)).toBe(180);
    const id = await channel();
    // He has waited for 20 s and heard the tone.
    for (const [name, value] of Object.entries({ carillon_told: 'true', carillon_tries: '90' }))
      await freeswitch.ask(`api uuid_setvar ${id} ${name} ${value}`);
    const answer = await held.socket.final('INVITE', held.callId, 3_000);
    expect(answer?.status).toBe(200);
    const { callId } = held;
    const { toTag } = answer!;
    await held.socket.send({ method: 'ACK', user: '13800138000', callId, toTag, branch: `z9hG4bK-${toTag}` });
    const pbx = freeswitchPbx(freeswitch.options);
    const events: PbxEvent[] = [];
    pbx.start((event) => void events.push(event));
    const arrivals = () => events.flatMap((event) => (event.type === 'ChannelArrived' ? event.channel : []));
    // Music of 10 s, then the daemon is looked for.
    await expect.poll(arrivals, { timeout: 13_000 }).toEqual([id]);
    await caller();
    await expect.poll(arrivals, { timeout: 3_000 }).toHaveLength(2);
    const [, other = ''] = arrivals();
    await pbx.answer(other);
    await pbx.connect('bridge', [id, other]);
    await pbx.hangup(other, 'normal');
    await expect.poll(() => events.some(({ type }) => type === 'ChannelEnded')).toBe(true);
    await sleep(500);
    expect((await pbx.snapshot()).channels.map((one) => one.channel)).toEqual([id]);
    await pbx.stop();
  });
});

describe.skipIf(!program)('with_a_daemon_that_beats_and_takes_nothing', () => {
  it('a_caller_hears_it_ring_soon_and_is_offered_again', async () => {
    const beating = setInterval(() => void beat(), 1_000);
    try {
      await beat();
      const { socket, callId } = await caller();
      expect(await told(socket, callId, TAKEN_WITHIN_MS)).toBe(180);
      expect(await variable('carillon_handed_over')).toBe('');
      await expect.poll(() => variable('carillon_handed_over'), { timeout: 2_000 }).toBe('true');
      expect(await variable('carillon_tries')).not.toBe('0');
    } finally {
      clearInterval(beating);
    }
  });

  it('a_phone_that_calls_for_help_is_put_through', async () => {
    await beat();
    await phoneDials('120');
    expect(await dialled(TAKEN_WITHIN_MS)).toBe('120');
  });
});
