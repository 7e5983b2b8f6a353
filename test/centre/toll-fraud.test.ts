import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Endpoint, Pbx, PbxEvent } from '../../src/pbx/pbx.ts';
import { freeSipPort } from '../asterisk/asterisk.ts';
import { RAW_SDP, RawSip } from '../phones/raw-sip.ts';
import type { PbxChannel } from './pbx-itself.ts';
import { PBX_UNDER_TEST } from './pbx-under-test.ts';
import { startTestPbx, type TestPbx } from './test-pbx.ts';

/** A number that pays whoever owns it. */
const PREMIUM = '0019005551234';
/** For how long nothing may happen, ms. */
const QUIET_MS = 700;
const SDP = ['Content-Type: application/sdp'];
/**
 * How each PBX says no to a caller who wants to be put through, and to a text message, which FreeSWITCH accepts and throws away; and
 * how long it takes to miss the daemon, ms.
 */
const NO = {
  asterisk: { transfer: 603, message: 404, daemonMs: QUIET_MS },
  freeswitch: { transfer: 405, message: 202, daemonMs: 3_000 },
}[PBX_UNDER_TEST];
/** A caller who left the queue for where a phone sent him. */
const LEFT = new RegExp(`^Local/|${PREMIUM}`);

let centre: TestPbx;
let trunk: RawSip;
let phone: RawSip;
let pbx: Pbx;
const events: PbxEvent[] = [];

beforeAll(async () => {
  const sipPort = await freeSipPort();
  const server = `127.0.0.1:${sipPort}`;
  [trunk, phone] = await Promise.all([RawSip.open(server), RawSip.open(server)]);
  centre = await startTestPbx({
    trunk: trunk.address,
    env: { CARILLON_SIP_PORT: String(sipPort) },
  });
  await register(phone, '1001');
  await startDaemon();
});

afterAll(async () => {
  await pbx?.stop();
  phone?.close();
  trunk?.close();
  await centre?.stop();
});

/** Somebody who listens in the daemon's place. */
async function startDaemon(): Promise<void> {
  const links = () => events.filter(({ type }) => type === 'LinkUp').length;
  const before = links();
  pbx = centre.connections().pbx;
  pbx.start((event) => events.push(event));
  await vi.waitFor(() => expect(links()).toBe(before + 1), 5000);
}

/** Registers a phone, and answers when it is asked whether it is there. */
async function register(sip: RawSip, extension: string): Promise<void> {
  expect(await sip.register(extension, `test-phone-${extension}`, `register-${nextId()}`)).toBe(200);
  const options = await sip.request('OPTIONS', 2000);
  if (options !== undefined) await sip.accept(options);
}

/** The phone comes back from another port, so that it is asked anew whether it is there. */
async function newPhone(): Promise<void> {
  phone.close();
  phone = await RawSip.open(centre.sip);
  await register(phone, '1001');
}

let count = 0;
const nextId = (): string => `leg-${++count}`;

