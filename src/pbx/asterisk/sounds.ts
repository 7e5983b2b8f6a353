import fs from 'node:fs';
import path from 'node:path';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { BEEP, SILENCES, silenceName } from './media.ts';

const SAMPLES_PER_MS = 8;

/**
 * Writes the sound files that we bring into `folder`: ARI's own tones cannot end by themselves (a `tone:!1000/200` plays
 * until it is stopped), and the prompt package with beep and silence need not be installed. A folder that cannot be written
 * is said in the log; calls go on without beeps.
 */
export function writeSounds(folder: string, log: Log): void {
  try {
    fs.mkdirSync(folder, { recursive: true });
    for (const { name, wav } of ownSounds()) fs.writeFileSync(path.join(folder, `${name}.wav`), wav);
  } catch (error) {
    log.error({ folder, error: messageOf(error) }, 'cannot write beep and silence: they will fail to play');
  }
}

function ownSounds(): { readonly name: string; readonly wav: Uint8Array }[] {
  return [
    { name: BEEP, wav: wavOf(beep(200)) },
    ...SILENCES.map((ms) => ({ name: silenceName(ms), wav: wavOf(new Int16Array(ms * SAMPLES_PER_MS)) })),
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
