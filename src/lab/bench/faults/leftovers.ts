import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sight } from './api.ts';

/** What is still there though everybody has gone. */
export interface Leftovers {
  /** In Asterisk: a playback or recording has a channel. */
  readonly channels: number;
  readonly bridges: number;
  /** That the daemon takes for live. */
  readonly calls: number;
  /** Agents in an offer or a talk. */
  readonly stuck: number;
  /** How long it took until nothing was left, or all the patience, ms. */
  readonly afterMs: number;
}

/** States of an agent with a call in hand. */
const WITH_CALL = ['reserved', 'ringing', 'talking', 'hold'];

/** Waits until nothing is left, for at most `ms`. */
export async function leftovers(sight: Sight, ms: number): Promise<Leftovers> {
  const from = performance.now();
  for (;;) {
    const found = await look(sight);
    const afterMs = Math.round(performance.now() - from);
    if (found.channels + found.bridges + found.calls + found.stuck === 0 || afterMs >= ms)
      return { ...found, afterMs };
    await sleep(250);
  }
}

async function look(sight: Sight): Promise<Omit<Leftovers, 'afterMs'>> {
  const [pbx, calls, agents] = await Promise.all([sight.pbx.left(), sight.liveCalls(), sight.agents()]);
  return {
    ...pbx,
    calls: calls.length,
    stuck: agents.filter(({ state }) => WITH_CALL.includes(state)).length,
  };
}
