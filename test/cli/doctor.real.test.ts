import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { examine } from '../../src/cli/doctor/examine.ts';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { asteriskPbx } from '../../src/pbx/asterisk/pbx.ts';
import type { Pbx } from '../../src/pbx/pbx.ts';
import { asteriskEtc, renderAsterisk } from '../../src/setup/asterisk/render.ts';
import { prepareData } from '../../src/setup/prepare.ts';
import { secretsFile } from '../../src/setup/secrets.ts';
import { startTestAsterisk, type TestAsterisk } from '../asterisk/asterisk.ts';
import { optionsFor, runConsole } from '../pbx/asterisk-world.ts';
import { Baresip } from '../phones/baresip.ts';

let asterisk: TestAsterisk;
let env: Record<string, string>;
const adapters: Pbx[] = [];

beforeAll(async () => {
  asterisk = await startTestAsterisk();
  const { settings, secrets, ports } = asterisk;
  const { phones } = await prepareData(settings, secrets, () => undefined);
  renderAsterisk(settings, secrets, ports, phones, asterisk.asterisk);
  env = {
    CARILLON_DATA: settings.data,
    CARILLON_PBX_ROOT: settings.pbxRoot,
    CARILLON_SIP_PORT: String(settings.sipPort),
    CARILLON_HTTP_PORT: String(settings.httpPort),
    CARILLON_RTP_PORTS: `${settings.rtpFirst}-${settings.rtpLast}`,
    CARILLON_TRUNK: `${settings.trunk.host}:${settings.trunk.port}`,
    ...(settings.asterisk === undefined ? {} : { CARILLON_ASTERISK: settings.asterisk }),
  };
}, 60_000);
afterEach(async () => {
  await Promise.all(adapters.splice(0).map((pbx) => pbx.stop()));
});
afterAll(() => asterisk?.stop());

const faults = (findings: readonly Finding[]): Finding[] =>
  findings.filter(({ verdict }) => verdict !== 'ok');
const checks = (findings: readonly Finding[]): string[] => faults(findings).map(({ check }) => check);

async function drive(): Promise<void> {
  const pbx = asteriskPbx(optionsFor(asterisk));
  adapters.push(pbx);
  await new Promise<void>((resolve) =>
    pbx.start((event) => {
      if (event.type === 'LinkUp') resolve();
    }),
  );
}

test('a_real_asterisk_is_found_well_and_whoever_else_drives_it_is_named', async () => {
  await drive();
  const findings = await examine(env);
  // This test drives it, and is no daemon of this data folder.
  expect(checks(findings).filter((check) => check !== 'prompts')).toEqual([
    'application',
    'daemon',
    'trunk',
    'phones',
  ]);
  expect(findings.filter(({ check }) => check === 'control-ports')).toHaveLength(2);
});

test('given_wrong_passwords_then_both_interfaces_are_said_to_refuse_them_and_the_files_to_be_stale', async () => {
  const file = secretsFile(asterisk.settings.data);
  const kept = readFileSync(file, 'utf8');
  const wrong = { ...JSON.parse(kept), ariPassword: 'x'.repeat(32), amiPassword: 'y'.repeat(32) };
  try {
    writeFileSync(file, JSON.stringify(wrong));
    const findings = await examine(env);
    expect(checks(findings)).toEqual(expect.arrayContaining(['configuration', 'ari', 'ami']));
    expect(findings.find(({ check }) => check === 'configuration')?.says).toContain('ari.conf, manager.conf');
  } finally {
    writeFileSync(file, kept);
  }
});

test('given_a_configuration_that_somebody_changed_then_the_file_is_named', async () => {
  const file = join(asteriskEtc(asterisk.settings.data), 'rtp.conf');
  const kept = readFileSync(file, 'utf8');
  writeFileSync(file, `${kept}; mine\n`);
  const findings = await examine(env);
  writeFileSync(file, kept);
  expect(findings.find(({ check }) => check === 'configuration')?.says).toContain('rtp.conf');
});

test('given_an_asterisk_that_is_being_stopped_gracefully_then_it_says_so_and_how_to_call_it_off', async () => {
  await drive();
  const caller = await Baresip.start({ server: asterisk.sip, user: '13912345678', displayName: 'Caller' });
  await caller.dial('95533');
  await sleep(300);
  runConsole(asterisk, 'core stop gracefully');
  await sleep(500);
  const findings = await examine(env);
  runConsole(asterisk, 'core abort shutdown');
  await sleep(300);
  await caller.stop();
  expect(findings.find(({ check }) => check === 'draining')).toMatchObject({
    verdict: 'problem',
    todo: expect.stringContaining('core abort shutdown'),
  });
});
