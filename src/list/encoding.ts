import type { Encoding } from './list.ts';

/** `container`: what the file is instead of text. */
export type FoundEncoding = { readonly encoding: Encoding } | { readonly container: string };

/** Beginnings of files that hold no text. */
const CONTAINERS: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ['a gzip archive: unpack it', [0x1f, 0x8b]],
  ['a ZIP archive or an Excel workbook: unpack it, or save it as CSV UTF-8', [0x50, 0x4b, 0x03, 0x04]],
  ['an old Excel workbook: save it as CSV UTF-8', [0xd0, 0xcf, 0x11, 0xe0]],
  ['a PDF document', [0x25, 0x50, 0x44, 0x46]],
];

const MARKS: readonly (readonly [encoding: Encoding, bytes: readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/** Of the characters of a text in Latin letters and digits, this share has a NUL for its other half in UTF-16. */
const NUL_SHARE = 0.2;

/** Which encoding a file has, by its beginning. Text that is not UTF-8 counts as GB18030, of which GBK and GB 2312 are parts. */
export function encodingOf(beginning: Uint8Array): FoundEncoding {
  const container = CONTAINERS.find(([, bytes]) => beginsWith(beginning, bytes));
  if (container) return { container: container[0] };
  const mark = MARKS.find(([, bytes]) => beginsWith(beginning, bytes));
  if (mark) return { encoding: mark[0] };
  return { encoding: wideEncoding(beginning) ?? (isMostlyUtf8(beginning) ? 'utf-8' : 'gb18030') };
}

function beginsWith(bytes: Uint8Array, start: readonly number[]): boolean {
  return start.every((byte, at) => bytes[at] === byte);
}

/** UTF-16 without a mark. */
function wideEncoding(bytes: Uint8Array): Encoding | undefined {
  const nuls = [0, 0];
  for (const [at, byte] of bytes.entries()) if (byte === 0) nuls[at % 2]! += 1;
  const [even, odd] = nuls.map((count) => count / Math.max(1, bytes.length / 2)) as [number, number];
  if (odd > NUL_SHARE && even < odd / 10) return 'utf-16le';
  if (even > NUL_SHARE && odd < even / 10) return 'utf-16be';
  return undefined;
}

/** A damaged byte here and there does not make another encoding of it. */
function isMostlyUtf8(bytes: Uint8Array): boolean {
  const text = new TextDecoder('utf-8').decode(bytes, { stream: true });
  const foreign = text.match(/[\u0080-\u{10ffff}]/gu)?.length ?? 0;
  const broken = text.match(/\ufffd/g)?.length ?? 0;
  return broken * 10 <= foreign;
}
