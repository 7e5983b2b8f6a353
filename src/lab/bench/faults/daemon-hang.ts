import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Sight } from './api.ts';
import { type CentreOptions, startCentre } from './centre.ts';
import { NUMBERS } from './flows.ts';
import { freeze } from './freeze.ts';
import { ShortCalls } from './short-calls.ts';
import { Town } from './town.ts';

const NEW_PER_SECOND = 5;
const STAY_MS = 500;
const LIVE = 10;
const BEFORE_MS = 15_000;
const WATCHED_MS = 15_000;
/** What a caller counts as who was never served. */
const NEVER_MS = 30_000;

/** What callers notice of a daemon that hangs. */
export interface DaemonHang {
  /** From the stop until the callers who came during it were served, the slowest, ms. */
  readonly servedMs: number;
  /** Established calls that ended though nobody hung up. */
  readonly dropped: number;
  /** Callers who were refused, cut off, or not answered within 15 s. */
  readonly failed: number;
}

/** Stops the daemon (SIGSTOP) under the supervisor while callers come. */
export async function daemonHang(options: CentreOptions): Promise<DaemonHang> {
  const centre = await startCentre(options);
  const town = await Town.open(centre.rig);
  let thaw: () => void = () => undefined;
  try {
    await new Sight(centre.rig).logIn('1003');
    const old = await Promise.all(
      Array.from({ length: LIVE }, (_, at) => town.dial(at % 2 ? NUMBERS.hold : NUMBERS.bridge)),
    );
    await sleep(BEFORE_MS);
    const load = new ShortCalls(town, NEW_PER_SECOND, STAY_MS);
    await sleep(1_000);
    const stoppedAt = performance.now();
    thaw = freeze(centre.daemonPid());
    await sleep(WATCHED_MS);
    await load.stop();
    const after = load.calls.filter((call) => call.startedAt >= stoppedAt);
    // Who came later waited less of the same hang, so the longest wait is that of the whole hang.
    return {
      servedMs: Math.round(Math.max(...after.map((call) => call.setupMs ?? NEVER_MS))),
      dropped: old.filter((call) => call.endedBy === 'them').length,
      failed: after.filter((call) => call.failed).length,
    };
  } finally {
    thaw();
    town.close();
    await centre.stop();
  }
}
