import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { service } from '../../src/speech/service.ts';
import { joiningSox } from './joining-sox.ts';

const folder = mkdtempSync(join(tmpdir(), 'carillon-service-'));
const file = join(folder, 'out.wav');
let answer: (request: IncomingMessage, response: ServerResponse, body: string) => void;
let asked: string[] = [];

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (piece) => {
    body += piece;
  });
  request.on('end', () => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response, body);
  });
});
let address = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  asked = [];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const speak = (timeoutMs = 5_000, url = `http://${address}/speak?key=secret`) =>
  service(url, joiningSox).speak('Hello there', 'en', file, {
    voices: { en: { voice: 'mei', speed: 1.5 } },
    timeoutMs,
  });

test('a service gets text, language and voice, and its answer becomes the file', async () => {
  const bodies: unknown[] = [];
  answer = (request, response, body) => {
    bodies.push([request.headers['content-type'], request.headers.authorization, JSON.parse(body)]);
    response.end('sound of hello');
  };
  await speak();
  expect(asked).toEqual(['POST /speak?key=secret']);
  expect(bodies).toEqual([
    ['application/json', undefined, { text: 'Hello there', language: 'en', voice: 'mei', speed: 1.5 }],
  ]);
  expect(readFileSync(file, 'utf8')).toBe('sound of hello');
  expect(readdirSync(folder)).toEqual(['out.wav']);
});

test('a user and password in the address go as authorization and into no name', async () => {
  let authorization: string | undefined;
  answer = (request, response) => {
    authorization = request.headers.authorization;
    response.end('sound');
  };
  const url = `http://me:p%40ss@${address}/`;
  await speak(5_000, url);
  expect(authorization).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
  expect(service(url, joiningSox).voice).not.toContain('p@ss');
});

test.each<[string, (response: ServerResponse) => void, RegExp]>([
  ['says no', (response) => response.writeHead(503).end('busy'), /it answered 503$/],
  [
    'sends elsewhere',
    (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/inside' }).end(),
    /it answered 302$/,
  ],
  ['hangs', () => undefined, /no answer within 200 ms$/],
  ['hangs in the middle', (response) => response.write('half'), /no answer within 200 ms$/],
  ['cuts the line', (response) => response.destroy(), /speech service at 127\.0\.0\.1:\d+: \S/],
])('a service that %s is named, without its key, and leaves no file', async (_, how, reason) => {
  answer = (_request, response) => how(response);
  rmSync(file, { force: true });
  const failure = await speak(200).catch((thrown: Error) => thrown);
  expect(failure).toMatchObject({ id: 'speech-failed', message: expect.stringMatching(reason) });
  expect(String(failure)).not.toContain('secret');
  expect(readdirSync(folder)).toEqual([]);
});

test('an answer without end is given up after 20 MB', async () => {
  const megabyte = Buffer.alloc(1_000_000);
  let sent = 0;
  answer = (_request, response) => {
    const more = () => {
      while (!response.destroyed && sent < 200) {
        sent += 1;
        if (!response.write(megabyte)) {
          response.once('drain', more);
          return;
        }
      }
    };
    more();
  };
  await expect(speak()).rejects.toThrow(/more than 20000000 bytes/);
  expect(sent).toBeLessThan(60);
});

test('what is no address is refused when it is set', () => {
  expect(() => service('http://', joiningSox)).toThrow(expect.objectContaining({ id: 'bad-setting' }));
});
