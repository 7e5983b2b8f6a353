import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Role } from '../../src/http/roles.ts';
import { type ApiLab, openApi } from '../http/api-lab.ts';
import { A_LEAD, NO_COUNTS } from '../http/fake-dialer.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';
import { START } from '../store/examples.ts';
import { aCampaign, anAttempt, anEndedAttempt } from './examples.ts';

const DAY = 86_400_000;
const NEW = {
  id: 'o1',
  name: 'Winter',
  queue: 'general',
  flow: 'hotline',
  callerNumber: '021 1234 5678',
  validFrom: START,
  validUntil: START + 30 * DAY,
};

async function openWithCampaign(changes: object = {}): Promise<ApiLab> {
  const api = await openApi();
  expect((await api.send('campaign', 'POST', '/api/outbound', { ...NEW, ...changes })).status).toBe(201);
  return api;
}

const errorOf = ({ status, body }: { status: number; body: { error: { id: string; message: string } } }) =>
  `${status} ${body.error.id}: ${body.error.message}`;

describe('campaigns that call people', () => {
  test('are added stopped, as most have it where nothing else is said, and the dialer is told', async () => {
    const api = await openApi();
    const { status, body } = await api.send('campaign', 'POST', '/api/outbound', {
      ...NEW,
      pacing: { mode: 'ratio', ratio: 1.5 },
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      id: 'o1',
      status: 'stopped',
      callerNumber: '02112345678',
      policy: '',
      pacing: { mode: 'ratio', ratio: 1.5, maxAbandonment: 0.03, minRingMs: 15_000, connectWithinMs: 2000 },
      ringMs: 25_000,
      retry: { busy: { afterMs: 900_000, tries: 5, nextNumber: false } },
    });
    expect((await api.send('viewer', 'GET', '/api/outbound/o1')).body).toEqual(body);
    expect((await api.send('viewer', 'GET', '/api/outbound')).body.items).toEqual([body]);
    expect(api.dialer.dialling.changes).toBe(1);
  });

  test.each([
    [
      'a queue that is not there',
      { queue: 'nobodys' },
      /^400 bad-outbound: queue: there is no queue nobodys/,
    ],
    ['a flow that is not there', { flow: 'outbound' }, /^400 bad-outbound: flow: there is no flow outbound/],
    [
      'a policy that is not there',
      { policy: 'nsa' },
      /^400 bad-outbound: policy: there is no contact policy nsa/,
    ],
    [
      'an end before its beginning',
      { validUntil: START },
      /bad-outbound: validUntil: is not after validFrom/,
    ],
    [
      'less ringing than its own least',
      { ringMs: 14_999 },
      /bad-outbound: ringMs: is less than pacing.minRingMs/,
    ],
    [
      'less ringing than the policy wants',
      { pacing: { minRingMs: 14_999 } },
      /pacing.minRingMs: is less than its policy permits, 15000/,
    ],
    [
      'more abandonment than the policy permits',
      { pacing: { maxAbandonment: 0.031 } },
      /pacing.maxAbandonment: is more than its policy permits, 0.03/,
    ],
    [
      'a later agent than the policy permits',
      { pacing: { connectWithinMs: 2001 } },
      /pacing.connectWithinMs: is more than its policy permits, 2000/,
    ],
    ['a ratio below one', { pacing: { ratio: 0.5 } }, /^400 bad-input: body.*ratio/],
    [
      'letters for a number',
      { callerNumber: 'bank' },
      /^400 bad-input: body.*callerNumber: is not a phone number/,
    ],
    ['a rule for no outcome', { retry: { lost: { afterMs: 1, tries: 1 } } }, /^400 bad-input/],
    ['a word of the API for an id', { id: 'status' }, /^400 bad-input: body.*id: is a word of the API/],
  ])('are refused with %s, and nothing is kept', async (_what, changes, message) => {
    const api = await openApi();
    expect(errorOf(await api.send('admin', 'POST', '/api/outbound', { ...NEW, ...changes }))).toMatch(
      message,
    );
    expect((await api.send('viewer', 'GET', '/api/outbound')).body.items).toEqual([]);
    expect(api.dialer.dialling.changes).toBe(0);
  });

  test('keep their id for themselves', async () => {
    const api = await openWithCampaign();
    expect(errorOf(await api.send('admin', 'POST', '/api/outbound', NEW))).toMatch(/^409 outbound-id-taken/);
  });

  test('change what is named and nothing else, also while they run', async () => {
    const api = await openWithCampaign();
    await api.send('supervisor', 'POST', '/api/outbound/o1/start');
    const { body } = await api.send('supervisor', 'PATCH', '/api/outbound/o1', {
      pacing: { mode: 'progressive' },
    });
    expect(body).toMatchObject({
      status: 'running',
      name: 'Winter',
      pacing: { mode: 'progressive', ratio: 1.2, rollingWindow: true },
    });
    expect(api.dialer.dialling.changes).toBe(3);
    expect((await api.send('supervisor', 'PATCH', '/api/outbound/o9', {})).status).toBe(404);
  });

  test('do not lose what two people change at the same time', async () => {
    const api = await openWithCampaign();
    const started = api.send('supervisor', 'POST', '/api/outbound/o1/start');
    const slower = api.send('supervisor', 'PATCH', '/api/outbound/o1', { pacing: { mode: 'progressive' } });
    await Promise.all([started, slower]);
    expect(await api.dialer.campaigns.byId('o1')).toMatchObject({
      status: 'running',
      pacing: { mode: 'progressive' },
    });
  });

  test.each([
    ['stopped', 'start', 'running'],
    ['stopped', 'stop', 'stopped'],
    ['stopped', 'pause', '409 outbound-not-running'],
    ['stopped', 'drain', '409 outbound-not-running'],
    ['running', 'pause', 'paused'],
    ['running', 'drain', 'draining'],
    ['running', 'stop', 'stopped'],
    ['paused', 'start', 'running'],
    ['draining', 'start', 'running'],
  ] as const)('that are %s, told to %s, are %s', async (status, control, becomes) => {
    const api = await openApi();
    await api.dialer.campaigns.save(aCampaign({ ...NEW, policy: 'customers', status }));
    const answer = await api.send('supervisor', 'POST', `/api/outbound/o1/${control}`);
    const kept = (await api.dialer.campaigns.byId('o1'))?.status;
    if (answer.status === 200) expect([answer.body.status, kept]).toEqual([becomes, becomes]);
    else expect([errorOf(answer).split(':')[0], kept]).toEqual([becomes, status]);
  });

  test('are not started after their last day, nor when what they name has gone', async () => {
    const api = await openWithCampaign();
    api.centre.queueStatuses = [];
    expect(errorOf(await api.send('admin', 'POST', '/api/outbound/o1/start'))).toMatch(/no queue general/);
    await api.clock.advance(31 * DAY);
    expect(errorOf(await api.send('admin', 'POST', '/api/outbound/o1/start'))).toMatch(
      /^409 outbound-expired/,
    );
    expect((await api.send('admin', 'POST', '/api/outbound/o1/stop')).status).toBe(200);
  });

  test('can be removed while nobody was called for them and they have no list', async () => {
    const api = await openWithCampaign();
    await api.send('campaign', 'POST', '/api/outbound/o1/lists', { name: 'VIP' });
    expect(errorOf(await api.send('campaign', 'DELETE', '/api/outbound/o1'))).toMatch(
      /^409 outbound-has-lists/,
    );
    api.dialer.lists.kept = [];
    expect((await api.send('campaign', 'DELETE', '/api/outbound/o1')).status).toBe(200);
    expect((await api.send('viewer', 'GET', '/api/outbound/o1')).status).toBe(404);
  });

  test.each([
    ['agent', 'POST', '/api/outbound', NEW],
    ['supervisor', 'POST', '/api/outbound', NEW],
    ['agent', 'POST', '/api/outbound/o1/start', undefined],
    ['viewer', 'PATCH', '/api/outbound/o1', {}],
    ['agent', 'POST', '/api/outbound/o1/lists', { name: 'VIP' }],
    ['supervisor', 'POST', '/api/outbound/lists/l1/imports', undefined],
    ['supervisor', 'GET', '/api/outbound/imports/i1/refused', undefined],
    ['viewer', 'POST', '/api/outbound/preview/next', { agent: '1001' }],
    ['viewer', 'POST', '/api/outbound/attempts/a1/disposition', { result: 'sale' }],
  ] as const)('are not for a token of role %s to %s %s', async (role, method, url, body) => {
    const api = await openWithCampaign();
    expect(errorOf(await api.send(role, method, url, body))).toMatch(/^403 forbidden/);
  });
});

