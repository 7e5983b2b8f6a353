import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { ListKeeper } from '../../src/list/keeper.ts';
import { type ApiLab, openApi } from '../http/api-lab.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';
import { aCampaign } from './examples.ts';

/** The API over lists that are really kept, with one of campaign o1. */
async function openWithKeeper(): Promise<ApiLab & { readonly list: string }> {
  const api = await openApi();
  const folder = temporaryFolder();
  const { ids, log } = api;
  const lists = new ListKeeper({
    file: join(folder, 'lists.db'),
    refusedFolder: join(folder, 'refused'),
    shortCodes: '',
    country: 'CN',
    clock: systemClock,
    ids,
    log,
  });
  await lists.start();
  onTestFinished(() => lists.stop());
  Object.assign(api.dialer, { lists });
  await api.dialer.campaigns.save(aCampaign());
  const added = await api.send('campaign', 'POST', '/api/outbound/o1/lists', { name: 'VIP' });
  return { ...api, list: added.body.id };
}

function upload(api: ApiLab & { readonly list: string }, payload: string | Buffer) {
  return api.inject({
    method: 'POST',
    url: `/api/outbound/lists/${api.list}/imports?name=vip.csv`,
    headers: { authorization: `Bearer ${api.tokenOf.campaign}`, 'content-type': 'text/csv' },
    payload,
  });
}

async function ended(api: ApiLab, id: string) {
  const look = async () => (await api.send('campaign', 'GET', `/api/outbound/imports/${id}`)).body;
  await expect.poll(async () => (await look()).endedAt, { timeout: 20_000 }).not.toBeNull();
  return look();
}

test('a file goes into its list, what is refused comes back with line and reason, and the upload is removed', async () => {
  const api = await openWithKeeper();
  const begun = await upload(api, '姓名,手机,余额\n王小明,13912345678,12000\n李四,12,5\n');
  expect(begun.status).toBe(202);
  const done = await ended(api, begun.body.id);
  expect(done).toMatchObject({ status: 'finished', fileName: 'vip.csv', rows: 2, added: 1, refused: 1 });
  const refused = await api.send('campaign', 'GET', `/api/outbound/imports/${done.id}/refused`);
  expect(refused.text).toMatch(/3,.*too short.*李四/s);
  const { items } = (await api.send('viewer', 'GET', '/api/outbound/o1/lists')).body;
  expect(items).toMatchObject([{ id: api.list, name: 'VIP', counts: { total: 1, fresh: 1 } }]);
  expect(readdirSync(api.dialer.uploads)).toEqual([]);
});

test('a file that is no list is refused with a reason, and changes nothing', async () => {
  const api = await openWithKeeper();
  const begun = await upload(api, readFileSync(process.execPath).subarray(0, 100_000));
  const done = await ended(api, begun.body.id);
  expect(done).toMatchObject({ status: 'refused', added: 0 });
  expect(done.problem).not.toBe('');
  expect((await api.send('viewer', 'GET', '/api/outbound/o1/progress')).body.leads.total).toBe(0);
});

test('a list without leads can be removed, also after a file that was refused; one with leads stays', async () => {
  const api = await openWithKeeper();
  const remove = () => api.send('campaign', 'DELETE', `/api/outbound/lists/${api.list}`);
  const lists = async () => (await api.send('viewer', 'GET', '/api/outbound/o1/lists')).body.items.length;
  await ended(api, (await upload(api, '手机\n13912345678\n')).body.id);
  expect([(await remove()).body.error.id, await lists()]).toEqual(['list-in-use', 1]);
  const added = await api.send('campaign', 'POST', '/api/outbound/o1/lists', { name: 'other' });
  const other = { ...api, list: added.body.id };
  await ended(other, (await upload(other, readFileSync(process.execPath).subarray(0, 100_000))).body.id);
  expect((await api.send('campaign', 'DELETE', `/api/outbound/lists/${other.list}`)).status).toBe(200);
  expect(await lists()).toBe(1);
});

test('a list that nobody has takes no file', async () => {
  const api = await openWithKeeper();
  const answer = await upload({ ...api, list: 'l9' }, 'phone\n13912345678\n');
  expect([answer.status, answer.body.error.id]).toEqual([404, 'list-not-found']);
});
