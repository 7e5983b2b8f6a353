import { isWebPhone } from '../agent/web-phone.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Call } from '../call/call.ts';
import { hasCaller } from '../call/callback-rules.ts';
import { maxTalkOf } from '../call/dial-source.ts';
import type { Leg } from '../call/leg.ts';
import type { FlowRunner } from '../ivr/run.ts';
import { type Pbx, PbxError } from '../pbx/pbx.ts';
import type { PromptBook } from '../speech/prompt.ts';
import { nothing, TAKE_THE_CALL } from './house-prompts.ts';
import type { Effect, EngineInput, Ordered } from './input.ts';
import { idsOfEffect } from './log-ids.ts';

export interface EffectParts {
  readonly pbx: Pbx;
  readonly runner: FlowRunner;
  readonly prompts: PromptBook;
  readonly log: Log;
  readonly post: (input: EngineInput) => void;
  /** True while that run of a step is the call's present one. */
  readonly isPresent: (call: string, run: number) => boolean;
  /** A command did not go out, or nobody knows whether it did. */
  readonly undone: () => void;
  /** True while a live call has use for that leg. */
  readonly isWanted: (leg: string) => boolean;
}

/**
 * A connection that the PBX does not make in time is asked for again: a prompt that a dead daemon left running holds it up
 * until its end.
 */
const CONNECT_TRIES = 8;

/** Between the two times that a question is put, ms. */
const BETWEEN_MS = 800;

/** How a message is recorded. */
const RECORDING = { maxSilenceMs: 5000, beep: true, endKey: '#' } as const;

/** Carries out what turns decided: in order for each call, side by side for different ones. */
export class Effects {
  readonly #parts: EffectParts;
  /** The last thing under way, by key. */
  readonly #tails = new Map<string, Promise<void>>();

  constructor(parts: EffectParts) {
    this.#parts = parts;
  }

