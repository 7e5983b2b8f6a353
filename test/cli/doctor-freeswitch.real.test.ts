import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { examine } from '../../src/cli/doctor/examine.ts';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { encodeApi } from '../../src/pbx/freeswitch/esl-encoder.ts';
import { sayOnce } from '../../src/pbx/freeswitch/esl-once-link.ts';
import type { Pbx } from '../../src/pbx/pbx.ts';
import { freeswitchConnections } from '../../src/setup/freeswitch/connections.ts';
import { freeswitchEtc } from '../../src/setup/freeswitch/home.ts';
import { freeswitchInstallation } from '../../src/setup/freeswitch/installation.ts';
import { readFreeswitchPorts } from '../../src/setup/freeswitch/ports.ts';
import type { RunningPbx } from '../../src/setup/pbx-installation.ts';
import { prepareData } from '../../src/setup/prepare.ts';
import { inProject } from '../../src/setup/project.ts';
import { ensureSecrets, type Secrets, secretsFile } from '../../src/setup/secrets.ts';
import type { Settings } from '../../src/setup/settings.ts';
import { testSettings } from '../asterisk/asterisk.ts';
import { Baresip } from '../phones/baresip.ts';

const program = process.env.FREESWITCH_HOME;

const checks = (findings: readonly Finding[]): string[] =>
  findings.filter(({ verdict }) => verdict !== 'ok').map(({ check }) => check);

describe.skipIf(!program)('a real FreeSWITCH under examination', () => {
  let settings: Settings;
  let secrets: Secrets;
  let running: RunningPbx | undefined;
  let env: Record<string, string>;
  const adapters: Pbx[] = [];

  beforeAll(async () => {
    mkdirSync(inProject('.carillon-test'), { recursive: true });
    const data = mkdtempSync(join(inProject('.carillon-test'), 'run-'));
    const chosen = { CARILLON_PBX: 'freeswitch', CARILLON_FREESWITCH: program ?? '' };
    settings = await testSettings(data, { env: chosen });
    secrets = ensureSecrets(data);
    const { phones } = await prepareData(settings, secrets, () => undefined);
    const installation = freeswitchInstallation(settings, secrets);
    await installation.find(() => undefined);
    await installation.configure(phones);
    running = await installation.start();
    env = {
      ...chosen,
      CARILLON_DATA: data,
      CARILLON_PBX_ROOT: settings.pbxRoot,
      CARILLON_SIP_PORT: String(settings.sipPort),
      CARILLON_HTTP_PORT: String(settings.httpPort),
      CARILLON_RTP_PORTS: `${settings.rtpFirst}-${settings.rtpLast}`,
      CARILLON_TRUNK: `${settings.trunk.host}:${settings.trunk.port}`,
    };
  }, 120_000);
  afterEach(async () => {
    await Promise.all(adapters.splice(0).map((pbx) => pbx.stop()));
  });
  afterAll(async () => {
    await running?.stop();
    if (settings) rmSync(settings.data, { recursive: true, force: true });
  });

  async function drive(): Promise<void> {
    const { pbx } = freeswitchConnections(settings, secrets, () => silentLog);
    adapters.push(pbx);
    await new Promise<void>((resolve) =>
      pbx.start((event) => {
        if (event.type === 'LinkUp') resolve();
      }),
    );
  }

  async function ask(...words: Parameters<typeof encodeApi>): Promise<string> {
    const port = readFreeswitchPorts(settings.data)?.esl ?? 0;
    return sayOnce({ host: '127.0.0.1', port, password: secrets.eslPassword }, encodeApi(...words));
  }

  test('is_found_well_and_whoever_else_drives_it_is_named', async () => {
    await drive();
    const findings = await examine(env);
    // This test drives it, and is no daemon of this data folder.
    expect(checks(findings).filter((check) => check !== 'prompts')).toEqual([
      'application',
      'daemon',
      'trunk',
      'phones',
    ]);
    const found = findings.filter(({ verdict }) => verdict === 'ok').map(({ check }) => check);
    expect(found).toEqual(
      expect.arrayContaining(['freeswitch-program', 'modules', 'configuration', 'freeswitch', 'esl']),
    );
    expect(findings.filter(({ check }) => check === 'control-ports')).toHaveLength(1);
  });

  test('given_a_phone_that_registered_then_it_is_counted', async () => {
    const { phones } = await prepareData(settings, secrets, () => undefined);
    const { extension: user, password } = phones.find(({ extension }) => extension === '1001')!;
    const phone = await Baresip.start({ server: `127.0.0.1:${settings.sipPort}`, user, password });
    // Its list is written a moment after it said yes.
    await sleep(1_500);
    const findings = await examine(env);
    await phone.stop();
    expect(findings.find(({ check }) => check === 'phones')).toMatchObject({
      says: expect.stringContaining('1 of '),
    });
  });

  test('given_nobody_who_drives_it_for_seconds_then_it_says_that_nobody_takes_the_calls', async () => {
    await drive();
    await adapters.splice(0)[0]?.stop();
    await sleep(5_500);
    const findings = await examine(env);
    expect(findings.find(({ check }) => check === 'application')).toMatchObject({ verdict: 'problem' });
  });

  test('given_a_wrong_password_then_it_is_said_to_be_refused_and_the_file_to_be_stale', async () => {
    const file = secretsFile(settings.data);
    const kept = readFileSync(file, 'utf8');
    try {
      writeFileSync(file, JSON.stringify({ ...JSON.parse(kept), eslPassword: 'x'.repeat(32) }));
      const findings = await examine(env);
      expect(findings.find(({ check }) => check === 'esl')?.says).toBe('ESL refuses our password');
      expect(findings.find(({ check }) => check === 'configuration')?.says).toContain('event_socket.xml');
    } finally {
      writeFileSync(file, kept);
    }
  });

  test('given_a_configuration_that_somebody_changed_then_the_file_is_named', async () => {
    const file = join(freeswitchEtc(settings.data), 'switch.xml');
    const kept = readFileSync(file, 'utf8');
    writeFileSync(file, `${kept}<!-- mine -->\n`);
    const findings = await examine(env);
    writeFileSync(file, kept);
    expect(findings.find(({ check }) => check === 'configuration')?.says).toContain('switch.xml');
  });

  test('given_one_that_somebody_paused_then_it_says_so_and_how_to_have_it_go_on', async () => {
    await ask('fsctl', 'pause');
    const findings = await examine(env);
    await ask('fsctl', 'resume');
    expect(findings.find(({ check }) => check === 'draining')).toMatchObject({
      verdict: 'problem',
      todo: expect.stringContaining('fsctl resume'),
    });
  });

  test('given_one_that_hangs_then_it_is_said_not_to_answer', async () => {
    process.kill(running!.pid, 'SIGSTOP');
    const findings = await examine(env).finally(() => process.kill(running!.pid, 'SIGCONT'));
    expect(findings.find(({ check }) => check === 'esl')).toMatchObject({
      says: 'ESL does not answer',
      todo: expect.stringContaining('FreeSWITCH hangs'),
    });
  });
});
