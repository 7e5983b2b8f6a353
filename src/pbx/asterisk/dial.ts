import { cleanNumber, cleanText } from '../../base/text.ts';
import { type ArrivedChannel, type Endpoint, type OriginateRequest, PbxError, type Source } from '../pbx.ts';
import type { AriChannel } from './ari-codec.ts';

const EXTENSION = /^[0-9A-Za-z_-]{1,32}$/;
const OUTSIDE = /^\+?[0-9*#]{1,32}$/;

/** True for what may be the name of a phone. */
export function isExtension(name: string): boolean {
  return EXTENSION.test(name);
}

/**
 * The dial string of an endpoint. Throws `PbxError` 'refused' for an extension or number that holds anything else than its
 * characters: `&` would ring a second party, `@` another server.
 */
export function dialString(to: Endpoint, trunk: string): string {
  if (to.kind === 'phone') {
    if (!EXTENSION.test(to.extension)) throw new PbxError('refused', 'not an extension that can be dialled');
    return `PJSIP/${to.extension}`;
  }
  if (!OUTSIDE.test(to.number)) throw new PbxError('refused', 'not a number that can be dialled');
  return `PJSIP/${to.number}@${trunk}`;
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
  return args[1] === 'phone' && EXTENSION.test(extension)
    ? { kind: 'phone', extension }
    : { kind: 'outside' };
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
