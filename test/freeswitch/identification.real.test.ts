import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freeswitchPbx } from '../../src/pbx/freeswitch/pbx.ts';
import type { Pbx, PbxEvent } from '../../src/pbx/pbx.ts';
import { freeSipPort, TEST_PHONES } from '../asterisk/asterisk.ts';
import { startTestFreeswitch, type TestFreeswitch } from '../pbx/freeswitch-process.ts';
import { RAW_SDP, RawSip } from '../phones/raw-sip.ts';

type Arrived = Extract<PbxEvent, { type: 'ChannelArrived' }>;

const program = process.env.FREESWITCH_HOME;
const PAGE_PHONE = { extension: 'web-7', password: 'test-phone-web-7', name: 'In a page' };
/** For how long nothing may happen, ms. */
const QUIET_MS = 500;
const PASSWORD = 'test-phone-1001';
const GUEST = { kind: 'outside', guest: true };

let freeswitch: TestFreeswitch;
let trunk: RawSip;
let pbx: Pbx;
let arrived: Arrived[] = [];
const sockets: RawSip[] = [];

beforeAll(async () => {
  if (!program) return;
  const sipPort = await freeSipPort();
  trunk = await RawSip.open(`127.0.0.1:${sipPort}`);
  const phones = [...TEST_PHONES, PAGE_PHONE];
  freeswitch = await startTestFreeswitch(program, trunk.address, phones, {
    CARILLON_SIP_PORT: String(sipPort),
  });
  pbx = freeswitchPbx(freeswitch.options);
  const up = Promise.withResolvers<void>();
  pbx.start((event) => {
    if (event.type === 'LinkUp') up.resolve();
    if (event.type === 'ChannelArrived') arrived.push(event);
  });
  await up.promise;
});

afterEach(async () => {
  for (const { channel } of arrived) await pbx.hangup(channel, 'normal');
  for (const socket of sockets.splice(0)) socket.close();
  arrived = [];
});

afterAll(async () => {
  await pbx?.stop();
  trunk?.close();
  await freeswitch?.stop();
});

async function open(): Promise<RawSip> {
  const socket = await RawSip.open(freeswitch.phoneSip);
  sockets.push(socket);
  return socket;
}

/** Dials without a password. Resolves with the final status, or undefined when the call waits; and who arrived by it. */
async function stranger(
  user: string,
  headers: readonly string[] = [],
): Promise<{ status: number | undefined; sources: unknown[] }> {
  const socket = await open();
  const callId = randomUUID();
  const audio = 'Content-Type: application/sdp';
  await socket.send({ method: 'INVITE', user, callId, headers: [audio, ...headers], body: RAW_SDP });
  const status = (await socket.final('INVITE', callId, QUIET_MS))?.status;
  return { status, sources: arrived.map(({ source }) => source) };
}

/** Dials with a password. Resolves with who arrived by it. */
async function caller(user: string, password: string): Promise<unknown[]> {
  await (await open()).dial(user, password, '95533', randomUUID());
  await sleep(QUIET_MS);
  return arrived.map(({ source }) => source);
}

