import { networkOf } from '../../base/address.ts';
import { cleanText } from '../../base/text.ts';
import { text } from '../json.ts';
import { PbxError } from '../pbx.ts';
import type { Incident, Perimeter, PerimeterListener } from '../perimeter.ts';
import { type EslEvent, parseRows } from './esl-codec.ts';
import { encodeApi } from './esl-encoder.ts';
import { EslLink, type EslLinkOptions } from './esl-link.ts';

export interface FreeswitchPerimeterOptions extends Omit<EslLinkOptions, 'wants'> {
  /** Writes the access list to where FreeSWITCH's configuration includes it. */
  readonly keepList: (xml: string) => Promise<void>;
}

/** Said where somebody fails to prove who he is. */
const FAILED = 'sofia::register_failure';
/** Said by the dialplan for the call of a guest. */
const GUEST_CALL = 'carillon::guest_call';
/** Name of the access list; the profile and the accounts of phones ask it. */
const LIST = 'not-shut-out';

/** Addresses that `shutOut` takes at most. */
export const MOST_SHUT_OUT = 1_280;

/**
 * The outer side of FreeSWITCH, over a link of its own, so that a flood of incidents never stands before what calls need.
 *
 * FreeSWITCH tells of a wrong login only when the answer used a challenge of its own, but not whether it came over a connection: all count
 * as unproven. Who is shut out stands in an access list that is read again without a restart; calls go on. He gets no further than
 * the challenge: FreeSWITCH still answers him, and tells of each try.
 */
export function freeswitchPerimeter(options: FreeswitchPerimeterOptions): Perimeter {
  return new FreeswitchPerimeter(options);
}

class FreeswitchPerimeter implements Perimeter {
  readonly #link: EslLink;
  readonly #keepList: FreeswitchPerimeterOptions['keepList'];
  #listener: PerimeterListener | undefined;
  #last: Promise<void> = Promise.resolve();

  constructor({ keepList, ...options }: FreeswitchPerimeterOptions) {
    this.#keepList = keepList;
    const wants = { events: [], custom: [FAILED, GUEST_CALL], atOnce: false };
    this.#link = new EslLink(
      { ...options, wants },
      {
        up: () => this.#listener?.up(),
        // The link of the calls says it.
        down: () => undefined,
        beat: () => undefined,
        event: (event) => {
          const incident = incidentOf(event);
          if (incident) this.#listener?.noticed(incident);
        },
      },
    );
  }

  start(listener: PerimeterListener): void {
    this.#listener = listener;
    this.#link.start();
  }

  async stop(): Promise<void> {
    this.#listener = undefined;
    this.#link.stop();
  }

  async registered(): Promise<readonly string[]> {
    const rows = parseRows(await this.#link.send(encodeApi('show', 'registrations', 'as', 'json')));
    return rows.map((row) => text(row, 'network_ip') ?? '');
  }

  shutOut(networks: readonly string[]): Promise<void> {
    // One after the other: the last word counts.
    const next = this.#last.catch(() => undefined).then(() => this.#setList(networks));
    this.#last = next;
    return next;
  }

  async #setList(networks: readonly string[]): Promise<void> {
    await this.#keepList(accessList(networks));
    const reply = await this.#link.send(encodeApi('reloadacl'));
    if (!reply.startsWith('+OK')) throw new PbxError('refused', `access list: ${cleanText(reply, 100)}`);
  }
}

/** The incident that an event tells of; undefined for others. Its values are text from outside. */
export function incidentOf(event: EslEvent): Incident | undefined {
  switch (event('Event-Subclass')) {
    case FAILED:
      return {
        offence: 'unproven-login',
        address: event('network-ip'),
        account: cleanText(event('to-user'), 40),
      };
    case GUEST_CALL:
      return { offence: 'guest-call', address: event('address'), account: '' };
    default:
      return undefined;
  }
}

/** The file with the access list. Throws `PbxError` 'refused' for what is no network: FreeSWITCH would leave it out. */
export function accessList(networks: readonly string[]): string {
  if (networks.length > MOST_SHUT_OUT)
    throw new PbxError('refused', `no more than ${MOST_SHUT_OUT} networks can be shut out`);
  const nodes = networks.map((network) => `  <node type="deny" cidr="${withLength(network)}"/>\n`);
  return `<include>\n <list name="${LIST}" default="allow">\n${nodes.join('')} </list>\n</include>\n`;
}

function withLength(network: string): string {
  if (networkOf(network.replace(/\/64$/, '')) !== network)
    throw new PbxError('refused', `${JSON.stringify(network.slice(0, 60))} is no network to shut out`);
  return network.includes('/') ? network : `${network}/32`;
}
