import type { Clock } from '../base/clock.ts';
import {
  type DetectionLimits,
  type HangupCause,
  type Media,
  type OriginateRequest,
  type OverhearRequest,
  type Pbx,
  PbxError,
  type PbxEvent,
  type PbxSnapshot,
  type PhoneStatus,
  type RecordOptions,
} from '../pbx/pbx.ts';
import type { SimulatedPbx } from '../pbx/simulated/pbx.ts';

/** What goes wrong. Times in ms are upper limits, the rest are chances between 0 and 1. May be changed while it runs. */
export interface Faults {
  /** A snapshot is true as of the asking and arrives so late. */
  snapshotMs: number;
  /** A command is carried out, and then acknowledged, so late. */
  commandMs: number;
  /** A command that the PBX does not answer in time; every other one was carried out all the same. */
  timeout: number;
  refused: number;
  /** A leg that is refused because nobody is registered there. */
  unreachable: number;
}

export const noFaults = (): Faults => ({
  snapshotMs: 0,
  commandMs: 0,
  timeout: 0,
  refused: 0,
  unreachable: 0,
});

/** A leg that somebody wants dialled to a phone, and what else was up on that phone at that moment. */
export interface PhoneDialled {
  readonly leg: string;
  readonly extension: string;
  /** `toldAt`: when whoever dials was told of it (UTC ms); a leg is known to who dialled it. */
  readonly others: readonly { readonly channel: string; readonly ours: boolean; readonly toldAt?: number }[];
}

export interface FaultyOptions {
  readonly faults: Faults;
  /** A seeded source of [0,1). */
  readonly random: () => number;
  readonly dialled?: (dialled: PhoneDialled) => void;
}

/** After this a command has failed for whoever waits for it. */
const TIMEOUT_MS = 3000;
/** A phone with one line says so this soon. */
const BUSY_AFTER_MS = 5;

interface Pending {
  readonly carryOut: () => void;
  readonly fail: (reason: PbxError) => void;
}

/**
 * One daemon's line to the simulated PBX, over which things go wrong: late, refused and unanswered commands, late
 * snapshots. Commands are carried out in the order in which they were given. Phones have one line: who has a channel up
 * already answers 486. Everything happens in the time of the clock and by the seed.
 */
export class FaultyPbx implements Pbx {
  readonly #sim: SimulatedPbx;
  readonly #clock: Clock;
  readonly #options: FaultyOptions;
  readonly #pending = new Set<Pending>();
  readonly #told = new Map<string, number>();
  #listener?: (event: PbxEvent) => void;
  #linked = false;
  #state: 'alive' | 'stopped' | 'dead' = 'alive';
  /** When the last command given so far is carried out, UTC ms. */
  #busyUntil = 0;

  constructor(sim: SimulatedPbx, clock: Clock, options: FaultyOptions) {
    this.#sim = sim;
    this.#clock = clock;
    this.#options = options;
  }

  /** The daemon is gone in this very moment: it hears nothing more, none of its commands is answered. */
  die(): void {
    this.#state = 'dead';
    this.#drop();
  }

  start(listener: (event: PbxEvent) => void): void {
    if (this.#state !== 'alive') return;
    this.#listener = listener;
    this.#linked = true;
    this.#sim.start((event) => this.#heard(event));
  }

  async stop(): Promise<void> {
    if (this.#state !== 'alive') return never();
    this.#drop();
    this.#state = 'stopped';
    await this.#sim.stop();
  }

  async snapshot(): Promise<PbxSnapshot> {
    this.#requireLink();
    const seen = await this.#sim.snapshot();
    const lateMs = this.#upTo(this.#options.faults.snapshotMs);
    if (this.#chance(this.#options.faults.timeout)) {
      await this.#after(TIMEOUT_MS);
      throw new PbxError('timeout', 'the PBX did not answer in time (by the script)');
    }
    if (lateMs > 0) await this.#after(lateMs);
    for (const { channel } of seen.channels) this.#tell(channel);
    return seen;
  }

  answer(channel: string): Promise<void> {
    return this.#command(() => this.#sim.answer(channel));
  }

  ring(channel: string): Promise<void> {
    return this.#command(() => this.#sim.ring(channel));
  }

  hangup(channel: string, cause: HangupCause): Promise<void> {
    return this.#command(() => this.#sim.hangup(channel, cause));
  }

  play(channel: string, playback: string, media: readonly Media[]): Promise<void> {
    return this.#command(() => this.#sim.play(channel, playback, media));
  }

  stopPlayback(playback: string): Promise<void> {
    return this.#command(() => this.#sim.stopPlayback(playback));
  }

  startMusic(channel: string, musicClass: string): Promise<void> {
    return this.#command(() => this.#sim.startMusic(channel, musicClass));
  }

  stopMusic(channel: string): Promise<void> {
    return this.#command(() => this.#sim.stopMusic(channel));
  }

  record(channel: string, recording: string, options: RecordOptions): Promise<void> {
    return this.#command(() => this.#sim.record(channel, recording, options));
  }

  stopRecording(recording: string): Promise<void> {
    return this.#command(() => this.#sim.stopRecording(recording));
  }

  sendDigits(channel: string, digits: string): Promise<void> {
    return this.#command(() => this.#sim.sendDigits(channel, digits));
  }

  async originate(request: OriginateRequest): Promise<void> {
    const { to } = request;
    if (to.kind === 'phone' && this.#linked && this.#state === 'alive') {
      const others = this.#onPhone(to.extension);
      this.#tell(request.leg);
      this.#options.dialled?.({ leg: request.leg, extension: to.extension, others });
    }
    const unreachable = this.#chance(this.#options.faults.unreachable);
    return this.#command(async () => {
      if (unreachable) throw new PbxError('unreachable', 'nobody is registered (by the script)');
      // A page that is to answer by itself was loaded anew, and knows nothing of what was there before.
      const isPage = request.call !== undefined && request.autoAnswer;
      const busy = to.kind === 'phone' && !isPage && this.#sim.onPhone(to.extension).length > 0;
      await this.#sim.originate(request);
      if (busy) this.#later(BUSY_AFTER_MS, () => this.#refuse(request.leg));
    });
  }

