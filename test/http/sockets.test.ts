import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { silentLog } from '../../src/base/log.ts';
import { sipPath, speaksFor } from '../../src/http/sip-proxy.ts';
import type { Visitor } from '../../src/http/sitting.ts';
import { type SocketPath, Sockets } from '../../src/http/sockets.ts';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';

const OPEN: SocketPath = {
  maxMessage: 100,
  perSecond: 5,
  perUser: 2,
  inAll: 20,
  mayOpen: ({ principal }) => principal.role !== 'viewer',
  opened: (socket) => socket.on('message', (data) => socket.send(String(data))),
};

let app: FastifyInstance;
let sockets: Sockets;
let clock: VirtualClock;
let port = 0;
const clients: WebSocket[] = [];
/** Sessions that are over. */
const over = new Set<string>();
/** Sessions that go on, of users who are not the same any more. */
const changed = new Set<string>();
/** Sessions that were looked at, '' for a token. */
const looked: string[] = [];
/** Sockets of as many users are more than are looked at in one turn. */
const MANY = 120;
let onLook: () => void = () => undefined;
/** What happens while it is found out who asks. */
let onVisit: () => void = () => undefined;
/** Seats that are another's than the name says. */
const seats = new Map<string, string>();

/** Whoever `x-user` says, signed in as session `s-<user>`; with `x-token`, by a token. */
function visitorOf({ headers }: Pick<IncomingMessage, 'headers'>): Visitor | undefined {
  const id = headers['x-user'];
  if (typeof id !== 'string') return undefined;
  const byToken = headers['x-token'] !== undefined;
  const role = id === 'viewer' ? 'viewer' : 'agent';
  const principal = {
    id,
    name: id,
    role,
    branch: '',
    via: byToken ? 'token' : 'session',
    ...(id.startsWith('a') && { agentId: seats.get(id) ?? id }),
  } as const;
  return byToken ? { principal } : { principal, session: `s-${id}` };
}

beforeEach(async () => {
  over.clear();
  changed.clear();
  seats.clear();
  looked.length = 0;
  onLook = () => undefined;
  onVisit = () => undefined;
  clock = new VirtualClock();
  sockets = new Sockets({
    gate: {
      visitorOf: async (request) => {
        const visitor = visitorOf(request);
        onVisit();
        return visitor;
      },
      standingOf: async ({ session = '' }) => {
        looked.push(session);
        onLook();
        if (over.has(session)) return 'over';
        return changed.has(session) ? 'another' : 'same';
      },
    },
    clock,
    log: silentLog,
  });
  sockets.add('/echo', OPEN);
  sockets.add('/many', { ...OPEN, inAll: MANY });
  app = fastify();
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.terminate();
  await app.close();
});

async function serve(): Promise<void> {
  sockets.serve(app);
  await app.listen({ host: '127.0.0.1', port: 0 });
  port = (app.server.address() as AddressInfo).port;
}

interface Asking {
  readonly user?: string;
  readonly origin?: string;
  readonly protocol?: string;
  readonly token?: boolean;
}

/** The socket, open, or the status with which it was refused. */
function open(path: string, { user, origin, protocol, token }: Asking = {}): Promise<WebSocket | number> {
  const headers = {
    ...(user !== undefined && { 'x-user': user }),
    ...(token && { 'x-token': 'yes' }),
    ...(origin !== undefined && { origin }),
  };
  const client = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocol ? [protocol] : [], { headers });
  clients.push(client);
  return new Promise((resolve) => {
    client.once('open', () => resolve(client));
    client.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    client.once('error', () => undefined);
  });
}

async function opened(path: string, asking: Asking): Promise<WebSocket> {
  const socket = await open(path, asking);
  if (typeof socket === 'number') throw new Error(`refused with ${socket}`);
  return socket;
}

const closed = (socket: WebSocket): Promise<number> =>
  new Promise((resolve) => socket.once('close', (code) => resolve(code)));
const said = (socket: WebSocket): Promise<string> =>
  new Promise((resolve) => socket.once('message', (data) => resolve(String(data))));