describe('lists', () => {
  const upload = (api: ApiLab, query: string, payload: string | Buffer, role: Role = 'campaign') =>
    api.inject({
      method: 'POST',
      url: `/api/outbound/lists/l1/imports${query}`,
      headers: { authorization: `Bearer ${api.tokenOf[role]}`, 'content-type': 'text/csv' },
      payload,
    });

  const left = (api: ApiLab): string[] => {
    try {
      return readdirSync(api.dialer.uploads);
    } catch {
      return [];
    }
  };

  async function openWithList(): Promise<ApiLab> {
    const api = await openWithCampaign();
    await api.send('campaign', 'POST', '/api/outbound/o1/lists', { name: 'VIP' });
    return api;
  }

  test('are added to a campaign, named, moved and switched off', async () => {
    const api = await openWithList();
    expect((await api.send('viewer', 'GET', '/api/outbound/o1/lists')).body.items).toMatchObject([
      { id: 'l1', name: 'VIP', isOn: true, counts: { total: 0 } },
    ]);
    const changed = await api.send('supervisor', 'PATCH', '/api/outbound/lists/l1', {
      isOn: false,
      position: 9,
    });
    expect(changed.body).toMatchObject({ id: 'l1', isOn: false, position: 9 });
    expect((await api.send('supervisor', 'PATCH', '/api/outbound/lists/l9', {})).status).toBe(404);
    const { events: items } = (
      await api.send('supervisor', 'GET', '/api/events?types=LeadListAdded,LeadListChanged')
    ).body;
    expect(items.map(({ type, data }: { type: string; data: { by: string } }) => [type, data.by])).toEqual([
      ['LeadListAdded', 'campaign'],
      ['LeadListChanged', 'supervisor'],
    ]);
    expect((await api.send('campaign', 'POST', '/api/outbound/o9/lists', { name: 'x' })).status).toBe(404);
  });

  test('take a file of 5 MB, whole and in the order of its bytes', async () => {
    const api = await openWithList();
    const file = Buffer.from('phone,name\n13900000001,王小明\n'.repeat(160_000));
    const sha256 = createHash('sha256').update(file).digest('hex');
    const answer = await upload(api, `?name=vip.csv&country=CN&sha256=${sha256}`, file);
    expect(answer).toMatchObject({
      status: 202,
      body: { id: 'i1', list: 'l1', status: 'waiting', fileName: 'vip.csv' },
    });
    const [began] = api.dialer.lists.began;
    expect(began).toMatchObject({
      list: 'l1',
      options: { country: 'CN', fileName: 'vip.csv', removeAfter: true },
    });
    expect(readFileSync(began!.path).equals(file)).toBe(true);
  });

  test.each([
    ['an empty file', '', '', /^400 bad-upload: The file is empty/],
    [
      'less than was announced',
      '?bytes=99',
      'phone\n1',
      /^400 bad-upload: 7 bytes came of 99: the file was cut off/,
    ],
    [
      'other bytes than were sent',
      `?sha256=${'0'.repeat(64)}`,
      'phone\n1',
      /^400 bad-upload: What came is not what/,
    ],
    [
      'columns that are no roles',
      '?columns=%7B%22Tel%22%3A%22fax%22%7D',
      'phone\n1',
      /^400 bad-input: querystring.*columns/,
    ],
    [
      'columns that are no JSON',
      '?columns=Tel',
      'phone\n1',
      /^400 bad-input: querystring.*columns: is not JSON/,
    ],
  ])('refuse %s, and leave no file behind', async (_what, query, payload, message) => {
    const api = await openWithList();
    expect(errorOf(await upload(api, query, payload))).toMatch(message);
    expect([api.dialer.lists.began, left(api)]).toEqual([[], []]);
  });

  test('that are not there leave no file behind', async () => {
    const api = await openWithList();
    api.dialer.lists.kept = [];
    expect(errorOf(await upload(api, '', 'phone\n1'))).toMatch(/^404 list-not-found/);
    expect(left(api)).toEqual([]);
  });

  test('say what is what in a file of other headings', async () => {
    const api = await openWithList();
    const columns = encodeURIComponent(JSON.stringify({ 手机: 'phone', 户号: 'person' }));
    await upload(api, `?encoding=gb18030&separator=%3B&columns=${columns}`, 'x');
    expect(api.dialer.lists.began[0]?.options).toMatchObject({
      encoding: 'gb18030',
      separator: ';',
      columns: { 手机: 'phone', 户号: 'person' },
    });
  });

  test('are sent as CSV: JSON is refused, and no other route takes CSV', async () => {
    const api = await openWithList();
    const asJson = await api.send('campaign', 'POST', '/api/outbound/lists/l1/imports', { phone: '1' });
    expect(errorOf(asJson)).toMatch(/^400 bad-upload: Send the file as the body/);
    const elsewhere = await api.inject({
      method: 'POST',
      url: '/api/outbound',
      headers: { authorization: `Bearer ${api.tokenOf.admin}`, 'content-type': 'text/csv' },
      payload: 'phone',
    });
    expect(errorOf(elsewhere)).toMatch(/^415 bad-media-type/);
  });

  test('tell how far an import is, let it be cancelled, and give out what was refused', async () => {
    const api = await openWithList();
    await upload(api, '', 'phone\n1');
    expect((await api.send('supervisor', 'GET', '/api/outbound/lists/l1/imports')).body.items).toHaveLength(
      1,
    );
    expect((await api.send('supervisor', 'GET', '/api/outbound/imports/i1')).body).toMatchObject({
      status: 'waiting',
      endedAt: null,
    });
    expect((await api.send('campaign', 'POST', '/api/outbound/imports/i1/cancel')).body).toMatchObject({
      status: 'cancelled',
      endedAt: START,
    });
    expect((await api.send('campaign', 'GET', '/api/outbound/imports/i1/refused')).text).toBe('');
    const path = join(temporaryFolder(), 'refused.csv');
    writeFileSync(path, 'line,reason\n7,has no number\nhalf a li');
    api.dialer.lists.refused = { path, bytes: 28 };
    const refused = await api.send('campaign', 'GET', '/api/outbound/imports/i1/refused');
    expect([refused.text, refused.headers['content-type']]).toEqual([
      'line,reason\n7,has no number\n',
      'text/csv; charset=utf-8',
    ]);
    expect((await api.send('campaign', 'GET', '/api/outbound/imports/i9')).status).toBe(404);
  });
});

