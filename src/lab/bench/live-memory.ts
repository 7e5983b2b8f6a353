/** What a caller who waits costs in memory. */
import { setTimeout as sleep } from 'node:timers/promises';
import { freeTcpPort } from '../../setup/ports.ts';
import { hostPort, reachableHost } from '../../setup/settings.ts';
import { WAITS } from './calls-centre.ts';
import { inspect } from './inspected.ts';
import { LOADS } from './loads.ts';
import type { Rig } from './rig.ts';
import { hangsUpAfter, startLoad } from './sipp.ts';

/** They come at this rate, and each stays so long: all are there at once for some seconds, and a PBX bears silence for 30 s. */
const LIVE_RATE = 100;
const LIVE_MS = 20_000;
/** Share of the callers that may be missing, on a machine that is busy with other things. */
const FEWER = 0.1;
/** For the first time, when only the code has to get warm. */
const SHORT_MS = 5000;

/** What the daemon's memory grows by, bytes per call, when many callers sit in a menu; each time after a full garbage collection. */
export async function memoryPerCall(
  rig: Rig,
  say: (line: string) => void,
): Promise<{ readonly bytesPerCall: number; readonly rssPerCall: number }> {
  const port = await freeTcpPort();
  const daemon = await rig.startDaemon({ nodeArgs: [`--inspect=127.0.0.1:${port}`] });
  const inspected = await inspect(port);
  // Code that runs for the first time takes memory that no call takes again.
  const { liveCalls } = LOADS[rig.settings.pbx];
  await withLiveCalls(rig, liveCalls, SHORT_MS, async () => undefined);
  const before = await inspected.memory();
  const [count, during] = await withLiveCalls(rig, liveCalls, LIVE_MS, () => inspected.memory());
  inspected.close();
  await daemon.stop();
  say(`${count} live calls: ${megabytes(before.used)} → ${megabytes(during.used)} in use`);
  return {
    bytesPerCall: Math.round((during.used - before.used) / count),
    rssPerCall: Math.round((during.rss - before.rss) / count),
  };
}

/** Has callers sit in the menu, looks when all are there, and waits until they are gone. Resolves with how many there were, too. */
async function withLiveCalls<T>(
  rig: Rig,
  calls: number,
  stayMs: number,
  look: () => Promise<T>,
): Promise<[number, T]> {
  const load = await startLoad({
    server: rig.server,
    dnis: WAITS,
    scenario: hangsUpAfter(stayMs),
    rate: LIVE_RATE,
    calls,
    limit: calls,
  });
  await sleep((calls / LIVE_RATE) * 1000 + 2000);
  const live = await callsOf(rig);
  const seen = await look();
  const { failed, firstFailure } = await load.done;
  if (Math.max(failed, calls - live, 0) > calls * FEWER && stayMs === LIVE_MS)
    throw new Error(`${live} of ${calls} callers were there, and ${failed} failed: ${firstFailure}`);
  while ((await callsOf(rig)) > 0) await sleep(100);
  return [live, seen];
}

async function callsOf({ settings }: Rig): Promise<number> {
  const address = hostPort(reachableHost(settings), settings.httpPort);
  const health = (await (await fetch(`http://${address}/health`)).json()) as { liveCalls: number };
  return health.liveCalls;
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}
