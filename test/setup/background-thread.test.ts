import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';

/** Tells its own nice value, which stands behind the name in parentheses. */
const TELLS = `
  import { readFileSync } from 'node:fs';
  import { parentPort } from 'node:worker_threads';
  const [, stat] = readFileSync('/proc/thread-self/stat', 'utf8').split(') ');
  parentPort.postMessage(Number(stat.split(' ')[16]));
`;

async function niceOf(execArgv: string[]): Promise<number> {
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(TELLS)}`), { execArgv });
  const [nice] = (await once(worker, 'message')) as [number];
  await worker.terminate();
  return nice;
}

test('a thread that callers do not wait for gives way to the others, which stay as they are', async () => {
  const preload = new URL('../../src/setup/background-thread.ts', import.meta.url).href;
  const before = await niceOf([]);
  expect(await niceOf(['--import', preload])).toBe(before + 10);
  expect(await niceOf([])).toBe(before);
});
