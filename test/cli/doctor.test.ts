import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { askTrunk } from '../../src/cli/doctor/ask-trunk.ts';
import { crashesIn } from '../../src/cli/doctor/crashes.ts';
import { checkDatabase } from '../../src/cli/doctor/database.ts';
import { examine } from '../../src/cli/doctor/examine.ts';
import type { Finding } from '../../src/cli/doctor/finding.ts';
import { serviceFacts } from '../../src/cli/doctor/gather-service.ts';
import { checkInstallation, type InstallationFacts } from '../../src/cli/doctor/installation.ts';
import { checkMachine, type MachineFacts } from '../../src/cli/doctor/machine.ts';
import { FREESWITCH_MODULES } from '../../src/cli/doctor/modules.ts';
import { checkNetwork, type NetworkFacts } from '../../src/cli/doctor/network.ts';
import { checkService, type ServiceFacts } from '../../src/cli/doctor/service.ts';
import { tcpSockets } from '../../src/cli/doctor/sockets.ts';
import { checkSwitchboard, type SwitchboardFacts } from '../../src/cli/doctor/switchboard.ts';
import { neededModules } from '../../src/setup/freeswitch/find.ts';
import { prepareData } from '../../src/setup/prepare.ts';
import { ensureSecrets } from '../../src/setup/secrets.ts';
import { readSettings } from '../../src/setup/settings.ts';
import { connect } from '../../src/store/connect.ts';
import { aFlow, Place } from './carillon.ts';

/** What is not well, `verdict check`. */
const faults = (findings: readonly Finding[]): string[] =>
  findings.filter(({ verdict }) => verdict !== 'ok').map(({ verdict, check }) => `${verdict} ${check}`);

const machine: MachineFacts = {
  node: '24.21.0',
  napi: 10,
  wrongPackages: [],
  now: Date.UTC(2026, 6, 1),
  lastEventAt: Date.UTC(2026, 5, 30),
  knowsZones: true,
  openFiles: { 'this shell': 20_000 },
  channels: 250,
};

const owned = { exists: true, mode: 0o700, ownedByUs: true };
const installation: InstallationFacts = {
  data: { ...owned, path: '/data', isFolder: true, isWritable: true },
  freeBytes: 50 * 2 ** 30,
  wrongSettings: [],
  unknownSettings: [],
  secrets: { ...owned, mode: 0o600, path: '/data/secrets.json', fault: '' },
  logs: [{ file: '/data/log/daemon.log', bytes: 10 }],
  crashes: [],
};

const network: NetworkFacts = {
  bind: '127.0.0.1',
  isLoopback: true,
  sip: { port: 5060, udp: 'free', tcp: 'ours' },
  http: { port: 8080, state: 'free' },
  rtp: { first: 20_000, last: 20_999, taken: [] },
  ephemeral: { first: 32_768, last: 60_999 },
  control: { ARI: ['127.0.0.1'], AMI: ['127.0.0.1', '::1'] },
  guests: true,
  demonstrationPhones: 11,
};

const switchboard: SwitchboardFacts = {
  name: 'Asterisk',
  program: 'Asterisk 22.10.1 (private)',
  fault: '',
  missingModules: [],
  idleModules: [],
  pid: 10,
  staleConfiguration: [],
  control: { ARI: 'ok', AMI: 'ok' },
  isDriven: true,
  daemon: 11,
  health: { ready: true, problems: [] },
  strangers: [],
};

const service: ServiceFacts = {
  trunk: { address: '192.0.2.1:5060', answer: 'answers', isDefault: false },
  phones: { known: 3, registered: 2 },
  flows: { errors: 0, warnings: 0, count: 4, fault: '' },
  prompts: { silent: [], unmade: 0, fault: '' },
  hasSpeech: true,
  classOfService: { errors: 0, first: '' },
  routing: { errors: 0, first: '' },
};

const module = { name: 'res_ari', why: 'control' };

