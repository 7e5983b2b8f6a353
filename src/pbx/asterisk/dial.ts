import { cleanNumber, cleanText } from '../../base/text.ts';
import {
  type ArrivedChannel,
  checkEndpoint,
  type Endpoint,
  isExtension,
  type OriginateRequest,
  type Source,
} from '../pbx.ts';
import type { AriChannel } from './ari-codec.ts';

/** The dial string of an endpoint. Throws `PbxError` 'refused' for one that could be more than that. */
export function dialString(to: Endpoint, trunk: string): string {
  checkEndpoint(to);
  return to.kind === 'phone' ? `PJSIP/${to.extension}` : `PJSIP/${to.number}@${trunk}`;
}

/** Channel variables that make the called party see the caller. Control characters are taken out. */
export function callerVariables(request: OriginateRequest): Record<string, string> {
  const number = cleanNumber(request.callerNumber);
  const name = cleanText(request.callerName);
  return {
    'CALLERID(num)': number,
    'CALLERID(name)': name,
    'CONNECTEDLINE(num,i)': number,
    'CONNECTEDLINE(name,i)': name,
  };
}

/** Who brought a call, as the dialplan says in the arguments of Stasis: `arrived,phone,1001` or `arrived,outside,`. */
export function sourceOf(args: readonly string[]): Source {
  const extension = args[2] ?? '';
  return args[1] === 'phone' && isExtension(extension) ? { kind: 'phone', extension } : { kind: 'outside' };
}

/** A channel as the port describes it; everything that came over SIP is cleaned. */
export function describeChannel(channel: AriChannel, source: Source): ArrivedChannel {
  return {
    channel: channel.id,
    source,
    ani: cleanNumber(channel.callerNumber),
    aniName: cleanText(channel.callerName),
    dnis: cleanNumber(channel.exten) || cleanText(channel.exten, 32),
  };
}
