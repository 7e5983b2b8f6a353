import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { starvedMs } from '../../src/setup/starved.ts';

test('more programs than processors starve, and it is told of each', async () => {
  const loops = Array.from({ length: 2 * availableParallelism() }, () =>
    spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' }),
  );
  try {
    const starved = () => loops.reduce((sum, { pid = 0 }) => sum + starvedMs(pid), 0);
    await expect.poll(starved, { timeout: 30_000 }).toBeGreaterThan(500);
  } finally {
    for (const loop of loops) loop.kill('SIGKILL');
  }
});

test('one that sleeps does not, nor one that is gone', async () => {
  const sleeper = spawn('sleep', ['30'], { stdio: 'ignore' });
  try {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(starvedMs(sleeper.pid ?? 0)).toBeLessThan(500);
  } finally {
    sleeper.kill('SIGKILL');
  }
  expect(starvedMs(2 ** 30)).toBe(0);
});
