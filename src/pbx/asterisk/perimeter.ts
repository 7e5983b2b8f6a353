import { networkOf } from '../../base/address.ts';
import type { Log } from '../../base/log.ts';
import { PbxError } from '../pbx.ts';
import type { Perimeter, PerimeterListener } from '../perimeter.ts';
import { AmiLink } from './ami-link.ts';
import { type AriRequest, path } from './ari-codec.ts';
import { AriHttp } from './ari-http-link.ts';
import { incidentOf } from './security-events.ts';

export interface AsteriskPerimeterOptions {
  readonly ariUrl: string;
  readonly ariUser: string;
  readonly ariPassword: string;
  readonly amiHost: string;
  readonly amiPort: number;
  readonly amiUser: string;
  readonly amiPassword: string;
  readonly log: Log;
}

const DEADLINE_MS = 3_000;
/** Addresses of one access list. Asterisk takes bodies of up to 4,096 bytes, and looks at each list for each message. */
const PER_LIST = 80;
const MOST_LISTS = 16;

/** Addresses that `shutOut` takes at most. */
export const MOST_SHUT_OUT = PER_LIST * MOST_LISTS;

/**
 * The outer side of Asterisk. It has links of its own, so that a flood of incidents never stands before what calls need.
 * Access lists are objects of res_pjsip_acl in memory (sorcery.conf), set over ARI: nothing is reloaded.
 */
export function asteriskPerimeter(options: AsteriskPerimeterOptions): Perimeter {
  return new AsteriskPerimeter(options);
}

class AsteriskPerimeter implements Perimeter {
  readonly #ami: AmiLink;
  readonly #ari: AriHttp;
  #listener: PerimeterListener | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor(options: AsteriskPerimeterOptions) {
    const { ariUrl: url, ariUser, ariPassword, amiHost: host, amiPort: port, log } = options;
    this.#ari = new AriHttp({ url, user: ariUser, password: ariPassword }, DEADLINE_MS);
    this.#ami = new AmiLink(
      { host, port, user: options.amiUser, password: options.amiPassword, log, events: 'security,user' },
      {
        up: () => this.#listener?.up(),
        // The other AMI link says it.
        down: () => undefined,
        draining: () => undefined,
        event: (message) => {
          const incident = incidentOf(message);
          if (incident) this.#listener?.noticed(incident);
        },
      },
    );
  }

  start(listener: PerimeterListener): void {
    this.#listener = listener;
    this.#ami.start();
  }

  async stop(): Promise<void> {
    this.#listener = undefined;
    this.#ari.abort();
    await this.#ami.stop();
  }

  shutOut(networks: readonly string[]): Promise<void> {
    // One after the other: the last word counts.
    const next = this.#last.catch(() => undefined).then(() => this.#setLists(networks));
    this.#last = next;
    return next;
  }

  async #setLists(networks: readonly string[]): Promise<void> {
    for (const network of networks) checkNetwork(network);
    if (networks.length > MOST_SHUT_OUT)
      throw new PbxError('refused', `no more than ${MOST_SHUT_OUT} networks can be shut out`);
    for (let index = 0; index < MOST_LISTS; index += 1)
      await this.#setList(index, networks.slice(index * PER_LIST, (index + 1) * PER_LIST));
  }

  /** An access list cannot be changed, so it is made anew. */
  async #setList(index: number, networks: readonly string[]): Promise<void> {
    const list = path('asterisk', 'config', 'dynamic', 'res_pjsip', 'acl', `shut-out-${index}`);
    const removed = await this.#ari.request({ method: 'DELETE', path: list });
    if (removed.status >= 300 && removed.status !== 404) throw refused('DELETE', list, removed.status);
    if (networks.length === 0) return;
    const body = { fields: [{ attribute: 'deny', value: networks.map(withLength).join(',') }] };
    const put: AriRequest = { method: 'PUT', path: list, body };
    const made = await this.#ari.request(put);
    // 500: it is made, but Asterisk cannot show it in the answer.
    if (made.status >= 300 && made.status !== 500) throw refused('PUT', list, made.status);
    const shown = await this.#ari.request({ method: 'GET', path: list });
    if (shown.status === 404) throw refused('PUT', list, made.status);
  }
}

/** Asterisk takes a wrong address for "everybody". */
function checkNetwork(network: string): void {
  if (networkOf(network.replace(/\/64$/, '')) !== network)
    throw new PbxError('refused', `${JSON.stringify(network.slice(0, 60))} is no network to shut out`);
}

function withLength(network: string): string {
  return network.includes('/') ? network : `${network}/32`;
}

function refused(method: string, list: string, status: number): PbxError {
  return new PbxError('refused', `Asterisk answered ${status} to ${method} ${list}`);
}
