import { EventEmitter } from 'node:events';
import { vi } from 'vitest';
import type { Incoming, LineListener } from '../../../src/console/phone/sip-line.ts';

/** A track of a microphone, or of silence. */
export class FakeTrack {
  readonly kind = 'audio';
  /** Also the id of its device. */
  readonly name: string;
  enabled = true;
  readyState = 'live';
  onended: (() => void) | null = null;

  constructor(name: string) {
    this.name = name;
  }

  getSettings(): MediaTrackSettings {
    return { deviceId: this.name };
  }

  stop(): void {
    this.readyState = 'ended';
  }

  /** Somebody pulls its device out. */
  pullOut(): void {
    this.readyState = 'ended';
    this.onended?.();
  }
}

class FakeStream {
  readonly track: FakeTrack;

  constructor(track: FakeTrack) {
    this.track = track;
  }

  getTracks(): FakeTrack[] {
    return [this.track];
  }

  getAudioTracks(): FakeTrack[] {
    return [this.track];
  }
}

class FakeAudioContext {
  createConstantSource(): unknown {
    return { offset: { value: 1 }, connect: (to: unknown) => to, start: () => undefined };
  }

  createMediaStreamDestination(): unknown {
    return { stream: new FakeStream(new FakeTrack('silence')) };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** The locks of a browser, of which a page sees one name. */
class FakeLocks {
  isTaken = false;
  readonly #waiting: (() => void)[] = [];

  request(_name: string, { signal }: LockOptions, granted: () => Promise<void> | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const take = async (): Promise<void> => {
        this.isTaken = true;
        await granted();
        this.isTaken = false;
        resolve();
        this.#waiting.shift()?.();
      };
      signal?.addEventListener('abort', () => reject(signal.reason));
      // A browser never grants at once.
      queueMicrotask(() => (this.isTaken ? this.#waiting.push(() => void take()) : void take()));
    });
  }
}

/** What is asked of the browser with a microphone. */
interface Wanted {
  readonly audio: { readonly deviceId?: { readonly exact: string } };
}

/** What a page of a browser has, for a phone within it. */
export class FakePage {
  readonly locks = new FakeLocks();
  /** All that was opened, the latest last. */
  readonly tracks: FakeTrack[] = [];
  /** Microphones that are plugged in. */
  plugged = ['headset'];
  /** While it is, nobody has answered whether the page may hear him. */
  isAsking = false;
  /** While they are, none can be opened. */
  isInUse = false;
  readonly #devices = new EventTarget();
  #answered: () => void = () => undefined;

  constructor() {
    const kept = new Map<string, string>();
    vi.stubGlobal('localStorage', {
      getItem: (name: string) => kept.get(name) ?? null,
      setItem: (name: string, value: string) => kept.set(name, value),
    });
    vi.stubGlobal('navigator', {
      locks: this.locks,
      mediaDevices: Object.assign(this.#devices, {
        getUserMedia: ({ audio }: Wanted) => this.#open(audio.deviceId?.exact),
        enumerateDevices: async () =>
          this.plugged.map((deviceId) => ({ kind: 'audioinput', deviceId, label: deviceId })),
      }),
    });
    vi.stubGlobal('Audio', class {});
    vi.stubGlobal('AudioContext', FakeAudioContext);
  }

  get open(): readonly string[] {
    return this.tracks.filter(({ readyState }) => readyState === 'live').map(({ name }) => name);
  }

  /** He plugs something in or pulls it out. */
  plug(...microphones: string[]): void {
    this.plugged = microphones;
    this.#devices.dispatchEvent(new Event('devicechange'));
  }

  permit(): void {
    this.isAsking = false;
    this.#answered();
  }

  async #open(wanted?: string): Promise<FakeStream> {
    if (this.isAsking)
      await new Promise<void>((answered) => {
        this.#answered = answered;
      });
    if (this.isInUse) throw new DOMException('in use', 'NotReadableError');
    if (wanted !== undefined && !this.plugged.includes(wanted))
      throw new DOMException('not there', 'OverconstrainedError');
    const [first] = wanted === undefined ? this.plugged : [wanted];
    if (first === undefined) throw new DOMException('none', 'NotFoundError');
    const track = new FakeTrack(first);
    this.tracks.push(track);
    return new FakeStream(track);
  }
}

/** A connection to the PBX that a phone opened. */
export class FakeLine {
  static readonly opened: FakeLine[] = [];
  readonly listener: LineListener;
  readonly account: { readonly password: string };
  /** What was asked of it, in order. */
  readonly done: string[] = [];

  constructor(account: { readonly password: string }, listener: LineListener) {
    this.account = account;
    this.listener = listener;
    FakeLine.opened.push(this);
  }

  static get latest(): FakeLine {
    const line = FakeLine.opened.at(-1);
    if (!line) throw new Error('no line was opened');
    return line;
  }

  static prepare(): Promise<void> {
    return Promise.resolve();
  }

  static async open(account: { readonly password: string }, listener: LineListener): Promise<FakeLine> {
    return new FakeLine(account, listener);
  }

  register(password?: string): void {
    this.done.push(password === undefined ? 'register' : `register with ${password}`);
  }

  close(): void {
    this.done.push('close');
  }

  abandon(): void {
    this.done.push('abandon');
  }
}

/** A call in the page, as the library for SIP has it. */
export class FakeSession extends EventEmitter {
  readonly sender = {
    track: null as FakeTrack | null,
    /** What the caller heard of, in order, and what was open when he began to. */
    heard: [] as { readonly name: string; readonly open: readonly string[] }[],
    replaceTrack: async (track: FakeTrack): Promise<void> => {
      this.sender.track = track;
      this.sender.heard.push({ name: track.name, open: this.#page.open });
    },
  };
  readonly connection = { getSenders: () => [this.sender] };
  readonly #page: FakePage;
  #state: 'rings' | 'up' | 'over' = 'rings';
  #isMuted = false;

  constructor(page: FakePage) {
    super();
    this.#page = page;
  }

  get incoming(): Incoming {
    return { session: this as never, call: 'call-1', answersItself: true };
  }

  isInProgress(): boolean {
    return this.#state === 'rings';
  }

  isEstablished(): boolean {
    return this.#state === 'up';
  }

  isEnded(): boolean {
    return this.#state === 'over';
  }

  answer({ mediaStream }: { mediaStream: FakeStream }): void {
    this.sender.track = mediaStream.track;
    this.#state = 'up';
    this.emit('accepted');
  }

  /** Does nothing when it is muted already. */
  mute(): void {
    if (this.#isMuted || !this.sender.track) return;
    this.#isMuted = true;
    this.sender.track.enabled = false;
  }

  terminate(): void {
    this.end();
  }

  end(): void {
    this.#state = 'over';
    this.emit('ended', { cause: 'Terminated' });
  }
}
