import { expect, test } from 'vitest';
import { Refused } from '../../src/base/errors.ts';
import type { DemonstrationDesk, DemonstrationScript } from '../../src/http/demonstration.ts';
import { PbxError } from '../../src/pbx/pbx.ts';
import { openApi } from './api-lab.ts';

class FakeDemonstration implements DemonstrationDesk {
  why: ReturnType<DemonstrationDesk['whyNot']> = '';
  trouble: Error | undefined;
  readonly started: DemonstrationScript[] = [];
  readonly scripts = [{ id: 'vip', callerNumber: '13800138000', callers: 1 }] as const;
  readonly dialled = '95533';
  whyNot = () => this.why;
  running = async () => this.started.map((script, at) => ({ id: `c${at}`, script }));

  async start(script: DemonstrationScript): Promise<void> {
    if (this.trouble) throw this.trouble;
    this.started.push(script);
  }

  async stop(): Promise<void> {
    this.started.length = 0;
  }
}

const CALLS = '/api/demonstration/calls';

async function open() {
  const demonstration = new FakeDemonstration();
  return { demonstration, api: await openApi(() => ({ demonstration })) };
}

test('supervisors see the scripts, let somebody call and let all hang up', async () => {
  const { api } = await open();
  expect((await api.send('supervisor', 'GET', '/api/demonstration')).body).toEqual({
    isPossible: true,
    whyNot: '',
    dialled: '95533',
    scripts: [{ id: 'vip', callerNumber: '13800138000', callers: 1 }],
    running: [],
  });
  const started = await api.send('supervisor', 'POST', CALLS, { script: 'vip' });
  expect([started.status, started.body.running]).toEqual([202, [{ id: 'c0', script: 'vip' }]]);
  expect((await api.send('admin', 'DELETE', CALLS)).body.running).toEqual([]);
});

test.each(['viewer', 'agent', 'campaign', 'approver', 'auditor', 'scraper'] as const)(
  'nobody calls for a %s',
  async (role) => {
    const { api, demonstration } = await open();
    expect((await api.send(role, 'POST', CALLS, { script: 'vip' })).status).toBe(403);
    expect((await api.send(role, 'DELETE', CALLS)).status).toBe(403);
    expect(demonstration.started).toEqual([]);
  },
);

test.each([
  [{ script: 'evil' }, 400],
  [{}, 400],
  [{ script: 'vip', dialled: '110' }, 400],
])('%j is refused', async (body, status) => {
  const { api, demonstration } = await open();
  expect((await api.send('admin', 'POST', CALLS, body)).status).toBe(status);
  expect(demonstration.started).toEqual([]);
});

test('what keeps callers away is said with its id', async () => {
  const { api, demonstration } = await open();
  demonstration.why = 'no-guests';
  expect((await api.send('admin', 'GET', '/api/demonstration')).body).toMatchObject({
    isPossible: false,
    whyNot: 'no-guests',
  });
  demonstration.trouble = new Refused('demonstration-full', 'full');
  const full = await api.send('admin', 'POST', CALLS, { script: 'vip' });
  expect([full.status, full.body.error.id]).toEqual([409, 'demonstration-full']);
  demonstration.trouble = new PbxError('link-down', 'away');
  expect((await api.send('admin', 'POST', CALLS, { script: 'vip' })).status).toBe(503);
});

test('a centre without a demonstration has no such routes', async () => {
  const api = await openApi();
  expect((await api.send('admin', 'GET', '/api/demonstration')).status).toBe(404);
});
