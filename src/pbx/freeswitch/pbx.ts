import { randomUUID } from 'node:crypto';
import type { Log } from '../../base/log.ts';
import {
  checkDetection,
  checkDigits,
  checkId,
  DETECTION_LIMITS,
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
} from '../pbx.ts';
import { KeyedQueue } from '../queue.ts';
import { Commander, ignoreGone } from './answers.ts';
import { Bridges } from './bridges.ts';
import { CAUSE_NAMES } from './causes.ts';
import { Dialler } from './dialler.ts';
import type { EslEvent } from './esl-codec.ts';
import { encodeFor } from './esl-encoder.ts';
import { EslLink } from './esl-link.ts';
import { beepItem, musicItem, playbackItem, recordingItem } from './items.ts';
import { type Leg, Legs } from './legs.ts';
import { Overhearer } from './overhearer.ts';
import { Ownership } from './ownership.ts';
import { Phones } from './phones.ts';
import { Census } from './snapshot.ts';
import { Watch } from './watch.ts';

export interface FreeswitchOptions {
  readonly host: string;
  /** Of the inbound event socket. */
  readonly port: number;
  readonly password: string;
  /** Absolute directory where FreeSWITCH writes recordings. */
  readonly recordings: string;
  /** SIP profile and domain that phones register at. */
  readonly phoneProfile: string;
  readonly domain: string;
  /** Name of the gateway that outside numbers are dialled through. */
  readonly trunk: string;
  /** How the ids of our legs begin; no id of FreeSWITCH may begin so. */
  readonly idPrefix: string;
  readonly log: Log;
}

/** FreeSWITCH 1.10 or newer behind the port, over its event socket. */
export function freeswitchPbx(options: FreeswitchOptions): Pbx {
  return new FreeswitchPbx(options);
}

class FreeswitchPbx implements Pbx {
  readonly #options: FreeswitchOptions;
  readonly #link: EslLink;
  readonly #commander: Commander;
  readonly #legs: Legs;
  readonly #bridges: Bridges;
  readonly #overhearer: Overhearer;
  readonly #dialler: Dialler;
  readonly #phones: Phones;
  readonly #census: Census;
  readonly #watch: Watch;
  /** Commands to one channel keep their order. */
  readonly #queue = new KeyedQueue();
  #listener: ((event: PbxEvent) => void) | undefined;
  #isEnding = false;

