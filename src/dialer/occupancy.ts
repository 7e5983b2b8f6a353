import { shareOf } from './figures.ts';
import type { AgentPhase } from './pacing.ts';

/** How the agents of a pool spent their time, away not counted; shares are 0 to 1, and 0 of nothing. */
export interface Occupancy {
  /** Their time together, ms. */
  readonly agentMs: number;
  /** Spent talking. */
  readonly talkShare: number;
  /** Spent with anything but waiting for somebody. */
  readonly occupancy: number;
}

type Counts = Readonly<Record<AgentPhase, number>>;

const MINUTE_MS = 60_000;
/** Minutes that are remembered, the present one not counted. */
const REMEMBERED = 60;

interface Minute {
  readonly from: number;
  agentMs: number;
  talkMs: number;
  idleMs: number;
}

/** Adds up how agents spend the last hour, by the minute. Times are UTC ms and never go back. */
export class OccupancyMeter {
  readonly #minutes: Minute[] = [];
  #counts?: Counts;
  #since = 0;

  /** From `now` on so many agents are in each phase. */
  note(counts: Counts, now: number): void {
    this.#addUp(now);
    this.#counts = { ...counts };
  }

  lastHour(now: number): Occupancy {
    this.#addUp(now);
    const sum = (part: 'agentMs' | 'talkMs' | 'idleMs'): number =>
      this.#minutes.reduce((total, minute) => total + minute[part], 0);
    const agentMs = sum('agentMs');
    return {
      agentMs,
      talkShare: shareOf(sum('talkMs'), agentMs),
      occupancy: shareOf(agentMs - sum('idleMs'), agentMs),
    };
  }

  /** What passed since the last time, minute by minute. */
  #addUp(now: number): void {
    const oldest = minuteOf(now) - REMEMBERED * MINUTE_MS;
    let from = Math.max(this.#since, oldest);
    this.#since = Math.max(this.#since, now);
    while (this.#counts && from < now) {
      const until = Math.min(now, minuteOf(from) + MINUTE_MS);
      add(this.#minuteAt(from), this.#counts, until - from);
      from = until;
    }
    while (this.#minutes[0] && this.#minutes[0].from < oldest) this.#minutes.shift();
  }

  #minuteAt(at: number): Minute {
    const last = this.#minutes.at(-1);
    if (last && last.from === minuteOf(at)) return last;
    const minute = { from: minuteOf(at), agentMs: 0, talkMs: 0, idleMs: 0 };
    this.#minutes.push(minute);
    return minute;
  }
}

function add(minute: Minute, { idle, reserved, talking, 'wrap-up': wrapUp }: Counts, ms: number): void {
  minute.agentMs += (idle + reserved + talking + wrapUp) * ms;
  minute.talkMs += talking * ms;
  minute.idleMs += idle * ms;
}

const minuteOf = (at: number): number => Math.floor(at / MINUTE_MS) * MINUTE_MS;
