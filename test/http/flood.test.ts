import { connect } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { type ApiLab, openApi } from './api-lab.ts';

const LIMIT = 30;
const MOST_POLLS = 50;

const guess = async (api: ApiLab, remoteAddress: string, headers = {}): Promise<number> => {
  const wrong = { authorization: 'Bearer AAAAAAAAAAAAAAAAAAAAAAAA', ...headers };
  return (await api.inject({ url: '/api/calls', remoteAddress, headers: wrong })).status;
};

describe('who guesses tokens', () => {
  test.each<[string, (time: number) => string, number]>([
    ['one address', () => '192.0.2.7', 429],
    ['one address, as IPv4 and IPv6', (time) => (time % 2 ? '192.0.2.7' : '::ffff:192.0.2.7'), 429],
    ['many addresses of one IPv6 network', (time) => `2001:db8::${time.toString(16)}`, 429],
    ['many networks', (time) => `2001:db8:0:${time.toString(16)}::1`, 401],
  ])('from %s is counted by it', async (_, addressOf, last) => {
    const api = await openApi();
    const statuses: number[] = [];
    for (let time = 1; time <= LIMIT + 1; time += 1) statuses.push(await guess(api, addressOf(time)));
    expect(statuses.slice(0, LIMIT)).toEqual(Array(LIMIT).fill(401));
    expect(statuses.at(-1)).toBe(last);
  });

  test('cannot hide behind headers that name other addresses', async () => {
    const api = await openApi();
    const statuses: number[] = [];
    for (let time = 0; time <= LIMIT; time += 1) {
      const other = `198.51.100.${time}`;
      const headers = { 'x-forwarded-for': other, 'x-real-ip': other, forwarded: `for=${other}` };
      statuses.push(await guess(api, '192.0.2.7', headers));
    }
    expect(statuses.at(-1)).toBe(429);
  });

  test('gets so many tries and then costs no look-up, while a token that is known goes on', async () => {
    const api = await openApi();
    const identify = vi.spyOn(api.tokens, 'identify');
    const right = (role: 'admin' | 'viewer') =>
      guess(api, '192.0.2.7', { authorization: `Bearer ${api.tokenOf[role]}` });
    expect(await right('admin')).toBe(200);
    identify.mockClear();
    for (let time = 0; time < LIMIT * 3; time += 1) await guess(api, '192.0.2.7');
    expect(identify).toHaveBeenCalledTimes(LIMIT);
    expect(await right('admin')).toBe(200);
    // Never seen before, it may be a guess as well.
    expect(await right('viewer')).toBe(429);
    await api.clock.advance(60_000);
    expect(await right('viewer')).toBe(200);
  });

  test('may try no more with a token that was revoked', async () => {
    const api = await openApi();
    const headers = { authorization: `Bearer ${api.tokenOf.viewer}` };
    expect(await guess(api, '192.0.2.7', headers)).toBe(200);
    await api.tokens.revoke('t-viewer', api.clock.now());
    const statuses: number[] = [];
    for (let time = 0; time <= LIMIT + 1; time += 1) statuses.push(await guess(api, '192.0.2.7', headers));
    expect([statuses[0], statuses.at(-1)]).toEqual([401, 429]);
  });

  test('sends no token at all is slowed down too, later', async () => {
    const api = await openApi();
    const statuses: number[] = [];
    for (let time = 0; time <= 600; time += 1)
      statuses.push((await api.inject({ url: '/api/calls', remoteAddress: '192.0.2.7' })).status);
    expect([...new Set(statuses.slice(0, 600))]).toEqual([401]);
    expect(statuses.at(-1)).toBe(429);
  });

  test('all at once gets no more tries than one by one', async () => {
    const api = await openApi();
    const identify = vi.spyOn(api.tokens, 'identify');
    const statuses = await Promise.all(Array.from({ length: 100 }, () => guess(api, '192.0.2.7')));
    expect(identify).toHaveBeenCalledTimes(LIMIT);
    expect(statuses.filter((status) => status === 401)).toHaveLength(LIMIT);
    expect(new Set(statuses)).not.toContain(200);
  });

  test('is named in the log once, and what he tried is not', async () => {
    const api = await openApi();
    for (let time = 0; time < LIMIT * 2; time += 1) await guess(api, '2001:db8::1');
    const lines = api.logged.filter((line) => line.startsWith('a wrong API token'));
    expect(lines).toEqual(['a wrong API token {"address":"2001:db8::/64"}']);
    expect(api.logged.join()).not.toContain('AAAA');
  });
});

describe('the server', () => {
  test('gives no client a connection for ever, and not to any number of them', async () => {
    const { server } = (await openApi()).app;
    const { headersTimeout, requestTimeout, timeout, maxConnections } = server;
    expect({ headersTimeout, requestTimeout, timeout, maxConnections }).toEqual({
      headersTimeout: 10_000,
      requestTimeout: 7_200_000,
      timeout: 60_000,
      maxConnections: 2_000,
    });
  });

  test('has as many more connections as there may be sockets', async () => {
    const sockets = { most: 2_500, serve: () => undefined } as never;
    const { server } = (await openApi(() => ({ sockets }))).app;
    expect(server.maxConnections).toBe(4_500);
  });

  test.each([
    ['a header of 20 kB', `GET /health HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['a line of 20 kB', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 431],
    [
      'two lengths',
      'POST /api/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
    ],
    [
      'a length and pieces',
      'POST /api/tokens HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['another protocol', 'OPTIONS sip:x@y SIP/2.0\r\n\r\n', 400],
    ['no sense', '\u0016\u0003\u0001\u0002\u0000', 400],
  ])('answers %s with a refusal and goes on', async (_, text, status) => {
    const api = await openApi();
    await api.app.listen({ host: '127.0.0.1', port: 0 });
    expect(await statusOf(api, text)).toBe(status);
    expect(await statusOf(api, 'GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toBe(200);
  });

  test('holds no more long polls of a token than it says, and gives their places back', async () => {
    const api = await openApi();
    await api.app.listen({ host: '127.0.0.1', port: 0 });
    const url = `http://127.0.0.1:${portOf(api)}/api/events?after=999999&wait=30`;
    const gone = new AbortController();
    const headers = { authorization: `Bearer ${api.tokenOf.viewer}` };
    const ask = () => fetch(url, { headers, signal: gone.signal });
    const polls = Array.from({ length: MOST_POLLS }, () => ask().catch(() => undefined));
    await expect.poll(() => connections(api), { timeout: 10_000 }).toBeGreaterThanOrEqual(MOST_POLLS);
    const refused = await ask();
    expect([refused.status, await refused.json()]).toMatchObject([
      429,
      { error: { id: 'too-many-requests' } },
    ]);
    gone.abort();
    await Promise.all(polls);
    await expect.poll(() => connections(api), { timeout: 10_000 }).toBeLessThan(MOST_POLLS);
    const again = await fetch(url.replace('wait=30', 'wait=0'), { headers });
    expect(again.status).toBe(200);
  });
});

function portOf(api: ApiLab): number {
  const address = api.app.server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function connections(api: ApiLab): Promise<number> {
  return new Promise((resolve) => api.app.server.getConnections((_, count) => resolve(count)));
}

/** The status that this text is answered with, over a socket of its own. */
function statusOf(api: ApiLab, text: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect(portOf(api), '127.0.0.1');
    let heard = '';
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1');
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(heard)?.[1] ?? 0)));
    socket.write(text, 'latin1');
  });
}