describe.skipIf(!program)('who calls (skipped where FREESWITCH_HOME names no FreeSWITCH)', () => {
  it('is_a_phone_of_ours_by_its_password_alone', async () => {
    expect(await caller('1001', PASSWORD)).toEqual([{ kind: 'phone', extension: '1001' }]);
  });

  it('is_nobody_with_a_wrong_password', async () => {
    expect(await caller('1001', 'wrong')).toEqual([]);
  });

  it('is_nobody_with_the_password_of_a_page_which_rings_nobody', async () => {
    expect(await caller(PAGE_PHONE.extension, PAGE_PHONE.password)).toEqual([]);
  });

  it('cannot_register_as_a_colleague', async () => {
    const socket = await open();
    expect(await socket.register('1002', PASSWORD, randomUUID(), 60, '1001')).toBe(403);
    expect(await freeswitch.ask('api show registrations count')).toMatch(/^0 total/);
  });

  it('is_a_guest_when_nobody_here_has_his_number', async () => {
    expect(await stranger('13800138000')).toEqual({ status: undefined, sources: [GUEST] });
  });

  it.each([
    ['calls_himself_1001', '1001', []],
    ['writes_1001_in_another_way', '%31%30%30%31', []],
    ['calls_himself_a_page', 'web-7', []],
    ['asserts_that_he_is_1001', '13800138000', ['P-Asserted-Identity: <sip:1001@127.0.0.1>']],
    ['asserts_it_in_the_old_way', '13800138000', ['Remote-Party-ID: <sip:1001@127.0.0.1>;party=calling']],
    ['gives_an_answer_nobody_asked_for', '1001', [answerTo('1001')]],
    ['gives_one_as_somebody_else', '13800138000', [answerTo('1001')]],
  ])('is_asked_for_a_password_who_%s', async (_, user, headers) => {
    const { status, sources } = await stranger(user, headers);
    expect(sources).toEqual([]);
    expect([401, 407]).toContain(status);
  });

  it('is_the_trunk_by_its_address_whatever_he_calls_himself', async () => {
    const headers = ['Content-Type: application/sdp'];
    await trunk.send({ method: 'INVITE', user: '1001', callId: randomUUID(), headers, body: RAW_SDP });
    await sleep(QUIET_MS);
    expect(arrived.map(({ source }) => source)).toEqual([{ kind: 'outside' }]);
  });

  it('has_no_number_when_he_writes_one_of_ours_in_pieces', async () => {
    await stranger('1-001');
    expect(arrived).toMatchObject([{ ani: '', source: GUEST }]);
  });

  it('takes_nobodys_place_in_a_call', async () => {
    const callId = randomUUID();
    const headers = ['Content-Type: application/sdp'];
    await (await open()).send({ method: 'INVITE', user: '13800138001', callId, headers, body: RAW_SDP });
    await (await open()).send({
      method: 'INVITE',
      user: '13800138002',
      callId: randomUUID(),
      headers,
      body: RAW_SDP,
    });
    await expect.poll(() => arrived.length).toBe(2);
    for (const { channel } of arrived) await pbx.answer(channel);
    const other = arrived.find(({ ani }) => ani === '13800138002');
    await pbx.connect(
      'car-b',
      arrived.map(({ channel }) => channel),
    );
    const intruder = await open();
    const intrusion = randomUUID();
    const replaces = `Replaces: ${callId};to-tag=x;from-tag=f-${callId}`;
    await intruder.send({
      method: 'INVITE',
      user: '13800138003',
      callId: intrusion,
      headers: [...headers, replaces],
      body: RAW_SDP,
    });
    const answer = await intruder.final('INVITE', intrusion, 2_000);
    await intruder.send({
      method: 'ACK',
      callId: intrusion,
      toTag: answer?.toTag ?? '',
      branch: 'z9hG4bK-ack',
    });
    expect(await intruder.request('BYE', 2_000)).toBeDefined();
    const left = async () => (await pbx.snapshot()).channels.map(({ channel }) => channel);
    expect(await left()).toContain(other?.channel);
    expect(await freeswitch.ask('api show channels count')).not.toMatch(/^3 total/);
  });

  it.each(['carillon_source', 'carillon_endpoint', 'sip_authorized', 'sip_auth_username'])(
    'is_not_known_by_a_header_named_like_our_variable_%s',
    async (name) => {
      const headers = [`${name}: phone`, `X-${name}: phone`, `P-${name}: phone`, `sip_h_${name}: phone`];
      const { sources } = await stranger('13800138000', headers);
      expect(sources).toEqual([GUEST]);
    },
  );
});

/** An answer to a challenge that was never given. */
function answerTo(user: string): string {
  const fields = `username="${user}", realm="carillon", nonce="x", uri="sip:95533@127.0.0.1", response="${'0'.repeat(32)}"`;
  return `Proxy-Authorization: Digest ${fields}, algorithm=MD5`;
}