describe('figures', () => {
  const windows = { answered: 40, abandoned: 1 };
  const abandonment = {
    last30Min: { answered: 0, abandoned: 0 },
    last60Min: windows,
    day: windows,
    thirtyDays: windows,
    life: windows,
  };
  const working = {
    campaign: 'o1',
    dialling: 12,
    ringing: 9,
    waiting: 1,
    talking: 18,
    atHand: 80,
    whyNot: '',
    abandonment,
  } as const;

  test('say what campaigns and agents do now, and how today went', async () => {
    const api = await openWithCampaign();
    await api.send('supervisor', 'POST', '/api/outbound/o1/start');
    const { waitedAt: _, ...busy } = anEndedAttempt({ id: 'a2', at: START - 2 * DAY, outcome: 'busy' });
    api.dialer.write(anEndedAttempt(), busy);
    const reason = { idle: 1, busy: 19, waiting: 1, ringing: 9, risk: 0.011, allowed: 0.02, answerRate: 0.4 };
    api.dialer.dialling.state = {
      campaigns: [{ ...working, reason }],
      pools: [
        {
          queue: 'general',
          agents: { idle: 1, reserved: 1, talking: 18, 'wrap-up': 0, away: 3 },
          lastHour: { agentMs: 72_000_000, talkShare: 0.83, occupancy: 0.91 },
        },
      ],
    };
    const { status, body } = await api.send('viewer', 'GET', '/api/outbound/status');
    expect(status).toBe(200);
    expect(body.campaigns[0]).toMatchObject({
      campaign: { id: 'o1', status: 'running' },
      leads: NO_COUNTS,
      today: { attempts: 1, connected: 1, hitRate: 1, talkMs: 40_000 },
      live: { dialling: 12, whyNot: '', whyNotText: '', reason },
    });
    const { last30Min, day, life } = body.campaigns[0].live.abandonment;
    expect([last30Min.share, day]).toEqual([0, { answered: 40, abandoned: 1, share: 0.025 }]);
    expect(life).toEqual({ answered: 1, abandoned: 0, share: 0 });
    expect(body.pools).toEqual([
      {
        queue: 'general',
        idle: 1,
        reserved: 1,
        talking: 18,
        wrapUp: 0,
        away: 3,
        talkShare: 0.9,
        lastHour: { agentMs: 72_000_000, talkShare: 0.83, occupancy: 0.91 },
      },
    ]);
  });

  test.each([
    ['what the dialer says', 'trunk-fails', NO_COUNTS, [], 'trunk-fails'],
    ['that no lead is due', 'no-leads', { ...NO_COUNTS, total: 9, again: 9 }, [], 'no-leads'],
    ['that all are done', 'no-leads', { ...NO_COUNTS, total: 9, done: 9 }, [], 'all-done'],
    [
      'that it is too late',
      'no-leads',
      { ...NO_COUNTS, total: 9, fresh: 9 },
      ['Asia/Shanghai'],
      'outside-hours',
    ],
    [
      'that it is too late, though nobody is there either',
      'no-agents',
      { ...NO_COUNTS, total: 9, fresh: 9 },
      ['Asia/Shanghai'],
      'outside-hours',
    ],
    ['that nobody is there', 'no-agents', { ...NO_COUNTS, total: 9, fresh: 9 }, [], 'no-agents'],
    ['that it has no leads, rather than no agents', 'no-agents', NO_COUNTS, [], 'no-leads'],
    ['nothing while it dials', '', NO_COUNTS, ['Asia/Shanghai'], ''],
  ] as const)('of a running campaign say %s', async (_what, whyNot, counts, closed, told) => {
    const api = await openWithCampaign();
    await api.send('supervisor', 'POST', '/api/outbound/o1/start');
    await api.dialer.lists.createList({ campaign: 'o1', name: 'VIP' });
    api.dialer.lists.kept[0] = { ...api.dialer.lists.kept[0]!, counts };
    for (const zone of closed) api.dialer.closed.add(zone);
    api.dialer.dialling.state = { campaigns: [{ ...working, whyNot }], pools: [] };
    const { live } = (await api.send('viewer', 'GET', '/api/outbound/o1/progress')).body;
    expect([live.whyNot, live.whyNotText === '']).toEqual([told, told === '']);
  });

  test('of a campaign for which it is too late in one place only, say that no lead is due', async () => {
    const api = await openWithCampaign();
    await api.send('supervisor', 'POST', '/api/outbound/o1/start');
    api.dialer.lists.ringIn = [['Asia/Shanghai'], ['Europe/London']];
    api.dialer.closed.add('Asia/Shanghai');
    api.dialer.dialling.state = { campaigns: [{ ...working, whyNot: 'no-leads' }], pools: [] };
    const { live } = (await api.send('viewer', 'GET', '/api/outbound/o1/progress')).body;
    expect(live.whyNot).toBe('no-leads');
  });

  test('of a campaign that is stopped say so', async () => {
    const api = await openWithCampaign();
    const { live } = (await api.send('viewer', 'GET', '/api/outbound/o1/progress')).body;
    expect(live).toMatchObject({
      whyNot: 'stopped',
      whyNotText: 'It is stopped: start it.',
      abandonment: null,
    });
  });

  test('are kept for each list', async () => {
    const api = await openWithCampaign();
    await api.dialer.lists.createList({ campaign: 'o1', name: 'VIP' });
    await api.dialer.lists.createList({ campaign: 'o1', name: 'rest' });
    api.dialer.write(anEndedAttempt(), anEndedAttempt({ id: 'a2', list: 'l2', outcome: 'busy' }));
    const { lists, life } = (await api.send('viewer', 'GET', '/api/outbound/o1/progress')).body;
    expect(lists.map((list: { figures: { hitRate: number } }) => list.figures.hitRate)).toEqual([1, 0]);
    expect(life).toMatchObject({ attempts: 2, outcomes: { connected: 1, busy: 1 } });
  });

  test('are given by the day of the centre', async () => {
    const api = await openWithCampaign();
    // 2026-03-02 in Shanghai is from 2026-03-01 16:00 on in UTC.
    const midnight = Date.UTC(2026, 2, 1, 16);
    api.dialer.write(
      anEndedAttempt({ id: 'a1', at: midnight - 1 }),
      anEndedAttempt({ id: 'a2', at: midnight }),
      anEndedAttempt({ id: 'a3', at: START }),
    );
    const { body } = await api.send('viewer', 'GET', '/api/outbound/o1/figures');
    const days = body.days.map((one: { day: string; figures: { attempts: number } }) => [
      one.day,
      one.figures.attempts,
    ]);
    expect(days).toEqual([
      ['2026-03-01', 1],
      ['2026-03-02', 2],
    ]);
    expect(body.total.attempts).toBe(3);
    expect((await api.send('viewer', 'GET', '/api/outbound/o1/figures?from=5&to=5')).status).toBe(400);
  });
});

