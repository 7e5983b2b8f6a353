import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import modesl from 'modesl';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeApi } from '../../src/pbx/freeswitch/esl-encoder.ts';
import { EslSocket } from '../../src/pbx/freeswitch/esl-socket-link.ts';
import { startTestFreeswitch, type TestFreeswitch } from './freeswitch-process.ts';

const program = process.env.FREESWITCH_HOME;
const SAID = 'our event socket client beside modesl';
/** FreeSWITCH repeats it in the header of its reply. */
const BARE_PERCENT = 'sendmsg 50%';

let freeswitch: TestFreeswitch;

beforeAll(async () => {
  if (program) freeswitch = await startTestFreeswitch(program, '127.0.0.1:9', []);
  else process.stderr.write(`${SAID} was NOT COMPARED: set FREESWITCH_HOME\n`);
}, 60_000);
afterAll(() => freeswitch?.stop());

function ours(): Promise<EslSocket> {
  return new Promise((resolve, reject) => {
    const socket: EslSocket = new EslSocket(freeswitch.options, {
      ready: () => resolve(socket),
      event: () => undefined,
      closed: (reason) => reject(new Error(reason)),
    });
  });
}

function theirs(): Promise<modesl.Connection> {
  const { host, port, password } = freeswitch.options;
  return new Promise((resolve) => {
    const connection: modesl.Connection = new modesl.Connection(host, port, password, () =>
      resolve(connection),
    );
  });
}

function theirApi(connection: modesl.Connection, command: string, words: string): Promise<string> {
  return new Promise((resolve) => connection.api(command, words, (event) => resolve(event.getBody().trim())));
}

describe.skipIf(!program)(SAID, () => {
  it('gets_the_same_answers', async () => {
    const [our, their] = [await ours(), await theirs()];
    for (const [command, words] of [
      ['version', ''],
      ['uuid_exists', 'nobody'],
      ['show', 'channels as json'],
    ] as const)
      expect(await our.send(`api ${command} ${words}\n\n`)).toBe(await theirApi(their, command, words));
    our.close('done');
    their.disconnect();
  });

  it('refuses_an_injected_command_that_modesl_sends_and_after_which_its_answers_are_out_of_step', async () => {
    const injected = 'nobody\n\napi global_setvar carillon_injected=yes';
    const their = await theirs();
    const [, next] = await Promise.all([
      theirApi(their, 'uuid_exists', injected),
      theirApi(their, 'uuid_exists', 'nobody'),
    ]);
    // The control: it was carried out, and what was asked next got its answer.
    expect(await freeswitch.ask('api global_getvar carillon_injected')).toBe('yes');
    expect(next).not.toBe('false');
    their.disconnect();
    expect(() => encodeApi('uuid_exists', injected)).toThrow('control characters');
  });

  it('reads_a_reply_with_a_bare_percent_sign_that_ends_a_process_with_modesl', async () => {
    const our = await ours();
    expect(await our.send(`${BARE_PERCENT}\n\n`)).toBe('-ERR invalid session id [50%]');
    our.close('done');

    const { host, port, password } = freeswitch.options;
    const script = `const { Connection } = require('modesl');
      const connection = new Connection(${JSON.stringify(host)}, ${port}, process.env.PASSWORD, () =>
        connection.sendRecv(${JSON.stringify(BARE_PERCENT)}, () => process.exit(0)));`;
    const died = await new Promise<string>((resolve) =>
      execFile(process.execPath, ['-e', script], { env: { PASSWORD: password } }, (error) =>
        resolve(error?.message ?? 'it lived'),
      ),
    );
    expect(died).toMatch(/URIError: URI malformed/);
  });

  it('rejects_what_is_under_way_when_FreeSWITCH_dies_where_modesl_stays_silent', async () => {
    const [our, their] = [await ours(), await theirs()];
    process.kill(freeswitch.pid, 'SIGSTOP');
    const pending = our.send(encodeApi('version')).catch((error) => error.code);
    let hasAnswered = false;
    void theirApi(their, 'version', '').then(() => {
      hasAnswered = true;
    });
    await freeswitch.kill();
    expect(await pending).toBe('link-down');
    await sleep(500);
    expect(hasAnswered).toBe(false);
    await freeswitch.restart();
  }, 30_000);
});
