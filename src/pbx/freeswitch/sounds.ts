import {
  checkDetection,
  checkDigits,
  checkId,
  DETECTION_LIMITS,
  type Pbx,
  PbxError,
  type PbxEvent,
} from '../pbx.ts';
import { type Commander, ignoreGone } from './answers.ts';
import { encodeFor } from './esl-encoder.ts';
import { beepItem, musicItem, playbackItem, recordingItem } from './items.ts';
import type { Legs } from './legs.ts';
import type { Orders } from './orders.ts';

export interface SoundOptions {
  readonly commander: Commander;
  readonly legs: Legs;
  readonly orders: Orders;
  readonly emit: (event: PbxEvent) => void;
  /** Absolute directory of the recordings. */
  readonly recordings: string;
}

type SoundVerbs = Pick<
  Pbx,
  | 'play'
  | 'stopPlayback'
  | 'startMusic'
  | 'stopMusic'
  | 'record'
  | 'stopRecording'
  | 'sendDigits'
  | 'detectMachine'
>;

/** What one channel hears, says and is listened to for. */
export function soundVerbs({ commander, legs, orders, emit, recordings }: SoundOptions): SoundVerbs {
  async function stopItem(id: string): Promise<void> {
    checkId(id);
    const line = legs.lineWith(id);
    await (line ? line.stop(id) : commander.checkOurs());
  }

  return {
    play: (channel, playback, media) =>
      orders.to(channel, ({ line }) => line.add(playbackItem(channel, playback, media, emit))),
    stopPlayback: stopItem,
    startMusic: (channel, musicClass) =>
      orders.to(channel, ({ line }) => line.setMusic(musicItem(channel, musicClass))),
    stopMusic: (channel) => orders.to(channel, ({ line }) => line.setMusic(undefined)).catch(ignoreGone),
    record: (channel, recording, options) =>
      orders.to(channel, async ({ line }) => {
        const item = recordingItem(recording, recordings, options, emit);
        if (options.beep) await line.add(beepItem(recording));
        await line.add(item);
      }),
    stopRecording: stopItem,
    sendDigits: (channel, digits) =>
      orders.to(channel, async () => {
        checkDigits(digits);
        await commander.say(channel, encodeFor('uuid_send_dtmf', channel, `${digits}@100`));
      }),
    // FreeSWITCH hears beeps only, and too late to tell a person from a machine: whoever asks is told so.
    detectMachine: (channel, limits) =>
      orders.to(channel, async ({ line, ours, isUp }) => {
        checkDetection({ ...DETECTION_LIMITS, ...limits });
        if (!ours || !isUp) throw new PbxError('refused', `leg ${channel} was not answered`);
        await line.silence();
        emit({ type: 'MachineDetected', channel, verdict: 'unsure', reason: 'not-analysed', ms: 0 });
      }),
  };
}
