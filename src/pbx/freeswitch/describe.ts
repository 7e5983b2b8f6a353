import { cleanNumber, cleanText } from '../../base/text.ts';
import {
  type ArrivedChannel,
  isExtension,
  type OverhearRequest,
  type PbxSnapshot,
  type Source,
} from '../pbx.ts';
import type { EslEvent } from './esl-codec.ts';

/** Variables with which a channel itself says what it is part of, so that the next daemon can read it. */
export const BRIDGE = 'carillon_bridge';
export const OVERHEARS = 'carillon_overhears';
/** The dialplan says that a call is ours. */
export const HANDED_OVER = 'carillon_handed_over';

/** A channel as an event or a dump of it tells. */
export interface Seen {
  readonly arrived: ArrivedChannel;
  readonly state: PbxSnapshot['channels'][number]['state'];
  /** The dialplan handed it to us, and is not looking after it itself. */
  readonly isHandedOver: boolean;
  /** How often the dialplan looked after it, or answered it, itself before it handed it over. */
  readonly round: string;
  readonly bridge: string;
  /** Whom it talks with in a bridge of two; '' where there is nobody. */
  readonly peer: string;
  readonly overhears: OverhearRequest | undefined;
  /** What it runs, '' once that has played to its end or was stopped. Of a recording that ended FreeSWITCH does not say so. */
  readonly app: string;
  readonly argument: string;
  readonly codec: string;
}

/** What stands in the variable of whoever overhears. */
export function overhearsValue({ overhearing, target, mode }: OverhearRequest): string {
  return [overhearing, target, mode].join(',');
}

/** Reads a channel; everything that came over SIP is cleaned. */
export function seenIn(event: EslEvent): Seen {
  const source = sourceOf(event('variable_carillon_source'), event('variable_carillon_endpoint'));
  // The present ones are those of the other side once it was in a bridge.
  const number = event('Caller-Orig-Caller-ID-Number') || event('Caller-Caller-ID-Number');
  return {
    arrived: {
      channel: event('Unique-ID'),
      source,
      ani: source.kind === 'outside' && source.guest ? plainNumber(number) : cleanNumber(number),
      aniName: cleanText(event('Caller-Orig-Caller-ID-Name') || event('Caller-Caller-ID-Name')),
      dnis: dnisOf(event('variable_carillon_dnis')),
    },
    state: stateOf(event('Answer-State'), event('Channel-Call-State')),
    isHandedOver: event(`variable_${HANDED_OVER}`) === 'true',
    round: event('variable_carillon_tries'),
    bridge: event(`variable_${BRIDGE}`),
    peer: event('Other-Leg-Unique-ID'),
    overhears: overhearingIn(event('Unique-ID'), event(`variable_${OVERHEARS}`)),
    app: event('variable_current_application_response') ? '' : event('variable_current_application'),
    argument: event('variable_current_application_data'),
    codec: event('variable_rtp_use_codec_name'),
  };
}

function overhearingIn(leg: string, value: string): OverhearRequest | undefined {
  const [overhearing = '', target = '', mode] = value.split(',');
  return mode === 'listen' || mode === 'whisper' ? { overhearing, leg, target, mode } : undefined;
}

/** Who brought a call, as the dialplan says. */
function sourceOf(source: string, endpoint: string): Source {
  if (source === 'phone' && isExtension(endpoint)) return { kind: 'phone', extension: endpoint };
  return source === 'guests' ? { kind: 'outside', guest: true } : { kind: 'outside' };
}

/** Whoever has no password could write the number of a phone of ours so that the dialplan does not know it, as in `1-001`. */
function plainNumber(number: string): string {
  const clean = cleanNumber(number);
  return clean === number ? clean : '';
}

function dnisOf(dialled: string): string {
  return cleanNumber(dialled) || cleanText(dialled, 32);
}

function stateOf(answer: string, call: string): Seen['state'] {
  if (answer === 'answered') return 'up';
  return call === 'RINGING' || call === 'EARLY' ? 'ringing' : 'down';
}