describe('a socket', () => {
  beforeEach(serve);

  test.each<[string, string, Asking, number]>([
    ['another path', '/other', { user: 'a1' }, 404],
    ['nobody whom we know', '/echo', {}, 401],
    ['somebody who may not', '/echo', { user: 'viewer' }, 403],
    ['a page of another site', '/echo', { user: 'a1', origin: 'http://evil.example' }, 403],
    ['a page of nowhere', '/echo', { user: 'a1', origin: 'null' }, 403],
  ])('for %s is refused', async (_who, path, asking, status) => {
    expect(await open(path, asking)).toBe(status);
    expect(sockets.counts()).toEqual({ '/echo': 0, '/many': 0 });
  });

  test('for a page of ours, and for a program, is open', async () => {
    const page = await opened('/echo?x=1', { user: 'a1', origin: `http://127.0.0.1:${port}` });
    page.send('hello');
    expect(await said(page)).toBe('hello');
    await opened('/echo', { user: 'a2', token: true });
    expect(sockets.counts()).toEqual({ '/echo': 2, '/many': 0 });
  });

  test('on which too much is sent is closed', async () => {
    const long = await opened('/echo', { user: 'a1' });
    const ends = closed(long);
    long.send('x'.repeat(101));
    expect(await ends).toBe(1009);
    const fast = await opened('/echo', { user: 'a2' });
    const cut = closed(fast);
    for (let count = 0; count < 6; count += 1) fast.send('x');
    expect(await cut).toBe(4429);
  });

  test('ends with its session, at once when that is told, and at the next look when it is not', async () => {
    const told = await opened('/echo', { user: 'a1' });
    const untold = await opened('/echo', { user: 'a2' });
    const other = await opened('/echo', { user: 'a3' });
    const first = closed(told);
    sockets.sessionEnded('s-a1');
    expect(await first).toBe(4401);
    over.add('s-a2');
    const second = closed(untold);
    await clock.advance(16_000);
    expect(await second).toBe(4401);
    expect(other.readyState).toBe(WebSocket.OPEN);
  });

  test('is closed with the word to come again when its session goes on with other rights', async () => {
    const changed = await opened('/echo', { user: 'a1' });
    const other = await opened('/echo', { user: 'a2' });
    const first = closed(changed);
    sockets.sessionChanged('s-a1');
    // Its end, told at once after that, signs nobody out.
    sockets.sessionEnded('s-a1');
    expect(await first).toBe(4410);
    expect(other.readyState).toBe(WebSocket.OPEN);
  });

  test('whose session goes on with another seat is told to come again at the next look', async () => {
    const his = await opened('/echo', { user: 'a1' });
    changed.add('s-a1');
    const ends = closed(his);
    await clock.advance(15_000);
    expect(await ends).toBe(4410);
  });

  test('that is asked for while its seat changes is that of the new one', async () => {
    const visitors: Visitor[] = [];
    sockets.add('/who', { ...OPEN, opened: (_socket, visitor) => visitors.push(visitor) });
    onVisit = () => {
      onVisit = () => undefined;
      seats.set('a1', 'a2');
      sockets.sessionChanged('s-a1');
    };
    await opened('/who', { user: 'a1' });
    expect(visitors).toMatchObject([{ principal: { id: 'a1', agentId: 'a2' } }]);
  });

  test('is not looked at alone: a session is, and all of its sockets end', async () => {
    const his = [await opened('/echo', { user: 'a1' }), await opened('/echo', { user: 'a1' })];
    await opened('/echo', { user: 'a2', token: true });
    over.add('s-a1');
    looked.length = 0;
    const ends = Promise.all(his.map(closed));
    await clock.advance(15_000);
    expect(await ends).toEqual([4401, 4401]);
    expect(looked).toEqual(['s-a1', '']);
  });

  test('is looked at with so many others that calls have their turns between them', async () => {
    for (let count = 0; count < MANY; count += 1) await opened('/many', { user: `a${count}` });
    const before: number[] = [];
    onLook = () => void setImmediate(() => before.push(looked.length));
    await clock.advance(15_000);
    await expect.poll(() => before.length).toBe(MANY);
    expect(looked).toHaveLength(MANY);
    expect(before[0]).toBeLessThan(MANY);
  });

  test('of one user too many ends the oldest of them', async () => {
    const first = await opened('/echo', { user: 'a1' });
    const ends = closed(first);
    await opened('/echo', { user: 'a1' });
    await opened('/echo', { user: 'a2' });
    expect(first.readyState).toBe(WebSocket.OPEN);
    await opened('/echo', { user: 'a1' });
    expect(await ends).toBe(4409);
  });

  test('when all are taken is refused', async () => {
    for (let count = 0; count < 20; count += 1) await opened('/echo', { user: `a${count}` });
    expect(await open('/echo', { user: 'b' })).toBe(503);
  });

  test('that nobody reads, or whose other end vanished, is gone after two pings', async () => {
    const dead = await opened('/echo', { user: 'a1' });
    const alive = await opened('/echo', { user: 'a2' });
    dead.pause();
    await clock.advance(15_000);
    await new Promise((resolve) => alive.once('ping', resolve));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await clock.advance(15_000);
    await expect.poll(() => sockets.counts()).toEqual({ '/echo': 1, '/many': 0 });
    expect(alive.readyState).toBe(WebSocket.OPEN);
  });

  test('ends when the daemon does', async () => {
    const socket = await opened('/echo', { user: 'a1' });
    const ends = closed(socket);
    await app.close();
    expect(await ends).toBe(1001);
  });
});