  constructor(options: FreeswitchOptions) {
    this.#options = options;
    const { host, port, password, log } = options;
    this.#link = new EslLink(
      { host, port, password, log },
      {
        up: () => {
          this.#isEnding = false;
          this.#watch.begin();
        },
        down: (reason) => this.#lost(reason),
        event: (event) => this.#take(event),
        beat: () => this.#watch.beat(),
      },
    );
    const ownership = new Ownership((command) => this.#link.send(command), randomUUID());
    const commander = new Commander(this.#link, ownership, log);
    const emit = (event: PbxEvent) => this.#emit(event);
    const legs = new Legs({ idPrefix: options.idPrefix, emit, commander });
    const bridges = new Bridges(commander, legs);
    const ranOut = (leg: string) => commander.attempt(this.hangup(leg, 'no-answer'));
    this.#commander = commander;
    this.#legs = legs;
    this.#bridges = bridges;
    this.#overhearer = new Overhearer(commander, legs, bridges);
    this.#dialler = new Dialler({ ...options, commander, legs, ranOut });
    this.#phones = new Phones(commander, emit);
    this.#census = new Census(commander, legs, this.#overhearer);
    this.#watch = new Watch({
      commander,
      ownership,
      phones: this.#phones,
      census: this.#census,
      tell: (event) => this.#listener?.(event),
      cut: (reason) => this.#link.cut(reason),
      replaced: () => {
        this.#listener?.({ type: 'Replaced' });
        commander.attempt(this.stop());
      },
      attempt: (command) => commander.attempt(command),
    });
  }

  start(listener: (event: PbxEvent) => void): void {
    this.#listener = listener;
    this.#link.start();
  }

  async stop(): Promise<void> {
    this.#listener = undefined;
    this.#forget();
    this.#link.stop();
  }

  async snapshot(): Promise<PbxSnapshot> {
    await this.#watch.settled;
    return (await this.#census.take()).snapshot;
  }

  answer(channel: string): Promise<void> {
    return this.#with(channel, async (leg) => {
      await leg.line.silence();
      await this.#commander.say(channel, encodeFor('uuid_answer', channel));
      leg.isUp = true;
    });
  }

  ring(channel: string): Promise<void> {
    return this.#with(channel, () => this.#commander.say(channel, encodeFor('uuid_ring_ready', channel)));
  }

  async hangup(channel: string, cause: HangupCause): Promise<void> {
    const end = async () => {
      const leg = this.#legs.get(channel);
      if (leg) leg.killedBy ??= cause;
      await this.#commander.sayGone(channel, encodeFor('uuid_kill', channel, CAUSE_NAMES[cause]));
    };
    // A hangup waits for nothing but the creation of its leg: what is not there yet cannot be hung up.
    await (this.#dialler.isBeginning(channel) ? this.#queue.run([channel], end) : end());
  }

  play(channel: string, playback: string, media: readonly Media[]): Promise<void> {
    const item = (leg: Leg) => playbackItem(leg.id, playback, media, (event) => this.#emit(event));
    return this.#with(channel, (leg) => leg.line.add(item(leg)));
  }

  stopPlayback(playback: string): Promise<void> {
    return this.#stopItem(playback);
  }

  startMusic(channel: string, musicClass: string): Promise<void> {
    return this.#with(channel, (leg) => leg.line.setMusic(musicItem(channel, musicClass)));
  }

  stopMusic(channel: string): Promise<void> {
    return this.#with(channel, (leg) => leg.line.setMusic(undefined)).catch(ignoreGone);
  }

  record(channel: string, recording: string, options: RecordOptions): Promise<void> {
    return this.#with(channel, async ({ line }) => {
      const item = recordingItem(recording, this.#options.recordings, options, (event) => this.#emit(event));
      if (options.beep) await line.add(beepItem(recording));
      await line.add(item);
    });
  }

  stopRecording(recording: string): Promise<void> {
    return this.#stopItem(recording);
  }

  sendDigits(channel: string, digits: string): Promise<void> {
    return this.#with(channel, () => {
      checkDigits(digits);
      return this.#commander.say(channel, encodeFor('uuid_send_dtmf', channel, `${digits}@100`));
    });
  }

  originate(request: OriginateRequest): Promise<void> {
    return this.#queue.run([request.leg], () => this.#dialler.originate(request));
  }

  connect(bridge: string, channels: readonly string[]): Promise<void> {
    return this.#queue.run([bridge, ...channels], async () => {
      await Promise.all(channels.map((channel) => this.#legs.get(channel)?.line.silence()));
      await this.#bridges.connect(bridge, channels);
    });
  }

  disconnect(bridge: string): Promise<void> {
    const keys = [bridge, ...this.#bridges.channelsOf(bridge)];
    return this.#queue.run(keys, () => this.#bridges.disconnect(bridge));
  }

  /** FreeSWITCH hears beeps only, and too late to tell a person from a machine: whoever asks is told so. */
  detectMachine(leg: string, limits: Partial<DetectionLimits> = {}): Promise<void> {
    return this.#with(leg, async ({ line, ours, isUp }) => {
      checkDetection({ ...DETECTION_LIMITS, ...limits });
      if (!ours || !isUp) throw new PbxError('refused', `leg ${leg} was not answered`);
      await line.silence();
      this.#emit({ type: 'MachineDetected', channel: leg, verdict: 'unsure', reason: 'not-analysed', ms: 0 });
    });
  }

  overhear(request: OverhearRequest): Promise<void> {
    return this.#queue.run([request.leg, request.overhearing], async () => {
      await this.#legs.get(request.leg)?.line.silence();
      await this.#overhearer.begin(request);
    });
  }

  stopOverhearing(overhearing: string): Promise<void> {
    return this.#queue.run([overhearing], () => this.#overhearer.end(overhearing));
  }

  async phones(): Promise<readonly PhoneStatus[]> {
    await this.#commander.isThere('nobody');
    return this.#phones.list();
  }

  /** Runs a command when all earlier ones to the channel are done. Rejects with `PbxError` 'not-found' when there is none. */
  #with(channel: string, command: (leg: Leg) => Promise<unknown>): Promise<void> {
    return this.#queue.run([channel], async () => {
      const known = this.#legs.get(channel);
      if (!known) await this.#commander.check(channel);
      await command(known ?? this.#legs.note(channel));
    });
  }

  async #stopItem(id: string): Promise<void> {
    checkId(id);
    for (const { line } of this.#legs.all()) if (await line.stop(id)) return;
    await this.#commander.isThere('nobody');
  }

  #take(event: EslEvent): void {
    switch (event('Event-Name')) {
      case 'CUSTOM':
        return this.#phones.take(event);
      case 'SHUTDOWN':
        this.#isEnding = true;
        return;
      default:
        this.#dialler.take(event);
        this.#legs.take(event);
    }
  }

  #lost(reason: string): void {
    this.#forget();
    this.#listener?.({ type: 'LinkDown', reason: this.#isEnding ? 'FreeSWITCH was stopped' : reason });
  }

  #forget(): void {
    this.#watch.end();
    this.#dialler.forget();
    this.#legs.forget();
    this.#overhearer.forget();
  }

  #emit(event: PbxEvent): void {
    this.#watch.emit(event);
  }
}
