import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { asteriskLog, findRunning, startAsterisk } from '../../src/setup/asterisk-process.ts';
import { reloadAsterisk } from '../../src/setup/reload-asterisk.ts';
import { renderPhones } from '../../src/setup/render-asterisk.ts';
import { freeSipPort, startTestAsterisk, TEST_PHONES, type TestAsterisk } from './asterisk.ts';

let pbx: TestAsterisk;
let trunkPort: number;

beforeAll(async () => {
  trunkPort = await freeSipPort();
  pbx = await startTestAsterisk({ trunk: `127.0.0.1:${trunkPort}` });
});
afterAll(() => pbx?.stop());

/** What the PBX says on its console. */
async function cli(command: string): Promise<string> {
  const { program } = pbx.asterisk;
  const args = [...program.args, '-C', `${pbx.settings.data}/asterisk/etc/asterisk.conf`, '-rx', command];
  return (await promisify(execFile)(program.command, args, { env: { ...process.env, ...program.env } }))
    .stdout;
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

test('given_the_rendered_configuration_when_asterisk_boots_then_its_log_holds_no_error_and_no_warning', () => {
  expect(readFileSync(asteriskLog(pbx.settings.data), 'utf8')).not.toMatch(/ERROR|WARNING/);
});

test('given_the_rendered_configuration_then_music_phones_trunk_and_fallback_queue_are_there', async () => {
  expect(await cli('moh show classes')).toContain('Class: default');
  expect(await cli('queue show fallback')).toContain('PJSIP/1001');
  expect(await cli('pjsip show endpoints')).toMatch(/1002.*anonymous.*trunk/s);
});

test('given_no_daemon_when_a_caller_dials_then_it_rings_20_s_and_the_native_queue_answers', async () => {
  const started = Date.now();
  const result = call('95533', 4000, await freeSipPort());
  await expect
    .poll(() => cli('queue show fallback'), { timeout: 30_000, interval: 500 })
    .toContain('Callers:');
  expect(Date.now() - started).toBeGreaterThan(19_000);
  expect(await cli('core show channels concise')).toContain('Queue');
  expect(await result).toBe(0);
});

test('given_no_daemon_when_a_feature_code_is_dialled_then_it_is_refused_at_once', async () => {
  expect(await call('*45', 100, await freeSipPort())).not.toBe(0);
});

test('given_a_daemon_when_guest_and_trunk_call_then_it_is_told_who_brought_the_call', async () => {
  const arrived: unknown[] = [];
  const key = `carillon:${pbx.secrets.ariPassword}`;
  const socket = new WebSocket(`ws://127.0.0.1:${pbx.ports.ari}/ari/events?app=carillon&api_key=${key}`);
  socket.on('message', (message) => {
    const event = JSON.parse(String(message));
    if (event.type !== 'StasisStart') return;
    arrived.push([...event.args, event.channel.dialplan.exten]);
    const answer = `http://127.0.0.1:${pbx.ports.ari}/ari/channels/${event.channel.id}/answer?api_key=${key}`;
    fetch(answer, { method: 'POST' });
  });
  await new Promise((resolve) => socket.once('open', resolve));
  expect(await call('95533', 100, await freeSipPort())).toBe(0);
  expect(await call('95533', 100, trunkPort)).toBe(0);
  socket.terminate();
  expect(arrived).toEqual([
    ['arrived', 'outside', 'anonymous', '95533'],
    ['arrived', 'outside', 'trunk', '95533'],
  ]);
});

test('given_a_new_phone_when_the_files_are_reloaded_then_the_running_asterisk_knows_it', async () => {
  const phones = [...TEST_PHONES, { extension: '1004', password: 'test-phone-1004', name: 'Four' }];
  const changed = renderPhones(pbx.settings, phones);
  await reloadAsterisk(pbx.ports, pbx.secrets.ariPassword, changed);
  await expect.poll(() => cli('pjsip show endpoints')).toContain('1004');
});

test('given_a_running_asterisk_when_it_is_started_again_then_it_is_adopted_and_still_stops', async () => {
  const { program } = pbx.asterisk;
  const again = await startAsterisk(program, pbx.settings.data, pbx.ports, pbx.secrets.ariPassword);
  expect(again).toMatchObject({ adopted: true, pid: pbx.process.pid });
  await again.stop();
  expect(findRunning(pbx.settings.data)).toBeUndefined();
  await pbx.restart();
});

test('given_a_killed_asterisk_when_it_is_started_again_then_it_takes_calls', async () => {
  await pbx.kill();
  await pbx.restart();
  expect(pbx.process.adopted).toBe(false);
  expect(await cli('core show uptime')).toContain('System uptime');
});
