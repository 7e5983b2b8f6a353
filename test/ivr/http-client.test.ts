import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { httpLookUp } from '../../src/ivr/http-client.ts';
import type { LookUpRequest } from '../../src/ivr/look-up.ts';
import { answer, hostileService, type Reply } from './hostile-service.ts';

const NEVER = new AbortController().signal;
const TOO_LATE = { kind: 'failed', reason: 'the service did not answer in time' };
const BROKEN_OFF = { kind: 'failed', reason: 'the service broke the connection off' };
const NOT_HTTP = { kind: 'failed', reason: expect.stringContaining('not HTTP/1.1') };
const PRIVATE = { kind: 'failed', reason: expect.stringContaining('private address') };

const unhandled: unknown[] = [];
const note = (reason: unknown): void => void unhandled.push(reason);
beforeEach(() => void process.on('unhandledRejection', note));
afterEach(async () => {
  await new Promise(setImmediate);
  process.off('unhandledRejection', note);
  expect(unhandled.splice(0)).toEqual([]);
});

function ask(url: string, change: Partial<LookUpRequest> = {}): LookUpRequest {
  return { url, method: 'GET', query: {}, deadlineMs: 5000, retries: 0, privateAllowed: true, ...change };
}

const send =
  (text: string | Buffer): Reply =>
  (socket) =>
    void socket.write(text);

describe('an ordinary look-up', () => {
  test('a POST carries its body, headers and key, and gives status and body', async () => {
    const service = await hostileService(send(answer('{"balance":"12.50"}', { status: 201 })));
    const body = { card: '6200', name: '孙丽' };
    const headers = { Authorization: 'Bearer t' };
    const request = ask(service.url, {
      method: 'POST',
      body,
      headers,
      idempotencyKey: 'k1',
      query: { a: 'b c' },
    });
    const given = await httpLookUp().ask(request, NEVER);
    expect(given).toEqual({ kind: 'answered', status: 201, body: { balance: '12.50' } });
    const [heard] = service.heard;
    expect(heard).toMatchObject({ line: 'POST /ask?a=b+c HTTP/1.1', body: JSON.stringify(body) });
    expect(Object.fromEntries(heard!.headers)).toMatchObject({
      authorization: 'Bearer t',
      'accept-encoding': 'identity',
      accept: 'application/json',
      'content-type': 'application/json',
      'idempotency-key': 'k1',
      'content-length': '31',
    });
  });

  test('nothing is an answer', async () => {
    const service = await hostileService(send('HTTP/1.1 204 No Content\r\n\r\n'));
    const given = await httpLookUp().ask(ask(service.url), NEVER);
    expect(given).toEqual({ kind: 'answered', status: 204, body: undefined });
  });

  test('a refusal of the service is an answer', async () => {
    const service = await hostileService(send(answer('{"attemptsLeft":2}', { status: 401 })));
    const given = await httpLookUp().ask(ask(service.url), NEVER);
    expect(given).toEqual({ kind: 'answered', status: 401, body: { attemptsLeft: 2 } });
  });

  test('connections are kept for what may be repeated, and not for the rest', async () => {
    const service = await hostileService(send(answer('{}')));
    const lookUp = httpLookUp();
    for (const method of ['GET', 'GET', 'POST', 'POST', 'GET'] as const) {
      await lookUp.ask(ask(service.url, { method }), NEVER);
      await new Promise(setImmediate);
    }
    expect(service.heard.map(({ connection }) => connection)).toEqual([1, 1, 2, 3, 1]);
  });

  test('a kept connection that the service closes meanwhile costs no retry', async () => {
    const service = await hostileService((socket, count) => {
      if (count === 2) socket.resetAndDestroy();
      else socket.write(answer(`{"count":${count}}`));
    });
    const lookUp = httpLookUp();
    await lookUp.ask(ask(service.url), NEVER);
    await new Promise(setImmediate);
    const given = await lookUp.ask(ask(service.url), NEVER);
    expect(given).toEqual({ kind: 'answered', status: 200, body: { count: 3 } });
    expect(service.heard.map(({ connection }) => connection)).toEqual([1, 1, 2]);
  });
});

