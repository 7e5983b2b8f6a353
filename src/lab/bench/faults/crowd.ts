import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CalledCall } from '../sip/called-call.ts';
import type { CallerCall } from '../sip/caller-call.ts';
import type { Sight } from './api.ts';
import { NUMBERS } from './flows.ts';
import { JOURNEYS, type Journey } from './journeys.ts';
import type { Behaviour, Town } from './town.ts';

/** Who takes the calls of queues. */
const AGENTS = ['1001', '1002', '1003', '1004', '1005', '1006'] as const;
const RECEPTION = '2001';
const LOOK_AFTER_MS = 500;

/** Callers who go their seeded ways through the hotline and hang up at a seeded moment. */
export class Crowd {
  readonly #town: Town;
  readonly #random: () => number;
  readonly #underWay = new Set<Promise<void>>();
  /** Callers who were refused or cut off before they wanted to go, but for those whose way was over. */
  unanswered = 0;
  made = 0;

  constructor(town: Town, random: () => number) {
    this.#town = town;
    this.#random = random;
  }

  /** Makes `calls` calls, `perSecond` of them; resolves when the last caller has hung up. Ends early with `signal`. */
  async visit(calls: number, perSecond: number, signal?: AbortSignal): Promise<void> {
    const from = performance.now();
    for (let at = 0; at < calls && !signal?.aborted; at += 1) {
      await sleep(Math.max(0, from + (at * 1000) / perSecond - performance.now()));
      this.#start(JOURNEYS[at % JOURNEYS.length]!);
    }
    await Promise.all(this.#underWay);
  }

  #start(journey: Journey): void {
    const patience = this.#random() * journey.longestMs;
    const one = this.#go(journey, patience).finally(() => this.#underWay.delete(one));
    this.#underWay.add(one);
    this.made += 1;
  }

  async #go(journey: Journey, patienceMs: number): Promise<void> {
    const call = await this.#town.dial(NUMBERS.hotline);
    const over = new AbortController();
    const going = this.#walk(call, journey, over.signal);
    await Promise.race([call.ended, sleep(patienceMs)]);
    over.abort();
    if (call.refused !== undefined) this.unanswered += 1;
    call.hangUp();
    await going;
  }

  async #walk(call: CallerCall, { moves }: Journey, over: AbortSignal): Promise<void> {
    await Promise.race([call.settled, sleep(30_000, undefined, { signal: over }).catch(() => undefined)]);
    for (const move of moves) {
      if (over.aborted) return;
      if ('press' in move) call.press(move.press);
      else if ('talk' in move) call.audio.talks = true;
      else await sleep(move.wait, undefined, { signal: over }).catch(() => undefined);
    }
  }
}

/** Answers after a while, or declines, or lets it ring; of those who answer, half hang up first. */
export function humanly(random: () => number): Behaviour {
  return (call) => {
    const mood = random();
    const [afterMs, talkMs] = [200 + random() * 3_000, 500 + random() * 5_000];
    if (mood < 0.1) return;
    const decide = setTimeout(() => {
      if (mood < 0.2) return call.refuse('486 Busy Here');
      call.answer();
      if (mood < 0.6) hangUpAfter(call, talkMs);
    }, afterMs);
    void call.ended.then(() => clearTimeout(decide));
  };
}

function hangUpAfter(call: CalledCall, ms: number): void {
  const timer = setTimeout(() => call.hangUp(), ms);
  void call.ended.then(() => clearTimeout(timer));
}

/** Agents at their phones who are made ready again whenever they are not. Returns what ends their day. */
export async function staff(town: Town, sight: Sight, behaviour: Behaviour): Promise<() => Promise<void>> {
  for (const extension of [...AGENTS, RECEPTION]) await town.addPhone(extension, behaviour);
  for (const agent of AGENTS) await sight.logIn(agent);
  const over = new AbortController();
  const day = (async () => {
    while (!over.signal.aborted) {
      // The daemon may be away at the moment: the next round finds it.
      await lookAfter(sight).catch(() => undefined);
      await sleep(LOOK_AFTER_MS, undefined, { signal: over.signal }).catch(() => undefined);
    }
  })();
  return async () => {
    over.abort();
    await day;
  };
}

async function lookAfter(sight: Sight): Promise<void> {
  const agents = await sight.agents();
  for (const { id, state } of agents) {
    if (AGENTS.some((one) => one === id) && (state === 'not-ready' || state === 'wrap-up'))
      await sight.makeReady(id).catch(() => undefined);
  }
}
