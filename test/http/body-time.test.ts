import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { BODY_TIME_MS, FILE_TIME_MS } from '../../src/http/body-time.ts';
import { type ApiLab, openApi } from './api-lab.ts';

/** Begins a request whose body never comes to its end. */
async function begin(api: ApiLab, url: string, type: string, token = api.tokenOf.campaign): Promise<Socket> {
  await api.app.listen({ host: '127.0.0.1', port: 0 });
  const address = api.app.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined).resume();
  const head = `POST ${url} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: ${type}\r\n`;
  socket.write(`${head}Content-Length: 1000\r\n\r\nphone`);
  await new Promise<void>((resolve) => api.app.server.once('request', () => setImmediate(resolve)));
  return socket;
}

const isGone = (socket: Socket) => socket.destroyed || socket.readableEnded;

async function openWithList(): Promise<ApiLab> {
  const api = await openApi();
  await api.dialer.lists.createList({ campaign: 'o1', name: 'VIP' });
  return api;
}

test('a body that does not come to its end in time ends the connection', async () => {
  const api = await openWithList();
  const socket = await begin(api, '/api/campaigns', 'application/json');
  await api.clock.advance(BODY_TIME_MS - 1);
  expect(isGone(socket)).toBe(false);
  await api.clock.advance(1);
  await expect.poll(() => isGone(socket)).toBe(true);
});

test('a file has longer, and one that is cut off leaves nothing behind', async () => {
  const api = await openWithList();
  const socket = await begin(api, '/api/outbound/lists/l1/imports', 'text/csv');
  await api.clock.advance(BODY_TIME_MS * 10);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(isGone(socket)).toBe(false);
  expect(readdirSync(api.dialer.uploads)).toHaveLength(1);
  expect(api.app.server.requestTimeout).toBe(FILE_TIME_MS);
  socket.destroy();
  await expect.poll(() => readdirSync(api.dialer.uploads)).toEqual([]);
  expect(api.logged.join()).not.toContain('a request failed');
  expect(api.dialer.lists.began).toEqual([]);
});

test('a file of somebody whom nobody knows has no longer than anything else', async () => {
  const api = await openWithList();
  const socket = await begin(api, '/api/outbound/lists/l1/imports', 'text/csv', 'A'.repeat(32));
  await api.clock.advance(BODY_TIME_MS);
  await expect.poll(() => isGone(socket)).toBe(true);
});
