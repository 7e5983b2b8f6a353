import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { exposition } from '../../src/base/metrics.ts';
import { CallMetrics } from '../../src/engine/call-metrics.ts';
import { DialMetrics } from '../../src/engine/dial-metrics.ts';
import { EngineMetrics } from '../../src/engine/engine-metrics.ts';
import { allMetrics } from '../../src/http/metrics.ts';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';
import { PbxMetrics } from '../../src/pbx/observed.ts';
import { NOTHING_TOLD } from '../../src/queue/estimate.ts';
import { skillQueue } from '../../src/queue/queue.ts';
import { inProject } from '../../src/setup/project.ts';
import { FakeCentre, openApi } from './api-lab.ts';

const NOW = 1_000_000;

function metricsOf(centre: FakeCentre) {
  const clock = new VirtualClock(NOW);
  const gauges = () => ({ mailbox: 3, unsaved: 1, channels: 70, overload: { late: 2 } });
  return allMetrics({
    centre: Object.assign(centre, { gauges }),
    calls: new CallMetrics(),
    dialer: new DialMetrics(),
    engine: new EngineMetrics(() => 0),
    pbx: new PbxMetrics(() => 0),
    mostChannels: 100,
    version: '1.2.3',
    clock,
  });
}

const centre = () => new FakeCentre(() => NOW);

test('what the centre holds now is read when it is asked for', () => {
  const fake = centre();
  const metrics = metricsOf(fake);
  fake.staff = [
    { id: '1', name: 'a', homeExtension: '1', skills: {}, state: { at: 'logged-out', since: 0 } },
    { id: '2', name: 'b', homeExtension: '2', skills: {}, state: { at: 'ready', extension: '2', since: 0 } },
  ];
  const nobody = { working: 0, accuracy: NOTHING_TOLD, estimatedWaitMs: undefined };
  fake.queueStatuses = [
    {
      ...nobody,
      queue: skillQueue('vip', {}),
      waiting: [
        { call: 'c1', since: NOW - 30_000, rank: 0 },
        { call: 'c2', since: NOW - 5000, rank: 0 },
      ],
      loggedIn: 2,
      ready: 1,
      estimatedWaitMs: 90_000,
    },
    { ...nobody, queue: skillQueue('card', {}), waiting: [], loggedIn: 0, ready: 0 },
  ];
  const text = exposition(metrics);
  for (const line of [
    'carillon_queue_waiting{queue="vip"} 2',
    'carillon_queue_longest_wait_seconds{queue="vip"} 30',
    'carillon_queue_longest_wait_seconds{queue="card"} 0',
    'carillon_queue_estimated_wait_seconds{queue="vip"} 90',
    'carillon_queue_agents{queue="vip"} 2',
    'carillon_queue_agents_ready{queue="vip"} 1',
    'carillon_agents{state="logged-out"} 1',
    'carillon_agents{state="ready"} 1',
    'carillon_channels 70',
    'carillon_channels_limit 100',
    'carillon_calls_overload_refused_total{reason="late"} 2',
    'carillon_engine_mailbox_length 3',
    'carillon_unsaved_turns 1',
    `carillon_build_info{version="1.2.3",node="${process.versions.node}"} 1`,
  ])
    expect(text).toContain(`${line}\n`);
  const value = (name: string) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(text)?.[1]);
  expect(value('process_resident_memory_bytes')).toBeGreaterThan(2 ** 20);
  expect(value('process_open_fds')).toBeGreaterThan(2);
  expect(value('process_cpu_seconds_total')).toBeGreaterThan(0);
  expect(text).not.toMatch(/NaN|undefined/);
});

test('a stall of the event loop is there for every scraper, however often others looked', async () => {
  const metrics = metricsOf(centre());
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  await sleep(50);
  const longStalls = (): number => {
    const text = exposition(metrics);
    const count = (series: string) =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`carillon_event_loop_delay_seconds_${series}`))
          ?.split(' ')[1],
      );
    return count('count') - count('bucket{le="0.25"}');
  };
  expect([longStalls(), longStalls()].every((count) => count >= 1)).toBe(true);
});

test('names follow the rules of Prometheus and are there once', () => {
  const metrics = metricsOf(centre());
  expect(new Set(metrics.map(({ name }) => name)).size).toBe(metrics.length);
  for (const { name, type, help } of metrics) {
    expect(name).toMatch(/^(carillon|process|nodejs)(_[a-z0-9]+)+$/);
    expect(name.endsWith('_total'), name).toBe(type === 'counter');
    expect(help, name).toMatch(/^.{5,}\.$|^.+; always 1\.$/);
  }
});

test('docs/metrics.md lists every metric, and no other', () => {
  const rows = metricsOf(centre()).map(
    ({ name, type, labels = [], help }) =>
      `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(' ')} | ${help} |`,
  );
  const table = ['| metric | type | labels | what it tells |', '|---|---|---|---|', ...rows].join('\n');
  expect(readFileSync(inProject('docs/metrics.md'), 'utf8')).toContain(`${table}\n`);
});

test('what alerts and questions in docs/metrics.md ask for exists', () => {
  const names = new Set(metricsOf(centre()).map(({ name }) => name));
  const text = readFileSync(inProject('docs/metrics.md'), 'utf8');
  const asked = [...text.matchAll(/\b((?:carillon|process)_[a-z_]+[a-z])\b/g)].map((found) => found[1]!);
  expect(asked.length).toBeGreaterThan(names.size);
  const unknown = asked.filter(
    (name) => !names.has(name.replace(/_(bucket|count|sum)$/, '')) && !names.has(name),
  );
  expect(unknown).toEqual([]);
});

test('a scraper, a supervisor and an admin see them, others do not, and a scraper sees nothing else', async () => {
  const api = await openApi();
  for (const role of ['scraper', 'supervisor', 'admin'] as const) {
    const { status, text, headers } = await api.send(role, 'GET', '/metrics');
    expect([role, status]).toEqual([role, 200]);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toBe('# HELP carillon_ready Whether.\n# TYPE carillon_ready gauge\ncarillon_ready 1\n');
  }
  for (const role of ['viewer', 'agent', 'campaign'] as const)
    expect((await api.send(role, 'GET', '/metrics')).status).toBe(403);
  expect((await api.send('', 'GET', '/metrics')).status).toBe(401);
  for (const url of ['/api/calls', '/api/agents', '/api/events', '/api/tokens', '/api/queues'])
    expect([url, (await api.send('scraper', 'GET', url)).status]).toEqual([url, 403]);
});

test('an admin makes a token for a scraper', async () => {
  const api = await openApi();
  const made = await api.send('admin', 'POST', '/api/tokens', { name: 'prometheus', role: 'scraper' });
  expect(made.status).toBe(201);
  const headers = { authorization: `Bearer ${made.body.token}` };
  expect((await api.inject({ method: 'GET', url: '/metrics', headers })).status).toBe(200);
});
