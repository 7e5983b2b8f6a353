import { performance } from 'node:perf_hooks';
import { silentLog } from '../../../base/log.ts';
import { checkpointElsewhere } from '../../../store/checkpoint.ts';
import { connect, DAEMON_BUSY_MS } from '../../../store/connect.ts';

/** Engine turns of a busy centre, ms. */
const EVERY_MS = 4;
/** About what the calls and events of such a turn come to, bytes. */
const WRITTEN = 2_000;
const MEMORY_EVERY = 10;

export interface StandInFigures {
  /** From the moment that a turn was due until it was committed, ms. */
  readonly maxHoldMs: number;
  readonly p99HoldMs: number;
  /** The time of a processor that the worst of these took, ms: the rest was other programs, or waiting. */
  readonly maxProcessorMs: number;
  readonly turns: number;
  readonly peakRssMb: number;
}

/** Stands for the engine: turns at short intervals, each committed to the centre's database, on the thread of the calls. */
export class StandIn {
  readonly #database;
  readonly #write;
  readonly #endCheckpoints: () => Promise<void>;
  #holds: number[] = [];
  #maxProcessorMs = 0;
  #peakRss = 0;
  #dueAt = 0;
  #processorAt = 0;
  #timer?: NodeJS.Timeout;

  constructor(file: string) {
    this.#database = connect(file, DAEMON_BUSY_MS);
    this.#database.script('create table turn (n integer primary key, content text not null)');
    this.#write = this.#database.prepare('insert into turn (content) values (?)');
    this.#endCheckpoints = checkpointElsewhere(this.#database, silentLog);
  }

  start(): void {
    this.#holds = [];
    this.#maxProcessorMs = 0;
    this.#peakRss = 0;
    this.#wait();
  }

  /** Ends the turns; what they were is told. */
  stop(): StandInFigures {
    clearTimeout(this.#timer);
    const holds = this.#holds.toSorted((a, b) => a - b);
    return {
      maxHoldMs: holds.at(-1) ?? 0,
      p99HoldMs: holds[Math.floor(holds.length * 0.99)] ?? 0,
      maxProcessorMs: this.#maxProcessorMs,
      turns: holds.length,
      peakRssMb: this.#peakRss / 2 ** 20,
    };
  }

  async close(): Promise<void> {
    await this.#endCheckpoints();
    this.#database.close();
  }

  #wait(): void {
    this.#dueAt = performance.now() + EVERY_MS;
    this.#processorAt = processorMs();
    this.#timer = setTimeout(() => this.#turn(), EVERY_MS);
  }

  #turn(): void {
    this.#database.unit(() => void this.#write.run('x'.repeat(WRITTEN)));
    this.#holds.push(performance.now() - this.#dueAt);
    this.#maxProcessorMs = Math.max(this.#maxProcessorMs, processorMs() - this.#processorAt);
    if (this.#holds.length % MEMORY_EVERY === 0)
      this.#peakRss = Math.max(this.#peakRss, process.memoryUsage.rss());
    this.#wait();
  }
}

/** Processor time of this thread, ms. */
function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
