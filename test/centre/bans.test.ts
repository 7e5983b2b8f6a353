import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { parseNetwork } from '../../src/base/address.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import type { LogEvent } from '../../src/engine/changes.ts';
import type { Pbx } from '../../src/pbx/pbx.ts';
import type { Perimeter } from '../../src/pbx/perimeter.ts';
import { BanFile } from '../../src/security/ban-file.ts';
import { BanKeeper } from '../../src/security/ban-keeper.ts';
import { OFFENCE_LIMITS } from '../../src/security/bans.ts';
import { TrunkAddress } from '../../src/security/trunk-address.ts';
import { Baresip } from '../phones/baresip.ts';
import { RAW_SDP, RawSip } from '../phones/raw-sip.ts';
import { until } from './centre.ts';
import { PBX_UNDER_TEST } from './pbx-under-test.ts';
import { startTestPbx, type TestPbx } from './test-pbx.ts';

const ATTACKER = '127.0.0.2';
const NEIGHBOUR = '127.0.0.3';
/** Nobody counts anything of it from another test. */
const FORGETFUL = '127.0.0.4';
const FORBIDDEN = 403;
/** It says of a wrong login whether it came over a connection, and of a ban nothing after a restart. */
const IS_ASTERISK = PBX_UNDER_TEST === 'asterisk';

let centre: TestPbx;
let pbx: Pbx;
let keeper: BanKeeper;
let perimeter: Perimeter;
const events: LogEvent[] = [];
const sockets: RawSip[] = [];
const phones: Baresip[] = [];

beforeAll(async () => {
  // Loopback is trusted as a rule; here it plays the internet.
  centre = await startTestPbx({ env: { CARILLON_NEVER_BAN: '192.0.2.1' } });
  pbx = centre.connections().pbx;
  pbx.start((event) => {
    if (event.type === 'ChannelArrived') void pbx.answer(event.channel).catch(() => undefined);
  });
  keeper = keep();
}, 60_000);

afterEach(async () => {
  for (const ban of keeper.list()) keeper.lift(ban.network, 'test');
  for (const socket of sockets.splice(0)) socket.close();
  await Promise.all(phones.splice(0).map((phone) => phone.stop()));
  await until('nobody shut out', async () => (await knock(ATTACKER)) !== FORBIDDEN);
  for (const socket of sockets.splice(0)) socket.close();
});

afterAll(async () => {
  await keeper?.stop();
  await pbx?.stop();
  await centre?.stop();
});

function keep(neverBan = centre.settings.neverBan): BanKeeper {
  perimeter = centre.connections().perimeter;
  const one = new BanKeeper({
    perimeter,
    file: new BanFile(join(centre.settings.data, 'bans.json'), silentLog),
    events: { commit: (work) => void events.push(...work()) },
    neverBan: neverBan.flatMap((network) => parseNetwork(network) ?? []),
    trunk: new TrunkAddress({
      host: centre.settings.trunk.host,
      lookUp: async () => [],
      clock: systemClock,
      log: silentLog,
    }),
    clock: systemClock,
    log: silentLog,
  });
  one.start();
  return one;
}

async function socketAt(address: string): Promise<RawSip> {
  const socket = await RawSip.open(centre.sip, address);
  sockets.push(socket);
  return socket;
}

/** The answer to a phone that proves itself from there and goes at once, 0 for none. */
async function knock(address: string): Promise<number> {
  const phone = centre.phones[2]!;
  return (await socketAt(address)).register(phone.extension, phone.password, randomUUID(), 0);
}

async function guess(address: string, times: number): Promise<void> {
  const socket = await socketAt(address);
  for (let time = 0; time < times; time += 1) await socket.register('1001', `guess-${time}`, randomUUID());
}

const WRONG_LOGINS = OFFENCE_LIMITS['unproven-login'].times;

test('given_an_address_that_tries_passwords_then_it_is_shut_out_while_its_neighbours_go_on_and_can_be_let_in', async () => {
  const login = centre.phones[0]!;
  const caller = await Baresip.start({
    server: centre.sip,
    user: '1002',
    password: centre.phones[1]!.password,
  });
  phones.push(caller);
  await caller.dial('95533');
  await caller.waitFor('CALL_ESTABLISHED');
  await guess(ATTACKER, WRONG_LOGINS - 1);
  await sleep(300);
  expect(keeper.list()).toEqual([]);
  expect(await knock(ATTACKER)).not.toBe(FORBIDDEN);

  await guess(ATTACKER, 1);
  await until('shut out', async () => (await knock(ATTACKER)) === FORBIDDEN);
  expect(keeper.list()).toMatchObject([{ network: ATTACKER, why: 'unproven-login', times: 1 }]);
  // Also with the right password, and at once: nothing is asked.
  const socket = await socketAt(ATTACKER);
  expect(await socket.register('1001', login.password, randomUUID())).toBe(FORBIDDEN);
  expect(await (await socketAt(NEIGHBOUR)).register('1001', login.password, randomUUID())).toBe(200);
  expect(await caller.isIdle()).toBe(false);
  await caller.hangup();

  keeper.lift(ATTACKER, 'an admin');
  await until('let in', async () => (await knock(ATTACKER)) !== FORBIDDEN);
  expect(await socket.register('1001', login.password, randomUUID())).toBe(200);
  expect(events.map(({ type, data }) => [type, data.address, data.by ?? data.why])).toEqual([
    ['AddressBanned', ATTACKER, 'unproven-login'],
    ['BanLifted', ATTACKER, 'an admin'],
  ]);
});