/** Answers a request, as whoever is called. */
async function reply(
  sip: RawSip,
  request: string,
  line: string,
  more: readonly string[],
  body = '',
): Promise<void> {
  const kept = request.split('\r\n').filter((one) => /^(?:via|from|to|call-id|cseq):/i.test(one));
  const head = kept.map((one) => (/^to:/i.test(one) && !one.includes('tag=') ? `${one};tag=us` : one));
  const lines = [`SIP/2.0 ${line}`, ...head, ...more, `Content-Length: ${body.length}`];
  await sip.sendBytes(Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`));
}

const redirect = (sip: RawSip, request: string): Promise<void> =>
  reply(sip, request, '302 Moved Temporarily', [`Contact: <sip:${PREMIUM}@${trunk.address}>`]);

/** We dial somebody, who wants us to dial the premium number instead. Returns who was dialled then, '' for nobody. */
async function dialWhoRedirects(to: Endpoint, at: RawSip): Promise<string> {
  const leg = nextId();
  await pbx.originate({ leg, to, callerNumber: '13800138000', callerName: '', ringTimeoutMs: 5000 });
  await redirect(at, (await at.request('INVITE', 5000))!);
  return dialledNext();
}

/** Whom the next INVITE is for that goes to the trunk or the phone, '' when there is none. */
async function dialledNext(ms = QUIET_MS): Promise<string> {
  const invites = await Promise.all(
    [trunk, phone].map(async (sip) => {
      const invite = await sip.request('INVITE', ms);
      if (invite !== undefined) await reply(sip, invite, '603 Decline', []);
      return invite?.split(' ')[1];
    }),
  );
  return invites.find((one) => one !== undefined) ?? '';
}

const channels = (): Promise<readonly PbxChannel[]> => centre.itself.channels();

const arrivals = () => events.filter((event) => event.type === 'ChannelArrived');

/** A caller who is taken. */
async function answeredCaller(
  sip: RawSip,
  to: string,
  callId: string,
): Promise<{ toTag: string; cseq: number }> {
  const before = arrivals().length;
  await sip.send({ method: 'INVITE', to, callId, headers: SDP, body: RAW_SDP });
  await vi.waitFor(() => expect(arrivals()).toHaveLength(before + 1), 3000);
  await pbx.answer(arrivals().at(-1)!.channel);
  const { toTag } = (await sip.final('INVITE', callId, 3000))!;
  await sip.send({ method: 'ACK', to, callId, toTag, branch: `z9hG4bK-ack-${callId}` });
  return { toTag, cseq: 2 };
}

/** A caller asks us to put him through to the premium number. Returns our answer and who was dialled. */
async function refer(sip: RawSip, callId: string): Promise<{ status: number | undefined; dialled: string }> {
  const call = await answeredCaller(sip, '95533', callId);
  const target = `Refer-To: <sip:${PREMIUM}@${centre.sip}>`;
  await sip.send({ method: 'REFER', callId, ...call, headers: [target] });
  const status = (await sip.final('REFER', callId, 5000))?.status;
  const dialled = await dialledNext();
  await sip.send({ method: 'BYE', callId, ...call, cseq: 3 });
  return { status, dialled };
}

/** A text message instead of a call. Returns our answer and how many calls arrived by it. */
async function message(
  sip: RawSip,
  callId: string,
): Promise<{ status: number | undefined; arrived: number }> {
  const before = arrivals().length;
  await sip.send({ method: 'MESSAGE', callId, headers: ['Content-Type: text/plain'], body: 'hello' });
  const status = (await sip.final('MESSAGE', callId, 5000))?.status;
  await sleep(QUIET_MS);
  return { status, arrived: arrivals().length - before };
}

/** A caller in the fallback queue, whose phone forwards him. Returns the channels that are up then, sooner when he went elsewhere. */
async function queueWhoRedirects(ms: number): Promise<string[]> {
  await pbx.stop();
  const caller = await RawSip.open(centre.sip);
  try {
    await register(caller, '1002');
    await newPhone();
    await centre.itself.holdInSafetyNet('1002');
    const ring = (await caller.request('INVITE', 5000))!;
    await reply(caller, ring, '200 OK', [`Contact: <sip:1002@${caller.address}>`, ...SDP], RAW_SDP);
    await redirect(phone, await rungBy(phone));
    for (const deadline = Date.now() + ms; ; await sleep(50)) {
      const up = (await channels()).map(({ name }) => name);
      if (Date.now() > deadline || up.some((name) => LEFT.test(name))) return up;
    }
  } finally {
    await startDaemon();
    await allOver();
    caller.close();
  }
}

/** The queue rings a phone as soon as it knows that it is there, so a question that came late is answered meanwhile. */
async function rungBy(sip: RawSip): Promise<string> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; ) {
    const ring = await sip.request('INVITE', 250);
    if (ring !== undefined) return ring;
    const options = await sip.request('OPTIONS', 1);
    if (options !== undefined) await sip.accept(options);
  }
  throw new Error('the queue did not ring the phone');
}

const phoneDials = (number: string): Promise<void> => phone.dial('1001', 'test-phone-1001', number, nextId());

/** Ends every call; the phone declines what still rings it. */
async function allOver(): Promise<void> {
  for (let up = await channels(); up.length > 0; up = await channels()) {
    for (const { id } of up) await centre.itself.end(id);
    const ringing = await phone.request('INVITE', 100);
    if (ringing !== undefined) await reply(phone, ringing, '603 Decline', []);
  }
  phone.take();
}

describe('as it ships', () => {
  test('given_a_phone_that_answers_302_with_a_premium_number_then_that_is_not_dialled', async () => {
    expect(await dialWhoRedirects({ kind: 'phone', extension: '1001' }, phone)).toBe('');
    expect(events.at(-1)).toMatchObject({ type: 'ChannelEnded', sipCode: 302 });
    expect(arrivals()).toEqual([]);
  });

  test('given_a_carrier_that_answers_302_then_nothing_else_is_dialled', async () => {
    expect(await dialWhoRedirects({ kind: 'outside', number: '02787654321' }, trunk)).toBe('');
    expect(arrivals()).toEqual([]);
  });

  test('given_callers_who_ask_to_be_transferred_then_they_are_refused', async () => {
    for (const [sip, callId] of [
      [trunk, 'refer-trunk'],
      [phone, 'refer-phone'],
    ] as const)
      expect(await refer(sip, callId)).toEqual({ status: NO.transfer, dialled: '' });
    expect(arrivals().map(({ dnis }) => dnis)).toEqual(['95533', '95533']);
  });

  test('given_callers_from_the_trunk_who_dial_whatever_then_they_are_outside_and_nobody_rings', async () => {
    const before = arrivals().length;
    const dialled = ['1001', '*50', PREMIUM, `+${PREMIUM}`, '1001&PJSIP'];
    for (const to of dialled)
      await trunk.send({ method: 'INVITE', to, callId: `dials-${nextId()}`, headers: SDP, body: RAW_SDP });
    expect(await dialledNext()).toBe('');
    const arrived = arrivals().slice(before);
    expect(arrived.length).toBeGreaterThanOrEqual(4);
    expect(new Set(arrived.map(({ source }) => source.kind))).toEqual(new Set(['outside']));
    for (const { channel } of arrived) await pbx.hangup(channel, 'rejected');
  });

  test('given_a_text_message_then_it_is_no_call', async () => {
    expect(await message(trunk, 'message-trunk')).toEqual({ status: NO.message, arrived: 0 });
    expect(await message(phone, 'message-phone')).toEqual({ status: NO.message, arrived: 0 });
  });

  test('given_no_daemon_when_a_phone_of_the_fallback_queue_answers_302_then_the_caller_stays_in_the_queue', async () => {
    const up = await queueWhoRedirects(QUIET_MS);
    expect(up.some((name) => name.includes('/1002'))).toBe(true);
    expect(up.filter((name) => LEFT.test(name))).toEqual([]);
    expect(await trunk.request('INVITE', 1)).toBeUndefined();
  });
});

describe('a talk that may not last', () => {
  test('given_no_daemon_when_a_leg_has_outlived_its_longest_talk_then_the_pbx_ends_it_and_no_other', async () => {
    const [capped, other] = [nextId(), nextId()];
    for (const leg of [capped, other]) {
      const to = { kind: 'outside', number: '02787654321' } as const;
      const limit = leg === capped ? { maxTalkMs: 1000 } : {};
      await pbx.originate({ leg, to, callerNumber: '138', callerName: '', ringTimeoutMs: 1000, ...limit });
      const invite = (await trunk.request('INVITE', 5000))!;
      await reply(trunk, invite, '200 OK', [`Contact: <sip:any@${trunk.address}>`, ...SDP], RAW_SDP);
      await vi.waitFor(() => expect(events).toContainEqual({ type: 'LegAnswered', channel: leg }), 3000);
    }
    await pbx.connect(nextId(), [capped, other]);
    await pbx.stop();
    try {
      await trunk.accept((await trunk.request('BYE', 15_000))!);
      await expect.poll(async () => (await channels()).map(({ id }) => id)).toEqual([other]);
    } finally {
      await startDaemon();
      await allOver();
    }
  });
});

describe('emergency', () => {
  test('given_a_daemon_when_a_phone_calls_for_help_then_it_is_asked_first', async () => {
    const before = arrivals().length;
    await phoneDials('120');
    await vi.waitFor(() => expect(arrivals()).toHaveLength(before + 1), 3000);
    expect(arrivals().at(-1)).toMatchObject({ source: { kind: 'phone', extension: '1001' }, dnis: '120' });
    expect(await dialledNext()).toBe('');
    await allOver();
  });

  test.each(['110', '119', '120', '122'])(
    'given_no_daemon_when_a_phone_dials_%s_then_the_trunk_is_called_at_once',
    async (number) => {
      await pbx.stop();
      try {
        await phoneDials(number);
        expect(await dialledNext(NO.daemonMs)).toContain(`sip:${number}@`);
      } finally {
        await startDaemon();
        await allOver();
      }
    },
  );

  test('given_no_daemon_when_the_trunk_dials_110_or_a_phone_another_number_then_nobody_is_called', async () => {
    await pbx.stop();
    try {
      await trunk.send({ method: 'INVITE', to: '110', callId: 'help-trunk', headers: SDP, body: RAW_SDP });
      await phoneDials('1100');
      expect(await dialledNext(NO.daemonMs)).toBe('');
    } finally {
      await startDaemon();
      await allOver();
    }
  });
});

describe.runIf(PBX_UNDER_TEST === 'asterisk')('with the doors open, the same tricks are seen', () => {
  test('given_a_queue_that_follows_its_phones_then_the_caller_goes_out_as_a_phone_of_ours', async () => {
    await change('extensions.conf', (text) => text.replace('Queue(fallback,i,', 'Queue(fallback,,'));
    expect(await queueWhoRedirects(5000)).toContainEqual(
      expect.stringContaining(`Local/${PREMIUM}@from-phone`),
    );
  });

  test('given_redirects_transfers_and_messages_then_each_of_them_goes_through', async () => {
    const open = 'allow_transfer = yes\nredirect_method = uri_pjsip';
    await change('pjsip.conf', (text) =>
      text.replaceAll('allow_transfer = no', open).replaceAll('message_context = no-messages', ''),
    );
    await newPhone();
    expect(await dialWhoRedirects({ kind: 'phone', extension: '1001' }, phone)).toContain(PREMIUM);
    expect(await refer(phone, 'refer-open')).toMatchObject({ status: 202 });
    expect(await message(phone, 'message-open')).toEqual({ status: 202, arrived: 1 });
  });
});

describe.runIf(PBX_UNDER_TEST === 'freeswitch')('with the door of FreeSWITCH open, the trick is seen', () => {
  test('given_a_safety_net_that_follows_phones_then_the_caller_is_sent_away', async () => {
    await change('safety_net.xml', (text) => text.replace('fatal=true}group/', 'fatal=false}group/'));
    const up = await queueWhoRedirects(QUIET_MS);
    expect(up.filter((name) => name.includes('/1002'))).toEqual([]);
  });
});

/** Changes a file of the running PBX. */
async function change(
  name: 'pjsip.conf' | 'extensions.conf' | 'safety_net.xml',
  how: (text: string) => string,
): Promise<void> {
  const file = join(centre.installation.etc, name);
  const text = readFileSync(file, 'utf8');
  expect(how(text)).not.toBe(text);
  writeFileSync(file, how(text));
  // Of those that belong to SIP, any one makes it read all of them.
  await centre.installation.reload([name === 'pjsip.conf' ? 'pjsip_phones.conf' : name]);
}
