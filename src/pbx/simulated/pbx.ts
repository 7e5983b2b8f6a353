import type { Clock } from '../../base/clock.ts';
import { cleanNumber, cleanText } from '../../base/text.ts';
import {
  type ArrivedChannel,
  causeOf,
  checkAutoAnswer,
  checkDetection,
  checkDigits,
  checkEndpoint,
  checkId,
  checkMedia,
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
  Q850,
  type RecordOptions,
} from '../pbx.ts';
import { Overhearings } from './overhearings.ts';
import { type Behaviour, Channel, type SimulatedParty, type Switchboard, type Witness } from './party.ts';
import { Rooms } from './rooms.ts';

export interface SimulatedOptions {
  /** Delay from cause to event, ms. */
  readonly latencyMs?: number;
  /** Refuses what is no absolute path, as a real PBX does; else files may be called what they say. */
  readonly realPaths?: boolean;
  /** Length of a file in ms; undefined: there is no such file. */
  readonly durationOf?: (file: string) => number | undefined;
  /** How an outside number behaves. */
  readonly trunk?: (number: string) => Behaviour | 'down';
  readonly witness?: Witness;
}

/** How often a leg that was listened to asks whether somebody is there. */
const ASK_AGAIN_MS = 200;

/**
 * A PBX that exists only in memory and in the time of its clock. It keeps the port's contract, so the same engine runs a
 * day in seconds; its parties do what a script says.
 */
export class SimulatedPbx implements Pbx, Switchboard {
  readonly #clock: Clock;
  readonly #latencyMs: number;
  readonly #realPaths: boolean;
  readonly #durationOf: (file: string) => number | undefined;
  readonly #trunk: (number: string) => Behaviour | 'down';
  readonly #channels = new Map<string, Channel>();
  readonly #rooms: Rooms;
  readonly #overhearings = new Overhearings();
  readonly #witness: Witness;
  readonly #phones = new Map<string, Behaviour | (() => Behaviour)>();
  /** Live channels by the phone or outside number at their far end. */
  readonly #byAddress = new Map<string, Set<Channel>>();
  /** Where each playback and recording is. */
  readonly #playing = new Map<string, Channel>();
  readonly #recording = new Map<string, Channel>();
  #listener?: (event: PbxEvent) => void;
  #linked = false;
  /** It is being started anew. */
  #isDown = false;
  #draining = false;
  /** Phones whose coming and going was not told, because nobody knows of any; undefined while it is told. */
  #untold: Map<string, boolean> | undefined;
  #arrivals = 0;

  constructor(clock: Clock, options: SimulatedOptions = {}) {
    this.#clock = clock;
    this.#latencyMs = options.latencyMs ?? 1;
    this.#realPaths = options.realPaths ?? false;
    this.#durationOf = options.durationOf ?? (() => 1000);
    this.#trunk = options.trunk ?? (() => ({ ringAfterMs: 50, answerAfterMs: 1000 }));
    this.#witness = options.witness ?? {};
    this.#rooms = new Rooms(this.#witness);
  }

