import http from 'node:http';
import { PbxError } from '../pbx.ts';
import { type AriRequest, type AriResponse, MAX_FRAME, parseJson, uriOf } from './ari-codec.ts';

export interface AriHttpOptions {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** REST calls to ARI over a pool of kept HTTP connections, each call with its own, so that none waits for another. */
export class AriHttp {
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 64 });
  readonly #base: string;
  readonly #auth: string;
  readonly #deadlineMs: number;
  #open = new AbortController();

  constructor(options: AriHttpOptions, deadlineMs: number) {
    this.#base = `${options.url}/ari/`;
    this.#auth = `${options.user}:${options.password}`;
    this.#deadlineMs = deadlineMs;
  }

  /** Resolves with any HTTP status; rejects with `PbxError` 'timeout' or 'link-down'. */
  request(request: AriRequest): Promise<AriResponse> {
    const body = request.body && JSON.stringify(request.body);
    const aborted = this.#open.signal;
    return new Promise((resolve, reject) => {
      const call = http.request(this.#base + uriOf(request), {
        agent: this.#agent,
        method: request.method,
        auth: this.#auth,
        headers: body
          ? { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
          : {},
        signal: aborted,
      });
      const timer = setTimeout(() => {
        settle();
        reject(
          new PbxError('timeout', `${request.method} ${request.path}: no answer in ${this.#deadlineMs} ms`),
        );
        call.destroy();
      }, this.#deadlineMs);
      const settle = () => clearTimeout(timer);
      call.on('error', (error) => {
        settle();
        reject(
          new PbxError(
            'link-down',
            aborted.aborted ? 'the link to Asterisk dropped' : `HTTP: ${error.message}`,
          ),
        );
      });
      call.on('response', (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_FRAME) call.destroy(new Error('answer too large'));
          else chunks.push(chunk);
        });
        response.on('end', () => {
          settle();
          resolve({ status: response.statusCode ?? 0, body: parseJson(Buffer.concat(chunks).toString()) });
        });
        response.on('error', (error) => call.destroy(error));
      });
      call.end(body);
    });
  }

  /** Rejects every call under way; new calls may be made. */
  abort(): void {
    const open = this.#open;
    this.#open = new AbortController();
    open.abort();
  }

  /** Rejects every call under way and closes the connections. */
  close(): void {
    this.abort();
    this.#agent.destroy();
  }
}