  connect(bridge: string, channels: readonly string[]): Promise<void> {
    return this.#command(() => this.#sim.connect(bridge, channels));
  }

  disconnect(bridge: string): Promise<void> {
    return this.#command(() => this.#sim.disconnect(bridge));
  }

  detectMachine(leg: string, limits?: Partial<DetectionLimits>): Promise<void> {
    return this.#command(() => this.#sim.detectMachine(leg, limits));
  }

  overhear(request: OverhearRequest): Promise<void> {
    return this.#command(() => this.#sim.overhear(request));
  }

  stopOverhearing(overhearing: string): Promise<void> {
    return this.#command(() => this.#sim.stopOverhearing(overhearing));
  }

  async phones(): Promise<readonly PhoneStatus[]> {
    return this.#sim.phones();
  }

  #heard(event: PbxEvent): void {
    if (this.#state !== 'alive') return;
    if (event.type === 'LinkUp') this.#linked = true;
    if (event.type === 'LinkDown') {
      this.#drop();
      this.#linked = false;
    }
    if (event.type === 'ChannelArrived') this.#tell(event.channel);
    if (event.type === 'ChannelEnded') this.#told.delete(event.channel);
    this.#listener?.(event);
  }

  #tell(channel: string): void {
    if (!this.#told.has(channel)) this.#told.set(channel, this.#clock.now());
  }

  #onPhone(extension: string): PhoneDialled['others'] {
    return this.#sim
      .onPhone(extension)
      .map(({ channel, ours }) => ({ channel, ours, toldAt: this.#told.get(channel) }));
  }

  #refuse(leg: string): void {
    const party = this.#sim.party(leg);
    if (party) this.#sim.end(party, 17, 486);
  }

  #requireLink(): void {
    if (this.#state === 'stopped' || !this.#linked)
      throw new PbxError('link-down', 'the link to the PBX is down');
  }

  /** What is on its way when the line is cut reaches the PBX half of the time; its answer never comes. */
  #drop(): void {
    for (const pending of [...this.#pending]) {
      if (this.#chance(0.5)) pending.carryOut();
      pending.fail(new PbxError('link-down', 'the link to the PBX dropped'));
    }
    this.#pending.clear();
  }

  #command<T>(act: () => Promise<T>): Promise<T> {
    if (this.#state === 'dead') return never();
    const { faults } = this.#options;
    if (this.#isWell()) return act();
    const beforeMs = this.#upTo(faults.commandMs);
    const afterMs = this.#upTo(faults.commandMs);
    const refused = this.#chance(faults.refused);
    const lost = this.#chance(faults.timeout);
    const carriedOut = this.#chance(0.5);
    return new Promise<T>((resolve, reject) => {
      this.#requireLink();
      const now = this.#clock.now();
      const at = Math.min(Math.max(now + beforeMs, this.#busyUntil), now + TIMEOUT_MS - 1);
      this.#busyUntil = at;
      let done: Promise<T> | undefined;
      const pending: Pending = {
        carryOut: () => {
          if (refused || (lost && !carriedOut)) return;
          done ??= act();
          // Whoever waits hears of it below; when nobody does, nobody has to.
          done.catch(() => undefined);
        },
        fail: (reason) => settle(() => reject(reason)),
      };
      const settle = (how: () => void): void => {
        if (!this.#pending.delete(pending) || this.#state === 'dead') return;
        how();
      };
      this.#pending.add(pending);
      const answer = (): void => {
        if (refused) settle(() => reject(new PbxError('refused', 'refused by the script')));
        else if (lost) settle(() => reject(new PbxError('timeout', 'no answer in time (by the script)')));
        else
          done?.then(
            (value) => settle(() => resolve(value)),
            (thrown: unknown) => settle(() => reject(thrown as Error)),
          );
      };
      const carryOut = (): void => {
        if (this.#pending.has(pending)) pending.carryOut();
      };
      if (at <= now) carryOut();
      else this.#later(at - now, carryOut);
      const answeredMs = lost ? TIMEOUT_MS : at - now + afterMs;
      if (answeredMs === 0) answer();
      else this.#later(answeredMs, answer);
    });
  }

  /** Nothing goes wrong now, and nothing is on its way. */
  #isWell(): boolean {
    const { commandMs, timeout, refused } = this.#options.faults;
    const calm = commandMs === 0 && timeout === 0 && refused === 0;
    return calm && this.#pending.size === 0 && this.#linked && this.#state === 'alive';
  }

  #chance(probability: number): boolean {
    return this.#options.random() < probability;
  }

  #upTo(ms: number): number {
    return Math.floor(this.#options.random() * ms);
  }

  #later(ms: number, act: () => void): void {
    this.#clock.at(this.#clock.now() + ms, act);
  }

  /** Resolves after `ms`, unless the link drops or the daemon dies. */
  #after(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const pending: Pending = {
        carryOut: () => undefined,
        fail: (reason) => {
          if (this.#state !== 'dead') reject(reason);
        },
      };
      this.#pending.add(pending);
      this.#later(ms, () => {
        if (this.#pending.delete(pending) && this.#state === 'alive') resolve();
      });
    });
  }
}

function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}