describe('attempts', () => {
  test('are paged, the latest first, and show a viewer no number', async () => {
    const api = await openWithCampaign();
    api.dialer.write(anAttempt({ id: 'a1' }), anAttempt({ id: 'a2', at: START + 1 }));
    const first = await api.send('supervisor', 'GET', '/api/outbound/attempts?campaign=o1&limit=1');
    expect(first.body.items).toMatchObject([
      { id: 'a2', call: 'call-a2', number: '+8613900000001', next: null },
    ]);
    const rest = await api.send(
      'supervisor',
      'GET',
      `/api/outbound/attempts?limit=1&cursor=${first.body.next}`,
    );
    expect(rest.body.items).toMatchObject([{ id: 'a1' }]);
    const byNumber = await api.send('agent', 'GET', '/api/outbound/attempts?number=13900000001');
    expect(byNumber.body.items).toHaveLength(2);
    const seen = await api.send('viewer', 'GET', '/api/outbound/attempts/a1');
    expect(seen.text).not.toContain('13900000001');
    expect((await api.send('viewer', 'GET', '/api/outbound/attempts?number=13900000001')).status).toBe(403);
    expect((await api.send('viewer', 'GET', '/api/outbound/attempts?person=C-1')).status).toBe(403);
  });

  async function openWithAttempt(): Promise<ApiLab> {
    const api = await openWithCampaign();
    api.dialer.write(anEndedAttempt({ agent: '1001' }));
    return api;
  }

  const dispose = (api: ApiLab, body: object, role: Role = 'agent') =>
    api.send(role, 'POST', '/api/outbound/attempts/a1/disposition', body);

  const wished = (api: ApiLab) => api.dialer.wishes.list({ limit: 10 });

  test('keep what the agent notes', async () => {
    const api = await openWithAttempt();
    const { body } = await dispose(api, {
      result: 'callback',
      note: '下午',
      callbackAt: START + DAY,
      callbackAgent: '1002',
    });
    expect(body.disposition).toEqual({
      result: 'callback',
      note: '下午',
      callbackAt: START + DAY,
      callbackAgent: '1002',
      by: '1001',
      at: START,
    });
    expect(await wished(api)).toEqual([]);
  });

  test.each([
    ['do-not-call', { kind: 'do-not-call', campaign: '', person: 'C-1', number: '+8613900000001' }],
    ['wrong-number', { kind: 'do-not-call', campaign: '', person: '', number: '+8613900000001' }],
    ['not-interested', { kind: 'refused', campaign: 'o1', person: 'C-1', number: '+8613900000001' }],
  ])('noted as %s are remembered', async (result, wish) => {
    const api = await openWithAttempt();
    expect((await dispose(api, { result })).status).toBe(200);
    expect(await wished(api)).toMatchObject([{ ...wish, by: '1001', at: START }]);
  });

  test.each([
    ['sale', ['refused o2']],
    ['not-interested', ['refused o2', 'refused o1']],
    ['do-not-call', ['do-not-call ', 'refused o2']],
  ])('noted as a refusal and then as %s leave the wishes %o', async (result, left) => {
    const api = await openWithAttempt();
    await dispose(api, { result: 'not-interested' });
    const other = { kind: 'refused', campaign: 'o2', person: 'C-1', number: '+8613900000001' } as const;
    await api.dialer.wishes.add({ ...other, source: 'agent', by: '1001', at: START });
    expect((await dispose(api, { result })).body.disposition).toMatchObject({ result });
    expect((await wished(api)).map(({ kind, campaign }) => `${kind} ${campaign}`)).toEqual(left);
  });

  test('take back no refusal of an earlier call', async () => {
    const api = await openWithAttempt();
    const refused = { result: 'not-interested', note: '', by: '1001', at: START - DAY } as const;
    api.dialer.write(anEndedAttempt({ id: 'a0', at: START - DAY, disposition: refused }));
    const times = async () => (await wished(api)).map(({ kind, at }) => [kind, at]);
    await dispose(api, { result: 'not-interested' });
    expect(await times()).toEqual([['refused', START]]);
    await dispose(api, { result: 'sale' });
    expect(await times()).toEqual([['refused', START - DAY]]);
  });

  test.each([
    ['a callback at no time', { result: 'callback' }, /^400 bad-disposition: callbackAt: say when/],
    ['a callback in the past', { result: 'callback', callbackAt: START }, /callbackAt: is not in the future/],
    [
      'a callback in two years',
      { result: 'callback', callbackAt: START + 730 * DAY },
      /more than a year ahead/,
    ],
    [
      'a callback by nobody',
      { result: 'callback', callbackAt: START + 1, callbackAgent: 'x' },
      /there is no agent x/,
    ],
    ['a sale with a callback', { result: 'sale', callbackAt: START + 1 }, /go with callback, not with sale/],
    ['a word that is none', { result: 'maybe' }, /^400 bad-input/],
  ])('do not take %s', async (_what, body, message) => {
    const api = await openWithAttempt();
    expect(errorOf(await dispose(api, body))).toMatch(message);
    expect((await api.dialer.attempts.byId('a1'))?.disposition).toBeUndefined();
  });

  test('of another agent are not for this one to note', async () => {
    const api = await openWithAttempt();
    api.dialer.write(anEndedAttempt({ agent: '1002' }));
    expect(errorOf(await dispose(api, { result: 'do-not-call' }))).toMatch(/^403 forbidden/);
    expect(await wished(api)).toEqual([]);
    expect((await dispose(api, { result: 'sale' }, 'supervisor')).status).toBe(200);
  });
});

