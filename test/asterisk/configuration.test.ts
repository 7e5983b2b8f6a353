import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { freeSipPort, startTestAsterisk, type TestAsterisk } from './asterisk.ts';

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

test('given_the_rendered_configuration_then_music_phones_trunk_and_fallback_queue_are_there', async () => {
  expect(await cli('moh show classes')).toContain('Class: default');
  expect(await cli('queue show fallback')).toContain('PJSIP/1001');
  expect(await cli('pjsip show endpoints')).toMatch(/1002.*anonymous.*trunk/s);
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
