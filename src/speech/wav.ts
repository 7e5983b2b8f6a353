/** Where the header of a WAV file ends at the latest, bytes; tags of a studio may stand in between. */
export const WAV_HEAD_BYTES = 16_384;

/**
 * Length of a WAV file in ms by its header, undefined when it is none.
 * @param head its first bytes
 * @param fileBytes size of the file: a header may promise more, or was never finished
 */
export function wavMs(head: Uint8Array, fileBytes: number): number | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.byteLength < 12 || fourLetters(view, 0) !== 'RIFF' || fourLetters(view, 8) !== 'WAVE')
    return undefined;
  let bytesPerSecond = 0;
  for (let at = 12; at + 8 <= head.byteLength; ) {
    const chunk = fourLetters(view, at);
    const size = view.getUint32(at + 4, true);
    if (chunk === 'fmt ' && at + 20 <= head.byteLength) bytesPerSecond = view.getUint32(at + 16, true);
    if (chunk === 'data') {
      const there = Math.max(0, fileBytes - at - 8);
      const bytes = size === 0 ? there : Math.min(size, there);
      return bytesPerSecond === 0 ? undefined : Math.round((bytes * 1_000) / bytesPerSecond);
    }
    at += 8 + size + (size % 2);
  }
  return undefined;
}

/** What the header of a WAV file has to say, and where. Bytes. */
export interface WavSizes {
  /** Where the size of the sound is written; the size of the whole stands at 4. */
  readonly at: number;
  readonly riff: number;
  readonly data: number;
  /** Where the last whole sample ends: the file is cut there. */
  readonly fileBytes: number;
}

/**
 * The right sizes for a recording that was never finished, because its program died: it promises nothing, or more than there is.
 * Undefined for one that is right, and for what is no WAV file.
 */
export function mendedSizes(head: Uint8Array, fileBytes: number): WavSizes | undefined {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.byteLength < 12 || fourLetters(view, 0) !== 'RIFF' || fourLetters(view, 8) !== 'WAVE')
    return undefined;
  let bytesPerSample = 1;
  for (let at = 12; at + 8 <= head.byteLength; ) {
    const chunk = fourLetters(view, at);
    const size = view.getUint32(at + 4, true);
    if (chunk === 'fmt ' && at + 22 <= head.byteLength) bytesPerSample = view.getUint16(at + 20, true) || 1;
    if (chunk === 'data') {
      const start = at + 8;
      const there = fileBytes - start;
      if (there <= 0 || (size > 0 && size <= there)) return undefined;
      const data = there - (there % bytesPerSample);
      return { at: at + 4, riff: start + data - 8, data, fileBytes: start + data };
    }
    at += 8 + size + (size % 2);
  }
  return undefined;
}

function fourLetters(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((offset) => view.getUint8(at + offset)));
}