  run({ key, effect }: Ordered): void {
    // Whatever the flow was doing must let go before anything else happens to the call.
    if (effect.do === 'stopFlow') return this.#parts.runner.stop(key);
    const before = this.#tails.get(key);
    const tail = (before ? before.then(() => this.#do(key, effect)) : this.#do(key, effect)).finally(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
    this.#tails.set(key, tail);
  }

  async #do(key: string, effect: Effect): Promise<void> {
    try {
      await this.#carryOut(effect);
    } catch (thrown) {
      this.#failed(key, effect, thrown);
    }
  }

  async #carryOut(effect: Effect): Promise<void> {
    const { pbx, runner } = this.#parts;
    switch (effect.do) {
      case 'runStep':
        if (this.#parts.isPresent(effect.call.id, effect.run))
          runner.start(effect.call, effect.flow, effect.step, effect.run);
        return;
      case 'accompany':
        return runner.accompany(effect.call, effect.flow, effect.step, effect.run);
      case 'hush':
        return runner.hush(effect.call);
      case 'answer':
        return pbx.answer(effect.channel);
      case 'hangup':
        return pbx.hangup(effect.channel, effect.cause);
      case 'music':
        return pbx.startMusic(effect.channel, effect.class);
      case 'stopMusic':
        return pbx.stopMusic(effect.channel);
      case 'record':
        return pbx.record(effect.channel, effect.recording, { maxMs: effect.maxMs, ...RECORDING });
      case 'stopRecording':
        return pbx.stopRecording(effect.recording);
      case 'quiet':
        await Promise.all(effect.playbacks.map((playback) => pbx.stopPlayback(playback)));
        return;
      case 'ringback':
        await pbx.stopPlayback(effect.playback);
        return pbx.play(effect.leg, effect.playback, [{ tone: 'ringback' }]);
      case 'ask':
        return this.#ask(effect.leg, effect.playback, effect.language);
      case 'connect':
        return this.#connect(effect.bridge, effect.channels);
      case 'disconnect':
        return pbx.disconnect(effect.bridge);
      case 'overhear':
        return pbx.overhear(effect);
      case 'stopOverhearing':
        return pbx.stopOverhearing(effect.overhearing);
      case 'originate': {
        const { call, leg, ringMs } = effect;
        // Given up while it waited behind a command that took its time.
        if (!this.#parts.isWanted(leg.id))
          return this.#parts.post({ type: 'LegRefused', leg: leg.id, unreachable: false });
        const maxTalkMs = maxTalkOf(leg.id, call.phase);
        return pbx.originate({
          leg: leg.id,
          to: leg.to,
          ...partiesOf(call, leg),
          // Ours runs out first and names the reason; the PBX's own limit is for the time when we are not there.
          ringTimeoutMs: ringMs + 5000,
          ...(maxTalkMs !== undefined && { maxTalkMs }),
          ...(answersItself(call, leg) && { autoAnswer: true as const }),
          ...(isPage(leg) && { call: call.id }),
        });
      }
      case 'stopFlow':
        return;
    }
  }

  /** Says it twice: who lifts a receiver often misses the beginning. A question that a dead daemon left playing is ended. */
  async #ask(leg: string, playback: string, language: string): Promise<void> {
    const { pbx, prompts } = this.#parts;
    const question = await prompts.media(TAKE_THE_CALL, { language, persona: '' }, nothing);
    await pbx.stopPlayback(playback);
    await pbx.play(leg, playback, [...question, { silenceMs: BETWEEN_MS }, ...question]);
  }

  async #connect(bridge: string, channels: readonly string[]): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#parts.pbx.connect(bridge, channels);
      } catch (thrown) {
        const late = thrown instanceof PbxError && thrown.code === 'timeout';
        if (!late || tries === CONNECT_TRIES) throw thrown;
      }
    }
  }

  /** What a refused command means for the call it was for. A lost link is mended by the next reconciliation. */
  #failed(key: string, effect: Effect, thrown: unknown): void {
    const { log, post } = this.#parts;
    const code = thrown instanceof PbxError ? thrown.code : 'failed';
    if (code === 'link-down') return this.#parts.undone();
    log[code === 'not-found' || code === 'unreachable' ? 'debug' : 'warn'](
      { ...idsOfEffect(key, effect), effect: effect.do, reason: messageOf(thrown) },
      'the PBX refused',
    );
    if (effect.do === 'originate') {
      // It may have been carried out all the same: it rings, or its time runs out.
      if (code === 'timeout') return;
      return post({ type: 'LegRefused', leg: effect.leg.id, unreachable: code === 'unreachable' });
    }
    if (effect.do === 'answer' && code === 'not-found') {
      return post({ type: 'ChannelEnded', channel: effect.channel, cause: 'cancelled', q850: 0 });
    }
    if (effect.do === 'connect' && code !== 'not-found') {
      return post({ type: 'ConnectFailed', leg: effect.leg });
    }
    if (effect.do === 'overhear') return post({ type: 'OverhearFailed', leg: effect.leg });
    if (effect.do === 'record') {
      return post({
        type: 'RecordingEnded',
        recording: effect.recording,
        outcome: 'failed',
        file: '',
        durationMs: 0,
      });
    }
  }
}

/**
 * Who answered a campaign's call has two seconds, and no phone can be lifted so fast. Who dials, or listens at his own phone, has said so
 * already; any other phone would open the microphone of whoever sits there.
 */
function answersItself(call: Call, leg: Leg): boolean {
  if (leg.id === call.supervision?.leg.id) return call.supervision.answersItself === true;
  if (leg.replaces !== undefined) return true;
  return leg.agent !== undefined && (call.outbound !== undefined || call.callback?.id === call.id);
}

/** The phone in the page of an agent shows which call it is. */
function isPage({ to }: Leg): boolean {
  return to.kind === 'phone' && isWebPhone(to.extension);
}

/** Whom the called party sees, and on whose behalf he is called. A customer who is called back sees the number that he dialled. */
function partiesOf(call: Call, leg: Leg): { callerNumber: string; callerName: string; originator?: string } {
  if (leg.id === call.channel) {
    const agent = call.phase.at === 'calling' ? { originator: call.phase.leg } : {};
    return { callerNumber: call.dnis, callerName: '', ...agent };
  }
  const { ani: callerNumber, aniName: callerName, channel } = call;
  return { callerNumber, callerName, ...(hasCaller(call) && { originator: channel }) };
}
