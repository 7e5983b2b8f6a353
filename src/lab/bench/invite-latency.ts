/** How soon the engine hears of a call. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLog } from '../../base/log.ts';
import { seededRandom } from '../../base/random.ts';
import type { PbxEvent } from '../../pbx/pbx.ts';
import { connectPbx } from '../../setup/choose-pbx.ts';
import type { Rig } from './rig.ts';
import { CallerCall } from './sip/caller-call.ts';
import { SipSocket } from './sip/socket.ts';

export interface Latency {
  readonly p50: number;
  readonly p95: number;
}

const CALLS = 200;
const SEED = 1;
const PATIENCE_MS = 5_000;
/** Between calls, ms; the lengths differ, because calls that come in step with a poll say little. */
const SHORTEST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 80;
/** FreeSWITCH hands calls over from the first beat on. */
const SETTLE_MS = 2_000;
const NUMBER = '95594';

/**
 * From the moment that the trunk sends an INVITE until `ChannelArrived` is told, ms, by one clock: the adapter that a daemon has runs
 * in this process, so no daemon may run meanwhile. One call at a time; each is refused when it is told.
 */
export async function inviteToEngine(rig: Rig): Promise<Latency> {
  const { pbx } = connectPbx(rig.settings, rig.secrets, () => silentLog);
  const arrivals = new Map<string, (at: number) => void>();
  const up = Promise.withResolvers<void>();
  pbx.start((event: PbxEvent) => {
    const at = performance.now();
    if (event.type === 'LinkUp') up.resolve();
    if (event.type !== 'ChannelArrived') return;
    arrivals.get(event.ani)?.(at);
    pbx.hangup(event.channel, 'rejected').catch((thrown: unknown) => up.reject(thrown));
  });
  const trunk = await SipSocket.open(rig.server, rig.settings.trunk.port);
  try {
    await within(up.promise, 'the PBX is not reached');
    await sleep(SETTLE_MS);
    const random = seededRandom(SEED);
    const times: number[] = [];
    for (let at = 0; at < CALLS; at += 1) {
      const ani = `137${String(at).padStart(8, '0')}`;
      const told = new Promise<number>((resolve) => arrivals.set(ani, resolve));
      const call = await CallerCall.dial(trunk, ani, NUMBER);
      times.push((await within(told, `nobody is told of call ${at}`)) - call.startedAt);
      await within(call.ended, `call ${at} is not refused`);
      await sleep(SHORTEST_PAUSE_MS + random() * (LONGEST_PAUSE_MS - SHORTEST_PAUSE_MS));
    }
    return latencyOf(times);
  } finally {
    trunk.close();
    await pbx.stop();
  }
}

/** @param times ms, one at least */
export function latencyOf(times: readonly number[]): Latency {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    Math.round((sorted[Math.ceil(share * sorted.length) - 1] ?? 0) * 10) / 10;
  return { p50: at(0.5), p95: at(0.95) };
}

function within<Value>(promise: Promise<Value>, otherwise: string): Promise<Value> {
  const late = Promise.withResolvers<never>();
  const fail = () => late.reject(new Error(`${otherwise} within ${PATIENCE_MS} ms`));
  const timer = setTimeout(fail, PATIENCE_MS);
  return Promise.race([promise, late.promise]).finally(() => clearTimeout(timer));
}
