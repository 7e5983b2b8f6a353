const RATE = 8000;
const SECONDS = 6;
/** A quiet falling third and a rest: enough to say "still here". */
const NOTES: readonly { readonly hertz: number; readonly from: number; readonly seconds: number }[] = [
  { hertz: 523.25, from: 0, seconds: 0.9 },
  { hertz: 440, from: 0.9, seconds: 1.4 },
];

/**
 * A WAV file (8 kHz, mono, 16 bit) to play to waiting callers where no music is installed.
 * @param name of the music class: each sounds at a pitch of its own
 */
export function holdTone(name: string): Buffer {
  const pitch = name === 'default' ? 1 : 2 ** (((name.length % 5) + 2) / 12);
  const sound = Buffer.alloc(RATE * SECONDS * 2);
  for (const { hertz, from, seconds } of NOTES)
    for (let at = 0; at < seconds; at += 1 / RATE) {
      const fade = Math.min(1, at / 0.02) * (1 - at / seconds);
      const level = Math.round(4000 * fade * Math.sin(2 * Math.PI * hertz * pitch * at));
      sound.writeInt16LE(level, Math.floor((from + at) * RATE) * 2);
    }
  return Buffer.concat([wavHeader(sound.length), sound]);
}

/** The head of a WAV file of 8 kHz, mono, 16 bit, as Asterisk plays it without converting. @param bytes of sound */
export function wavHeader(bytes: number): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + bytes, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(bytes, 40);
  return header;
}