describe('a preview', () => {
  test('shows an agent script, fields and earlier attempts', async () => {
    const api = await openWithCampaign({ script: '您好' });
    api.dialer.write(anEndedAttempt({ outcome: 'busy' }), anEndedAttempt({ id: 'a2', person: 'C-2' }));
    api.dialer.dialling.shown = { lead: A_LEAD, campaign: 'o1', until: START + 300_000 };
    const { body } = await api.send('agent', 'POST', '/api/outbound/preview/next', { agent: '1001' });
    expect(body).toMatchObject({
      campaign: { id: 'o1', name: 'Winter', script: '您好' },
      lead: {
        id: 'p1',
        name: '王小明',
        number: '+8613900000001',
        otherNumbers: ['+862112345678'],
        fields: { 余额: '12000' },
      },
      until: START + 300_000,
    });
    expect(body.history.map(({ id }: { id: string }) => id)).toEqual(['a1']);
  });

  test('is accepted or skipped by the agent himself', async () => {
    const api = await openWithCampaign();
    const accepted = await api.send('agent', 'POST', '/api/outbound/preview/accept', { agent: '1001' });
    expect([accepted.status, accepted.body]).toEqual([202, { attempt: 'a9' }]);
    const skip = { agent: '1001', reason: 'just spoke with him' };
    expect((await api.send('agent', 'POST', '/api/outbound/preview/skip', skip)).status).toBe(200);
    expect(api.dialer.dialling.asked).toEqual(['accept 1001', 'skip 1001 just spoke with him']);
  });

  test.each(['next', 'accept', 'skip'])('of another agent is not for this one to %s', async (wish) => {
    const api = await openWithCampaign();
    const body = { agent: '1002', ...(wish === 'skip' && { reason: 'x' }) };
    expect(errorOf(await api.send('agent', 'POST', `/api/outbound/preview/${wish}`, body))).toMatch(/^403/);
    expect(api.dialer.dialling.asked).toEqual([]);
  });

  test('that there is none is said', async () => {
    const api = await openWithCampaign();
    const answer = await api.send('agent', 'POST', '/api/outbound/preview/next', {
      agent: '1001',
      campaign: 'o1',
    });
    expect(errorOf(answer)).toMatch(/^409 no-lead/);
  });
});
