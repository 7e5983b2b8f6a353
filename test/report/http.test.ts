import { strFromU8, unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import type { Call } from '../../src/call/call.ts';
import type { LogEvent } from '../../src/engine/changes.ts';
import { type ApiLab, openApi } from '../http/api-lab.ts';
import { aCall, anEvent, START, theChanges } from '../store/examples.ts';

const MINUTE_MS = 60_000;
/** START is 09:00 on this day on the clocks of the centre. */
const DAY = '2026-03-02';

const ended = (id: string, at: number, changes: Partial<Call> = {}): Call =>
  aCall({
    id,
    channel: `ch-${id}`,
    startedAt: START + at,
    phase: { at: 'ended' },
    endedAt: START + at + MINUTE_MS,
    endedBy: 'caller',
    ...changes,
  });
const happened = (
  type: string,
  at: number,
  about: { call?: string; agent?: string },
  data: LogEvent['data'] = {},
): LogEvent => anEvent({ type, at: START + at, call: undefined, ...about, data });
const queued = (call: string, at: number) =>
  happened(
    'CallQueued',
    at,
    { call },
    { queue: 'cards', tier: 'gold', since: START + at, goal: 0.8, targetMs: 20_000 },
  );

const CALLS = [
  ended('call-1', 0, {
    aniName: '=HYPERLINK("http://x")',
    connectedAt: START + 5_000,
    talkedMs: 30_000,
    facts: {
      language: 'en',
      persona: '',
      variables: {},
      queue: 'cards',
      agentId: '1001',
      customerId: 'demo-vip',
    },
  }),
  ended('call-2', MINUTE_MS, { facts: { language: 'en', persona: '', variables: {}, queue: 'cards' } }),
];
const EVENTS = [
  happened('AgentStateChanged', -MINUTE_MS, { agent: '1001' }, { state: 'not-ready', reason: 'logged-in' }),
  happened('AgentStateChanged', 0, { agent: '1001' }, { state: 'ready' }),
  queued('call-1', 0),
  happened(
    'CallConnected',
    5_000,
    { call: 'call-1', agent: '1001' },
    { queue: 'cards', queueWaitedMs: 5_000 },
  ),
  happened('AgentStateChanged', 5_000, { agent: '1001' }, { state: 'talking' }),
  queued('call-2', MINUTE_MS),
  happened('AgentStateChanged', 35_000, { agent: '1001' }, { state: 'ready' }),
  happened('CallEnded', 2 * MINUTE_MS, { call: 'call-2' }, { abandoned: true }),
];

async function withCalls(): Promise<ApiLab> {
  const api = await openApi();
  await api.store.commit(theChanges({ calls: CALLS, events: EVENTS }));
  await api.clock.advance(10 * MINUTE_MS);
  return api;
}

test('a supervisor finds calls, page by page', async () => {
  const api = await withCalls();
  const first = await api.send('supervisor', 'GET', '/api/call-records?limit=1');
  expect(first.body.items.map((call: { id: string }) => call.id)).toEqual(['call-2']);
  expect(first.body).toMatchObject({
    items: [{ outcome: 'abandoned', direction: 'inbound' }],
    zone: 'Asia/Shanghai',
  });
  const second = await api.send('supervisor', 'GET', `/api/call-records?limit=1&cursor=${first.body.next}`);
  expect(second.body.items).toMatchObject([{ id: 'call-1', outcome: 'answered', agentName: '张伟' }]);
});

test.each([
  ['?number=138%200013%208000', 2],
  ['?number=%2B8613800138000', 2],
  ['?number=13900000000', 0],
  [`?from=${DAY}&to=${DAY}`, 2],
  [`?from=${DAY}T09:01&to=${DAY}T09:02`, 1],
  ['?to=2026-03-01', 0],
  ['?outcome=answered&talkedS=30', 1],
  ['?talkedS=31', 0],
  ['?queue=cards&recorded=no', 2],
  ['?recorded=yes', 0],
])('what is looked for with %s', async (query, count) => {
  const api = await withCalls();
  const { status, body } = await api.send('auditor', 'GET', `/api/call-records${query}`);
  expect([status, body.items?.length]).toEqual([200, count]);
});

test.each([
  ['/api/call-records?from=2026-03-03&to=2026-03-01', 'bad-span'],
  ['/api/call-records?from=yesterday', 'bad-span'],
  ['/api/call-records?outcome=lost', 'bad-input'],
  ['/api/call-records?limit=100000', 'bad-input'],
  ['/api/call-records?cursor=x', 'bad-input'],
  ['/api/call-records?wanted=1', 'bad-input'],
  ['/api/reports/intervals?from=2026-03-03&to=2026-03-01', 'bad-span'],
  ['/api/reports/intervals?from=2000-01-01&to=2026-01-01', 'bad-span'],
  ['/api/reports/intervals?from=2026-01-01&to=2026-03-01&interval=15', 'bad-span'],
  ['/api/reports/intervals?from=2026-02-30', 'bad-span'],
  ['/api/reports/intervals?interval=7', 'bad-input'],
  ['/api/reports/agents?from=2026-13-01', 'bad-span'],
  ['/api/reports/intervals/export?from=2026-03-03&to=2026-03-01', 'bad-span'],
  ['/api/reports/intervals/export?from=2026-01-01&to=2026-03-01&interval=15', 'bad-span'],
  ['/api/call-records/export?format=exe', 'bad-input'],
])('%s is refused with a reason', async (url, id) => {
  const api = await withCalls();
  const { status, body } = await api.send('supervisor', 'GET', url);
  expect([status, body.error.id]).toEqual([400, id]);
});

test.each(['viewer', 'agent', 'campaign', 'approver', 'scraper', ''] as const)(
  '%j finds and exports no calls',
  async (role) => {
    const api = await withCalls();
    for (const url of [
      '/api/call-records',
      '/api/call-records/export',
      '/api/reports/agents',
      '/api/reports/agents/export',
      '/api/reports/intervals/export',
    ])
      expect((await api.send(role, 'GET', url)).status).toBe(role === '' ? 401 : 403);
  },
);

test('the day so far: what became of callers', async () => {
  const api = await withCalls();
  const { status, body } = await api.send('viewer', 'GET', '/api/reports/intervals?interval=60');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    days: { from: DAY, to: DAY },
    zone: 'Asia/Shanghai',
    isBehind: false,
    items: [
      {
        at: START,
        queue: 'cards',
        tier: '',
        offered: 2,
        answered: 1,
        abandoned: 1,
        serviceLevel: 0.5,
        averageWaitMs: 5_000,
        averageTalkMs: 30_000,
        occupancy: null,
      },
    ],
    total: { offered: 2, occupancy: 30_000 / (30_000 + 5_000 + 9 * MINUTE_MS + 25_000) },
  });
  expect(body.starts).toHaveLength(25);
});