test('given_a_right_login_among_wrong_ones_then_it_takes_back_nothing', async () => {
  await guess(FORGETFUL, WRONG_LOGINS - 1);
  const socket = await socketAt(FORGETFUL);
  const { password } = centre.phones[0]!;
  const isRegistered = async () => (await perimeter.registered()).includes(FORGETFUL);
  expect(await socket.register('1001', password, randomUUID())).toBe(200);
  await until('registered', isRegistered);
  // A phone that stays there would keep it in.
  expect(await socket.register('1001', password, randomUUID(), 0)).toBe(200);
  await until('gone', async () => !(await isRegistered()));
  await guess(FORGETFUL, 1);
  await until('shut out', async () => (await knock(FORGETFUL)) === FORBIDDEN);
});

test('given_forged_datagrams_then_neither_their_supposed_sender_nor_a_network_of_phones_is_shut_out', async () => {
  const [forged, office] = [await socketAt(ATTACKER), await socketAt(NEIGHBOUR)];
  expect(await office.register('1001', centre.phones[0]!.password, randomUUID())).toBe(200);
  const invented =
    'Authorization: Digest username="1001", realm="asterisk", nonce="1/2", uri="sip:x", response="0", algorithm=MD5';
  for (let time = 0; time < WRONG_LOGINS * 2; time += 1) {
    // Nothing answers a challenge here.
    await forged.send({ method: 'REGISTER', user: `nobody${time}`, to: '', callId: randomUUID() });
    await office.send({
      method: 'REGISTER',
      user: '1001',
      to: '',
      callId: randomUUID(),
      headers: [invented],
    });
  }
  await sleep(1_000);
  expect(keeper.list()).toEqual([]);
  expect(await knock(ATTACKER)).not.toBe(FORBIDDEN);
  expect(await knock(NEIGHBOUR)).not.toBe(FORBIDDEN);
  expect(await office.register('1001', centre.phones[0]!.password, randomUUID(), 0)).toBe(200);
});

async function connectionFrom(address: string): Promise<Socket> {
  const [host = '', port = ''] = centre.sip.split(':');
  const socket = connect({ host, port: Number(port), localAddress: address });
  await once(socket, 'connect');
  return socket;
}

test.runIf(IS_ASTERISK)(
  'given_names_tried_over_a_connection_then_the_address_is_shut_out_for_what_is_proven',
  async () => {
    const socket = await connectionFrom(ATTACKER);
    const text = await socketAt(ATTACKER);
    for (let time = 0; time < WRONG_LOGINS; time += 1)
      socket.write(
        text
          .textOf({ method: 'REGISTER', user: `nobody${time}`, to: '', callId: randomUUID() })
          .replace('SIP/2.0/UDP', 'SIP/2.0/TCP'),
      );
    await until('shut out', async () => (await knock(ATTACKER)) === FORBIDDEN);
    expect(keeper.list()).toMatchObject([{ network: ATTACKER, why: 'wrong-login' }]);
    socket.destroy();
  },
);

test('given_an_address_that_is_never_to_be_shut_out_then_its_wrong_logins_are_its_own_affair', async () => {
  await keeper.stop();
  keeper = keep([`${ATTACKER}/32`]);
  await until('link', async () => (await knock(NEIGHBOUR)) !== 0);
  await sleep(500);
  await guess(ATTACKER, WRONG_LOGINS * 2);
  await guess(NEIGHBOUR, WRONG_LOGINS);
  await until('the other shut out', async () => (await knock(NEIGHBOUR)) === FORBIDDEN);
  expect(await knock(ATTACKER)).not.toBe(FORBIDDEN);
  await keeper.stop();
  keeper = keep();
});

test('given_a_flood_of_calls_from_a_guest_then_it_is_refused_before_any_call_begins', async () => {
  const socket = await socketAt(ATTACKER);
  const statuses: number[] = [];
  for (let call = 0; call < OFFENCE_LIMITS['guest-call'].times * 2; call += 1) {
    const callId = randomUUID();
    const headers = ['Content-Type: application/sdp'];
    await socket.send({ method: 'INVITE', callId, headers, body: RAW_SDP });
    const answer = await socket.final('INVITE', callId);
    statuses.push(answer?.status ?? 0);
    if (answer?.status !== 200) break;
    const dialog = { callId, toTag: answer.toTag };
    await socket.send({ method: 'ACK', ...dialog });
    await socket.send({ method: 'BYE', cseq: 2, ...dialog });
    await socket.final('BYE', callId);
  }
  expect(statuses.at(-1)).toBe(FORBIDDEN);
  expect(statuses.length).toBeGreaterThanOrEqual(OFFENCE_LIMITS['guest-call'].times);
  expect(keeper.list()).toMatchObject([{ network: ATTACKER, why: 'guest-call' }]);
  // The BYE of the last one may have been refused already: without audio it would end by itself after half a minute.
  const { channels } = await pbx.snapshot();
  expect(channels.length).toBeLessThanOrEqual(1);
  for (const { channel } of channels) await pbx.hangup(channel, 'normal');
});

test('given_a_ban_when_PBX_and_daemon_start_again_then_it_holds', async () => {
  await guess(ATTACKER, WRONG_LOGINS);
  await until('shut out', async () => (await knock(ATTACKER)) === FORBIDDEN);
  await keeper.stop();
  await centre.kill();
  await centre.restart();
  const alone = async () => (await knock(ATTACKER)) === (IS_ASTERISK ? 200 : FORBIDDEN);
  await until('it answers as it does without a daemon', alone);
  keeper = keep();
  await until('shut out again', async () => (await knock(ATTACKER)) === FORBIDDEN);
});

test('what_was_tried_stands_in_no_log', () => {
  const text = centre.log();
  expect(text).toContain(ATTACKER);
  for (const { password } of centre.phones) expect(text).not.toContain(password);
});
