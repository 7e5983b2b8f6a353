import { checkId, checkMedia, type Media, PbxError, type PbxEvent, type RecordOptions } from '../pbx.ts';
import type { Commander } from './answers.ts';
import { wholeNumber } from './causes.ts';
import { encodeExecute, encodeFor, encodeSet } from './esl-encoder.ts';
import type { Leg } from './legs.ts';
import type { Item, LineCommands } from './line.ts';

type Emit = (event: PbxEvent) => void;

/** China's tones: 450 Hz, quieter than speech. */
const TONES = {
  ringback: 'tone_stream://v=-13;%(1000,4000,450);loops=-1',
  busy: 'tone_stream://v=-13;%(350,350,450);loops=-1',
  beep: 'tone_stream://v=-13;%(200,0,1000)',
} as const;

/** Energy below which it counts as silence: that of a quiet room on the line. */
const SILENCE_LEVEL = 200;
const MUSIC_CLASS = /^[A-Za-z0-9_-]{1,64}$/;

const untold = (): void => undefined;

/** Throws `PbxError` 'refused' for media that cannot be played. */
export function playbackItem(channel: string, playback: string, media: readonly Media[], emit: Emit): Item {
  checkId(playback);
  return {
    id: playback,
    app: 'playback',
    argument: `{id=${playback}}${playbackArgument(media)}`,
    endless: isEndless(media),
    ended: (how) =>
      emit({ type: 'PlaybackEnded', playback, channel, outcome: how === 'done' ? 'done' : 'failed' }),
  };
}

/** Records what the channel says. Throws `PbxError` 'refused' for more than one key. @param folder where it is written */
export function recordingItem(recording: string, folder: string, options: RecordOptions, emit: Emit): Item {
  const { endKey, maxMs, maxSilenceMs } = options;
  checkId(recording);
  if (!/^[0-9A-D*#]?$/.test(endKey)) throw new PbxError('refused', `"${endKey}" is not one key`);
  const file = `${folder}/${recording}.wav`;
  const silenceS = Math.ceil(maxSilenceMs / 1_000);
  const limits = [Math.ceil(maxMs / 1_000), ...(silenceS > 0 ? [SILENCE_LEVEL, silenceS] : [])];
  return {
    id: recording,
    app: 'record',
    // The key counts for as long as it runs, and not for what is played behind it.
    argument: [`%[playback_terminators=${endKey || 'none'}]'${file}'`, ...limits].join(' '),
    ended: (how, event) => {
      // Nothing is said of one that never began. Where FreeSWITCH does not say how long it is, it failed; its file is left.
      const ms = event ? wholeNumber(event('variable_record_ms')) : 0;
      const silenceMs = event?.('variable_silence_hits_exhausted') === 'true' ? maxSilenceMs : 0;
      emit({
        type: 'RecordingEnded',
        recording,
        outcome: how === 'done' && ms !== undefined ? 'done' : 'failed',
        file,
        // It counts a frame too few.
        durationMs: Math.max(0, Math.round((ms ?? 0) / 100) * 100 - silenceMs),
      });
    },
  };
}

/** Tells whoever is recorded that it begins now. */
export function beepItem(recording: string): Item {
  return { id: `${recording}.beep`, app: 'playback', argument: TONES.beep, ended: untold };
}

export function musicId(channel: string): string {
  return `${channel}.music`;
}

/** Music of a class, without an end. Throws `PbxError` 'refused' for what is no name of one. */
export function musicItem(channel: string, musicClass: string): Item {
  if (!MUSIC_CLASS.test(musicClass)) throw new PbxError('refused', 'not a name of music');
  const argument = `local_stream://${musicClass}`;
  return { id: musicId(channel), app: 'playback', argument, endless: true, ended: untold };
}

/** What a line may ask of its channel. */
export function lineCommands(commander: Commander, legOf: () => Leg): LineCommands {
  return {
    execute: async ({ id: item, app, argument }) => {
      const { id, isUp } = legOf();
      const commands = [
        ...(isUp ? [] : [encodeFor('uuid_pre_answer', id)]),
        // The length of a recording before it would else be told again for one that could not be made.
        ...(app === 'record' ? [encodeSet(id, { record_ms: '' })] : []),
        encodeExecute(id, app, argument, item),
      ];
      await Promise.all(commands.map((command) => commander.say(id, command)));
    },
    break: async () => {
      const { id } = legOf();
      await commander.say(id, encodeFor('uuid_break', id));
    },
    check: () => commander.check(legOf().id),
  };
}

/** What `playback` plays. Throws `PbxError` 'refused' for an empty list or a path that FreeSWITCH could read as something else. */
function playbackArgument(media: readonly Media[]): string {
  checkMedia(media);
  const items = media.map((item) => {
    if ('file' in item) return `${item.file}.wav`;
    return 'tone' in item ? TONES[item.tone] : `silence_stream://${Math.ceil(item.silenceMs)}`;
  });
  // As one item, without a pause between them; `!` stands in no path.
  return items.length === 1 ? (items[0] ?? '') : `file_string://${items.join('!')}`;
}

/** True for what lasts until it is stopped. */
function isEndless(media: readonly Media[]): boolean {
  return media.some((item) => 'tone' in item && item.tone !== 'beep');
}
