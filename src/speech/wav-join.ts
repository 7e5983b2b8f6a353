/** A piece of sound: a WAV file, or silence. */
export type SoundPiece = Uint8Array | { readonly silenceMs: number };

const HEADER_BYTES = 44;

/** One WAV file (PCM) of pieces in a row. Undefined where one of them is none, or unlike the first. */
export function joinWav(pieces: readonly SoundPiece[]): Uint8Array | undefined {
  const read = pieces.map((piece) => (piece instanceof Uint8Array ? readWav(piece) : piece));
  const first = read.find((piece): piece is Wav => piece !== undefined && 'format' in piece);
  if (!first) return undefined;
  const parts: Uint8Array[] = [];
  for (const piece of read) {
    if (!piece) return undefined;
    if ('format' in piece) {
      if (!sameBytes(piece.format, first.format)) return undefined;
      parts.push(piece.data);
    } else parts.push(silence(first, piece.silenceMs));
  }
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const whole = new Uint8Array(HEADER_BYTES + length);
  const view = new DataView(whole.buffer);
  writeLetters(view, 0, 'RIFF');
  view.setUint32(4, HEADER_BYTES - 8 + length, true);
  writeLetters(view, 8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  whole.set(first.format, 20);
  writeLetters(view, 36, 'data');
  view.setUint32(40, length, true);
  let at = HEADER_BYTES;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

interface Wav {
  /** The 16 bytes that say how the samples are to be read. */
  readonly format: Uint8Array;
  readonly data: Uint8Array;
}

function readWav(file: Uint8Array): Wav | undefined {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.byteLength < 12 || letters(view, 0) !== 'RIFF' || letters(view, 8) !== 'WAVE') return undefined;
  let format: Uint8Array | undefined;
  for (let at = 12; at + 8 <= file.byteLength; ) {
    const chunk = letters(view, at);
    const size = view.getUint32(at + 4, true);
    if (chunk === 'fmt ' && size >= 16 && at + 24 <= file.byteLength) format = file.subarray(at + 8, at + 24);
    if (chunk === 'data') return format && { format, data: file.subarray(at + 8, at + 8 + size) };
    at += 8 + size + (size % 2);
  }
  return undefined;
}

/** Of 16-bit samples: their zero is silence. */
function silence({ format }: Wav, ms: number): Uint8Array {
  const view = new DataView(format.buffer, format.byteOffset, format.byteLength);
  const frames = Math.round((view.getUint32(4, true) * ms) / 1000);
  return new Uint8Array(frames * view.getUint16(12, true));
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.every((byte, at) => byte === other[at]);
}

function letters(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((offset) => view.getUint8(at + offset)));
}

function writeLetters(view: DataView, at: number, text: string): void {
  for (let index = 0; index < text.length; index += 1) view.setUint8(at + index, text.charCodeAt(index));
}
