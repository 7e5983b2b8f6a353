import { setTimeout as sleep } from 'node:timers/promises';
import { PbxError } from '../pbx.ts';
import type { EslEvent } from './esl-codec.ts';
import type { App } from './esl-encoder.ts';
import type { Place } from './legs.ts';

/** Something that a channel plays or records. */
export interface Item {
  readonly id: string;
  readonly app: App;
  readonly argument: string;
  /** It would not end by itself. */
  readonly endless?: boolean;
  /** Told once, unless its start was refused. @param event what FreeSWITCH said of its end; nothing of what never began */
  readonly ended: (outcome: Outcome, event?: EslEvent) => void;
}

/** `gone`: the channel ended first. */
export type Outcome = 'done' | 'failed' | 'gone';

/** What a line asks of its channel; all reject with `PbxError`. */
export interface LineCommands {
  execute(item: Item): Promise<void>;
  /** Ends what runs. */
  break(): Promise<void>;
  /** Rejects when the channel is not there. */
  check(): Promise<void>;
}

/** An end is told some 20 ms after the break, a tick of the audio; what has not begun yet does not hear it. */
const BREAK_EVERY_MS = 40;
const BREAKS = 50;
/** What was adopted runs or has ended: it does not wait to begin. */
const BREAKS_OF_ADOPTED = 5;

interface Running {
  readonly item: Item;
  readonly over: PromiseWithResolvers<void>;
  /** A former life of the daemon began it, and it may have ended unseen. */
  readonly isAdopted: boolean;
  isStopping: boolean;
}

/**
 * What one channel hears, one after the other: only one item is ever with FreeSWITCH, so that a stop hits what it is meant for. It runs
 * until FreeSWITCH says that it ended. Music plays while there is nothing else. In a bridge nothing endless begins: behind the last word
 * of the other side it would go on for ever.
 */
export class Line {
  readonly #commands: LineCommands;
  #waiting: Item[] = [];
  #running: Running | undefined;
  #music: Item | undefined;
  #at: Place['at'] = 'park';
  #isOver = false;

  constructor(commands: LineCommands) {
    this.#commands = commands;
  }

  /** Resolves when it runs or waits. */
  async add(item: Item): Promise<void> {
    this.#waiting.push(item);
    try {
      if (this.#isYielding()) await this.#break();
      if (this.#next() === item) await this.#start(item);
      else await this.#commands.check();
    } catch (error) {
      this.#waiting = this.#waiting.filter((one) => one !== item);
      throw error;
    }
  }

  /** What a former life of the daemon left running: it gives way to whatever comes. */
  adopt(item: Item): void {
    this.#run(item, true);
  }

  /** True while the item plays or waits. */
  has(id: string): boolean {
    return this.#running?.item.id === id || this.#waiting.some((item) => item.id === id);
  }

  /** Resolves when the item is over. */
  async stop(id: string): Promise<void> {
    const waiting = this.#waiting.find((item) => item.id === id);
    this.#waiting = this.#waiting.filter((item) => item !== waiting);
    waiting?.ended('done');
    if (this.#running?.item.id === id) await this.#break();
  }

  /** Ends everything. */
  async silence(): Promise<void> {
    this.#music = undefined;
    for (const item of this.#waiting.splice(0).reverse()) item.ended('done');
    await this.#break();
  }

  /** What plays while nothing else does; undefined for silence. */
  async setMusic(music: Item | undefined): Promise<void> {
    const running = this.#running;
    if (running?.isAdopted && running.item.argument === music?.argument) {
      this.#music = running.item;
      return;
    }
    const isYielding = this.#isYielding();
    this.#music = music;
    if (isYielding) await this.#break();
    else if (music && this.#next() === music) await this.#start(music);
    else await this.#commands.check();
  }

  /** Where the channel is now. */
  setPlace(at: Place['at']): void {
    this.#at = at;
    this.#advance();
  }

  /** FreeSWITCH says that it ended. */
  completed(id: string, outcome: Outcome, event: EslEvent): void {
    const running = this.#running;
    if (running?.item.id === id) this.#finish(running, running.isStopping ? 'done' : outcome, event);
  }

  /** The channel is gone. */
  end(): void {
    this.#isOver = true;
    if (this.#running) this.#finish(this.#running, 'gone');
    for (const item of this.#waiting.splice(0)) item.ended('gone');
  }

  /** What runs is in nobody's way. */
  #isYielding(): boolean {
    const running = this.#running;
    return running !== undefined && (running.isAdopted || running.item === this.#music);
  }

  /** What may begin now. Whoever overhears would hear it only afterwards. */
  #next(): Item | undefined {
    if (this.#running || this.#isOver || this.#at === 'overhearing') return undefined;
    const next = this.#waiting[0] ?? this.#music;
    return this.#at !== 'park' && next?.endless ? undefined : next;
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

  #run(item: Item, isAdopted = false): Running {
    this.#running = { item, over: Promise.withResolvers(), isAdopted, isStopping: false };
    return this.#running;
  }

  async #start(item: Item): Promise<void> {
    this.#waiting = this.#waiting.filter((one) => one !== item);
    const running = this.#run(item);
    try {
      await this.#commands.execute(item);
    } catch (error) {
      if (this.#running === running) this.#running = undefined;
      running.over.resolve();
      throw error;
    }
  }

  /** Resolves when FreeSWITCH says that what runs has ended. */
  async #break(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    running.isStopping = true;
    for (let left = running.isAdopted ? BREAKS_OF_ADOPTED : BREAKS; this.#running === running; left -= 1) {
      if (left === 0 && running.isAdopted) return this.#finish(running, 'done');
      if (left === 0) throw new PbxError('timeout', `${running.item.id} does not end`);
      try {
        await this.#commands.break();
      } catch (error) {
        if (!(error instanceof PbxError && error.code === 'not-found')) throw error;
        return this.end();
      }
      await Promise.race([running.over.promise, sleep(BREAK_EVERY_MS)]);
    }
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
