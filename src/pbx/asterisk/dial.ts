import { cleanNumber, cleanText } from '../../base/text.ts';
import {
  type ArrivedChannel,
  checkAutoAnswer,
  checkEndpoint,
  checkId,
  type Endpoint,
  isExtension,
  type OriginateRequest,
  type Source,
} from '../pbx.ts';
import type { AriChannel } from './ari-codec.ts';

const LIFETIME_GRACE_S = 10;

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

/**
 * Headers with which desk phones let themselves be asked to answer, where they are set to allow it. Yealink, Grandstream, Snom, Mitel,
 * Gigaset and baresip know one of the two; Polycom phones find the second by the text that their configuration names.
 */
const AUTO_ANSWER = {
  'PJSIP_HEADER(add,Call-Info)': '<sip:carillon.invalid>;answer-after=0',
  'PJSIP_HEADER(add,Alert-Info)': '<http://carillon.invalid>;info=alert-autoanswer;delay=0',
} as const;

/** Channel variables that ask a phone to answer by itself. Throws `PbxError` 'refused' for an outside number. */
export function answerVariables(request: OriginateRequest): Record<string, string> {
  checkAutoAnswer(request);
  return request.autoAnswer ? AUTO_ANSWER : {};
}

/** The variable with which a phone of the house is told which call it is. Throws `PbxError` 'refused' for what is no id. */
export function callVariable({ to, call }: OriginateRequest): Record<string, string> {
  if (call === undefined || to.kind !== 'phone') return {};
  checkId(call);
  return { 'PJSIP_HEADER(add,X-Carillon-Call)': call };
}

/** The variable with which Asterisk ends a leg that outlives its longest ringing and talk. */
export function lifetimeVariable({ ringTimeoutMs, maxTalkMs }: OriginateRequest): Record<string, string> {
  if (maxTalkMs === undefined) return {};
  // Ours runs out first; this one is for the time when we are not there.
  const seconds = Math.ceil((ringTimeoutMs + maxTalkMs) / 1000) + LIFETIME_GRACE_S;
  return { 'TIMEOUT(absolute)': String(seconds) };
}

/** Who brought a call, as the dialplan says in the arguments of Stasis: `arrived,phone,1001`, `arrived,outside,` or `arrived,guests,`. */
export function sourceOf(args: readonly string[]): Source {
  const extension = args[2] ?? '';
  if (args[1] === 'phone' && isExtension(extension)) return { kind: 'phone', extension };
  return args[1] === 'guests' ? { kind: 'outside', guest: true } : { kind: 'outside' };
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
