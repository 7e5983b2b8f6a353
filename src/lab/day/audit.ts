import type { Agent } from '../../agent/agent.ts';
import type { Call } from '../../call/call.ts';
import { isTalk } from '../../call/room.ts';
import type { Queue } from '../../queue/queue.ts';
import type { Invariant } from './invariants.ts';
import type { LoggedCentre, LoggedPhase } from './log-fold.ts';
import { isLive } from './mirror.ts';

/** Everything at one moment: what the engine says, what the PBX has, what the log tells. */
export interface Moment {
  /** Time that really passed, ms. */
  readonly passed: number;
  readonly calls: readonly Call[];
  readonly agents: readonly Agent[];
  /** Ids of all channels. */
  readonly channels: readonly string[];
  /** The log; undefined while some of it waits to be written. */
  readonly logged?: LoggedCentre;
  /** When nothing has gone wrong for a while: what is lost then is lost for good. */
  readonly isCalm: boolean;
}

/** A channel or call without the other is mended at the reconciliation, which comes every 30 s; this is two of them and more, ms. */
const MENDED_MS = 75_000;
/** How late an alarm may be, ms, and how slow the daemon's clock, when the machine's was set back. */
const LATE_MS = 5000;
const SLOW = 0.88;
/** Longest ring and wrap-up when a call came through no queue, ms. */
const LONGEST_MS = 120_000;

/** Looks now and then at all that there is, as a whole. */
export class Audit {
  readonly #queues: ReadonlyMap<string, Queue>;
  /** Since when each thing is as it must not stay, in time that really passed. */
  #since = new Map<string, number>();

  constructor(queues: readonly Queue[]) {
    this.#queues = new Map(queues.map((queue) => [queue.name, queue]));
  }

  /** @returns what does not hold */
  look(moment: Moment): { readonly invariant: Invariant; readonly what: string }[] {
    const wrong: { invariant: Invariant; what: string }[] = [];
    const now = new Map<string, number>();
    const lasting = (key: string, longestMs: number): boolean => {
      const since = this.#since.get(key) ?? moment.passed;
      now.set(key, since);
      return moment.isCalm && moment.passed - since > longestMs / SLOW;
    };
    for (const lost of ownerless(moment))
      if (lasting(lost, MENDED_MS)) wrong.push({ invariant: 'no-owner', what: lost });
    for (const { key, longestMs } of this.#limits(moment))
      if (lasting(key, longestMs))
        wrong.push({ invariant: 'stuck', what: `${key}, for more than ${longestMs} ms` });
    if (moment.logged)
      for (const what of differences(moment, moment.logged)) wrong.push({ invariant: 'log-differs', what });
    this.#since = now;
    return wrong;
  }

  /** What ends by itself, and after how long at the latest. */
  #limits({ calls, agents }: Moment): { key: string; longestMs: number }[] {
    const limits: { key: string; longestMs: number }[] = [];
    for (const { id, phase, legs } of calls) {
      if (phase.at === 'queued' || phase.at === 'offered') {
        const maxWaitMs = this.#queues.get(phase.queue)?.maxWaitMs ?? LONGEST_MS;
        const { from = phase.since } = phase;
        limits.push({ key: `${id} waits in ${phase.queue} since ${from}`, longestMs: maxWaitMs + LATE_MS });
      }
      if (phase.at !== 'offered') continue;
      const ringMs = this.#queues.get(phase.queue)?.ringMs ?? LONGEST_MS;
      limits.push({ key: `${id} rings at ${legs.at(-1)?.id}`, longestMs: ringMs + LATE_MS });
    }
    for (const { id, state } of agents) {
      if (state.at !== 'wrap-up') continue;
      const longest = Math.max(LONGEST_MS, ...[...this.#queues.values()].map(({ wrapUpMs }) => wrapUpMs));
      limits.push({ key: `${id} wraps up ${state.call}`, longestMs: longest + LATE_MS });
    }
    return limits;
  }
}

/** Channels that no call wants, and channels that a live call counts on and that are not there. */
function ownerless({ calls, channels }: Moment): string[] {
  const there = new Set(channels);
  const wanted = new Set<string>();
  const lost: string[] = [];
  for (const { id, channel, legs, callback } of calls) {
    wanted.add(channel);
    // Somebody who is called back has none before he is dialled.
    const isDialled = callback === undefined || legs.some((leg) => leg.id === channel);
    if (isDialled && !there.has(channel))
      lost.push(`${id} lives on, its caller's channel ${channel} is gone`);
    for (const leg of legs.filter(isLive)) {
      wanted.add(leg.id);
      if (!there.has(leg.id)) lost.push(`${id} counts on ${leg.id}, which is gone`);
    }
  }
  for (const channel of channels) if (!wanted.has(channel)) lost.push(`${channel} belongs to no call`);
  return lost;
}

function differences({ calls, agents }: Moment, logged: LoggedCentre): string[] {
  const wrong: string[] = [];
  for (const { id, phase } of calls) {
    const told = logged.calls.get(id);
    if (told?.phase !== loggedAs(phase))
      wrong.push(`${id} is ${phase.at}; the log says ${told?.phase ?? 'nothing of it'}`);
  }
  if (calls.length !== logged.calls.size)
    wrong.push(`${calls.length} calls live; by the log ${logged.calls.size}`);
  for (const { id, state } of agents) {
    const told = logged.agents.get(id) ?? 'logged-out';
    if (told !== state.at) wrong.push(`${id} is ${state.at}; the log says ${told}`);
  }
  return wrong;
}

function loggedAs(phase: Call['phase']): LoggedPhase {
  if (isTalk(phase)) return 'connected';
  const { at } = phase;
  // He who is to be called back is being dialled.
  if (at === 'calling') return 'offered';
  return at === 'queued' || at === 'offered' || at === 'left' ? at : 'flow';
}
