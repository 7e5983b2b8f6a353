import { checkMedia, type Media } from '../pbx.ts';

/** Lengths of the silence files, longest first, ms. Any silence is put together from them. */
export const SILENCES = [5_000, 1_000, 500, 100] as const;

/** Name of our beep in the directory of sounds. */
export const BEEP = 'carillon-beep';

/** Names of the tones in indications.conf; both last until they are stopped. */
const TONES = { ringback: 'tone:ring', busy: 'tone:busy' } as const;

/**
 * What ARI has to play, in order. Throws `PbxError` 'refused' for an empty list or a path that Asterisk could read as
 * something else.
 * @param sounds directory of the files of `writeSounds`
 */
export function mediaUris(media: readonly Media[], sounds: string): string[] {
  checkMedia(media);
  return media.flatMap((item) => {
    if ('file' in item) return [`sound:${item.file}`];
    if ('silenceMs' in item) return silence(item.silenceMs).map((ms) => `sound:${sounds}/${silenceName(ms)}`);
    return item.tone === 'beep' ? [`sound:${sounds}/${BEEP}`] : [TONES[item.tone]];
  });
}

function silence(ms: number): number[] {
  const pieces: number[] = [];
  let left = Math.ceil(ms / 100) * 100;
  for (const length of SILENCES) {
    for (; left >= length; left -= length) pieces.push(length);
  }
  return pieces;
}

/** Name of a silence file in the directory of sounds. */
export function silenceName(ms: number): string {
  return `carillon-silence-${ms}`;
}