  // ── scripting ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Registers a phone that behaves so, or as it is told anew each time that it is dialled; or unregisters it. */
  setPhone(extension: string, behaviour: Behaviour | (() => Behaviour) | undefined): void {
    if (behaviour) this.#phones.set(extension, behaviour);
    else this.#phones.delete(extension);
    const registered = behaviour !== undefined;
    if (this.#untold) this.#untold.set(extension, registered);
    else this.#emit({ type: 'PhoneStatusChanged', extension, registered });
  }

  /** Does not tell any more which phones come and go, or does again, and tells what was missed first. */
  tellOfPhones(tells: boolean): void {
    const untold = this.#untold ?? [];
    this.#untold = tells ? undefined : new Map(untold);
    if (!tells) return this.#sayPhonesUnknown();
    for (const [extension, registered] of untold)
      this.#emit({ type: 'PhoneStatusChanged', extension, registered });
    this.#emit({ type: 'PbxTrouble', trouble: 'phones-unknown', sentence: '' });
  }

  /** Somebody calls. Name and number may be as hostile as on a wire. */
  call(from: Omit<ArrivedChannel, 'channel'>): SimulatedParty {
    const clean = { ani: cleanNumber(from.ani), aniName: cleanText(from.aniName) };
    const arrived = { ...from, ...clean, channel: `sim-${++this.#arrivals}` };
    const channel = new Channel(this, arrived, false);
    if (this.#draining || this.#isDown) {
      channel.ended = true;
      return channel;
    }
    this.#channels.set(channel.channel, channel);
    this.#noteAddress(channel);
    this.#emit({ type: 'ChannelArrived', ...arrived });
    return channel;
  }

  /** The party at the end of a leg or channel, while it lives. */
  party(channel: string): Channel | undefined {
    return this.#channels.get(channel);
  }

  /** The live leg that was dialled to `extension` or to an outside number. */
  dialled(address: string): SimulatedParty | undefined {
    for (const channel of this.#byAddress.get(address) ?? []) if (channel.to) return channel;
    return undefined;
  }

  /** The live channels of a phone: legs that were dialled to it, and what it dialled. */
  onPhone(extension: string): readonly Channel[] {
    return [...(this.#byAddress.get(extension) ?? [])];
  }

  /** All live channels, callers and legs. */
  parties(): readonly Channel[] {
    return [...this.#channels.values()];
  }

  /** Cuts the link (events are lost, commands fail) or restores it. */
  setLink(up: boolean): void {
    if (up === this.#linked || this.#isDown) return;
    if (!up) this.#listener?.({ type: 'LinkDown', reason: 'cut by the script' });
    this.#linked = up;
    if (up) this.#emit({ type: 'LinkUp', pbx: 'simulated', restarted: false });
  }

  /** Dies with all that is in it, and is there again after `downMs`. */
  restart(downMs: number): void {
    if (this.#linked) this.#listener?.({ type: 'LinkDown', reason: 'restarted by the script' });
    this.#linked = false;
    this.#isDown = true;
    for (const channel of [...this.#channels.values()]) this.end(channel, 38);
    this.#rooms.clear();
    this.#overhearings.clear();
    this.#clock.at(this.#clock.now() + downMs, () => {
      this.#isDown = false;
      this.#linked = this.#listener !== undefined;
      this.#emit({ type: 'LinkUp', pbx: 'simulated', restarted: true });
    });
  }

  /** Begins to be stopped gracefully, taking no new calls, or goes on as before. */
  setDraining(draining: boolean): void {
    this.#draining = draining;
    const sentence = draining ? 'the simulated PBX takes no new calls' : '';
    this.#emit({ type: 'PbxTrouble', trouble: 'draining', sentence });
  }

  pressed(channel: Channel, digits: string): void {
    for (const digit of digits) {
      this.#emit({ type: 'DigitPressed', channel: channel.channel, digit });
      if (channel.recording && channel.recording.endKey === digit) this.#endRecording(channel);
    }
  }

  answered(channel: Channel): void {
    if (channel.ended || channel.state === 'up') return;
    channel.state = 'up';
    forgetPending(channel);
    this.#emit({ type: 'LegAnswered', channel: channel.channel });
  }

  bridgeMembers(bridge: string | undefined): string[] {
    return this.#rooms.membersOf(bridge);
  }

  heardBy(channel: Channel): string[] {
    return this.#overhearings.heardBy(channel, (bridge) => this.#rooms.membersOf(bridge));
  }

  end(channel: Channel, q850: number, sipCode?: number): void {
    if (channel.ended) return;
    channel.ended = true;
    forgetPending(channel);
    for (const playback of channel.playbacks.splice(0)) {
      playback.cancel?.();
      this.#playing.delete(playback.id);
      this.#emit({
        type: 'PlaybackEnded',
        playback: playback.id,
        channel: channel.channel,
        outcome: 'failed',
      });
    }
    this.#endRecording(channel);
    this.#rooms.leave(channel);
    this.#channels.delete(channel.channel);
    this.#forgetAddress(channel);
    this.#witness.ended?.(channel);
    this.#emit({
      type: 'ChannelEnded',
      channel: channel.channel,
      cause: causeOf(q850, sipCode),
      q850,
      ...(sipCode === undefined ? {} : { sipCode }),
    });
  }

  // ── the port ─────────────────────────────────────────────────────────────────────────────────────────────────────

  start(listener: (event: PbxEvent) => void): void {
    this.#listener = listener;
    this.#linked = !this.#isDown;
    this.#emit({ type: 'LinkUp', pbx: 'simulated', restarted: false });
    if (this.#untold) this.#sayPhonesUnknown();
  }

  async stop(): Promise<void> {
    this.#linked = false;
    this.#listener = undefined;
  }

  async snapshot(): Promise<PbxSnapshot> {
    this.#requireLink();
    return {
      channels: Array.from(this.#channels.values(), listed),
      bridges: this.#rooms.list(),
      overhearings: this.#overhearings.ids(),
    };
  }

  async answer(channel: string): Promise<void> {
    const target = this.#get(channel);
    await this.#silence(target);
    target.state = 'up';
  }

  async ring(channel: string): Promise<void> {
    const target = this.#get(channel);
    if (target.state === 'down') target.state = 'ringing';
  }

  async hangup(channel: string, cause: HangupCause): Promise<void> {
    this.#requireLink();
    const target = this.#channels.get(channel);
    if (target) this.end(target, Q850[cause]);
  }

  async play(channel: string, playback: string, media: readonly Media[]): Promise<void> {
    checkId(playback);
    if (this.#realPaths || media.length === 0) checkMedia(media);
    const target = this.#get(channel);
    target.playbacks.push({ id: playback, media });
    this.#playing.set(playback, target);
    if (target.playbacks.length === 1) this.#playNext(target);
  }

  async stopPlayback(playback: string): Promise<void> {
    this.#requireLink();
    const channel = this.#playing.get(playback);
    if (!channel) return;
    const index = channel.playbacks.findIndex((one) => one.id === playback);
    channel.playbacks[index]?.cancel?.();
    channel.playbacks.splice(index, 1);
    this.#playing.delete(playback);
    this.#emit({ type: 'PlaybackEnded', playback, channel: channel.channel, outcome: 'done' });
    if (index === 0) this.#playNext(channel);
  }

  async startMusic(channel: string, musicClass: string): Promise<void> {
    const target = this.#get(channel);
    target.heard.push(`music:${musicClass}`);
    this.#witness.music?.(target);
  }

  async stopMusic(channel: string): Promise<void> {
    this.#requireLink();
    this.#channels.get(channel)?.heard.push('music-stopped');
  }

  async record(channel: string, recording: string, options: RecordOptions): Promise<void> {
    const target = this.#get(channel);
    const cancel = this.#clock.at(this.#clock.now() + options.maxMs, () => this.#endRecording(target));
    this.#recording.set(recording, target);
    target.recording = { id: recording, startedAt: this.#clock.now(), cancel, endKey: options.endKey };
  }

  async stopRecording(recording: string): Promise<void> {
    this.#requireLink();
    const channel = this.#recording.get(recording);
    if (channel) this.#endRecording(channel);
  }

  async sendDigits(channel: string, digits: string): Promise<void> {
    checkDigits(digits);
    this.#get(channel).heard.push(`digits:${digits}`);
  }

  async originate(request: OriginateRequest): Promise<void> {
    this.#requireLink();
    checkId(request.leg);
    checkEndpoint(request.to);
    checkAutoAnswer(request);
    if (this.#draining) throw new PbxError('refused', 'the PBX takes no new calls now');
    if (this.#channels.has(request.leg)) throw new PbxError('refused', `leg ${request.leg} exists already`);
    const phone =
      request.to.kind === 'phone' ? this.#phones.get(request.to.extension) : this.#trunk(request.to.number);
    const behaviour = typeof phone === 'function' ? phone() : phone;
    if (!behaviour) throw new PbxError('unreachable', 'the phone is not registered');
    const dnis = request.to.kind === 'phone' ? request.to.extension : request.to.number;
    const arrived: ArrivedChannel = {
      channel: request.leg,
      source: { kind: 'outside' },
      ani: request.callerNumber,
      aniName: request.callerName,
      dnis,
    };
    const leg = new Channel(this, arrived, true, request.to);
    this.#channels.set(leg.channel, leg);
    this.#noteAddress(leg);
    const later = (ms: number, act: () => void) =>
      leg.pending.push(this.#clock.at(this.#clock.now() + ms, () => !leg.ended && act()));
    later(
      request.ringTimeoutMs,
      () => leg.state !== 'up' && this.end(leg, 19, behaviour === 'down' ? 503 : 480),
    );
    if (behaviour === 'down') return;
    later(behaviour.ringAfterMs ?? 10, () => {
      if (leg.state === 'down') {
        leg.state = 'ringing';
        this.#emit({ type: 'LegRinging', channel: leg.channel });
      }
    });
    if (behaviour.detection) leg.detection = behaviour.detection;
    const { refuse, hangupAfterMs, autoAnswerMs } = behaviour;
    const answerAfterMs = (request.autoAnswer && autoAnswerMs) ?? behaviour.answerAfterMs;
    if (refuse) later(refuse.afterMs, () => this.end(leg, 21, refuse.sipCode));
    else if (answerAfterMs !== undefined) {
      later(answerAfterMs, () => {
        this.answered(leg);
        if (hangupAfterMs !== undefined) later(hangupAfterMs, () => leg.hangup());
      });
    }
  }

  async connect(bridge: string, channels: readonly string[]): Promise<void> {
    checkId(bridge);
    const members = channels.map((channel) => this.#get(channel));
    for (const member of members) await this.#silence(member);
    this.#rooms.bring(bridge, members);
  }

  async disconnect(bridge: string): Promise<void> {
    this.#requireLink();
    this.#rooms.close(bridge);
  }

  async detectMachine(leg: string, limits: Partial<DetectionLimits> = {}): Promise<void> {
    const whole = { ...DETECTION_LIMITS, ...limits };
    checkDetection(whole);
    this.#requireLink();
    const target = this.#channels.get(leg);
    if (target?.judged === 'listening') return;
    const channel = this.#get(leg);
    if (!channel.ours || channel.state !== 'up') throw new PbxError('refused', `leg ${leg} was not answered`);
    await this.#silence(channel);
    const afterMs = channel.judged === 'done' ? 0 : channel.listen(whole);
    channel.judged = 'listening';
    this.#clock.at(this.#clock.now() + afterMs, () => this.#judge(channel));
  }

  async overhear({ overhearing, leg, target, mode }: OverhearRequest): Promise<void> {
    checkId(overhearing);
    const [listener, talker] = [this.#get(leg), this.#get(target)];
    await this.#silence(listener);
    this.#rooms.leave(listener);
    this.#overhearings.begin(overhearing, { leg: listener, target: talker, mode });
  }

  async stopOverhearing(overhearing: string): Promise<void> {
    this.#requireLink();
    this.#overhearings.end(overhearing);
  }

  async phones(): Promise<readonly PhoneStatus[]> {
    this.#requireLink();
    return [...this.#phones.keys()].map((extension) => ({
      extension,
      registered: true,
      contact: 'simulated',
    }));
  }

  // ── inside ───────────────────────────────────────────────────────────────────────────────────────────────────────

  #emit(event: PbxEvent): void {
    this.#clock.at(this.#clock.now() + this.#latencyMs, () => {
      if (this.#linked) this.#listener?.(event);
    });
  }

  #sayPhonesUnknown(): void {
    const sentence = 'which phones are registered is not known, by the script';
    this.#emit({ type: 'PbxTrouble', trouble: 'phones-unknown', sentence });
  }

  #requireLink(): void {
    if (!this.#linked) throw new PbxError('link-down', 'the link to the PBX is down');
  }

  #get(id: string): Channel {
    this.#requireLink();
    const channel = this.#channels.get(id);
    if (!channel || channel.judged === 'listening') throw new PbxError('not-found', `no channel ${id}`);
    return channel;
  }

  /** The verdict waits for somebody to hear it. */
  #judge(channel: Channel): void {
    if (channel.ended) return;
    if (!this.#linked) {
      this.#clock.at(this.#clock.now() + ASK_AGAIN_MS, () => this.#judge(channel));
      return;
    }
    channel.judged = 'done';
    const { verdict, reason, afterMs: ms } = channel.detection;
    this.#emit({ type: 'MachineDetected', channel: channel.channel, verdict, reason, ms });
  }

  /** Ends what is playing; the one that waits first, so that none starts in between. */
  async #silence(channel: Channel): Promise<void> {
    for (const playback of channel.playbacks.toReversed()) await this.stopPlayback(playback.id);
  }

  #playNext(channel: Channel): void {
    const playback = channel.playbacks[0];
    if (!playback) return;
    let totalMs = 0;
    let outcome: 'done' | 'failed' = 'done';
    for (const item of playback.media) {
      const lengthMs = this.#lengthOf(item);
      outcome = lengthMs === undefined ? 'failed' : 'done';
      if (lengthMs !== undefined)
        channel.heard.push('file' in item ? item.file : 'tone' in item ? `tone:${item.tone}` : 'silence');
      totalMs += lengthMs ?? 0;
    }
    playback.cancel = this.#clock.at(this.#clock.now() + totalMs, () => {
      channel.playbacks.shift();
      this.#playing.delete(playback.id);
      this.#emit({ type: 'PlaybackEnded', playback: playback.id, channel: channel.channel, outcome });
      this.#playNext(channel);
    });
  }

  #lengthOf(item: Media): number | undefined {
    if ('file' in item) return this.#durationOf(item.file);
    if ('silenceMs' in item) return item.silenceMs;
    return item.tone === 'beep' ? 300 : Number.MAX_SAFE_INTEGER / 2;
  }

