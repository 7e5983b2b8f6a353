import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const RATE = 8_000;

/** A sine as a WAV file: mono, 16 bit. @param rate samples per second */
export function toneWav(hertz: number, ms: number, rate = RATE): Buffer {
  const samples = (rate * ms) / 1_000;
  const file = Buffer.alloc(44 + samples * 2);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(36 + samples * 2, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(rate, 24);
  file.writeUInt32LE(rate * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(samples * 2, 40);
  for (let index = 0; index < samples; index += 1) {
    file.writeInt16LE(Math.round(8_000 * Math.sin((2 * Math.PI * hertz * index) / rate)), 44 + index * 2);
  }
  return file;
}

const files = new Map<number, string>();

/** A file of two minutes of a tone, written once per process. A phone that comes to its end hangs up. */
export function toneFile(hertz = 440): string {
  const known = files.get(hertz);
  if (known !== undefined) return known;
  const file = path.join(os.tmpdir(), `carillon-tone-${process.pid}-${hertz}.wav`);
  fs.writeFileSync(file, toneWav(hertz, 120_000));
  process.once('exit', () => fs.rmSync(file, { force: true }));
  files.set(hertz, file);
  return file;
}

/** Sound from a WAV file of 8 kHz, mono, 16 bit; its header may still be unfinished. */
export class Sound {
  readonly #samples: readonly number[];

  constructor(samples: readonly number[]) {
    this.#samples = samples;
  }

  static of(wav: Buffer): Sound {
    const samples: number[] = [];
    for (let at = 44; at + 1 < wav.length; at += 2) samples.push(wav.readInt16LE(at));
    return new Sound(samples);
  }

  get ms(): number {
    return (this.#samples.length * 1_000) / RATE;
  }

  /** The last `ms` of it. */
  last(ms: number): Sound {
    return new Sound(this.#samples.slice(-Math.round((ms * RATE) / 1_000)));
  }

  /** Root mean square, 0 to 32767: 0 is silence. */
  get loudness(): number {
    if (this.#samples.length === 0) return 0;
    return Math.sqrt(this.#samples.reduce((sum, sample) => sum + sample * sample, 0) / this.#samples.length);
  }

  /** Share of the power that lies at `hertz`, 0 to 1 (Goertzel's algorithm). */
  shareAt(hertz: number): number {
    const factor = 2 * Math.cos((2 * Math.PI * hertz) / RATE);
    let previous = 0;
    let before = 0;
    let power = 0;
    for (const sample of this.#samples) {
      const next = sample + factor * previous - before;
      before = previous;
      previous = next;
      power += sample * sample;
    }
    if (power === 0) return 0;
    return (
      (2 * (previous * previous + before * before - factor * previous * before)) /
      (power * this.#samples.length)
    );
  }
}
