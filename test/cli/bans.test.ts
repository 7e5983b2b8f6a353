import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { bansLine, bansText } from '../../src/cli/bans.ts';
import { ensureDataFolder } from '../../src/setup/data-folder.ts';
import { ensureSecrets } from '../../src/setup/secrets.ts';
import { Place } from './carillon.ts';

const BAN = { address: '192.0.2.7', why: 'wrong-login', since: 0, until: Date.UTC(2030, 0, 1), times: 2 };

/** A daemon that knows one ban, as far as the admin asks it. */
async function daemonFor(place: Place) {
  ensureDataFolder(place.data);
  const { adminToken } = ensureSecrets(place.data);
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const isAdmin = request.headers.authorization === `Bearer ${adminToken}`;
    if (request.url?.startsWith('/api/security')) asked.push(`${request.method} ${request.url}`);
    response.setHeader('content-type', 'application/json');
    if (request.url === '/health')
      return response.end(JSON.stringify({ ready: true, problems: [], pbx: 'x', liveCalls: 0 }));
    if (!isAdmin) response.statusCode = 401;
    if (!request.url?.startsWith('/api/security')) return response.end(JSON.stringify({ items: [] }));
    if (request.url?.endsWith('198.51.100.1')) {
      response.statusCode = 404;
      return response.end(JSON.stringify({ error: { message: '198.51.100.1 is not shut out' } }));
    }
    return response.end(JSON.stringify(request.method === 'DELETE' ? BAN : { items: [BAN] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { asked, env: { CARILLON_HTTP_PORT: String((server.address() as AddressInfo).port) } };
}

test('an operator sees who is shut out, and lets an address in again', async () => {
  const place = new Place();
  const { asked, env } = await daemonFor(place);
  const [list, json, lifted, unknown, wrong, status] = await Promise.all([
    place.run(['bans'], env),
    place.run(['bans', '--json'], env),
    place.run(['bans', 'lift', '2001:db8::7'], env),
    place.run(['bans', 'lift', '198.51.100.1'], env),
    place.run(['bans', 'lift', 'anna'], env),
    place.run(['status'], env),
  ]);
  expect(list.out).toMatch(/^192\.0\.2\.7 +wrong-login +2030-01-01 00:00:00 +2$/m);
  expect(JSON.parse(json.out)).toEqual([BAN]);
  expect([lifted.code, lifted.out]).toEqual([0, expect.stringContaining('2001:db8::/64 is let in again')]);
  expect(asked).toContain('DELETE /api/security/bans/2001%3Adb8%3A%3A%2F64');
  expect([unknown.code, unknown.err]).toEqual([1, expect.stringContaining('is not shut out')]);
  expect(wrong.code).toBe(2);
  expect(status.out).toMatch(/^bans +192\.0\.2\.7 shut out: npx carillon bans$/m);
});

test('no bans, and several, are told in a line', () => {
  expect([bansText([]), bansLine([])]).toEqual(['Nobody is shut out.', 'nobody is shut out']);
  expect(bansLine([BAN, BAN, BAN])).toBe('192.0.2.7 and 2 more shut out: npx carillon bans');
});