  #endRecording(channel: Channel): void {
    const recording = channel.recording;
    if (!recording) return;
    recording.cancel();
    this.#recording.delete(recording.id);
    delete channel.recording;
    this.#emit({
      type: 'RecordingEnded',
      recording: recording.id,
      outcome: 'done',
      file: `/simulated/${recording.id}.wav`,
      durationMs: this.#clock.now() - recording.startedAt,
    });
  }

  #noteAddress(channel: Channel): void {
    const address = addressOf(channel);
    if (address === undefined) return;
    const channels = this.#byAddress.get(address);
    if (channels) channels.add(channel);
    else this.#byAddress.set(address, new Set([channel]));
  }

  #forgetAddress(channel: Channel): void {
    const address = addressOf(channel);
    if (address === undefined) return;
    const channels = this.#byAddress.get(address);
    channels?.delete(channel);
    if (channels?.size === 0) this.#byAddress.delete(address);
  }
}

/** The phone or outside number at the far end; none for a caller from outside. */
function addressOf({ to, arrived }: Channel): string | undefined {
  if (to) return to.kind === 'phone' ? to.extension : to.number;
  return arrived.source.kind === 'phone' ? arrived.source.extension : undefined;
}

/** Written out: a spread costs three times as much, and there are thousands. */
function listed({ arrived, state, ours }: Channel): PbxSnapshot['channels'][number] {
  const { channel, source, ani, aniName, dnis } = arrived;
  return { channel, source, ani, aniName, dnis, state, ours };
}

function forgetPending(leg: Channel): void {
  for (const cancel of leg.pending.splice(0)) cancel();
}
