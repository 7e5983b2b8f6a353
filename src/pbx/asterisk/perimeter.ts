import { networkOf } from '../../base/address.ts';
import type { Log } from '../../base/log.ts';
import { PbxError } from '../pbx.ts';
import type { Perimeter, PerimeterListener } from '../perimeter.ts';
import { header } from './ami-codec.ts';
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

/** A new one each time: so a look tells whether it was said anew. */
function unknownLists(): readonly undefined[] {
  return Array.from({ length: MOST_LISTS }, () => undefined);
}

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
  /** What stands in each list; undefined when nobody knows, as after a restart of Asterisk. */
  #lists: readonly (readonly string[] | undefined)[] = unknownLists();

  constructor(options: AsteriskPerimeterOptions) {
    const { ariUrl: url, ariUser, ariPassword, amiHost: host, amiPort: port, log } = options;
    this.#ari = new AriHttp({ url, user: ariUser, password: ariPassword }, DEADLINE_MS);
    this.#ami = new AmiLink(
      { host, port, user: options.amiUser, password: options.amiPassword, log, events: 'security,user' },
      {
        up: () => {
          this.#lists = unknownLists();
          this.#listener?.up();
        },
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

  async registered(): Promise<readonly string[]> {
    const { events } = await this.#ami.action('PJSIPShowContacts').catch((error: unknown) => {
      // An empty list is an error to AMI.
      if (error instanceof PbxError && /no contacts/i.test(error.message)) return { events: [] };
      throw error;
    });
    return events.map((event) => hostOf(header(event, 'Uri')));
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
    const before = this.#lists;
    const wanted = arrangeLists(before, networks);
    // Until all is said, nobody knows; a link that comes up meanwhile says so again.
    const unknown = unknownLists();
    this.#lists = unknown;
    for (const [index, list] of wanted.entries())
      if (list !== before[index]) await this.#setList(index, list);
    if (this.#lists === unknown) this.#lists = wanted;
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

/**
 * Which networks stand in which list: each stays in the list that it is in, a new one takes the first free place. A list that
 * stays as it is is the same object as before.
 */
export function arrangeLists(
  before: readonly (readonly string[] | undefined)[],
  networks: readonly string[],
): (readonly string[])[] {
  const left = new Set(networks);
  const lists = before.map((list) => (list ?? []).filter((network) => left.delete(network)));
  for (const network of left) lists.find((list) => list.length < PER_LIST)?.push(network);
  return lists.map((list, index) => {
    const old = before[index];
    return old && old.length === list.length && old.every((one, at) => one === list[at]) ? old : list;
  });
}

/** Of `sip:1001@192.0.2.7:5060;ob` or `sip:1001@[2001:db8::1]`: Asterisk writes there where the phone registered from. */
function hostOf(uri: string): string {
  return /@(\[[0-9a-fA-F:.]+\]|[^:;>?]+)/.exec(uri)?.[1] ?? '';
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
