import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { addSafetyHeaders } from '../../src/http/auth.ts';
import { serveConsole } from '../../src/http/console.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';

let app: FastifyInstance;
let folder: string;

beforeEach(async () => {
  const around = temporaryFolder();
  folder = join(around, 'console');
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Carillon</title>');
  writeFileSync(join(folder, 'assets', 'index-1a2b.js'), 'export {};');
  writeFileSync(join(folder, '.built-of'), 'of something');
  writeFileSync(join(around, 'secrets.json'), 'a secret');
  app = Fastify();
  app.addHook('onSend', addSafetyHeaders);
  serveConsole(app, folder);
  await app.ready();
  onTestFinished(async () => {
    await app.close();
  });
});

const open = (url: string, accept = 'text/html') => app.inject({ url, headers: { accept } });

test.each(['/', '/desk', '/floor', '/flows/hotline?tab=text'])('%s is a page of the console', async (url) => {
  const answer = await open(url);
  expect(answer.statusCode).toBe(200);
  expect(answer.body).toContain('<title>Carillon');
  expect(answer.headers).toMatchObject({ 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' });
});

test('scripts come from here alone, and nobody frames the pages', async () => {
  const { headers } = await open('/desk');
  const policy = String(headers['content-security-policy']);
  expect(policy).toContain("script-src 'self'");
  expect(policy).not.toContain("script-src 'self' 'unsafe");
  expect(policy).toContain("frame-ancestors 'none'");
});

test('what has a hash in its name is kept by the browser for ever', async () => {
  const answer = await open('/assets/index-1a2b.js', '*/*');
  expect(answer.statusCode).toBe(200);
  expect(answer.headers['cache-control']).toContain('immutable');
});

test.each([
  ['/api/nothing', 'text/html'],
  ['/assets/index-gone.js', '*/*'],
  ['/assets/index-gone.js', 'text/html'],
  ['/desk', 'application/json'],
  ['/.built-of', '*/*'],
  ['/../secrets.json', '*/*'],
  ['/%2e%2e/secrets.json', '*/*'],
  ['/..%2fsecrets.json', '*/*'],
])('%s, wanted as %s, is not there', async (url, accept) => {
  const answer = await open(url, accept);
  expect([400, 403, 404]).toContain(answer.statusCode);
  expect(answer.body).not.toContain('secret"');
  expect(answer.body).not.toContain('a secret');
  expect(answer.body).not.toContain('<title>');
});

test('a console that was never built says how to build it', async () => {
  const bare = Fastify();
  serveConsole(bare, join(folder, 'not-there'));
  const answer = await bare.inject({ url: '/desk', headers: { accept: 'text/html' } });
  await bare.close();
  expect(answer.statusCode).toBe(503);
  expect(answer.body).toContain('npm run console:build');
});