describe('the phone in a page', () => {
  let pbx: WebSocketServer;
  const atPbx: WebSocket[] = [];

  beforeEach(async () => {
    atPbx.length = 0;
    pbx = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'sip' });
    pbx.on('connection', (socket) => {
      atPbx.push(socket);
      socket.on('message', (data) => {
        if (String(data) === 'REGISTER') socket.send('200 OK');
      });
    });
    await new Promise((resolve) => pbx.once('listening', resolve));
    const { port: at } = pbx.address() as AddressInfo;
    sockets.add('/sip', sipPath({ pbx: `ws://127.0.0.1:${at}/ws`, log: silentLog }));
    await serve();
  });

  afterEach(() => {
    for (const socket of atPbx) socket.terminate();
    pbx.close();
  });

  const phone = (user: string): Promise<WebSocket> => opened('/sip', { user, protocol: 'sip' });

  test.each<[string, Asking, number]>([
    ['no agent', { user: 'boss', protocol: 'sip' }, 403],
    ['a program with a token', { user: 'a1', protocol: 'sip', token: true }, 403],
    ['no SIP', { user: 'a1' }, 400],
  ])('is not for %s', async (_who, asking, status) => {
    expect(await open('/sip', asking)).toBe(status);
    expect(atPbx).toHaveLength(0);
  });

  test('speaks with the PBX, from its first word on', async () => {
    const page = await phone('a1');
    expect(page.protocol).toBe('sip');
    page.send('REGISTER');
    expect(await said(page)).toBe('200 OK');
  });

  test('is that of its own seat, whatever secrets the page knows', async () => {
    const page = await phone('a1');
    await expect.poll(() => atPbx.length).toBe(1);
    const passed: string[] = [];
    atPbx[0]!.on('message', (data) => passed.push(String(data)));
    page.send(sip('REGISTER', 'web-a1'));
    await expect.poll(() => passed).toHaveLength(1);
    const ends = Promise.all([closed(page), closed(atPbx[0]!)]);
    page.send(sip('REGISTER', 'web-a2'));
    expect(await ends).toEqual([1008, 1001]);
    expect(passed).toEqual([sip('REGISTER', 'web-a1')]);
  });

  test('that says too much is not passed on any more', async () => {
    const page = await phone('a1');
    await expect.poll(() => atPbx.length).toBe(1);
    let passed = 0;
    atPbx[0]!.on('message', () => {
      passed += 1;
    });
    const ends = Promise.all([closed(page), closed(atPbx[0]!)]);
    for (let count = 0; count < 1_000; count += 1) page.send('x');
    expect(await ends).toEqual([4429, 1001]);
    expect(passed).toBeLessThanOrEqual(100);
  });

  test('that is closed is closed for the PBX, and the other way round', async () => {
    const page = await phone('a1');
    await expect.poll(() => atPbx.length).toBe(1);
    const first = closed(atPbx[0]!);
    page.close();
    expect(await first).toBe(1001);
    const second = await phone('a1');
    await expect.poll(() => atPbx.length).toBe(2);
    const ends = closed(second);
    atPbx[1]!.terminate();
    expect(await ends).toBe(4503);
  });

  test('is told that the PBX is away', async () => {
    pbx.close();
    for (const socket of atPbx) socket.terminate();
    const page = await phone('a1');
    expect(await closed(page)).toBe(4503);
  });

  test('in a second page takes the place of the first', async () => {
    const first = await phone('a1');
    const ends = closed(first);
    await phone('a1');
    expect(await ends).toBe(4409);
  });

  test('that reads nothing does not fill the memory: the PBX has to wait', async () => {
    const page = await phone('a1');
    await expect.poll(() => atPbx.length).toBe(1);
    page.pause();
    const [upstream] = atPbx;
    const message = 'x'.repeat(60 * 1024);
    for (let count = 0; count < 500; count += 1) upstream!.send(message);
    // What neither the sockets of the system nor the daemon take stays with the PBX.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(upstream!.bufferedAmount).toBeGreaterThan(10 * 1024 * 1024);
  });

  test('that sends what is no SIP is closed', async () => {
    const page = await phone('a1');
    const ends = closed(page);
    page.send(Buffer.from([0, 1, 2]));
    expect(await ends).toBe(1003);
  });
});

