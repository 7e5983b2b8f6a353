import type { Clock } from '../base/clock.ts';
import type { IdSource } from '../base/ids.ts';
import type { Media, Pbx, PbxEvent, RecordOptions } from '../pbx/pbx.ts';

/** The reason with which a call's signal is aborted when the caller is gone or the flow is taken over. */
export class CallEnded extends Error {
  constructor() {
    super('the call has ended');
    this.name = 'CallEnded';
  }
}

export interface GatherOptions {
  readonly maxDigits: number;
  /** Ends the entry and is not part of it, '' for none. */
  readonly endKey: string;
  /** Time to press the first digit, ms. */
  readonly firstMs: number;
  /** Time between digits, ms. */
  readonly nextMs: number;
  /** Told after each digit; true ends the entry. */
  readonly complete?: (digits: string) => boolean;
}

export interface Gathered {
  readonly digits: string;
  readonly ended: 'full' | 'end-key' | 'pause' | 'silence';
}

export interface Recorded {
  /** Its id: unique, and the same whenever it is told of. */
  readonly recording: string;
  readonly outcome: 'done' | 'failed';
  readonly file: string;
  readonly durationMs: number;
}

/** Digits pressed ahead that are kept; a flood beyond it is dropped. */
const TYPE_AHEAD = 32;

/**
 * What can be done with one caller's channel, awaitable, on any PBX. One verb at a time. Everything rejects with
 * `CallEnded` once `signal` is aborted. Feed it the PBX's events of this channel.
 */
export class CallVerbs {
  readonly #pbx: Pbx;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  readonly #channel: string;
  readonly #signal: AbortSignal;
  #typed: string;
  #deaf = false;
  #playback?: { id: string; outcome?: 'done' | 'failed' };
  #recording?: { id: string; result?: Recorded };
  #wake: () => void = () => undefined;

  /** @param typed digits that were pressed before */
  constructor(pbx: Pbx, clock: Clock, ids: IdSource, channel: string, signal: AbortSignal, typed = '') {
    this.#pbx = pbx;
    this.#clock = clock;
    this.#ids = ids;
    this.#channel = channel;
    this.#signal = signal;
    this.#typed = typed;
  }

  /** Digits pressed and not used yet. */
  get typed(): string {
    return this.#typed;
  }

  feed(event: PbxEvent): void {
    switch (event.type) {
      case 'DigitPressed':
        if (!this.#deaf && this.#typed.length < TYPE_AHEAD) this.#typed += event.digit;
        break;
      case 'PlaybackEnded':
        if (this.#playback?.id === event.playback) this.#playback.outcome = event.outcome;
        break;
      case 'RecordingEnded':
        if (this.#recording?.id === event.recording) this.#recording.result = event;
        break;
      default:
        return;
    }
    this.#wake();
  }

  async answer(): Promise<void> {
    this.#signal.throwIfAborted();
    await this.#pbx.answer(this.#channel);
  }

  /** Plays `media` to its end, or to the first digit when it may be interrupted. */
  async play(media: readonly Media[], interruptible: boolean): Promise<'done' | 'interrupted' | 'failed'> {
    this.#signal.throwIfAborted();
    if (media.length === 0) return 'done';
    if (interruptible && this.#typed !== '') return 'interrupted';
    const playback: { id: string; outcome?: 'done' | 'failed' } = { id: this.#ids.next('play-') };
    this.#playback = playback;
    try {
      await this.#pbx.play(this.#channel, playback.id, media);
      while (!playback.outcome && !(interruptible && this.#typed !== '')) await this.#change();
      return playback.outcome ?? 'interrupted';
    } finally {
      this.#playback = undefined;
      if (!playback.outcome && !this.#signal.aborted) await this.#pbx.stopPlayback(playback.id);
    }
  }

  /** Collects digits; those typed ahead count. */
  async gather(options: GatherOptions): Promise<Gathered> {
    this.#signal.throwIfAborted();
    let digits = '';
    for (;;) {
      const digit = await this.#digit(digits === '' ? options.firstMs : options.nextMs);
      if (digit === undefined) return { digits, ended: digits === '' ? 'silence' : 'pause' };
      if (digit === options.endKey) return { digits, ended: 'end-key' };
      digits += digit;
      if (digits.length >= options.maxDigits || options.complete?.(digits)) return { digits, ended: 'full' };
    }
  }

  /** Records what the caller says under the id `name`. */
  async record(name: string, options: RecordOptions): Promise<Recorded> {
    this.#signal.throwIfAborted();
    const recording: { id: string; result?: Recorded } = { id: name };
    this.#recording = recording;
    this.#typed = '';
    try {
      await this.#pbx.record(this.#channel, recording.id, options);
      while (!recording.result) await this.#change();
      this.#typed = '';
      return recording.result;
    } finally {
      this.#recording = undefined;
    }
  }

  /** Throws away what was typed ahead. */
  forgetTyped(): void {
    this.#typed = '';
  }

  /** Throws away what was typed ahead, and all digits from here on. */
  deafen(): void {
    this.#typed = '';
    this.#deaf = true;
  }

  async #digit(waitMs: number): Promise<string | undefined> {
    const until = this.#clock.now() + waitMs;
    while (this.#typed === '') {
      if (this.#clock.now() >= until) return undefined;
      await this.#change(until);
    }
    const digit = this.#typed.slice(0, 1);
    this.#typed = this.#typed.slice(1);
    return digit;
  }

  /** The one place where a verb waits: for the next event fed, or until `until` (UTC ms); rejects when the call ends. */
  #change(until?: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let cancelAlarm = (): void => undefined;
      const over = (): void => {
        this.#wake = () => undefined;
        cancelAlarm();
        this.#signal.removeEventListener('abort', ended);
      };
      const ended = (): void => {
        over();
        reject(this.#signal.reason);
      };
      this.#wake = () => {
        over();
        resolve();
      };
      if (until !== undefined) cancelAlarm = this.#clock.at(until, this.#wake);
      if (this.#signal.aborted) ended();
      else this.#signal.addEventListener('abort', ended, { once: true });
    });
  }
}
