import { expect, test } from 'vitest';
import type { Ban } from '../../src/security/bans.ts';
import { openApi } from './api-lab.ts';
import type { FakeBans } from './fake-bans.ts';

const IPV4: Ban = { network: '192.0.2.7', why: 'wrong-login', since: 1_000, until: 601_000, times: 1 };
const IPV6: Ban = { network: '2001:db8::/64', why: 'guest-call', since: 2_000, until: 62_000, times: 3 };

async function openWithBans() {
  const lab = await openApi();
  const bans = lab.bans as FakeBans;
  bans.present = [IPV4, IPV6];
  return { ...lab, bans };
}

test('an admin sees who is shut out', async () => {
  const { send } = await openWithBans();
  const { status, body } = await send('admin', 'GET', '/api/security/bans');
  expect(status).toBe(200);
  expect(body.items).toEqual([
    { address: '192.0.2.7', why: 'wrong-login', since: 1_000, until: 601_000, times: 1 },
    { address: '2001:db8::/64', why: 'guest-call', since: 2_000, until: 62_000, times: 3 },
  ]);
});

test.each([IPV4.network, IPV6.network])('an admin lets %s in again', async (network) => {
  const { send, bans } = await openWithBans();
  const { status, body } = await send('admin', 'DELETE', `/api/security/bans/${encodeURIComponent(network)}`);
  expect([status, body.address]).toEqual([200, network]);
  expect(bans.lifted).toEqual([`${network} by admin`]);
});

test.each([
  ['198.51.100.1', 404, 'ban-unknown'],
  ['nobody', 400, 'bad-input'],
  ['0.0.0.0/0', 400, 'bad-input'],
])('there is no ban of %s to be lifted', async (address, status, id) => {
  const { send, bans } = await openWithBans();
  const answer = await send('admin', 'DELETE', `/api/security/bans/${encodeURIComponent(address)}`);
  expect([answer.status, answer.body.error.id]).toEqual([status, id]);
  expect(bans.lifted).toEqual([]);
});