/** A message as phones in pages write it. */
function sip(method: string, from: string, to = `<sip:${from}@carillon.invalid>`): string {
  return [
    `${method} sip:carillon.invalid SIP/2.0`,
    'Via: SIP/2.0/WSS x.invalid;branch=z9hG4bK1',
    `To: ${to}`,
    `From: <sip:${from}@carillon.invalid>;tag=1`,
    'Content-Length: 0',
    '',
    '',
  ].join('\r\n');
}

describe('a message is of the phone web-a1', () => {
  const answer = 'SIP/2.0 200 OK\r\nFrom: "x" <sip:13800138000@pbx>;tag=1\r\nTo: <sip:x1@y>;tag=2\r\n\r\n';

  test.each([
    ['that registers it', sip('REGISTER', 'web-a1')],
    ['in which it calls', sip('INVITE', 'web-a1', '<sip:100@carillon.invalid>')],
    ['that belongs to a call which is there', sip('BYE', 'x1y2', '"Li; Si" <sip:138@pbx>;x=1;tag=2')],
    ['that answers', answer],
    ['that keeps the connection open', '\r\n\r\n'],
  ])('%s', (_what, message) => {
    expect(speaksFor(message, 'web-a1')).toBe(true);
  });

  test.each([
    ['from another one', sip('REGISTER', 'web-a2')],
    ['that registers another one', sip('REGISTER', 'web-a1', '<sip:web-a2@carillon.invalid>')],
    ['that registers as if in a call', sip('REGISTER', 'web-a2', '<sip:web-a2@y>;tag=1')],
    ['in which another one calls', sip('INVITE', 'web-a2', '<sip:100@y>')],
    ['in which another one calls a tag', sip('INVITE', 'web-a2', '"x;tag=1<y>;tag=1" <sip:100;tag=1@y>')],
    ['with two senders', sip('REGISTER', 'web-a1').replace('Via:', 'f : <sip:web-a2@y>\r\nVia:')],
    ['with a name beside its sender', sip('REGISTER', 'web-a1').replace(': <', ': "<sip:web-a1@y>" <')],
    ['on broken lines', sip('REGISTER', 'web-a2').replace(' SIP/2.0\r\n', '\r\n SIP/2.0\n')],
    ['behind an answer', answer + sip('REGISTER', 'web-a2')],
    ['without a sender', 'REGISTER sip:x SIP/2.0\r\n\r\n'],
  ])('but not one %s', (_what, message) => {
    expect(speaksFor(message, 'web-a1')).toBe(false);
  });
});