describe('a service that misbehaves', () => {
  const drip =
    (text: string, from: string): Reply =>
    (socket) => {
      socket.write(from);
      const timer = setInterval(() => socket.write(text), 10);
      socket.on('close', () => clearInterval(timer));
    };
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';

  test.each([
    ['never answers', () => undefined],
    ['stops in its headers', send('HTTP/1.1 200 OK\r\nContent-Ty')],
    ['stops after its headers', send(`${head}Content-Length: 2\r\n\r\n`)],
    ['says a greater length than it sends', send(`${head}Content-Length: 20\r\n\r\n{}`)],
    ['drips headers', drip('a', `${head}X: `)],
    ['drips chunks', drip('1\r\n \r\n', `${head}Transfer-Encoding: chunked\r\n\r\n`)],
    ['drips spaces without end', drip(' ', `${head}\r\n{}`)],
    ['says 100 Continue for ever', drip('HTTP/1.1 100 Continue\r\n\r\n', '')],
    ['never ends its chunks', send(`${head}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n`)],
  ] satisfies [string, Reply][])(
    'one that %s is too late, and its connection is closed',
    async (_, reply) => {
      const service = await hostileService(reply);
      const given = await httpLookUp().ask(ask(service.url, { deadlineMs: 150 }), NEVER);
      expect(given).toEqual(TOO_LATE);
      await vi.waitFor(() => expect(service.open.size).toBe(0));
    },
  );

  const close =
    (text: string): Reply =>
    (socket) =>
      void socket.end(text);
  const reset: Reply = (socket) => void socket.resetAndDestroy();
  const sendAndReset =
    (text: string): Reply =>
    (socket) =>
      void socket.write(text, () => setTimeout(() => socket.resetAndDestroy(), 20));

  test.each([
    ['closes without a word', close('')],
    ['resets', reset],
    ['closes in its headers', close('HTTP/1.1 200 OK\r\nContent-Ty')],
    ['closes before the length that it said', close(`${head}Content-Length: 20\r\n\r\n{}`)],
    ['spoils its chunks', send(`${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`)],
    ['closes within its chunks', close(`${head}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n`)],
    ['resets in its body', sendAndReset(`${head}Content-Length: 20\r\n\r\n{}`)],
    ['resets in a body without length', sendAndReset(`${head}\r\n123`)],
  ] satisfies [string, Reply][])('one that %s broke the connection off', async (_, reply) => {
    const service = await hostileService(reply);
    expect(await httpLookUp().ask(ask(service.url), NEVER)).toEqual(BROKEN_OFF);
  });

  test.each([
    ['garbage', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
    ['a status line without a number', 'HTTP/1.1 OK\r\n\r\n'],
    ['two lengths', `${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} `],
    ['a length that is no number', `${head}Content-Length: -2\r\n\r\n{}`],
    ['headers of 100 KB', `${head}X: ${'x'.repeat(100_000)}\r\n\r\n`],
    ['a switch to another protocol', 'HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'],
  ])('%s is not HTTP', async (_, text) => {
    const service = await hostileService(send(text));
    expect(await httpLookUp().ask(ask(service.url), NEVER)).toEqual(NOT_HTTP);
  });

  test.each([
    ['says so', (body: string) => answer(body)],
    ['says a length of 2^60', (body: string) => `${head}Content-Length: ${2 ** 60}\r\n\r\n${body}`],
    ['says no length', (body: string) => `${head}\r\n${body}`],
    [
      'sends chunks',
      (body: string) =>
        `${head}Transfer-Encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    ],
  ])('10 MB are not read by far, when the service %s', async (_, make) => {
    let written = 0;
    const text = make(`"${'x'.repeat(10 * 2 ** 20)}"`);
    const service = await hostileService((socket) => {
      socket.write(text);
      socket.on('close', () => {
        written = socket.bytesWritten - socket.writableLength;
      });
    });
    const given = await httpLookUp().ask(ask(service.url), NEVER);
    expect(given).toEqual({ kind: 'failed', reason: 'the answer is longer than 256 KB' });
    await vi.waitFor(() => expect(service.open.size).toBe(0));
    expect(written).toBeGreaterThan(0);
  });

  test.each([
    [256 * 1024, 'answered'],
    [256 * 1024 + 1, 'failed'],
  ])('%i bytes: %s', async (size, kind) => {
    const service = await hostileService(send(answer(`"${'x'.repeat(size - 2)}"`)));
    expect((await httpLookUp().ask(ask(service.url), NEVER)).kind).toBe(kind);
  });

  test('a redirect inward is not followed', async () => {
    const inside = await hostileService(send(answer('{}')));
    const headers = `Location: ${inside.url}\r\n`;
    const service = await hostileService(send(answer('', { status: 307, headers })));
    const given = await httpLookUp().ask(ask(service.url), NEVER);
    expect(given).toEqual({ kind: 'failed', reason: expect.stringContaining('redirect (307)') });
    expect(inside.heard).toEqual([]);
  });

  test('a gzip bomb is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(20 * 2 ** 20));
    const header = `${head}Content-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`;
    const service = await hostileService(send(Buffer.concat([Buffer.from(header), bomb])));
    const given = await httpLookUp().ask(ask(service.url), NEVER);
    expect(given).toEqual({ kind: 'failed', reason: expect.stringContaining('compressed') });
  });

  test.each([
    ['status 500', answer('{}', { status: 500 })],
    ['content type', 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\n{}'],
    ['nested deeper', answer('['.repeat(50_000) + ']'.repeat(50_000))],
    ['not JSON in UTF-8', Buffer.from(answer('"\xff\xfe"').replace('Length: 6', 'Length: 4'), 'latin1')],
    ['not JSON', answer('{"a":')],
  ])('%s: failed', async (why, text) => {
    const service = await hostileService(send(text));
    const given = await httpLookUp().ask(ask(service.url), NEVER);
    expect(given).toEqual({ kind: 'failed', reason: expect.stringContaining(why) });
  });

  test.each([302, 500])('nobody waits for the endless body of a %i', async (status) => {
    const service = await hostileService(send(`HTTP/1.1 ${status} X\r\nContent-Length: 9\r\n\r\n`));
    expect((await httpLookUp().ask(ask(service.url), NEVER)).kind).toBe('failed');
    await vi.waitFor(() => expect(service.open.size).toBe(0));
  });

  test.each([
    ['at once', 0],
    ['later', 20],
  ])(
    'a second answer that nobody asked for, sent %s, is never taken for the next one',
    async (_, delayMs) => {
      const service = await hostileService((socket, count) => {
        const stray = (): unknown => socket.write(answer('{"whose":"a stranger"}'));
        if (count > 1) socket.write(answer('{"whose":"mine"}'));
        else if (delayMs === 0) socket.write(answer('{"whose":"first"}') + answer('{"whose":"a stranger"}'));
        else socket.write(answer('{"whose":"first"}'), () => setTimeout(stray, delayMs));
      });
      const lookUp = httpLookUp();
      await lookUp.ask(ask(service.url), NEVER);
      await new Promise((resolve) => setTimeout(resolve, 60));
      const given = await lookUp.ask(ask(service.url), NEVER);
      expect(given).toMatchObject({ body: { whose: 'mine' } });
    },
  );

  test('one that is not there refuses', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    const given = await httpLookUp().ask(ask(`http://127.0.0.1:${port}/`), NEVER);
    expect(given).toEqual({ kind: 'failed', reason: 'the service refused the connection' });
  });

  test('one that speaks no TLS is not asked', async () => {
    const service = await hostileService(send(answer('{}')));
    const given = await httpLookUp().ask(
      ask(service.url.replace('http', 'https'), { deadlineMs: 100 }),
      NEVER,
    );
    expect(given.kind).toBe('failed');
    expect(service.heard).toEqual([]);
  });
});

describe('private addresses', () => {
  test.each(['127.0.0.1', '::1', '::ffff:127.0.0.1', '10.0.0.1', 'fe80::1%lo'])(
    'a name that leads to %s is not followed',
    async (address) => {
      const service = await hostileService(send(answer('{}')));
      const family = address.includes(':') ? 6 : 4;
      const lookUp = httpLookUp({ resolve: async () => [{ address, family }] });
      const url = `http://rebound.example:${service.port}/`;
      expect(await lookUp.ask(ask(url, { privateAllowed: false, retries: 3 }), NEVER)).toEqual(PRIVATE);
      expect(service.heard).toEqual([]);
    },
  );

  test('the name is looked up for the connection itself, so a second answer of the name server gains nothing', async () => {
    const service = await hostileService(send(answer('{}')));
    const addresses = ['127.0.0.1', '127.0.0.2'];
    const asked: string[] = [];
    const lookUp = httpLookUp({
      resolve: async (host) => {
        asked.push(host);
        return [{ address: addresses[asked.length - 1]!, family: 4 }];
      },
    });
    const given = await lookUp.ask(ask(`http://bank.example:${service.port}/`), NEVER);
    expect(given.kind).toBe('answered');
    expect(asked).toEqual(['bank.example']);
  });

  test('a connection that was allowed inside is not lent to a look-up that is not', async () => {
    const service = await hostileService(send(answer('{}')));
    const lookUp = httpLookUp({ resolve: async () => [{ address: '127.0.0.1', family: 4 }] });
    const url = `http://bank.example:${service.port}/`;
    expect((await lookUp.ask(ask(url), NEVER)).kind).toBe('answered');
    await new Promise(setImmediate);
    expect(await lookUp.ask(ask(url, { privateAllowed: false }), NEVER)).toEqual(PRIVATE);
    expect(service.heard).toHaveLength(1);
  });

  test('localhost by the machine’s own resolver is private', async () => {
    const service = await hostileService(send(answer('{}')));
    const url = `http://localhost:${service.port}/`;
    expect(await httpLookUp().ask(ask(url, { privateAllowed: false }), NEVER)).toEqual(PRIVATE);
  });

  test('a resolver that hangs is too late', async () => {
    const lookUp = httpLookUp({ resolve: () => new Promise(() => undefined) });
    expect(await lookUp.ask(ask('http://bank.example/', { deadlineMs: 100 }), NEVER)).toEqual(TOO_LATE);
  });

  test('a name that nobody knows is said so', async () => {
    const lookUp = httpLookUp({
      resolve: () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' })),
    });
    const given = await lookUp.ask(ask('http://bank.example/'), NEVER);
    expect(given).toEqual({ kind: 'failed', reason: 'the name of the service is not known' });
  });
});

describe('retries', () => {
  const bad = (status: number): string => answer('{}', { status });

  test.each([502, 503, 504])('a GET is tried again after %i', async (status) => {
    const service = await hostileService((socket, count) =>
      socket.write(count < 3 ? bad(status) : answer('{}')),
    );
    const given = await httpLookUp().ask(ask(service.url, { retries: 2 }), NEVER);
    expect(given.kind).toBe('answered');
    expect(service.heard).toHaveLength(3);
  });

  test.each([
    ['GET, no retries', { retries: 0 }, 1],
    ['GET', { retries: 1 }, 2],
    ['GET, more than the most', { retries: 9 }, 4],
    ['POST without a key', { method: 'POST', retries: 3 }, 1],
    ['POST with a key', { method: 'POST', idempotencyKey: 'k', retries: 3 }, 4],
  ] as const)('%s: how often the service hears it', async (_, change, times) => {
    const service = await hostileService(send(bad(503)));
    const given = await httpLookUp().ask(ask(service.url, change), NEVER);
    expect(given).toEqual({ kind: 'failed', reason: 'the service answered with status 503' });
    expect(service.heard).toHaveLength(times);
  });

  test('each try carries the same key and body', async () => {
    const service = await hostileService((socket, count) => {
      if (count === 1) socket.resetAndDestroy();
      else if (count === 2) socket.write(bad(502));
      else if (count === 4) socket.write(answer('{"paid":true}'));
    });
    const change = { method: 'POST', idempotencyKey: 'k-7', body: { amount: '5' }, retries: 3 } as const;
    const given = await httpLookUp().ask(ask(service.url, { ...change, deadlineMs: 1000 }), NEVER);
    expect(given).toEqual({ kind: 'answered', status: 200, body: { paid: true } });
    const seen = service.heard.map(({ headers, body }) => [headers.get('idempotency-key'), body]);
    expect(seen).toEqual(Array(4).fill(['k-7', '{"amount":"5"}']));
  });

  test.each([
    ['400', answer('{}', { status: 400 })],
    ['500', answer('{}', { status: 500 })],
    ['302', answer('{}', { status: 302 })],
    ['what is not HTTP', 'garbage\r\n\r\n'],
    ['what is not JSON', answer('<')],
  ])('there is no other try after %s', async (_, text) => {
    const service = await hostileService(send(text));
    await httpLookUp().ask(ask(service.url, { retries: 3 }), NEVER);
    expect(service.heard).toHaveLength(1);
  });

  test('tries that hang share the deadline', async () => {
    const service = await hostileService(() => undefined);
    const given = await httpLookUp().ask(ask(service.url, { retries: 2, deadlineMs: 600 }), NEVER);
    expect(given).toEqual(TOO_LATE);
    expect(service.heard).toHaveLength(3);
  });
});

describe('an abort', () => {
  const request = (url: string): LookUpRequest =>
    ask(url, { retries: 3, idempotencyKey: 'k', method: 'POST' });

  test('before the look-up: nothing is sent', async () => {
    const service = await hostileService(send(answer('{}')));
    const gone = AbortSignal.abort('CallEnded');
    await expect(httpLookUp().ask(request(service.url), gone)).rejects.toBe('CallEnded');
    expect(service.heard).toEqual([]);
  });

  test.each([
    ['while the service thinks', () => undefined],
    ['in the middle of the answer', send(answer('{}').replace('Length: 2', 'Length: 9'))],
    ['between two tries', send(answer('{}', { status: 503 }))],
  ] satisfies [string, Reply][])(
    '%s: rejects with its reason, closes the connection, tries no more',
    async (_, reply) => {
      const caller = new AbortController();
      const reason = new Error('CallEnded');
      const service = await hostileService((socket, count) => {
        reply(socket, count);
        setTimeout(() => caller.abort(reason), 30);
      });
      await expect(httpLookUp().ask(request(service.url), caller.signal)).rejects.toBe(reason);
      await vi.waitFor(() => expect(service.open.size).toBe(0));
      expect(service.heard).toHaveLength(1);
    },
  );

  test('while the name is looked up', async () => {
    const caller = new AbortController();
    const lookUp = httpLookUp({
      resolve: () => {
        setTimeout(() => caller.abort('CallEnded'), 10);
        return new Promise(() => undefined);
      },
    });
    await expect(lookUp.ask(request('http://bank.example/'), caller.signal)).rejects.toBe('CallEnded');
  });
});

describe('the crowd', () => {
  test('fifty at once ask one service, the others wait', async () => {
    let now = 0;
    let most = 0;
    const service = await hostileService((socket) => {
      now += 1;
      most = Math.max(most, now);
      setTimeout(() => {
        now -= 1;
        socket.write(answer('{}'));
      }, 10);
    });
    const lookUp = httpLookUp();
    const all = Array.from({ length: 120 }, () => lookUp.ask(ask(service.url), NEVER));
    const kinds = (await Promise.all(all)).map(({ kind }) => kind);
    expect(kinds).toEqual(Array(120).fill('answered'));
    expect(most).toBe(50);
  });

  test('who waits does so within his deadline, and can go; a place that was given up is taken', async () => {
    const service = await hostileService((socket, count) => {
      if (count > 50) socket.write(answer('{}'));
    });
    const other = await hostileService(send(answer('{}')));
    const lookUp = httpLookUp();
    const callers = new AbortController();
    const hanging = Array.from({ length: 50 }, () => lookUp.ask(ask(service.url), callers.signal));
    const gone = expect(Promise.all(hanging)).rejects.toBe('CallEnded');
    await vi.waitFor(() => expect(service.heard).toHaveLength(50));
    expect(await lookUp.ask(ask(service.url, { deadlineMs: 50 }), NEVER)).toEqual(TOO_LATE);
    const leaver = new AbortController();
    const left = expect(lookUp.ask(ask(service.url), leaver.signal)).rejects.toBe('left');
    const patient = lookUp.ask(ask(service.url), NEVER);
    leaver.abort('left');
    await left;
    expect((await lookUp.ask(ask(other.url), NEVER)).kind).toBe('answered');
    expect(service.heard).toHaveLength(50);
    callers.abort('CallEnded');
    await gone;
    expect((await patient).kind).toBe('answered');
  });
});

test('no reason repeats what was sent', async () => {
  const secret = '135790';
  const sent = {
    query: { q: secret },
    headers: { 'X-A': `${secret}\n` },
    idempotencyKey: secret,
    deadlineMs: 100,
  };
  const service = await hostileService(send('garbage'));
  const urls = [service.url, 'http://no.invalid/', `nonsense ${secret}`, `http://u:${secret}@a.example/`];
  for (const url of urls)
    for (const headers of [{}, sent.headers]) {
      const request = ask(url, { ...sent, headers, method: 'POST', body: { pin: secret } });
      const given = await httpLookUp().ask(request, NEVER);
      expect(given).toMatchObject({ kind: 'failed' });
      expect(JSON.stringify(given)).not.toContain(secret);
    }
});
