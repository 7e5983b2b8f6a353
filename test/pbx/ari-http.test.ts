import net, { type AddressInfo, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AriHttp } from '../../src/pbx/asterisk/ari-http-link.ts';
import { encodeHttp, type HttpAnswer, HttpReader } from '../../src/pbx/asterisk/http-codec.ts';

const LENGTH = 'HTTP/1.1 200 OK\r\nServer: Asterisk\r\nContent-Length: 14\r\n\r\n{"name":"好"}';
const EMPTY = 'HTTP/1.1 204 No Content\r\nCache-Control: no-cache\r\n\r\n';
const CHUNKED =
  'HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\nConnection: Close\r\n\r\n4\r\n{"a"\r\n3\r\n:1}\r\n0\r\n\r\n';

describe('answers over HTTP', () => {
  const read = (pieces: readonly Buffer[]): HttpAnswer[] => {
    const reader = new HttpReader();
    return pieces.flatMap((piece) => reader.take(piece) ?? []);
  };

  it.each([
    [LENGTH, { status: 200, body: '{"name":"好"}', last: false }],
    [EMPTY, { status: 204, body: '', last: false }],
    [CHUNKED, { status: 404, body: '{"a":1}', last: true }],
  ])('are_read_%#_in_whatever_pieces_they_come', (text, answer) => {
    const bytes = Buffer.from(text);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length }), { maxLength: 6 }), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const pieces = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        expect(read(pieces)).toEqual([answer]);
      }),
    );
  });

  it.each([
    'SIP/2.0 200 OK\r\n\r\n',
    'HTTP/1.1 banana\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 1e9\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
  ])('that_are_none_are_refused_%#', (text) => {
    expect(() => read([Buffer.from(text)])).toThrow();
  });

  it('no_request_holds_a_line_of_anybody_else', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (value, key) => {
        const text = encodeHttp(
          { method: 'POST', path: 'channels/x/play', query: { media: value }, body: { [key]: value } },
          'localhost:1',
          'Basic eA==',
        );
        const [head = '', body] = text.split('\r\n\r\n');
        expect(head.split('\r\n').map((line) => line.split(':')[0])).toEqual([
          expect.stringMatching(/^POST [^ ]+ HTTP\/1.1$/),
          'Host',
          'Authorization',
          'Content-Type',
          'Content-Length',
        ]);
        expect(JSON.parse(body ?? '')).toEqual(JSON.parse(JSON.stringify({ [key]: value })));
      }),
    );
  });
});

describe('the connections to ARI', () => {
  let server: net.Server;
  let http: AriHttp;
  /** What the server does with a request; the sockets in order of their arrival. */
  let answer: (socket: Socket, request: string) => void;
  let sockets: Socket[];

  beforeEach(async () => {
    sockets = [];
    answer = (socket) => void socket.write(EMPTY);
    server = net.createServer((socket) => {
      sockets.push(socket);
      socket.on('data', (data) => answer(socket, data.toString()));
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    http = new AriHttp({ url, user: 'u', password: 'p' }, 300);
  });
  afterEach(() => {
    http.abort();
    for (const socket of sockets) socket.destroy();
    server.close();
  });

  const ask = (path = 'x') => http.request({ method: 'POST', path });

  it('are_kept_for_the_next_request', async () => {
    for (let count = 0; count < 5; count += 1) expect(await ask()).toEqual({ status: 204, body: undefined });
    expect(sockets).toHaveLength(1);
  });

  it('are_as_many_as_there_are_requests_but_never_more_than_64', async () => {
    const held: Socket[] = [];
    answer = (socket) => void held.push(socket);
    const all = Promise.all(Array.from({ length: 100 }, () => ask()));
    while (held.length < 64) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(sockets).toHaveLength(64);
    answer = (socket) => void socket.write(EMPTY);
    for (const socket of held) socket.write(EMPTY);
    expect(await all).toHaveLength(100);
    expect(sockets).toHaveLength(64);
  });

  it('a_request_on_a_kept_one_that_the_server_closes_is_asked_again_on_a_new_one', async () => {
    await ask();
    let asked = 0;
    answer = (socket) => {
      asked += 1;
      if (socket === sockets[0]) socket.destroy();
      else socket.write(EMPTY);
    };
    expect(await http.request({ method: 'GET', path: 'x' })).toMatchObject({ status: 204 });
    expect(asked).toBe(2);
  });

  it('a_command_is_never_asked_twice_for_it_may_have_been_carried_out', async () => {
    await ask();
    let asked = 0;
    answer = (socket) => {
      asked += 1;
      socket.destroy();
    };
    await expect(ask()).rejects.toMatchObject({ code: 'link-down' });
    expect(asked).toBe(1);
  });

  it('with_more_in_them_than_one_answer_are_not_used_again', async () => {
    answer = (socket) => void socket.write(EMPTY + LENGTH);
    expect(await ask()).toMatchObject({ status: 204 });
    answer = (socket) => void socket.write(EMPTY);
    expect(await ask()).toMatchObject({ status: 204 });
    expect(sockets).toHaveLength(2);
  });

  it('a_request_that_gets_half_an_answer_or_none_fails', async () => {
    answer = (socket) => socket.end('HTTP/1.1 200 OK\r\n');
    await expect(ask()).rejects.toMatchObject({ code: 'link-down' });
    answer = (socket) => void socket.write('nonsense\r\n\r\n');
    await expect(ask()).rejects.toMatchObject({ code: 'link-down' });
    answer = () => undefined;
    await expect(ask('slow')).rejects.toMatchObject({ code: 'timeout', message: /POST slow/ });
  });

  it('that_answer_late_are_not_used_again', async () => {
    let first: Socket | undefined;
    answer = (socket) => {
      first = socket;
    };
    await expect(ask()).rejects.toMatchObject({ code: 'timeout' });
    answer = (socket) => void socket.write(LENGTH);
    const second = ask();
    first?.write(EMPTY);
    expect(await second).toMatchObject({ status: 200 });
  });

  it('are_given_up_together_and_new_ones_may_be_made', async () => {
    answer = () => undefined;
    const waiting = ask();
    http.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'link-down' });
    answer = (socket) => void socket.write(EMPTY);
    expect(await ask()).toMatchObject({ status: 204 });
  });
});