describe('the machine', () => {
  test.each<[string, Partial<MachineFacts>, string[]]>([
    ['well', {}, []],
    ['an old Node.js', { node: '20.19.0' }, ['problem node']],
    ['a Node.js whose driver would crash', { napi: 9 }, ['problem node']],
    ['a package that is gone', { wrongPackages: ['ws'] }, ['problem packages']],
    ['a clock that was never set', { now: 0 }, ['problem clock']],
    ['a clock that was set back', { lastEventAt: machine.now + 3_600_000 }, ['warning clock']],
    ['no time zones', { knowsZones: false }, ['problem time-zones']],
    ['few open files', { openFiles: { Asterisk: 1024 } }, ['warning open-files']],
  ])('%s', (_what, change, expected) => {
    expect(faults(checkMachine({ ...machine, ...change }))).toEqual(expected);
  });
});

describe('the installation', () => {
  const { data, secrets } = installation;
  test.each<[string, Partial<InstallationFacts>, string[]]>([
    ['well', {}, []],
    ['nothing yet', { data: { ...data, exists: false } }, ['warning data']],
    ['a file in its place', { data: { ...data, isFolder: false } }, ['problem data']],
    ['no right to it', { data: { ...data, isWritable: false } }, ['problem data']],
    ['of another user', { data: { ...data, ownedByUs: false } }, ['warning data']],
    ['open to others', { data: { ...data, mode: 0o755 } }, ['problem data']],
    ['a full disk', { freeBytes: 2 ** 20 }, ['problem space']],
    ['a disk that fills', { freeBytes: 2 ** 30 }, ['warning space']],
    ['a wrong setting', { wrongSettings: ['CARILLON_BIND is "x"'] }, ['problem settings']],
    [
      'a setting that there is not',
      { unknownSettings: [{ name: 'CARILLON_X', hint: '' }] },
      ['problem settings'],
    ],
    ['secrets for all to read', { secrets: { ...secrets, mode: 0o640 } }, ['problem secrets']],
    ['broken secrets', { secrets: { ...secrets, fault: 'no JSON' } }, ['problem secrets']],
    ['a log that nobody cuts', { logs: [{ file: 'x.log', bytes: 2 ** 30 }] }, ['warning logs']],
    ['a daemon that died', { crashes: [{ at: 'then', words: 'Error: x' }] }, ['warning crashes']],
  ])('%s', (_what, change, expected) => {
    expect(faults(checkInstallation({ ...installation, ...change }))).toEqual(expected);
  });
});

