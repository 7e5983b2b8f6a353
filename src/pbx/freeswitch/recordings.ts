import { checkId, PbxError, type PbxEvent, type RecordOptions } from '../pbx.ts';
import { wholeNumber } from './causes.ts';
import type { Item } from './line.ts';
import { BEEP } from './media.ts';

/** Energy below which it counts as silence: that of a quiet room on the line. */
const SILENCE_LEVEL = 200;
const MUSIC_CLASS = /^[A-Za-z0-9_-]{1,64}$/;

const untold = (): void => undefined;

/** Records what the channel says. Throws `PbxError` 'refused' for more than one key. @param folder where it is written */
export function recordingItem(
  recording: string,
  folder: string,
  { endKey, maxMs, maxSilenceMs }: RecordOptions,
  emit: (event: PbxEvent) => void,
): Item {
  checkId(recording);
  if (!/^[0-9A-D*#]?$/.test(endKey)) throw new PbxError('refused', `"${endKey}" is not one key`);
  const file = `${folder}/${recording}.wav`;
  const silenceS = Math.ceil(maxSilenceMs / 1_000);
  const limits = [Math.ceil(maxMs / 1_000), ...(silenceS > 0 ? [SILENCE_LEVEL, silenceS] : [])];
  return {
    id: recording,
    app: 'record',
    argument: [`'${file}'`, ...limits].join(' '),
    endKey,
    ended: (how, event) => {
      // It counts a frame too few.
      const ms = Math.round((wholeNumber(event?.('variable_record_ms') ?? '') ?? 0) / 100) * 100;
      const silenceMs = event?.('variable_silence_hits_exhausted') === 'true' ? maxSilenceMs : 0;
      emit({
        type: 'RecordingEnded',
        recording,
        outcome: how === 'done' ? 'done' : 'failed',
        file,
        durationMs: Math.max(0, ms - silenceMs),
      });
    },
  };
}

/** Tells whoever is recorded that it begins now. */
export function beepItem(recording: string): Item {
  return { id: `${recording}.beep`, app: 'playback', argument: BEEP, ended: untold };
}

/** Music of a class, without an end. Throws `PbxError` 'refused' for what is no name of one. */
export function musicItem(channel: string, musicClass: string): Item {
  if (!MUSIC_CLASS.test(musicClass)) throw new PbxError('refused', 'not a name of music');
  const argument = `local_stream://${musicClass}`;
  return { id: `${channel}.music`, app: 'playback', argument, endless: true, ended: untold };
}
