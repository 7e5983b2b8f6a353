import { checkMedia, type Media } from '../pbx.ts';

/** China's tones: 450 Hz, quieter than speech. */
const TONES = {
  ringback: 'tone_stream://v=-13;%(1000,4000,450);loops=-1',
  busy: 'tone_stream://v=-13;%(350,350,450);loops=-1',
  beep: 'tone_stream://v=-13;%(200,0,1000)',
} as const;

export const BEEP = TONES.beep;

/** What `playback` plays. Throws `PbxError` 'refused' for an empty list or a path that FreeSWITCH could read as something else. */
export function playbackArgument(media: readonly Media[]): string {
  checkMedia(media);
  const items = media.map((item) => {
    if ('file' in item) return `${item.file}.wav`;
    return 'tone' in item ? TONES[item.tone] : `silence_stream://${Math.ceil(item.silenceMs)}`;
  });
  // As one item, without a pause between them; `!` stands in no path.
  return items.length === 1 ? (items[0] ?? '') : `file_string://${items.join('!')}`;
}

/** True for what lasts until it is stopped. */
export function isEndless(media: readonly Media[]): boolean {
  return media.some((item) => 'tone' in item && item.tone !== 'beep');
}
