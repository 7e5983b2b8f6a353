import { randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/base/random.ts';
import { OFFENCE_LIMITS } from '../../src/security/bans.ts';
import { storeFile } from '../../src/setup/prepare.ts';
import { readSecrets } from '../../src/setup/secrets.ts';
import { RAW_SDP, type RawAnswer, type RawRequest, RawSip } from '../phones/raw-sip.ts';
import { tortureMessages } from '../phones/torture-messages.ts';
import { RunningCentre, until } from './centre.ts';
import { type PbxItself, pbxItself } from './pbx-itself.ts';
import { PBX_FILES, PBX_UNDER_TEST } from './pbx-under-test.ts';
import { filesOf } from './traces.ts';

const SEED = 4475;
const AUDIO = ['Content-Type: application/sdp'];
/** Whatever marks text as unsafe: controls, line separators, marks of reading direction. */
const UNSAFE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
/** A call that nobody acknowledges ends after 64 × T1; one without audio after half a minute. */
const ENDED_MS = 45_000;
/** How often we ask before we think that nobody answers, a second apart. */
const TIMES = 5;

/** Where the PBXes differ, and both are harmless: FreeSWITCH accepts a MESSAGE and throws it away. */
const ANSWERS = {
  asterisk: { strayInfo: 501, strayMessage: 400, wrongPassword: 401, manyCodecs: 200, nul: 200 },
  freeswitch: { strayInfo: 200, strayMessage: 202, wrongPassword: 403, manyCodecs: 400, nul: undefined },
}[PBX_UNDER_TEST];

let centre: RunningCentre;
let pbx: PbxItself;
let pbxPid = 0;
let daemonPid = 0;
const sockets: RawSip[] = [];

beforeAll(async () => {
  // Attacks come from there, and are to be seen through; the last one comes from elsewhere.
  centre = await RunningCentre.start(undefined, { CARILLON_NEVER_BAN: '127.0.0.1' });
  pbx = pbxItself(centre.settings.data);
  pbxPid = centre.pbxPid;
  daemonPid = centre.daemonPid;
}, 300_000);

afterEach(async () => {
  await survived();
  for (const socket of sockets.splice(0)) socket.close();
}, 60_000);

afterAll(() => centre?.stop());

async function open(): Promise<RawSip> {
  const socket = await RawSip.open(centre.server);
  sockets.push(socket);
  return socket;
}

/** Both processes are those of before, nothing is left of what was sent, and the next caller is answered. */
async function survived(): Promise<void> {
  const left = async () => (await pbx.channels()).length + (await pbx.rooms());
  await until('nothing left', async () => (await left()) === 0, ENDED_MS);
  await until('no live call', async () => {
    const { items } = await centre.api<{ items: unknown[] }>('/api/calls/live');
    return items.length === 0;
  });
  expect([centre.pbxPid, centre.daemonPid]).toEqual([pbxPid, daemonPid]);
  const caller = await open();
  const call = await invite(caller);
  expect(call.status).toBe(200);
  await bye(caller, call);
}

interface Dialog extends RawAnswer {
  readonly callId: string;
  readonly ack?: RawRequest;
}

async function invite(
  socket: RawSip,
  change: { user?: string; name?: string; body?: string } = {},
): Promise<Dialog> {
  const callId = randomUUID();
  const { user = 'guest', name, body = RAW_SDP } = change;
  await socket.send({ method: 'INVITE', callId, user, name, body, ...(body && { headers: AUDIO }) });
  const answer = await socket.final('INVITE', callId, 5_000);
  if (!answer) throw new Error('no answer to an INVITE');
  // Who made no offer answers ours now.
  const ours = body === '' ? { headers: AUDIO, body: RAW_SDP } : {};
  if (answer.status !== 200) return { ...answer, callId };
  const ack = { method: 'ACK', callId, user, toTag: answer.toTag, ...ours };
  await socket.send(ack);
  return { ...answer, callId, ack };
}

/** Asks within a dialog, and again when nothing is answered, as SIP over UDP must: a flood may have pushed us, or our ACK, out of the PBX's ears. */
async function ask(
  socket: RawSip,
  { callId, toTag, ack }: Dialog,
  request: Omit<RawRequest, 'callId' | 'toTag'>,
): Promise<RawAnswer | undefined> {
  for (let time = 0; time < TIMES; time += 1) {
    if (ack && time > 0) await socket.send(ack);
    await socket.send({ ...request, callId, toTag });
    const answer = await socket.final(request.method, callId);
    if (answer) return answer;
  }
  return undefined;
}

async function bye(socket: RawSip, call: Dialog, cseq = 9): Promise<number> {
  return (await ask(socket, call, { method: 'BYE', cseq }))?.status ?? 0;
}

/** The calls that came from a number. */
async function callsFrom(ani: string): Promise<number> {
  const { items } = await centre.api<{ items: unknown[] }>(`/api/calls?ani=${ani}`);
  return items.length;
}

describe('messages', () => {
  test('given_the_torture_messages_of_RFC_4475_and_random_mutated_and_oversize_datagrams_then_the_centre_goes_on', async () => {
    const socket = await open();
    const messages = tortureMessages({ server: centre.server, own: socket.address });
    expect(messages).toHaveLength(49);
    for (const { bytes } of messages) await socket.sendBytes(bytes);
    const random = seededRandom(SEED);
    const below = (most: number): number => Math.floor(random() * most);
    for (let index = 0; index < 1_000; index += 1) {
      const size = index % 50 === 0 ? 60_000 : below(1_500);
      await socket.sendBytes(Uint8Array.from({ length: size }, () => below(256)));
      const text = socket.textOf({
        method: 'INVITE',
        callId: `mutant-${index}`,
        headers: AUDIO,
        body: RAW_SDP,
      });
      await socket.sendBytes(mutated(Buffer.from(text, 'latin1'), 1 + below(8), below));
      // A burst that the kernel throws away would test nothing.
      if (index % 20 === 0) await sleep(10);
    }
    const answers = await until('answers', async () => socket.take(), 5_000);
    expect(answers.length).toBeGreaterThan(100);
  }, 90_000);

  test.each([
    ['nothing but line breaks', '\r\n\r\n\r\n'],
    ['half a message', 'INVITE sip:95533@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/TCP x\r\nCont'],
    ['a megabyte of one header', `OPTIONS sip:x@y SIP/2.0\r\nX: ${'a'.repeat(1_000_000)}`],
    ['a body that never comes', 'OPTIONS sip:x@y SIP/2.0\r\nContent-Length: 999999999\r\n\r\n'],
    ['another protocol', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('given_a_TCP_connection_with_%s_then_the_centre_goes_on', async (_, text) => {
    const [host = '', port = ''] = centre.server.split(':');
    const socket = connect(Number(port), host);
    socket.on('error', () => undefined);
    socket.end(text);
    await sleep(200);
    socket.destroy();
  });

  test.each([
    'REFER',
    'SUBSCRIBE',
    'NOTIFY',
    'PUBLISH',
    'MESSAGE',
    'UPDATE',
    'PRACK',
    'BYE',
    'CANCEL',
    'FOO',
  ])('given_a_%s_that_belongs_to_nothing_then_it_is_refused', async (method) => {
    const socket = await open();
    const callId = randomUUID();
    const headers = ['Refer-To: <sip:13800138000@127.0.0.1>', 'Event: presence', 'RAck: 1 1 INVITE'];
    await socket.send({ method, callId, headers });
    const answer = await socket.final(method, callId);
    expect(answer?.status).toBeGreaterThanOrEqual(method === 'MESSAGE' ? ANSWERS.strayMessage : 400);
  });
});

describe('dialogs', () => {
  test('given_an_INFO_that_belongs_to_nothing_then_it_is_answered_and_does_nothing', async () => {
    const socket = await open();
    const callId = randomUUID();
    const headers = ['Content-Type: application/dtmf-relay'];
    await socket.send({ method: 'INFO', callId, headers, body: 'Signal=1\r\nDuration=100' });
    expect((await socket.final('INFO', callId))?.status).toBe(ANSWERS.strayInfo);
  });

  test('given_an_INVITE_that_comes_five_times_then_it_is_one_call', async () => {
    const socket = await open();
    const callId = randomUUID();
    const request = { method: 'INVITE', user: '13100000001', callId, headers: AUDIO, body: RAW_SDP };
    for (let time = 0; time < 5; time += 1) await socket.send(request);
    const answer = await socket.final('INVITE', callId, 5_000);
    await socket.send({ ...request, method: 'ACK', toTag: answer!.toTag, body: '', headers: [] });
    await bye(socket, { ...answer!, callId });
    expect(await callsFrom('13100000001')).toBe(1);
  });

  test('given_a_BYE_before_the_ACK_then_the_call_is_over', async () => {
    const socket = await open();
    const callId = randomUUID();
    await socket.send({ method: 'INVITE', callId, headers: AUDIO, body: RAW_SDP });
    const answer = await socket.final('INVITE', callId, 5_000);
    expect(await bye(socket, { ...answer!, callId })).toBe(200);
    await socket.send({ method: 'ACK', callId, toTag: answer!.toTag });
  });

  test('given_a_CANCEL_that_crosses_the_200_then_the_call_goes_on_or_ends_cleanly', async () => {
    const socket = await open();
    for (const delay of [0, 1, 2, 5, 10, 20, 50]) {
      const callId = randomUUID();
      const branch = `z9hG4bK-${callId}`;
      await socket.send({ method: 'INVITE', callId, branch, headers: AUDIO, body: RAW_SDP });
      await sleep(delay);
      await socket.send({ method: 'CANCEL', callId, branch });
      const answer = await socket.final('INVITE', callId, 5_000);
      expect([200, 487]).toContain(answer?.status);
      await socket.send({ method: 'ACK', callId, branch, toTag: answer!.toTag });
      if (answer?.status === 200) expect(await bye(socket, { ...answer, callId })).toBe(200);
    }
  });

  test('given_re_INVITEs_that_cross_then_one_is_put_off_and_the_call_goes_on', async () => {
    const socket = await open();
    const call = await invite(socket);
    const again = { method: 'INVITE', callId: call.callId, toTag: call.toTag, headers: AUDIO, body: RAW_SDP };
    await socket.send({ ...again, cseq: 2, branch: 'z9hG4bK-glare-2' });
    await socket.send({ ...again, cseq: 3, branch: 'z9hG4bK-glare-3' });
    const statuses = [await socket.final('INVITE', call.callId), await socket.final('INVITE', call.callId)];
    expect(statuses.map((answer) => answer?.status)).toContain(200);
    for (const cseq of [2, 3])
      await socket.send({ method: 'ACK', callId: call.callId, toTag: call.toTag, cseq });
    expect(await bye(socket, call)).toBe(200);
  });

  test('given_an_INVITE_without_SDP_then_it_is_answered_with_an_offer', async () => {
    const socket = await open();
    const call = await invite(socket, { body: '' });
    expect(call.status).toBe(200);
    expect(call.text).toContain('m=audio');
    expect(await bye(socket, call)).toBe(200);
  });

  test.each([
    [
      'codecs that nobody knows',
      RAW_SDP.replace('RTP/AVP 0 101', 'RTP/AVP 96').replace('101 telephone-event', '96 unknown'),
    ],
    ['no audio', RAW_SDP.replace(/m=audio.*/, 'm=message 9 TCP/MSRP *')],
    ['no sense', '\u0000\u0001 m=audio'],
  ])('given_an_INVITE_whose_SDP_holds_%s_then_it_is_refused', async (_, body) => {
    const socket = await open();
    const { status } = await invite(socket, { body });
    expect(status).toBeGreaterThanOrEqual(400);
  });

  test('given_an_INVITE_whose_SDP_holds_ten_thousand_codecs_then_the_one_that_we_know_is_taken_or_it_is_refused', async () => {
    const socket = await open();
    const codecs = Array.from({ length: 10_000 }, (_, at) => at).join(' ');
    const call = await invite(socket, { body: RAW_SDP.replace('AVP 0', `AVP ${codecs}`) });
    expect(call.status).toBe(ANSWERS.manyCodecs);
    if (call.status === 200) expect(await bye(socket, call)).toBe(200);
  });

  test('given_a_caller_who_sends_a_thousand_keys_at_once_then_he_is_still_served', async () => {
    const socket = await open();
    const call = await invite(socket);
    for (let key = 0; key < 1_000; key += 1) {
      await socket.send({
        method: 'INFO',
        callId: call.callId,
        toTag: call.toTag,
        cseq: key + 2,
        headers: ['Content-Type: application/dtmf-relay'],
        body: `Signal=${'*#ABCD0123456789'[key % 16]}\r\nDuration=40`,
      });
      if (key % 20 === 0) await sleep(5);
    }
    expect(await bye(socket, call, 2_000)).toBe(200);
  });

  test.each([
    'sip:13800138000@127.0.0.1',
    'sip:1001@127.0.0.1;user=phone',
    'tel:110',
    'http://127.0.0.1/',
    'sip:%0d%0a@x?Replaces=a',
  ])('given_a_caller_who_REFERs_us_to_%s_then_nobody_is_dialled', async (target) => {
    const socket = await open();
    const call = await invite(socket);
    const channels = async () => (await pbx.channels()).length;
    // The caller before may just be going.
    await expect.poll(channels, { timeout: 5_000 }).toBe(1);
    const answer = await ask(socket, call, { method: 'REFER', cseq: 2, headers: [`Refer-To: <${target}>`] });
    const after = await channels();
    expect(await bye(socket, call)).toBe(200);
    expect(answer?.status).toBeGreaterThanOrEqual(400);
    expect(after).toBe(1);
  });
});

describe('names', () => {
  test.each([
    ['1%0d%0aX-Evil:%201', '"1%0d%0aX-Evil: 1"'],
    ['1%00', '"bell \x07"'],
    ["';DROP%20TABLE%20call;--", '"\';DROP TABLE call;--"'],
    ['%3Cscript%3Ealert(1)%3C/script%3E', '"<script>alert(1)</script>"'],
    ['%24%7BSHELL(id)%7D', '"$'.concat('{SHELL(id)}"')],
    ['%E2%80%AE95533', '"\xe2\x80\xae95533"'],
    ['%ff%fe%c0%80', '"\xff\xfe\xc0\x80"'],
    ['9'.repeat(40), `"${'x'.repeat(1_000)}"`],
    ['x'.repeat(1_000), '""'],
    ['1%26PJSIP/1001', '"1&PJSIP/1001"'],
    ['1%2C2%3B3', '"a,b;c"'],
    ['+8613800138000', '"=cmd|calc"'],
    ['008613800138000', '"\\"quoted\\""'],
    ['anonymous', 'Anonymous'],
    ['__proto__', '"__proto__"'],
  ])('given_a_caller_whose_number_is_%s_then_he_is_answered', async (user, name) => {
    const socket = await open();
    const call = await invite(socket, { user, name });
    expect(call.status).toBe(200);
    expect(await bye(socket, call)).toBe(200);
  });

  test('given_a_caller_whose_name_holds_a_zero_byte_then_he_is_answered_or_not_heard_at_all', async () => {
    const socket = await open();
    const callId = randomUUID();
    await socket.send({ method: 'INVITE', callId, name: '"nul \0"', headers: AUDIO, body: RAW_SDP });
    const answer = await socket.final('INVITE', callId, 3_000);
    expect(answer?.status).toBe(ANSWERS.nul);
    if (!answer) return;
    await socket.send({ method: 'ACK', callId, toTag: answer.toTag });
    expect(await bye(socket, { ...answer, callId })).toBe(200);
  });

  test('given_all_that_then_neither_API_nor_database_holds_a_sign_that_could_do_harm', async () => {
    const { items } = await centre.api<{ items: object[] }>('/api/calls?limit=200');
    const { events } = await centre.api<{ events: object[] }>('/api/events?limit=1000');
    expect(items.length).toBeGreaterThan(30);
    expect(textsIn([items, events]).filter((text) => UNSAFE.test(text))).toEqual([]);
    const kept = textsIn(rowsOf(storeFile(centre.settings.data), ['call', 'event']));
    expect(kept.some((text) => text.includes('DROP'))).toBe(true);
    expect(kept.filter((text) => UNSAFE.test(text))).toEqual([]);
  });

  test('given_all_that_then_nothing_broke_in_the_daemon', async () => {
    const log = readFileSync(join(centre.settings.data, 'log/daemon.log'), 'utf8');
    expect(
      log.split('\n').filter((line) => line.includes('"level":50') || line.startsWith('    at ')),
    ).toEqual([]);
  });
});

describe('secrets', () => {
  /** Files that are made to hold secrets; each is for its owner alone. */
  const KEEPERS: Readonly<Record<string, readonly string[]>> = {
    ...mapped(PBX_FILES.keepers, (files) => [...files, 'secrets.json']),
    adminToken: ['secrets.json'],
    phone: PBX_FILES.phones,
  };

  test('given_log_ins_right_and_wrong_then_what_proves_them_stands_only_where_it_belongs', async () => {
    const { data, httpPort } = centre.settings;
    const { user, password } = centre.account('1001');
    const socket = await open();
    expect(await socket.register(user, password, randomUUID())).toBe(200);
    expect(await socket.register(user, 'guessed-password-1', randomUUID())).toBe(ANSWERS.wrongPassword);
    const authorization = 'Bearer guessed-token-guessed-token';
    const url = `http://127.0.0.1:${httpPort}/api/calls`;
    expect((await fetch(url, { headers: { authorization } })).status).toBe(401);

    const store = relative(data, storeFile(data));
    const holders = (text: string): string[] =>
      filesOf(data)
        .filter((file) => readFileSync(join(data, file), 'latin1').includes(text))
        // Phones are kept in the database, which makes their configuration.
        .filter((file) => !file.startsWith(store))
        .sort();
    const secrets: Readonly<Record<string, string>> = { ...readSecrets(data), phone: password };
    expect(mapped(KEEPERS, (_, name) => holders(secrets[name]!))).toEqual(KEEPERS);
    expect([...holders('guessed-password-1'), ...holders('guessed-token')]).toEqual([]);
    for (const file of Object.values(KEEPERS).flat())
      expect([file, statSync(join(data, file)).mode & 0o077]).toEqual([file, 0]);
    expect(statSync(data).mode & 0o077).toBe(0);
  });
});

describe('passwords', () => {
  test('given_an_address_that_tries_them_then_it_is_shut_out_until_an_admin_lets_it_in', async () => {
    const address = '127.0.0.66';
    const socket = await RawSip.open(centre.server, address);
    sockets.push(socket);
    const { user, password } = centre.account('1002');
    const bans = async () =>
      (await centre.api<{ items: { address: string }[] }>('/api/security/bans')).items.map(
        (ban) => ban.address,
      );
    // Over UDP, where nothing proves an address; one that has a registered phone would be spared.
    for (let time = 0; time < OFFENCE_LIMITS['unproven-login'].times; time += 1)
      await socket.register(user, `guess-${time}`, randomUUID());
    await until('the ban', async () => (await bans()).includes(address));
    await until('refused', async () => (await socket.register(user, password, randomUUID())) === 403);
    const { events } = await centre.api<{ events: { data: object }[] }>('/api/events?types=AddressBanned');
    expect(events.map((event) => event.data)).toMatchObject([{ address, why: 'unproven-login', times: 1 }]);

    const authorization = `Bearer ${readSecrets(centre.settings.data).adminToken}`;
    const url = `http://127.0.0.1:${centre.settings.httpPort}/api/security/bans/${address}`;
    expect((await fetch(url, { method: 'DELETE', headers: { authorization } })).status).toBe(200);
    expect(await bans()).toEqual([]);
    await until('let in', async () => (await socket.register(user, password, randomUUID())) === 200);
  });
});

/** Some bytes of it changed, taken out, doubled, or moved. */
function mutated(bytes: Buffer, changes: number, below: (most: number) => number): Buffer {
  let result = Buffer.from(bytes);
  for (let change = 0; change < changes; change += 1) {
    const at = below(result.length);
    const size = 1 + below(20);
    const [head, middle, tail] = [
      result.subarray(0, at),
      result.subarray(at, at + size),
      result.subarray(at + size),
    ];
    const kinds = [
      [Buffer.of(below(256)), result.subarray(at + 1)],
      [tail],
      [middle, middle, tail],
      [tail, middle],
    ];
    result = Buffer.concat([head, ...kinds[below(kinds.length)]!]);
  }
  return result;
}

/** Every text in a value, also in the JSON that a text may be. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') {
    if (!/^[[{]/.test(value)) return [value];
    try {
      return textsIn(JSON.parse(value));
    } catch {
      return [value];
    }
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [key, ...textsIn(item)]);
}

function mapped<Value, Other>(
  values: Readonly<Record<string, Value>>,
  change: (value: Value, name: string) => Other,
): Record<string, Other> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value, name)]));
}

function rowsOf(file: string, tables: readonly string[]): unknown[] {
  const database = new Sqlite(file, { readonly: true });
  try {
    return tables.flatMap((table) => database.prepare(`select * from "${table}"`).all());
  } finally {
    database.close();
  }
}
