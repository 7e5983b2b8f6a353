/**
 * Width of a text in units of `size`, as wide as common sans-serif fonts get (the widths of DejaVu Sans, which is wider
 * than Arial, Segoe and Noto Sans). Chinese, Japanese and Korean characters are as wide as they are high.
 */
export function widthOf(text: string, size: number, bold = false): number {
  let width = 0;
  for (const letter of text) width += letterWidth(letter);
  return width * size * (bold ? 1.13 : 1);
}

function letterWidth(letter: string): number {
  if (/\p{Mn}|\p{Me}|\p{Cf}/u.test(letter)) return 0;
  if (/[ilj|'.,:;!]/.test(letter)) return 0.34;
  if (/[ frt()[\]{}"/\\*`-]/.test(letter)) return 0.42;
  if (/[mwMW%@—…→]/.test(letter)) return 1;
  if (/[A-Z+=<>~#&_^]/.test(letter)) return 0.8;
  return letter <= '\u024f' ? 0.64 : 1;
}

/** `text` when it is no wider than `width`, else as much of it as fits with `…` at the end. */
export function cutTo(text: string, width: number, size: number, bold = false): string {
  if (widthOf(text, size, bold) <= width) return text;
  let cut = '';
  for (const letter of text) {
    if (widthOf(`${cut}${letter}…`, size, bold) > width) break;
    cut += letter;
  }
  return `${cut.trimEnd()}…`;
}

/** Breaks a text into at most `lines` lines, between words or between Chinese characters; the last one may end with `…`. */
export function wrapTo(text: string, width: number, size: number, lines: number): string[] {
  const done: string[] = [];
  let line = '';
  const pieces = piecesOf(text);
  for (const [at, piece] of pieces.entries()) {
    if (widthOf((line + piece).trimEnd(), size) <= width) {
      line += piece;
      continue;
    }
    if (done.length === lines - 1 || widthOf(piece, size) > width)
      return [...done, cutTo(line + pieces.slice(at).join(''), width, size)];
    done.push(line.trimEnd());
    line = piece;
  }
  return line.trim() === '' ? done : [...done, line.trimEnd()];
}

/** Chinese, Japanese and Korean characters and their punctuation. */
const WIDE = '\\u2e80-\\u9fff\\uac00-\\ud7af\\uf900-\\ufaff\\uff00-\\uffef';
const PIECE = new RegExp(`(?:[${WIDE}]|[^\\s${WIDE}]+)[、，。．：；？！）】》」』”’]*\\s*`, 'gu');

/** Where a line may be broken: after white space, and around a wide character, but never before punctuation. */
function piecesOf(text: string): string[] {
  return text.trim().replace(/\s+/g, ' ').match(PIECE) ?? [];
}

/** What XML 1.0 does not allow, and the marks that turn the direction of reading. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is its purpose
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]/g;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Any text, made safe for the content and the attributes of XML. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(UNSAFE, '\ufffd')
    .replace(/[&<>"']/g, (letter) => ENTITIES[letter]!);
}
