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

function fourLetters(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((offset) => view.getUint8(at + offset)));
}
