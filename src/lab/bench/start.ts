/**
 * `npm run bench:start [-- --json]`: how long a newcomer waits. Clones the last commit into a new folder, runs `npm start` there
 * until the hotline would answer, stops it, and starts it again. Downloads are part of the first figure.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const LIMIT_MS = 10 * 60_000;

const project = fileURLToPath(new URL('../../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'carillon-bench-'));
try {
  execFileSync('git', ['clone', '--quiet', project, folder]);
  const [sip, http] = [await freePort(), await freePort()];
  const firstStartMs = await timedStart(sip, http);
  const secondStartMs = await timedStart(sip, http);
  const result = { firstStartMs, secondStartMs };
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  process.stdout.write(
    process.argv.includes('--json')
      ? `${JSON.stringify(result)}\n`
      : `first start, downloads included: ${seconds(firstStartMs)}; second start: ${seconds(secondStartMs)}\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Runs `npm start` until `/health` is good, then stops it as Ctrl-C does. Returns the time until it was good, ms. */
async function timedStart(sip: number, http: number): Promise<number> {
  const settings = [
    `CARILLON_SIP_PORT=${sip}`,
    `CARILLON_HTTP_PORT=${http}`,
    'CARILLON_RTP_PORTS=31000-31499',
    'CARILLON_DATA=',
    'CARILLON_PBX_ROOT=',
  ];
  const started = performance.now();
  const child = spawn('env', [...settings, 'npm', 'start'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    while (!(await isReady(http))) {
      if (child.exitCode !== null || performance.now() - started > LIMIT_MS)
        throw new Error('npm start did not get ready');
      await sleep(20);
    }
    return Math.round(performance.now() - started);
  } finally {
    child.kill('SIGINT');
    await gone;
    for (const deadline = performance.now() + 15_000; (await isReady(http)) && performance.now() < deadline; )
      await sleep(50);
    await sleep(1000);
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(1000) })).ok;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
