import type { Clock } from '../base/clock.ts';
import type { DetectionLimits, MachineVerdict, Media, Pbx, PbxEvent } from '../pbx/pbx.ts';
import type { Keypad } from './keypad.ts';

/** The reason with which a call's signal is aborted when the caller is gone or the flow is taken over. */
export class CallEnded extends Error {
  constructor() {
    super('the call has ended');
    this.name = 'CallEnded';
  }
}

/** The only one there has to be: making one costs a stack trace, which nobody reads, in every step. */
export const CALL_ENDED = new CallEnded();

/** How much later than its longest time a verdict may be told, ms. */
const VERDICT_LATE_MS = 1500;

/** Whoever types on after a secret entry that was full pauses at last for so long, ms. */
const SECRET_PAUSE_MS = 1000;

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

export interface VerbParts {
  readonly pbx: Pbx;
  readonly clock: Clock;
  readonly channel: string;
  readonly keypad: Keypad;
  /** Aborted with `CallEnded` when the caller is gone or somebody else drives the call. */
  readonly signal: AbortSignal;
  /** Gives the id of the next playback. */
  readonly nextPlayback: () => string;
}

/**
 * What can be done with one caller's channel, awaitable, on any PBX. One verb at a time. Everything rejects with
 * `CallEnded` once the signal is aborted. Feed it the PBX's events of this channel.
 */
export class CallVerbs {
  readonly #parts: VerbParts;
  #playback?: { id: string; outcome?: 'done' | 'failed' };
  #heard?: MachineVerdict;
  #wake: () => void = () => undefined;

  constructor(parts: VerbParts) {
    this.#parts = parts;
  }

  feed(event: PbxEvent): void {
    switch (event.type) {
      case 'DigitPressed':
        break;
      case 'PlaybackEnded':
        if (this.#playback?.id === event.playback) this.#playback.outcome = event.outcome;
        break;
      case 'MachineDetected':
        this.#heard = event.verdict;
        break;
      default:
        return;
    }
    this.#wake();
  }

  /** The playback that is heard now. */
  get playing(): string | undefined {
    return this.#playback?.id;
  }

  /** Plays `media` to its end, or to the first digit when it may be interrupted. */
  async play(media: readonly Media[], interruptible: boolean): Promise<'done' | 'interrupted' | 'failed'> {
    const { pbx, channel, keypad, signal, nextPlayback } = this.#parts;
    signal.throwIfAborted();
    if (media.length === 0) return 'done';
    if (interruptible && !keypad.isEmpty) return 'interrupted';
    const playback: { id: string; outcome?: 'done' | 'failed' } = { id: nextPlayback() };
    this.#playback = playback;
    try {
      await pbx.play(channel, playback.id, media);
      while (!playback.outcome && !(interruptible && !keypad.isEmpty)) await this.#change();
      return playback.outcome ?? 'interrupted';
    } finally {
      this.#playback = undefined;
      if (!playback.outcome && !signal.aborted) await pbx.stopPlayback(playback.id);
    }
  }

  /** Waits, up to the first digit. @param ms at most */
  async pause(ms: number): Promise<void> {
    const { clock, keypad, signal } = this.#parts;
    signal.throwIfAborted();
    const until = clock.now() + ms;
    while (keypad.isEmpty && clock.now() < until) await this.#change(until);
  }

  /** Collects digits; those typed ahead count. */
  async gather(options: GatherOptions): Promise<Gathered> {
    const { keypad, clock, signal } = this.#parts;
    signal.throwIfAborted();
    let digits = '';
    for (;;) {
      const digit = await this.#digit(digits === '' ? options.firstMs : options.nextMs);
      if (digit === '') return { digits, ended: digits === '' ? 'silence' : 'pause' };
      if (digit === options.endKey) return { digits, ended: 'end-key' };
      digits += digit;
      if (digits.length >= options.maxDigits || options.complete?.(digits)) {
        keypad.ignoreLate(options.endKey, clock.now());
        return { digits, ended: 'full' };
      }
    }
  }

  /** Listens whether a person or a machine is there. Asked again after a restart, the PBX tells again. */
  async detectMachine(limits: DetectionLimits): Promise<{ readonly verdict: MachineVerdict }> {
    const { pbx, channel, clock, signal } = this.#parts;
    signal.throwIfAborted();
    const until = clock.now() + limits.totalMs + VERDICT_LATE_MS;
    await pbx.detectMachine(channel, limits);
    while (this.#heard === undefined && clock.now() < until) await this.#change(until);
    return { verdict: this.#heard ?? 'unsure' };
  }

  /** Throws away what was typed ahead. */
  forgetTyped(): void {
    this.#parts.keypad.clear();
  }

  /** Throws away what was typed, and what goes on being typed without a pause. */
  endSecretEntry(): void {
    this.#parts.keypad.hush(SECRET_PAUSE_MS, this.#parts.clock.now());
  }

  /** The next digit, '' when none comes in time. */
  async #digit(waitMs: number): Promise<string> {
    const { keypad } = this.#parts;
    await this.pause(waitMs);
    return keypad.take();
  }

  /** The one place where a verb waits: for the next event fed, or until `until` (UTC ms); rejects when the call ends. */
  #change(until?: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let cancelAlarm = (): void => undefined;
      const over = (): void => {
        this.#wake = () => undefined;
        cancelAlarm();
        this.#parts.signal.removeEventListener('abort', ended);
      };
      const ended = (): void => {
        over();
        reject(this.#parts.signal.reason);
      };
      this.#wake = () => {
        over();
        resolve();
      };
      if (until !== undefined) cancelAlarm = this.#parts.clock.at(until, this.#wake);
      if (this.#parts.signal.aborted) ended();
      else this.#parts.signal.addEventListener('abort', ended, { once: true });
    });
  }
}
