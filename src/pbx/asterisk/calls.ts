import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { causeOf, PbxError, type PbxEvent, Q850 } from '../pbx.ts';
import type { AriEvent } from './ari-codec.ts';
import { verdictOf } from './detection.ts';
import { describeChannel, sourceOf } from './dial.ts';
import { Playbacks } from './playbacks.ts';

/** A leg that we dialled, from before its creation until its end. */
interface Leg {
  /** 'creating': not dialled yet, nobody above knows it; 'abandoned': creating it failed, it must not live. */
  phase: 'creating' | 'dialled' | 'abandoned';
  ringing: boolean;
  answered: boolean;
  /** Settles when the created channel is ours to dial. */
  readonly ready: PromiseWithResolvers<void>;
}

export interface CallsOptions {
  /** Start of the ids of the legs that we make. */
  readonly idPrefix: string;
  readonly log: Log;
  readonly emit: (event: PbxEvent) => void;
  /** Gives a channel that is not ours back to the dialplan. */
  readonly giveBack: (channel: string) => void;
  readonly hangup: (channel: string) => void;
  readonly stopRecording: (recording: string) => void;
  /** Absolute path of a recording's file. */
  readonly fileOf: (recording: string) => string;
}

/**
 * How long after StasisEnd of a leg the ChannelDestroyed with the cause may come; it follows at once. Without it the channel left
 * us in some other way (a transfer by the phone, the dialplan) and is over for us as well. Of a channel that only arrived no
 * ChannelDestroyed is told to us; why it ends was said by ChannelHangupRequest before.
 */
const CAUSE_PATIENCE_MS = 300;
const NORMAL = Q850.normal;
/** How many ended channels are remembered so that no end is told twice. */
const ENDED_KEPT = 2_000;

/** Turns the events of Asterisk into those of the port; holds the little that has to be remembered for that. */
export class Calls {
  readonly playbacks: Playbacks;
  readonly #options: CallsOptions;
  readonly #legs = new Map<string, Leg>();
  readonly #leaving = new Map<string, NodeJS.Timeout>();
  readonly #ended = new Set<string>();
  /** Why arrived channels are about to end, Q.850. */
  readonly #ending = new Map<string, number>();
  /** Legs that the dialplan listens to: when they leave us, they are not over. */
  readonly #detecting = new Set<string>();
  /** Keys that end a recording where Asterisk cannot be told so, by channel. */
  readonly #endKeys = new Map<string, { readonly recording: string; readonly key: string }>();

  constructor(options: CallsOptions) {
    this.#options = options;
    this.playbacks = new Playbacks(options.emit);
  }

