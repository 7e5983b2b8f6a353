import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { inProject } from '../../src/setup/project.ts';

/** Starts the program with only these variables. */
function start(env: Record<string, string>) {
  const child = spawn(process.execPath, [inProject('docker/core-bank/server.ts')], { env });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (said += bytes));
  return { child, said: () => said };
}

test('says where it listens, answers, and ends when it is told to', async () => {
  const { child, said } = start({ CORE_BANK_PORT: '0' });
  await once(child.stdout, 'data');
  const [, port] = /^core-bank listening on 127\.0\.0\.1:(\d+)\n$/.exec(said()) ?? [];
  const health = await fetch(`http://127.0.0.1:${port}/health`);
  expect(await health.json()).toEqual({ status: 'ok' });
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test.each([
  [{ CORE_BANK_HOST: '0.0.0.0' }, 'set CORE_BANK_TOKEN'],
  [{ CORE_BANK_PORT: '70000' }, 'CORE_BANK_PORT has to be'],
  [{ CORE_BANK_PORT: 'x' }, 'CORE_BANK_PORT has to be'],
  [{ CORE_BANK_SLOW_MS: '-1' }, 'CORE_BANK_SLOW_MS has to be'],
])('refuses %j with a sentence', async (env, sentence) => {
  const { child, said } = start({ CORE_BANK_PORT: '0', ...env });
  expect(await once(child, 'close')).toEqual([1, null]);
  expect(said()).toContain(sentence);
  expect(said().trim().split('\n')).toHaveLength(1);
});

test('a port that is taken is said so', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void other.close());
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const { child, said } = start({ CORE_BANK_PORT: String(port) });
  expect(await once(child, 'close')).toEqual([1, null]);
  expect(said()).toContain('EADDRINUSE');
});
