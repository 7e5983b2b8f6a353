import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Refused } from '../../src/base/errors.ts';
import { type ApiLab, openApi } from '../http/api-lab.ts';
import { aCall, openStore, START, theChanges } from '../store/examples.ts';
import { reportsOver } from './reports-over.ts';

const CALLS = 4_000;

/** The API on a port, with more calls than a client takes in at once. */
async function listening(): Promise<{ readonly api: ApiLab; readonly url: string }> {
  const api = await openApi();
  const calls = Array.from({ length: CALLS }, (_, n) =>
    aCall({
      id: `call-x-${String(n).padStart(5, '0')}`,
      channel: `ch-${n}`,
      startedAt: START + n,
      aniName: `${n} ${'孙'.repeat(900)}`,
      phase: { at: 'ended' },
      endedAt: START + n + 1,
    }),
  );
  await api.store.commit(theChanges({ calls }));
  await api.app.listen({ port: 0, host: '127.0.0.1' });
  // A client keeps connections on which it has asked nothing yet.
  onTestFinished(() => api.app.server.closeAllConnections());
  const { port } = api.app.server.address() as AddressInfo;
  return { api, url: `http://127.0.0.1:${port}/api/call-records/export?format=csv` };
}

const as = (api: ApiLab, role: 'supervisor' | 'admin' | 'auditor', more: RequestInit = {}): RequestInit => ({
  headers: { authorization: `Bearer ${api.tokenOf[role]}` },
  ...more,
});

async function isRunning(api: ApiLab): Promise<boolean> {
  return (await api.send('supervisor', 'GET', '/api/reports/exports')).body.running;
}

test('an export has every call, once', async () => {
  const { api, url } = await listening();
  const text = await (await fetch(url, as(api, 'supervisor'))).text();
  const ids = text.split('\r\n').flatMap((line) => /call-x-\d+$/.exec(line)?.[0] ?? []);
  expect(ids).toHaveLength(CALLS);
  expect(new Set(ids).size).toBe(CALLS);
  expect(await isRunning(api)).toBe(false);
});

test('one at a time for each user; who goes away makes room', async () => {
  const { api, url } = await listening();
  const leaving = new AbortController();
  const first = await fetch(url, as(api, 'supervisor', { signal: leaving.signal }));
  expect([first.status, await isRunning(api)]).toEqual([200, true]);
  const second = await fetch(url, as(api, 'supervisor'));
  expect([second.status, ((await second.json()) as { error: { id: string } }).error.id]).toEqual([
    409,
    'export-running',
  ]);
  const other = await fetch(url, as(api, 'admin'));
  expect(other.status).toBe(200);
  await other.body?.cancel();
  leaving.abort();
  await expect.poll(() => isRunning(api), { timeout: 5_000 }).toBe(false);
  const again = await fetch(url, as(api, 'supervisor'));
  expect(again.status).toBe(200);
  await again.body?.cancel();
});

test('what a client does not take is not made', async () => {
  const { api, url } = await listening();
  let made = 0;
  const { ask } = api.reports!;
  Object.assign(api.reports!, {
    ask: (async (verb, ...words) => {
      made += verb === 'nextPart' ? 1 : 0;
      return ask(verb, ...words);
    }) as typeof ask,
  });
  const slow = await fetch(url, as(api, 'supervisor'));
  await expect.poll(() => made).toBeGreaterThan(1);
  const before = made;
  await new Promise((resolve) => setTimeout(resolve, 300));
  const whole = (CALLS * 2_800) / (128 * 1024);
  expect(made).toBeLessThan(whole);
  expect(made - before).toBeLessThan(whole / 2);
  await slow.body?.cancel();
});

test('an export that breaks off is no whole file', async () => {
  const { api, url } = await listening();
  const { ask } = api.reports!;
  let parts = 0;
  Object.assign(api.reports!, {
    ask: (async (verb, ...words) => {
      parts += verb === 'nextPart' ? 1 : 0;
      if (parts > 2) throw new Error('the thread has ended');
      return ask(verb, ...words);
    }) as typeof ask,
  });
  const broken = await fetch(url, as(api, 'supervisor'));
  await expect(broken.text()).rejects.toThrow();
  Object.assign(api.reports!, { ask });
  await expect.poll(() => isRunning(api)).toBe(false);
});

test('who takes one slowly does not keep the daemon from ending', async () => {
  const { api, url } = await listening();
  const slow = await fetch(url, as(api, 'supervisor'));
  await api.app.close();
  await expect(slow.text()).rejects.toThrow();
});

test('an export that took too long to begin holds no place, though the thread is still at it', async () => {
  const { api } = await listening();
  const { ask } = api.reports!;
  const begun: Promise<unknown>[] = [];
  Object.assign(api.reports!, {
    ask: (async (verb, ...words) => {
      const asked = ask(verb, ...words);
      if (verb !== 'beginExport') return asked;
      begun.push(asked);
      throw new Refused('reports-unusable', 'they take too long');
    }) as typeof ask,
  });
  const url = '/api/reports/agents/export?format=csv';
  for (let count = 0; count < 5; count += 1)
    expect((await api.send('supervisor', 'GET', url)).body.error.id).toBe('reports-unusable');
  await Promise.all(begun);
  Object.assign(api.reports!, { ask });
  expect((await api.send('supervisor', 'GET', url)).status).toBe(200);
});

test('places are counted from the question on, so that many at once are no more than one after the other', async () => {
  const { desk } = reportsOver(openStore().database);
  const question = {
    ...({ of: 'agents', question: { from: START, to: START + 1 } } as const),
    ...({ format: 'csv', language: 'en', zone: 'Asia/Shanghai' } as const),
  };
  const asked = Array.from({ length: 6 }, (_, n) => desk.beginExport(`x${n}`, question, START));
  const refused = (await Promise.allSettled(asked)).filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(2);
});

test('who goes while his export begins makes room', async () => {
  const { api, url } = await listening();
  const { ask } = api.reports!;
  const leaving = new AbortController();
  let ended = 0;
  Object.assign(api.reports!, {
    ask: (async (verb, ...words) => {
      ended += verb === 'endExport' ? 1 : 0;
      if (verb !== 'beginExport') return ask(verb, ...words);
      leaving.abort();
      await new Promise((resolve) => setTimeout(resolve, 100));
      return ask(verb, ...words);
    }) as typeof ask,
  });
  await expect(fetch(url, as(api, 'supervisor', { signal: leaving.signal }))).rejects.toThrow();
  await expect.poll(() => ended).toBe(1);
  expect(await isRunning(api)).toBe(false);
});
