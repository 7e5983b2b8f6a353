import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { PbxEvent } from '../../src/pbx/pbx.ts';
import { freeSipPort } from '../asterisk/asterisk.ts';
import { Baresip } from '../phones/baresip.ts';
import { RawSip } from '../phones/raw-sip.ts';
import { until } from './centre.ts';
import { startTestPbx, type TestPbx } from './test-pbx.ts';

const CALLER_TONE = 500;
const PHONE_TONE = 900;
/** Share of the power at a tone that tells it from music. */
const CLEAR = 0.5;
const RINGS_MS = 20_000;
/** What FreeSWITCH calls a warning at each start: a thread of its own, and names that its next release may drop. */
const OF_NO_WORRY = /MSG Thread \d+ Started|deprecated use media_(hold_)?timeout/;

let pbx: TestPbx;
let trunkPort: number;
const phones: Baresip[] = [];

beforeAll(async () => {
  trunkPort = await freeSipPort();
  pbx = await startTestPbx({ trunk: `127.0.0.1:${trunkPort}` });
});
afterEach(async () => {
  await Promise.all(phones.splice(0).map((phone) => phone.stop()));
});
afterAll(() => pbx?.stop());

async function phone(options: Omit<Parameters<typeof Baresip.start>[0], 'server'>): Promise<Baresip> {
  const started = await Baresip.start({ server: pbx.sip, ...options });
  phones.push(started);
  return started;
}

/** One SIPp caller; resolves with its exit code: 0 when answered and hung up after `holdMs`. */
async function call(number: string, holdMs: number, fromPort: number): Promise<number> {
  const args = ['-sn', 'uac', '-s', number, pbx.sip, '-m', '1', '-d', String(holdMs), '-i', '127.0.0.1'];
  const options = { cwd: pbx.settings.data, timeout: 50_000 };
  return promisify(execFile)('sipp', [...args, '-p', String(fromPort), '-nostdin'], options).then(
    () => 0,
    (error: { code?: number }) => error.code ?? -1,
  );
}

/** What a phone with this account hears that registers. */
async function registers(extension: string, password: string): Promise<number> {
  const socket = await RawSip.open(pbx.sip);
  const status = await socket.register(extension, password, randomUUID());
  await socket.register(extension, password, randomUUID(), 0);
  socket.close();
  return status;
}

test('given_the_rendered_configuration_when_the_PBX_boots_then_its_log_holds_no_error_and_no_warning', () => {
  const lines = pbx
    .log()
    .split('\n')
    .filter((line) => !OF_NO_WORRY.test(line));
  expect(lines.join('\n')).not.toMatch(/ERR|WARN|CRIT|ALERT/);
});

test('given_no_daemon_when_a_caller_dials_then_it_rings_20_s_and_a_phone_of_the_house_gets_him', async () => {
  const [account] = pbx.phones;
  const desk = await phone({
    user: account!.extension,
    password: account!.password,
    tone: PHONE_TONE,
    answer: 'auto',
  });
  const caller = await phone({ user: '13800138000', tone: CALLER_TONE });
  const started = Date.now();
  await caller.dial('95533');
  await caller.waitFor('CALL_RINGING', 3_000);
  await caller.waitFor('CALL_ESTABLISHED', RINGS_MS + 10_000);
  expect(Date.now() - started).toBeGreaterThan(RINGS_MS - 1_000);
  await until(
    'both hear each other',
    async () =>
      caller.heard().last(500).shareAt(PHONE_TONE) > CLEAR &&
      desk.heard().last(500).shareAt(CALLER_TONE) > CLEAR,
    15_000,
  );
  await desk.hangup();
  await caller.waitFor('CALL_CLOSED', 5_000);
});

test('given_no_daemon_when_a_feature_code_is_dialled_then_it_is_refused_at_once', async () => {
  expect(await call('*45', 100, await freeSipPort())).not.toBe(0);
});

test('given_a_daemon_when_guest_and_trunk_call_then_it_is_told_who_brought_the_call', async () => {
  const daemon = pbx.connections().pbx;
  const arrived: PbxEvent[] = [];
  const up = Promise.withResolvers<void>();
  daemon.start((event) => {
    if (event.type === 'LinkUp') up.resolve();
    if (event.type !== 'ChannelArrived') return;
    arrived.push(event);
    void daemon.answer(event.channel);
  });
  await up.promise;
  expect(await call('95533', 100, await freeSipPort())).toBe(0);
  expect(await call('95533', 100, trunkPort)).toBe(0);
  await daemon.stop();
  expect(arrived).toMatchObject([
    { source: { kind: 'outside' }, dnis: '95533' },
    { source: { kind: 'outside' }, dnis: '95533' },
  ]);
});

test('given_a_new_phone_when_the_files_are_reloaded_then_the_running_PBX_knows_it', async () => {
  const four = { extension: '1004', password: 'test-phone-1004', name: 'Four' };
  expect(await registers('1004', four.password)).not.toBe(200);
  const changed = pbx.installation.configurePhones([...pbx.phones, four]);
  expect(pbx.installation.canReload(changed)).toBe(true);
  await pbx.installation.reload(changed);
  await expect.poll(() => registers('1004', four.password)).toBe(200);
});

test('given_a_running_PBX_when_it_is_started_again_then_it_is_adopted_and_still_stops', async () => {
  const again = await pbx.installation.start();
  expect(again).toMatchObject({ adopted: true, pid: pbx.pid });
  await again.stop();
  expect(pbx.installation.findRunning()).toBeUndefined();
  await pbx.restart();
});

test('given_a_killed_PBX_when_it_is_started_again_then_phones_register', async () => {
  const before = pbx.pid;
  await pbx.kill();
  await pbx.restart();
  expect(pbx.pid).not.toBe(before);
  expect(await registers('1001', pbx.phones[0]!.password)).toBe(200);
});
