import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { digestOf } from '../../src/engine/routing-watch.ts';
import { storeFile } from '../../src/setup/prepare.ts';
import { callers, scenario, team } from '../lab/day-scenario.ts';
import { event, logOf } from '../replay/recorded.ts';
import { aCall, openStore, theChanges } from '../store/examples.ts';
import { Place } from './carillon.ts';

// Several of these start the command more than once, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const RULES = `skills: [service, card]
queues: { general: { needs: { service: 5 } }, card: { needs: { card: 5 } } }
`;

const FILES = {
  'shared.yaml': 'zone: Asia/Shanghai\n',
  'rules.yaml': RULES,
  'fifo.yaml': `order: fifo\n${RULES}`,
  'wrong.yaml': RULES.replace('service: 5', 'servce: 5'),
};
const DIGEST = digestOf(FILES['fifo.yaml']);
/** The data folder of a centre that has had a day. */
const data = mkdtempSync(join(tmpdir(), 'carillon-'));
afterAll(() => rmSync(data, { recursive: true, force: true }));

/** Runs the command where these files are. */
const run = (...args: string[]) => {
  const place = new Place(FILES);
  const env = { CARILLON_ROUTING: join(place.flows, 'rules.yaml'), CARILLON_DATA: data, NO_COLOR: '1' };
  return place.run(args, env);
};

beforeAll(async () => {
  const day = scenario({
    lastsMs: 600_000,
    callers: [callers('retail')],
    agents: [team('service', { count: 3 })],
  });
  const log = await logOf(day);
  const { database, store } = openStore(storeFile(data));
  const arrived = log.filter(({ type }) => type === 'CallArrived');
  const calls = arrived.map(({ call = '', at, data }) =>
    aCall({
      id: call,
      channel: call,
      ani: String(data.ani),
      startedAt: at,
      phase: { at: 'ended' },
      endedAt: at,
    }),
  );
  const silent = aCall({
    id: 'call-none',
    channel: 'n',
    startedAt: 1,
    ani: '',
    phase: { at: 'ended' },
    endedAt: 1,
  });
  const open = aCall({ id: 'open-1', channel: 'o', startedAt: 2, ani: '', phase: { at: 'flow' } });
  const opened = event(2, 'CallArrived', { call: 'open-1' }, { ani: '', dnis: '95533', flow: 'hotline' });
  const rules = event(1, 'RoutingRulesChanged', {}, { digest: DIGEST });
  await store.commit(theChanges({ calls: [...calls, silent, open], events: [rules, opened, ...log] }));
  database.close();
});

test('replay shows the day, the same rules and the changed ones side by side, within 80 columns', async () => {
  const { code, out, err } = await run('replay', '2026-11-23', '--rules', 'flows/fifo.yaml', '--calls');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/as it was +same rules +changed +change/);
  expect(out).toMatch(/^ {2}waited +60 +60 +60 +=$/m);
  expect(out).toContain('2026-11-23 (Asia/Shanghai): 60 waits of 60 calls');
  expect(out).toMatch(/The replay is \d\.\d points off the real day/);
  const table = out.split('\n').filter((line) => line.startsWith('  '));
  expect(Math.max(...table.map((line) => line.length))).toBeLessThanOrEqual(80);
});

test('as JSON it is the same for the same seed, and without other rules it has two columns', async () => {
  const [one, other] = await Promise.all([
    run('replay', '2026-11-23', '--json'),
    run('replay', '2026-11-23', '--json'),
  ]);
  expect(one.out).toBe(other.out);
  const read = JSON.parse(one.out) as Record<string, { total: { offered: number } }>;
  expect([read.asItWas!.total.offered, read.sameRules!.total.offered]).toEqual([60, 60]);
  expect(read).not.toHaveProperty('changedRules');
});

test('the rules of that day are taken when they were kept, and it is said when they were not', async () => {
  const kept = join(data, 'routing-versions');
  mkdirSync(kept);
  writeFileSync(join(kept, `${DIGEST}.yaml`), FILES['fifo.yaml']);
  const before = await run('replay', '2026-11-23');
  expect(before.out).toContain(`${DIGEST}.yaml`);
  expect(before.out).not.toContain('were not kept');
  rmSync(kept, { recursive: true });
  const after = await run('replay', '2026-11-23');
  expect(after.out).toMatch(
    new RegExp(`The rules of that day \\(${DIGEST}\\) were not kept: flows/rules.yaml of now`),
  );
});

test.each([
  ['rules with a mistake', ['2026-11-23', '--rules', 'flows/wrong.yaml'], 1, /there is no skill "servce"/],
  [
    'a file that is not there',
    ['2026-11-23', '--rules', '/nowhere.yaml'],
    2,
    /There is no file of routing rules/,
  ],
  ['no day', ['2026-02-30'], 2, /is no day: write such as/],
  ['a day on which nobody came', ['2025-01-01'], 2, /Nobody waited in a queue on 2025-01-01/],
  ['no seed', ['2026-11-23', '--seed', 'x'], 2, /--seed takes a whole number/],
])('replay of %s says what is wrong', async (_what, args, code, says) => {
  const ran = await run('replay', ...args);
  expect(ran.code).toBe(code);
  expect(ran.out + ran.err).toMatch(says);
});

test('why tells the story of a call by its id, its beginning, its number, or the last one', async () => {
  const last = JSON.parse((await run('why', 'last', '--json')).out) as {
    id: string;
    moments: { says: string }[];
  };
  expect(last.moments[0]!.says).toMatch(/^1\d\d\*\*\*\*\d{4} called/);
  const told = await run('why', last.id);
  expect(told).toMatchObject({ code: 0, err: '' });
  expect(told.out).toContain('entered queue general, tier standard');
  expect(Math.max(...told.out.split('\n').map((line) => [...line].length))).toBeLessThanOrEqual(80);
  expect((await run('why', last.id.slice(0, -1))).out).toBe(told.out);
  const number = await run('why', '10000000000', '--json');
  expect((JSON.parse(number.out) as typeof last).moments[0]!.says).toContain('100****0000 called');
});

test.each([
  ['a call that nobody knows', 'nothing', /There is no call nothing/],
  ['a beginning of several', 'call-', /Several calls begin so/],
  ['a call whose events are gone', 'call-none', /has nothing of call-none any more/],
])('why of %s says what to do', async (_what, wanted, says) => {
  const { code, err } = await run('why', wanted);
  expect([code, err]).toEqual([2, expect.stringMatching(says)]);
});

test('why of a call that goes on says that the daemon would know where it stands', async () => {
  const { code, out, err } = await run('why', 'open-1');
  expect(code).toBe(0);
  expect(out).toContain('a hidden number called 95533');
  expect(err).toContain('The daemon does not answer');
});

test('without a database both say that nothing has run yet', async () => {
  const empty = new Place();
  for (const args of [
    ['why', 'last'],
    ['replay', 'today'],
  ])
    expect((await empty.run(args)).err).toContain('nothing has run with this data folder');
});
