import { type AriRequest, MAX_FRAME, uriOf } from './ari-codec.ts';

/** A whole answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  /** The server closes the connection after it. */
  readonly last: boolean;
}

/** A request as it goes over a kept connection (RFC 9112). @param host `host:port`; @param authorization value of that header */
export function encodeHttp(request: AriRequest, host: string, authorization: string): string {
  const body = request.body ? JSON.stringify(request.body) : '';
  const head = `${request.method} /ari/${uriOf(request)} HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${authorization}\r\n`;
  if (body === '') return `${head}Content-Length: 0\r\n\r\n`;
  return `${head}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** What came is no answer that ARI gives. */
class Malformed extends Error {}

/** Reads the answers of one connection, in whatever pieces they come. */
export class HttpReader {
  #bytes: Buffer = Buffer.alloc(0);

  /** True when nothing of a next answer has come. */
  get isEmpty(): boolean {
    return this.#bytes.length === 0;
  }

  /**
   * The answer that `chunk` completes; undefined while more has to come.
   * @throws when it is no HTTP answer, or larger than any honest one
   */
  take(chunk: Buffer): HttpAnswer | undefined {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    if (this.#bytes.length > MAX_FRAME) throw new Malformed('answer too large');
    const end = this.#bytes.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const [statusLine = '', ...lines] = this.#bytes.toString('latin1', 0, end).split('\r\n');
    const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine)?.[1]);
    if (!status) throw new Malformed(`not an HTTP answer: ${JSON.stringify(statusLine.slice(0, 40))}`);
    const headers = headersOf(lines);
    const rest = this.#bytes.subarray(end + 4);
    const body = /\bchunked\b/i.test(headers.get('transfer-encoding') ?? '')
      ? chunksOf(rest)
      : plainBody(rest, status === 204 ? '0' : (headers.get('content-length') ?? '0'));
    if (!body) return undefined;
    this.#bytes = rest.subarray(body.length);
    return { status, body: body.text, last: /\bclose\b/i.test(headers.get('connection') ?? '') };
  }
}

interface Body {
  readonly text: string;
  /** Bytes that it took. */
  readonly length: number;
}

function headersOf(lines: readonly string[]): Map<string, string> {
  return new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}

function plainBody(rest: Buffer, stated: string): Body | undefined {
  if (!/^\d{1,9}$/.test(stated)) throw new Malformed(`a length of ${JSON.stringify(stated.slice(0, 20))}`);
  const length = Number(stated);
  return rest.length < length ? undefined : { text: rest.toString('utf8', 0, length), length };
}

function chunksOf(rest: Buffer): Body | undefined {
  const pieces: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = rest.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(rest.toString('latin1', at, lineEnd), 16);
    if (!(size >= 0)) throw new Malformed('a chunk without a size');
    const end = lineEnd + 2 + size;
    // Trailers are not used: after the last chunk comes an empty line.
    if (rest.length < end + 2) return undefined;
    if (size === 0) return { text: Buffer.concat(pieces).toString(), length: end + 2 };
    pieces.push(rest.subarray(lineEnd + 2, end));
    at = end + 2;
  }
}
