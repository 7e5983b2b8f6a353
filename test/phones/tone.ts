import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const RATE = 8_000;

/** A sine as a WAV file: 8 kHz, mono, 16 bit. */
export function toneWav(hertz: number, ms: number): Buffer {
  const samples = (RATE * ms) / 1_000;
  const file = Buffer.alloc(44 + samples * 2);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(36 + samples * 2, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE * 2, 28);
  file.writeUInt16LE(2, 32);
  file.writeUInt16LE(16, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(samples * 2, 40);
  for (let index = 0; index < samples; index += 1) {
    file.writeInt16LE(Math.round(8_000 * Math.sin((2 * Math.PI * hertz * index) / RATE)), 44 + index * 2);
  }
  return file;
}

let file = '';

/** A file of two minutes of 440 Hz, written once per process. A phone that comes to its end hangs up. */
export function toneFile(): string {
  if (file) return file;
  file = path.join(os.tmpdir(), `carillon-tone-${process.pid}.wav`);
  fs.writeFileSync(file, toneWav(440, 120_000));
  process.once('exit', () => fs.rmSync(file, { force: true }));
  return file;
}
