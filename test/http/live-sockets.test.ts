import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import fastify from 'fastify';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { silentLog } from '../../src/base/log.ts';
import { LiveFeed } from '../../src/http/live/feed.ts';
import type { Topic } from '../../src/http/live/topic.ts';
import { Sockets } from '../../src/http/sockets.ts';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';

const USERS = 500;
const ATTEMPTS = 10_000;
const AT_ONCE = 250;
/** A floor of three hundred agents. */
const ROWS = 300;

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A server whose users are who they say, with a floor that all may watch. */
async function serve() {
  const clock = new VirtualClock();
  let round = 0;
  let looks = 0;
  const floor: Topic = {
    name: 'floor',
    everyMs: 250,
    lookEveryMs: 600_000,
    audienceOf: () => ({ key: '' }),
    rows: () => {
      looks += 1;
      return {
        agents: new Map(
          Array.from({ length: ROWS }, (_, n) => [String(n), { round, name: 'x'.repeat(100) }] as const),
        ),
      };
    },
  };
  const feed = new LiveFeed({ topics: [floor], clock, log: silentLog });
  const gate = {
    visitorOf: async ({ headers }: { headers: Record<string, unknown> }) => {
      const id = headers['x-user'];
      if (typeof id !== 'string') return undefined;
      return { principal: { id, name: id, role: 'agent' as const, branch: '', via: 'session' as const } };
    },
    standingOf: async () => 'same',
  };
  const sockets = new Sockets({ gate: gate as never, clock, log: silentLog });
  sockets.add('/live', feed.path);
  const app = fastify({ forceCloseConnections: true });
  sockets.serve(app as never);
  await app.listen({ host: '127.0.0.1', port: 0 });
  closers.push(() => app.close());
  closers.push(() => feed.close());
  const { port } = app.server.address() as AddressInfo;
  const change = async (): Promise<void> => {
    round += 1;
    feed.changed('floor');
    await clock.advance(250);
  };
  return { port, clock, sockets, change, round: () => round, looks: () => looks };
}

/** Opens a websocket by hand, asks for the floor and reads nothing from then on. Undefined when it is refused. */
async function neverReads(port: number, user: string): Promise<Socket | undefined> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  closers.push(() => socket.destroy());
  socket.write(
    `GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-User: ${user}\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  const answer = await Promise.race([
    once(socket, 'data').then(([data]) => String(data)),
    once(socket, 'close').then(() => ''),
  ]);
  if (!answer.startsWith('HTTP/1.1 101')) {
    socket.destroy();
    return undefined;
  }
  socket.pause();
  const wish = Buffer.from('{"watch":"floor"}');
  // Masked by zeros.
  socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | wish.length, 0, 0, 0, 0]), wish]));
  return socket;
}

async function page(port: number) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/live`, { headers: { 'x-user': 'a-page' } });
  closers.push(() => socket.terminate());
  const heard: { parts?: { agents: Record<string, { round: number }> } }[] = [];
  socket.on('message', (data) => heard.push(JSON.parse(String(data))));
  await once(socket, 'open');
  socket.send('{"watch":"floor"}');
  await expect.poll(() => heard.length).toBe(1);
  return { socket, heard };
}

const breathe = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test('10,000 sockets that never read: the limits hold, memory is bounded, the others go on, and they are let go', async () => {
  const { port, clock, sockets, change, round } = await serve();
  const reader = await page(port);
  let held = 0;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += AT_ONCE) {
    const users = Array.from({ length: AT_ONCE }, (_, n) => `user-${(attempt + n) % USERS}`);
    const opened = await Promise.all(users.map((user) => neverReads(port, user)));
    held += opened.filter((socket) => socket !== undefined).length;
  }
  expect(held).toBeGreaterThan(1000);
  expect(sockets.counts()['/live']).toBeLessThanOrEqual(1500);
  const before = process.memoryUsage();
  for (let n = 0; n < 60; n += 1) {
    await change();
    await breathe(10);
  }
  await expect.poll(() => reader.heard.at(-1)?.parts?.agents['0']?.round, { timeout: 20_000 }).toBe(round());
  const after = process.memoryUsage();
  // All that was said to them would be 60 times 40 kB for each.
  const grown = after.heapUsed + after.external - before.heapUsed - before.external;
  expect(grown).toBeLessThan(400e6);
  // The second ping that none of them answers is the last.
  for (let beat = 0; beat < 3; beat += 1) {
    await clock.advance(15_000);
    await breathe(500);
  }
  await expect.poll(() => sockets.counts()['/live'], { timeout: 20_000 }).toBe(1);
  expect(reader.socket.readyState).toBe(WebSocket.OPEN);
}, 180_000);

test.each([
  ['garbage frames', Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff])],
  ['a frame of a gigabyte', Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 1, 2, 3, 4])],
  ['an unmasked frame', Buffer.concat([Buffer.from([0x81, 2]), Buffer.from('{}')])],
  ['text that is no UTF-8', Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0xc3, 0x28])],
])('%s close that socket and no other', async (_what, bytes) => {
  const { port, change, round, sockets } = await serve();
  const reader = await page(port);
  const hostile = (await neverReads(port, 'hostile'))!;
  hostile.resume();
  hostile.write(bytes);
  await expect.poll(() => sockets.counts()['/live']).toBe(1);
  await change();
  await expect.poll(() => reader.heard.at(-1)?.parts?.agents['0']?.round).toBe(round());
});

test('who sends too much at once is not listened to any more', async () => {
  const { port, looks } = await serve();
  const { socket } = await page(port);
  const closed = once(socket, 'close');
  for (let n = 0; n < 300; n += 1) {
    socket.send('{"unwatch":"floor"}');
    socket.send('{"watch":"floor"}');
  }
  expect((await closed)[0]).toBe(4429);
  expect(looks()).toBeLessThanOrEqual(20);
});

test('nobody who is unknown gets a socket', async () => {
  const { port, sockets } = await serve();
  const socket = new WebSocket(`ws://127.0.0.1:${port}/live`);
  const [error] = (await once(socket, 'error')) as [Error];
  expect(error.message).toContain('401');
  expect(sockets.counts()['/live']).toBe(0);
});

test('a page of another site gets no socket with its cookie', async () => {
  const { port } = await serve();
  const headers = { 'x-user': 'a-page' };
  const socket = new WebSocket(`ws://127.0.0.1:${port}/live`, { headers, origin: 'https://evil.example' });
  const [error] = (await once(socket, 'error')) as [Error];
  expect(error.message).toContain('403');
});
