import { PbxError } from '../pbx.ts';
import type { EslEvent } from './esl-codec.ts';
import type { App } from './esl-encoder.ts';

/** Something that a channel plays or records. */
export interface Item {
  readonly id: string;
  readonly app: App;
  readonly argument: string;
  /** It would not end by itself. */
  readonly endless?: boolean;
  /** Keys that end it. */
  readonly endKey?: string;
  /** Told once, unless its start was refused. @param event what FreeSWITCH said of its end, where it did */
  readonly ended: (outcome: Outcome, event?: EslEvent) => void;
}

/** `gone`: the channel ended first. */
export type Outcome = 'done' | 'failed' | 'gone';

/** What a line asks of its channel; both reject with `PbxError`. */
export interface LineCommands {
  execute(item: Item): Promise<void>;
  /** Ends what runs, and drops what FreeSWITCH has queued behind it, of which it tells nothing. */
  break(): Promise<void>;
  /** Rejects when the channel is not there. */
  check(): Promise<void>;
}

/** An end comes a tick after the break; what was dropped before it began has none. */
const BREAK_PATIENCE_MS = 200;

interface Running {
  readonly item: Item;
  readonly over: PromiseWithResolvers<void>;
  isStopping: boolean;
}

/**
 * What one channel hears, one after the other: only one item is ever with FreeSWITCH, so that a stop hits what it is meant for. Music
 * plays while there is nothing else. In a bridge nothing endless begins: behind the last word of the other side it would go on for ever.
 */
export class Line {
  readonly #commands: LineCommands;
  #waiting: Item[] = [];
  #running: Running | undefined;
  #music: Item | undefined;
  #isBridged = false;
  #isOver = false;

  constructor(commands: LineCommands) {
    this.#commands = commands;
  }

  /** Resolves when it runs or waits. */
  async add(item: Item): Promise<void> {
    this.#waiting.push(item);
    if (this.#running?.item === this.#music) await this.#break();
    if (this.#next() === item) return this.#start(item);
    try {
      await this.#commands.check();
    } catch (error) {
      this.#waiting = this.#waiting.filter((one) => one !== item);
      throw error;
    }
  }

  /** What a former life of the daemon left running. */
  adopt(item: Item): void {
    this.#running = { item, over: Promise.withResolvers(), isStopping: false };
  }

  /** Resolves when the item is over; false when it is not here. */
  async stop(id: string): Promise<boolean> {
    const waiting = this.#waiting.find((item) => item.id === id);
    this.#waiting = this.#waiting.filter((item) => item !== waiting);
    waiting?.ended('done');
    if (this.#running?.item.id === id) await this.#break();
    else if (!waiting) return false;
    return true;
  }

  /** Ends everything. */
  async silence(): Promise<void> {
    this.#music = undefined;
    for (const item of this.#waiting.splice(0).reverse()) item.ended('done');
    if (this.#running) await this.#break();
  }

  /** What plays while nothing else does; undefined for silence. */
  async setMusic(music: Item | undefined): Promise<void> {
    const before = this.#music;
    this.#music = music;
    if (before && this.#running?.item === before) await this.#break();
    if (music && this.#next() === music) await this.#start(music);
    else await this.#commands.check();
  }

  /** The channel is in a bridge, or out of it. */
  setBridged(is: boolean): void {
    this.#isBridged = is;
    if (!is) this.#advance();
  }

  /** FreeSWITCH says that it ended. */
  completed(id: string, outcome: Outcome, event: EslEvent): void {
    const running = this.#running;
    if (running?.item.id === id) this.#finish(running, running.isStopping ? 'done' : outcome, event);
  }

  /** The channel is gone. */
  end(): void {
    this.#isOver = true;
    const running = this.#running;
    if (running) this.#finish(running, 'gone');
    for (const item of this.#waiting.splice(0)) item.ended('gone');
  }

  /** What may begin now. */
  #next(): Item | undefined {
    if (this.#running || this.#isOver) return undefined;
    const next = this.#waiting[0] ?? this.#music;
    return this.#isBridged && next?.endless ? undefined : next;
  }

  #advance(): void {
    const next = this.#next();
    if (!next) return;
    this.#start(next).catch(() => {
      if (next === this.#music) this.#music = undefined;
      next.ended('failed');
      this.#advance();
    });
  }

  async #start(item: Item): Promise<void> {
    this.#waiting = this.#waiting.filter((one) => one !== item);
    const running = { item, over: Promise.withResolvers<void>(), isStopping: false };
    this.#running = running;
    try {
      await this.#commands.execute(item);
    } catch (error) {
      if (this.#running === running) this.#running = undefined;
      running.over.resolve();
      throw error;
    }
  }

  async #break(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    running.isStopping = true;
    try {
      await this.#commands.break();
    } catch (error) {
      if (!(error instanceof PbxError && error.code === 'not-found')) throw error;
    }
    const timer = setTimeout(() => this.#finish(running, 'done'), BREAK_PATIENCE_MS);
    await running.over.promise;
    clearTimeout(timer);
  }

  #finish(running: Running, outcome: Outcome, event?: EslEvent): void {
    if (this.#running !== running) return;
    this.#running = undefined;
    // Music that ends by itself would end at once again.
    if (running.item === this.#music && !running.isStopping) this.#music = undefined;
    running.item.ended(outcome, event);
    running.over.resolve();
    this.#advance();
  }
}