  /** Notes a leg before it is created; the promise settles when it may be dialled. Throws when it exists already. */
  expectLeg(id: string): Promise<void> {
    if (this.#legs.has(id)) throw new PbxError('refused', `leg ${id} exists already`);
    const ready = Promise.withResolvers<void>();
    // The creation may fail before anybody waits for this.
    ready.promise.catch((error) =>
      this.#options.log.debug({ leg: id, error: String(error) }, 'leg not ready'),
    );
    this.#legs.set(id, { phase: 'creating', ringing: false, answered: false, ready });
    return ready.promise;
  }

  /** From now on the leg's life is told in events. */
  legDialled(id: string): void {
    const leg = this.#legs.get(id);
    if (leg) leg.phase = 'dialled';
  }

  /** The leg's creation failed: nobody hears of it any more. `uncertain`: it may still appear, and is hung up then. */
  dropLeg(id: string, uncertain: boolean): void {
    const leg = this.#legs.get(id);
    if (leg && uncertain) leg.phase = 'abandoned';
    else this.#legs.delete(id);
  }

  /** True while `originate` is at work on the leg. */
  isCreating(id: string): boolean {
    return this.#legs.get(id)?.phase === 'creating';
  }

  /**
   * A channel is being hung up, by us or by somebody else: the first cause (Q.850) counts. Legs of ours end with a SIP code too, which
   * only their ChannelDestroyed has.
   */
  hangupAsked(channel: string, cause = NORMAL): void {
    if (channel.startsWith(this.#options.idPrefix) || this.#ending.has(channel) || this.#ended.has(channel))
      return;
    this.#ending.set(channel, cause);
  }

  /** True while the dialplan has the leg, as far as we were there. */
  isDetecting(leg: string): boolean {
    return this.#detecting.has(leg);
  }

  /** The leg is about to leave us for a while. */
  detectionAsked(leg: string): void {
    this.#detecting.add(leg);
  }

  /** It stays. */
  detectionRefused(leg: string): void {
    this.#detecting.delete(leg);
  }

  /** Makes `key` end the recording. */
  watchEndKey(channel: string, recording: string, key: string): void {
    this.#endKeys.set(channel, { recording, key });
  }

  /** The link dropped: what happens now is not seen, so nothing is remembered. */
  forget(): void {
    for (const { ready } of this.#legs.values())
      ready.reject(new PbxError('link-down', 'the link to Asterisk dropped'));
    for (const timer of this.#leaving.values()) clearTimeout(timer);
    this.#legs.clear();
    this.#leaving.clear();
    this.#ended.clear();
    this.#ending.clear();
    this.#detecting.clear();
    this.#endKeys.clear();
    this.playbacks.forget();
  }

  /** Takes one event of Asterisk. */
  take(event: AriEvent): void {
    switch (event.type) {
      case 'StasisStart':
        return this.#started(event);
      case 'StasisEnd':
        return this.#left(event.channel.id);
      case 'ChannelHangupRequest':
        return this.hangupAsked(event.channel.id, event.cause);
      case 'ChannelDestroyed':
        return this.#end(event.channel.id, event.cause, event.sipCode);
      case 'ChannelDtmfReceived':
        return this.#digit(event.channel.id, event.digit);
      case 'Dial':
        return this.#dialled(event.peer.id, event.status);
      case 'PlaybackFinished':
        return this.playbacks.finished(event.playback, event.target, event.state);
      case 'RecordingFinished':
      case 'RecordingFailed':
        return this.#recorded(event);
      case 'ApplicationReplaced':
        return this.#options.emit({ type: 'Replaced' });
    }
  }

  #started({ channel, args }: Extract<AriEvent, { type: 'StasisStart' }>): void {
    clearTimeout(this.#leaving.get(channel.id));
    this.#leaving.delete(channel.id);
    this.#ended.delete(channel.id);
    const leg = this.#legs.get(channel.id);
    if (leg?.phase === 'abandoned') this.#options.hangup(channel.id);
    if (leg || channel.id.startsWith(this.#options.idPrefix)) {
      leg?.ready.resolve();
      this.#detecting.delete(channel.id);
      if (args[0] === 'detected') this.#options.emit(verdictOf(channel.id, args));
      return;
    }
    if (args[0] !== 'arrived') {
      this.#options.log.warn(
        { channel: channel.id },
        'a channel came in an unknown way: given back to the dialplan',
      );
      this.#options.giveBack(channel.id);
      return;
    }
    // A dialplan pattern that matches "h" brings a hung-up channel here once more.
    if (channel.exten === 'h') return;
    this.#options.emit({ type: 'ChannelArrived', ...describeChannel(channel, sourceOf(args)) });
  }

  #left(channel: string): void {
    if (this.#ended.has(channel) || this.#leaving.has(channel) || this.#detecting.has(channel)) return;
    const cause = this.#ending.get(channel);
    if (cause !== undefined) return this.#end(channel, cause, undefined);
    this.#leaving.set(
      channel,
      setTimeout(() => this.#end(channel, NORMAL, undefined), CAUSE_PATIENCE_MS),
    );
  }

  #end(channel: string, q850: number, sipCode: number | undefined): void {
    clearTimeout(this.#leaving.get(channel));
    this.#leaving.delete(channel);
    if (this.#ended.has(channel)) return;
    this.#ended.add(channel);
    if (this.#ended.size > ENDED_KEPT) this.#ended.delete(this.#ended.values().next().value ?? '');
    this.#ending.delete(channel);
    this.#detecting.delete(channel);
    this.#endKeys.delete(channel);
    this.playbacks.channelEnded(channel);
    const leg = this.#legs.get(channel);
    this.#legs.delete(channel);
    leg?.ready.reject(new PbxError('unreachable', `leg ${channel} ended before it could be dialled`));
    if (leg && leg.phase !== 'dialled') return;
    const code = sipCode === undefined ? {} : { sipCode };
    this.#options.emit({ type: 'ChannelEnded', channel, cause: causeOf(q850, sipCode), q850, ...code });
  }

  #digit(channel: string, digit: string): void {
    this.#options.emit({ type: 'DigitPressed', channel, digit });
    const watched = this.#endKeys.get(channel);
    if (watched?.key !== digit) return;
    this.#endKeys.delete(channel);
    this.#options.stopRecording(watched.recording);
  }

  #dialled(id: string, status: string): void {
    const ringing = status === 'RINGING' || status === 'PROGRESS';
    if (!ringing && status !== 'ANSWER') return;
    if (!id.startsWith(this.#options.idPrefix) || this.#ended.has(id)) return;
    // One that is unknown was dialled by an earlier life of the daemon.
    const leg = this.#legs.get(id) ?? this.#note(id, 'dialled');
    if (ringing && !leg.ringing && !leg.answered) {
      leg.ringing = true;
      this.#options.emit({ type: 'LegRinging', channel: id });
    }
    if (!ringing && !leg.answered) {
      leg.answered = true;
      this.#options.emit({ type: 'LegAnswered', channel: id });
    }
  }

  #note(id: string, phase: Leg['phase']): Leg {
    const ready = Promise.withResolvers<void>();
    // It may end when nobody waits for it.
    ready.promise.catch((error) =>
      this.#options.log.debug({ leg: id, error: messageOf(error) }, 'leg not ready'),
    );
    const leg: Leg = { phase, ringing: false, answered: false, ready };
    this.#legs.set(id, leg);
    return leg;
  }

  #recorded(event: Extract<AriEvent, { type: 'RecordingFinished' | 'RecordingFailed' }>): void {
    const { recording, durationSeconds } = event;
    for (const [channel, watched] of this.#endKeys) {
      if (watched.recording === recording) this.#endKeys.delete(channel);
    }
    this.#options.emit({
      type: 'RecordingEnded',
      recording,
      outcome: event.type === 'RecordingFinished' ? 'done' : 'failed',
      file: this.#options.fileOf(recording),
      durationMs: Math.max(0, durationSeconds * 1_000),
    });
  }
}
