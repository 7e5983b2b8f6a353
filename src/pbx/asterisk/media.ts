import { checkMedia, type Media } from '../pbx.ts';

/** Lengths of the silence files, longest first, ms. Any silence is put together from them. */
const SILENCES = [5_000, 1_000, 500, 100] as const;
const SAMPLES_PER_MS = 8;

/** Names of the tones in indications.conf; both last until they are stopped. */
const TONES = { ringback: 'tone:ring', busy: 'tone:busy' } as const;

/**
 * What ARI has to play, in order. Throws `PbxError` 'refused' for an empty list or a path that Asterisk could read as
 * something else.
 * @param sounds directory of the files that `ownSounds` describes
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

/** Name of our beep in the directory of sounds. */
export const BEEP = 'carillon-beep';

function silenceName(ms: number): string {
  return `carillon-silence-${ms}`;
}

/**
 * The sound files that we bring: ARI's own tones cannot end by themselves (a `tone:!1000/200` plays until it is stopped),
 * and the prompt package with beep and silence need not be installed.
 */
export function ownSounds(): { readonly name: string; readonly wav: Uint8Array }[] {
  return [
    { name: `${BEEP}.wav`, wav: wavOf(beep(200)) },
    ...SILENCES.map((ms) => ({
      name: `${silenceName(ms)}.wav`,
      wav: wavOf(new Int16Array(ms * SAMPLES_PER_MS)),
    })),
  ];
}

/** 1000 Hz, with 5 ms of rise and fall so that it does not click. */
function beep(ms: number): Int16Array {
  const length = ms * SAMPLES_PER_MS;
  const ramp = 5 * SAMPLES_PER_MS;
  return Int16Array.from({ length }, (_, at) => {
    const envelope = Math.min(1, at / ramp, (length - 1 - at) / ramp);
    return Math.round(8_000 * envelope * Math.sin((2 * Math.PI * at) / SAMPLES_PER_MS));
  });
}

/** 16 bit mono PCM at 8 kHz as a WAV file. */
function wavOf(samples: Int16Array): Uint8Array {
  const file = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const ascii = (at: number, word: string) => {
    for (let index = 0; index < word.length; index += 1) file.setUint8(at + index, word.charCodeAt(index));
  };
  ascii(0, 'RIFF');
  file.setUint32(4, 36 + samples.length * 2, true);
  ascii(8, 'WAVEfmt ');
  file.setUint32(16, 16, true);
  file.setUint16(20, 1, true);
  file.setUint16(22, 1, true);
  file.setUint32(24, SAMPLES_PER_MS * 1_000, true);
  file.setUint32(28, SAMPLES_PER_MS * 2_000, true);
  file.setUint16(32, 2, true);
  file.setUint16(34, 16, true);
  ascii(36, 'data');
  file.setUint32(40, samples.length * 2, true);
  samples.forEach((sample, index) => {
    file.setInt16(44 + index * 2, sample, true);
  });
  return new Uint8Array(file.buffer);
}