test('a report of one queue has nothing of the others', async () => {
  const api = await withCalls();
  const of = async (queues: string) =>
    (await api.send('admin', 'GET', `/api/reports/intervals?by=centre&interval=span&queues=${queues}`)).body
      .total.offered;
  expect([await of('cards'), await of('loans'), await of('loans,cards')]).toEqual([2, 0, 2]);
  expect((await api.send('admin', 'GET', '/api/reports/queues')).body).toEqual({ items: ['cards'] });
});

test('an agent, with what he sold', async () => {
  const api = await withCalls();
  await api.desk.write(
    { call: 'call-1', agent: '1001' },
    { version: 1, text: '', reason: 'other', sale: 'offered', done: true },
    START + MINUTE_MS,
  );
  const { body } = await api.send('supervisor', 'GET', '/api/reports/agents');
  expect(body.items).toMatchObject([
    {
      agent: '1001',
      name: '张伟',
      answered: 1,
      opportunities: 1,
      successes: 0,
      opportunityRate: 1,
      successRate: 0,
      averageTalkMs: 30_000,
    },
  ]);
  expect(body.items[0].states).toContainEqual({ state: 'not-ready', reason: 'logged-in', ms: MINUTE_MS });
});

test('an export is a file for a spreadsheet, in which nothing is a formula', async () => {
  const api = await withCalls();
  const { status, headers, text } = await api.send(
    'supervisor',
    'GET',
    '/api/call-records/export?format=csv&language=zh-CN',
  );
  expect(status).toBe(200);
  expect(headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="calls-${DAY}.csv"`,
  });
  const lines = text.split('\r\n');
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(/^\ufeff开始时间,呼叫方向,结果,/);
  expect(lines[2]).toContain(`2026-03-02 09:00:00,inbound,answered,13800138000,"'=HYPERLINK(""http://x"")",`);
});

test.each(['calls', 'intervals', 'agents'])('an export of %s as XLSX opens', async (of) => {
  const api = await withCalls();
  const url = of === 'calls' ? '/api/call-records/export' : `/api/reports/${of}/export`;
  const answer = await api.app.inject({
    url,
    headers: { authorization: `Bearer ${api.tokenOf.supervisor}` },
  });
  expect(answer.statusCode).toBe(200);
  const files = unzipSync(new Uint8Array(answer.rawPayload));
  const sheet = strFromU8(files['xl/worksheets/sheet1.xml']!);
  expect(sheet).toMatch(/<\/sheetData><\/worksheet>$/);
  expect(sheet.match(/<row>/g)!.length).toBeGreaterThan(1);
});

test('who exports is audited', async () => {
  const api = await withCalls();
  await api.send('supervisor', 'GET', '/api/call-records/export?format=csv&number=13800138000');
  api.audit.flush();
  const { rows } = await api.audited.page({ limit: 10, sees: () => true });
  expect(rows).toMatchObject([
    { who: 't-supervisor', what: 'GET /api/call-records/export', outcome: 'done' },
  ]);
});
