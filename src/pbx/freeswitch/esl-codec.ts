import { cleanText } from '../../base/text.ts';
import { isRecord } from '../json.ts';
import { PbxError } from '../pbx.ts';

/** One frame of the event socket. */
export interface EslFrame {
  readonly type: string;
  readonly headers: ReadonlyMap<string, string>;
  /** undefined: longer than `MAX_BODY`, and passed over. */
  readonly body: string | undefined;
}

/** An event, or a channel as it was dumped: names and values as FreeSWITCH has them, nothing decoded. */
export type EslEvent = (header: string) => string;

/** Bytes of the longest body that is kept. */
export const MAX_BODY = 4_000_000;
const MAX_HEAD = 64_000;
const END_OF_HEAD = Buffer.from('\n\n');
const NEWLINE = 10;
/** A string of JSON, after the colon of its name. */
const VALUE = /\s*("[^"\\]*(?:\\.[^"\\]*)*")/y;

/** What came is not the event socket's protocol, so nothing after it can be trusted. */
export class NotEsl extends Error {}

/** Cuts what comes into frames, by length in bytes, wherever TCP cuts it. Holds no more than one head and one body. */
export class EslParser {
  #head: Buffer = Buffer.alloc(0);
  #frame: { readonly headers: ReadonlyMap<string, string>; readonly parts: Buffer[] } | undefined;
  #missing = 0;
  #isTooLong = false;

  /** Frames that are complete with `bytes`. Throws `NotEsl`. */
  push(bytes: Buffer): EslFrame[] {
    const frames: EslFrame[] = [];
    let rest = bytes;
    while (rest.length > 0) {
      rest = this.#frame ? this.#takeBody(this.#frame.parts, rest) : this.#takeHead(rest);
      if (!this.#frame || this.#missing > 0) continue;
      const { headers, parts } = this.#frame;
      this.#frame = undefined;
      const body = this.#isTooLong ? undefined : Buffer.concat(parts).toString();
      frames.push({ type: headers.get('content-type') ?? '', headers, body });
    }
    return frames;
  }

  #takeHead(bytes: Buffer): Buffer {
    const all = this.#head.length === 0 ? withoutNewlines(bytes) : Buffer.concat([this.#head, bytes]);
    const end = all.indexOf(END_OF_HEAD);
    if (Math.max(end, end < 0 ? all.length : 0) > MAX_HEAD) throw new NotEsl('a frame without an end');
    if (end < 0) {
      this.#head = all;
      return Buffer.alloc(0);
    }
    this.#head = Buffer.alloc(0);
    const headers = parseHeaders(all.subarray(0, end).toString());
    const length = headers.get('content-length') ?? '0';
    if (!/^\d{1,12}$/.test(length)) throw new NotEsl(`a frame of "${length.slice(0, 20)}" bytes`);
    this.#missing = Number(length);
    this.#isTooLong = this.#missing > MAX_BODY;
    this.#frame = { headers, parts: [] };
    return all.subarray(end + END_OF_HEAD.length);
  }

  #takeBody(parts: Buffer[], bytes: Buffer): Buffer {
    const part = bytes.subarray(0, this.#missing);
    this.#missing -= part.length;
    if (!this.#isTooLong) parts.push(part);
    return bytes.subarray(part.length);
  }
}

/**
 * Reads a JSON event; undefined for what is none. Its values are text from outside. An event has about 150 headers and we look at ten, so
 * only those are read, and the rest is not made into objects.
 */
export function parseEvent(json: string): EslEvent | undefined {
  return /^\s*\{/.test(json) && /\}\s*$/.test(json.slice(-8))
    ? (header) => headerIn(json, header)
    : undefined;
}

/** The text under this name, '' where there is none. Within a text every quote is escaped, so none can pass for a name. */
function headerIn(json: string, header: string): string {
  const name = `${JSON.stringify(header)}:`;
  for (let at = json.indexOf(name); at >= 0; at = json.indexOf(name, at + 1)) {
    if (!/[{,\s]/.test(json.charAt(at - 1))) continue;
    VALUE.lastIndex = at + name.length;
    const [, quoted = '""'] = VALUE.exec(json) ?? [];
    return quoted.includes('\\') ? textOf(quoted) : quoted.slice(1, -1);
  }
  return '';
}

function textOf(quoted: string): string {
  const value = parsed(quoted);
  return typeof value === 'string' ? value : '';
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The rows of an answer to `show … as json`; an empty list has none. Throws `PbxError` 'refused' for an answer that is no list. */
export function parseRows(answer: string): readonly Record<string, unknown>[] {
  const list = parsed(answer);
  if (!isRecord(list)) throw new PbxError('refused', `FreeSWITCH gives no list: ${cleanText(answer, 100)}`);
  return Array.isArray(list.rows) ? list.rows.filter(isRecord) : [];
}

function parseHeaders(head: string): Map<string, string> {
  return new Map(
    head.split('\n').map((line) => {
      const colon = line.indexOf(':');
      if (colon < 1) throw new NotEsl(`no header: ${JSON.stringify(line.slice(0, 40))}`);
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}

function withoutNewlines(bytes: Buffer): Buffer {
  let at = 0;
  while (bytes[at] === NEWLINE) at += 1;
  return bytes.subarray(at);
}