describe('ports, and who can reach them', () => {
  test.each<[string, Partial<NetworkFacts>, string[]]>([
    ['well', {}, []],
    [
      'a port that another program has',
      { sip: { port: 5060, udp: 'EADDRINUSE', tcp: 'free' } },
      ['problem sip-port'],
    ],
    ['a port that needs rights', { http: { port: 80, state: 'EACCES' } }, ['problem http-port']],
    ['an address of somewhere else', { http: { port: 80, state: 'EADDRNOTAVAIL' } }, ['problem http-port']],
    ['few audio ports', { rtp: { first: 20_000, last: 20_019, taken: [] } }, ['warning audio-ports']],
    [
      'audio ports of others',
      { rtp: { first: 20_000, last: 20_999, taken: [20_010] } },
      ['warning audio-ports'],
    ],
    [
      'audio ports that the kernel gives away',
      { rtp: { first: 40_000, last: 40_999, taken: [] } },
      ['warning audio-ports'],
    ],
    [
      'control that others can reach',
      { control: { ARI: ['0.0.0.0'], AMI: ['127.0.0.1'] } },
      ['problem control-ports'],
    ],
    [
      'guests from everywhere, and phones of the demonstration',
      { bind: '0.0.0.0', isLoopback: false },
      ['warning exposure', 'warning demonstration'],
    ],
    [
      'open, but to known ones',
      { bind: '0.0.0.0', isLoopback: false, guests: false, demonstrationPhones: 0 },
      [],
    ],
  ])('%s', (_what, change, expected) => {
    expect(faults(checkNetwork({ ...network, ...change }))).toEqual(expected);
  });

  test('listening sockets are read from the tables of the kernel, IPv4 and IPv6', () => {
    const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 x 100
   1: 00000000:13C4 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4712 1 x 100
   2: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 4713 1 x 100
   3: 00000000000000000000000001000000:1F91 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 4714 1
   4: 0000000000000000FFFF00000100007F:1F92 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 4715 1
`;
    expect(tcpSockets(table).map(({ address, port, state, inode }) => [address, port, state, inode])).toEqual(
      [
        ['127.0.0.1', 8080, 'listening', 4711],
        ['0.0.0.0', 5060, 'listening', 4712],
        ['127.0.0.1', 50_000, 'established', 4713],
        ['::1', 8081, 'listening', 4714],
        ['127.0.0.1', 8082, 'listening', 4715],
      ],
    );
  });
});

test('the trunk whose name has no address, or answers too late, is told and ends nothing', async () => {
  await expect(
    askTrunk('sip.carrier.example', 5060, () => Promise.reject(new Error('EAI_AGAIN'))),
  ).resolves.toBe('unknown');
  await expect(askTrunk('sip.carrier.example', 5060, () => new Promise(() => undefined))).resolves.toBe(
    'unknown',
  );
  const sent = { address: '255.255.255.255', family: 4 };
  await expect(askTrunk('sip.carrier.example', 5060, async () => sent)).resolves.toBe('silent');
});

test.each<[string, (file: string) => void, string]>([
  ['a folder', (file) => mkdirSync(file), 'it cannot be read'],
  ['too large', (file) => writeFileSync(file, ' '.repeat(2 ** 20 + 1)), 'larger than 1 MB'],
])(
  'a file of rules that is %s is a problem and not the end',
  async (_, make, said) => {
    const place = new Place({ 'hotline.yaml': aFlow('hotline') });
    const file = join(place.folder, 'rules.yaml');
    make(file);
    const env = {
      CARILLON_CLASS_OF_SERVICE: file,
      CARILLON_ROUTING: file,
      CARILLON_DATA: place.data,
      CARILLON_FLOWS: place.flows,
    };
    const { classOfService, routing } = await serviceFacts(readSettings(env), { known: 0 });
    for (const facts of [classOfService, routing])
      expect(facts).toMatchObject({ errors: 1, first: expect.stringContaining(said) });
  },
  20_000,
);

describe('the PBX and the daemon', () => {
  const down = { pid: undefined, control: {}, isDriven: undefined, daemon: undefined, health: undefined };
  test.each<[string, Partial<SwitchboardFacts>, string[]]>([
    ['well', {}, []],
    ['nothing runs', down, ['warning asterisk', 'warning daemon']],
    [
      'no Asterisk yet',
      { ...down, program: '' },
      ['warning asterisk-program', 'warning asterisk', 'warning daemon'],
    ],
    [
      'one that is too old',
      { ...down, program: '', fault: 'too old' },
      ['problem asterisk-program', 'warning asterisk', 'warning daemon'],
    ],
    ['addresses that are shut out', { shutOut: ['192.0.2.7'] }, ['warning bans']],
    ['nobody shut out', { shutOut: [] }, []],
    ['a module that is missing', { missingModules: [module] }, ['problem modules']],
    ['a module that does not run', { idleModules: [module] }, ['problem modules']],
    ['settings that were changed', { staleConfiguration: ['rtp.conf'] }, ['warning configuration']],
    [
      'a wrong ARI password',
      { control: { ARI: 'refused', AMI: 'ok' }, isDriven: undefined },
      ['problem ari'],
    ],
    ['a wrong AMI password', { control: { ARI: 'ok', AMI: 'refused' } }, ['problem ami']],
    [
      'an Asterisk that hangs',
      { control: { ARI: 'silent', AMI: 'silent' }, isDriven: undefined },
      ['problem ari', 'problem ami'],
    ],
    ['an Asterisk that is being stopped', { control: { ARI: 'ok', AMI: 'stopping' } }, ['problem draining']],
    ['nobody at the application', { isDriven: false }, ['problem application']],
    ['somebody else at the application', { daemon: undefined }, ['warning application', 'warning daemon']],
    ['a second program on ARI', { strangers: ['node x (process 7)'] }, ['warning application']],
    [
      'a FreeSWITCH that does not run',
      { ...down, name: 'FreeSWITCH' },
      ['warning freeswitch', 'warning daemon'],
    ],
    ['none on this machine', { name: 'FreeSWITCH', fault: 'none' }, ['problem freeswitch-program']],
    [
      'a FreeSWITCH that somebody paused',
      { name: 'FreeSWITCH', control: { ESL: 'stopping' } },
      ['problem draining'],
    ],
    [
      'a wrong ESL password',
      { name: 'FreeSWITCH', control: { ESL: 'refused' }, isDriven: undefined },
      ['problem esl'],
    ],
    [
      'nobody heard of on ESL',
      { name: 'FreeSWITCH', control: { ESL: 'ok' }, isDriven: false },
      ['problem application'],
    ],
    ['a daemon that hangs', { health: undefined }, ['problem daemon']],
    ['a daemon that takes no calls', { health: { ready: false, problems: ['x'] } }, ['problem daemon']],
    ['a daemon with a complaint', { health: { ready: true, problems: ['x'] } }, ['warning daemon']],
  ])('%s', (_what, change, expected) => {
    expect(faults(checkSwitchboard({ ...switchboard, ...change }))).toEqual(expected);
  });
});

test('of each module that FreeSWITCH is told to load it is known what for', () => {
  expect(Object.keys(FREESWITCH_MODULES).sort()).toEqual(neededModules().sort());
});

describe('what callers meet with', () => {
  test.each<[string, Partial<ServiceFacts>, string[]]>([
    ['well', {}, []],
    ['no trunk', { trunk: { address: 'x', answer: 'silent', isDefault: true } }, ['warning trunk']],
    ['a silent trunk', { trunk: { address: 'x', answer: 'silent', isDefault: false } }, ['warning trunk']],
    ['no phone registered', { phones: { known: 3, registered: 0 } }, ['warning phones']],
    ['nobody to ask', { phones: { known: 3 } }, []],
    ['errors in flows', { flows: { errors: 2, warnings: 0, count: 1, fault: '' } }, ['problem flows']],
    ['no flows', { flows: { errors: 0, warnings: 0, count: 0, fault: '' } }, ['problem flows']],
    ['silent prompts', { prompts: { silent: ['a (en)'], unmade: 0, fault: '' } }, ['problem prompts']],
    ['prompts to come', { prompts: { silent: [], unmade: 3, fault: '' } }, ['warning prompts']],
    ['nobody to speak', { hasSpeech: false }, ['warning speech']],
    [
      'a broken class of service',
      { classOfService: { errors: 1, first: 'x' } },
      ['problem class-of-service'],
    ],
    ['broken routing rules', { routing: { errors: 1, first: 'x' } }, ['problem routing']],
  ])('%s', (_what, change, expected) => {
    expect(faults(checkService({ ...service, ...change }))).toEqual(expected);
  });
});

test('of the default trunk it is said that it is one, not that there is none', () => {
  const trunk = { address: '127.0.0.1:5090', answer: 'silent', isDefault: true } as const;
  expect(checkService({ ...service, trunk })[0]!.says).toBe(
    'only the default trunk 127.0.0.1:5090 is set, where nobody may listen',
  );
});

test('every fault says what to do', () => {
  const broken = [
    ...checkMachine({ ...machine, node: '18.0.0', wrongPackages: ['x'], now: 0, openFiles: { a: 1 } }),
    ...checkDatabase({
      exists: true,
      fault: '',
      verdict: 'page 3 is lost',
      missing: ['0009_x'],
      unknown: [],
      bytes: 1,
      walBytes: 2 ** 40,
    }),
  ];
  expect(faults(broken)).toHaveLength(7);
  for (const { verdict, todo } of broken) expect(todo !== '').toBe(verdict !== 'ok');
});

test('crashes are told from errors that were noted, with the time before them', () => {
  const log = [
    '{"level":50,"time":"2026-07-20T10:00:00.000Z","msg":"commit failed","reason":"Error: x"}',
    'file:///carillon/src/main.ts:40',
    '  throw new Error("no port");',
    '        ^',
    'Error: no port',
    '    at file:///carillon/src/main.ts:40:9',
    'Error: a line of something else',
    '{"level":30,"time":"2026-07-20T10:00:02.000Z","msg":"Carillon is up"}',
  ].join('\n');
  expect(crashesIn(log)).toEqual([{ at: '2026-07-20T10:00:00.000Z', words: 'Error: no port' }]);
});

describe('an installation that is broken for real', { timeout: 60_000 }, () => {
  const FLOW = { 'hotline.yaml': aFlow('hotline').replace('languages', 'numbers: ["95533"]\nlanguages') };

  async function installed(): Promise<{ place: Place; env: Record<string, string> }> {
    const place = new Place(FLOW);
    mkdirSync(place.data, { mode: 0o700 });
    await prepareData({ data: place.data }, ensureSecrets(place.data), () => undefined);
    const env = {
      CARILLON_DATA: place.data,
      CARILLON_FLOWS: place.flows,
      CARILLON_PBX_ROOT: join(place.folder, 'pbx'),
      CARILLON_SIP_PORT: '15061',
      CARILLON_HTTP_PORT: '15081',
      CARILLON_RTP_PORTS: '15100-15199',
      CARILLON_TRUNK: '127.0.0.1:15091',
    };
    return { place, env };
  }

  const of = (findings: readonly Finding[], check: string): Finding => {
    const found = findings.filter((one) => one.check === check);
    return found.find(({ verdict }) => verdict !== 'ok') ?? found[0]!;
  };

  test('a sound one has no problem, and looking changes nothing', async () => {
    const { place, env } = await installed();
    const before = statSync(join(place.data, 'carillon.db')).mtimeMs;
    const findings = await examine(env);
    expect(findings.filter(({ verdict }) => verdict === 'problem')).toEqual([]);
    expect(of(findings, 'phones').says).toContain('11 may register');
    expect(statSync(join(place.data, 'carillon.db')).mtimeMs).toBe(before);
  });

  test('wrong rights, a damaged database, a typing error, a bad port and a taken one are each found', async () => {
    const { place, env } = await installed();
    chmodSync(place.data, 0o755);
    chmodSync(join(place.data, 'secrets.json'), 0o644);
    writeFileSync(join(place.data, 'carillon.db'), 'this is no database at all, but long enough to be one');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const findings = await examine({
      ...env,
      CARILLON_HTTP_PORT: String(port),
      CARILLON_SIP_PORT: 'banana',
      CARILLON_TRUNC: 'sip.example.com',
    });
    expect(of(findings, 'data').says).toContain('other users of this machine may look into');
    expect(of(findings, 'secrets').todo).toContain('chmod 600');
    expect(of(findings, 'database').says).toMatch(/is damaged or is not a database/);
    expect(of(findings, 'http-port').says).toBe(`${port}/tcp is taken by another program`);
    expect(
      findings.filter(({ check }) => check === 'settings').map(({ says, todo }) => [says, todo]),
    ).toEqual([
      ['CARILLON_SIP_PORT is "banana"; give a port from 1 to 65535, such as 5060.', expect.anything()],
      ['there is no setting CARILLON_TRUNC', 'Did you mean "CARILLON_TRUNK"?'],
    ]);
  });

  test('a step of the schema that is missing, and one of a newer Carillon', async () => {
    const { place, env } = await installed();
    const database = connect(join(place.data, 'carillon.db'));
    database.script("delete from migration where tag like '0000%'");
    expect(of(await examine(env), 'schema')).toMatchObject({ verdict: 'warning' });
    database.script("insert into migration (tag, applied_at) values ('9999_later', 0)");
    database.close();
    expect(of(await examine(env), 'schema')).toMatchObject({ verdict: 'problem' });
  });

  test('an Asterisk that is none, a flow with an error and a prompt without words', async () => {
    const { place, env } = await installed();
    place.write('broken.yaml', 'flow: broken\nstart: nowhere\n');
    const findings = await examine({ ...env, CARILLON_ASTERISK: join(place.flows, 'hotline.yaml') });
    expect(of(findings, 'asterisk-program').verdict).toBe('problem');
    expect(of(findings, 'flows')).toMatchObject({ verdict: 'problem' });
  });

  test('the command ends with 1 on problems, and speaks JSON', async () => {
    const { place, env } = await installed();
    const well = await place.run(['doctor', '--json'], env);
    expect(JSON.parse(well.out)).toMatchObject({ problems: 0, findings: expect.any(Array) });
    expect(well.code).toBe(0);
    chmodSync(place.data, 0o777);
    const ill = await place.run(['doctor'], env);
    expect(ill.code).toBe(1);
    expect(ill.out).toMatch(/^problem +data +other users of this machine/m);
    expect(ill.out).toContain('→ Run: chmod 700');
  });
});
