import { cleanText } from '../../base/text.ts';
import type { Incident, Offence } from '../perimeter.ts';
import { type AmiMessage, header } from './ami-codec.ts';

/** Name that the dialplan gives to the call of a guest. */
const GUEST_CALL = 'GuestCall';
/** What Asterisk calls somebody whose name it did not find; it reports him by `InvalidAccountID` too. */
const UNKNOWN = '<unknown>';
/** Transports that begin with a handshake: nobody gets through it at an address that is not his. */
const CONNECTED = /^(TCP|TLS|WSS?)$/;
/** Guests may call, not register. */
const NOT_FOR_GUESTS = 'registrar_attempt_without_configured_aors';

/**
 * The incident that an event of AMI's classes `security` and `user` tells of; undefined for all others, also those about AMI
 * and ARI, which only this machine reaches.
 */
export function incidentOf(message: AmiMessage): Incident | undefined {
  const event = header(message, 'Event');
  if (event === 'UserEvent' && header(message, 'UserEvent') === GUEST_CALL)
    return { offence: 'guest-call', address: withoutPort(header(message, 'Address')), account: '' };
  if (header(message, 'Service') !== 'PJSIP') return undefined;
  // IPV4/UDP/192.0.2.7/5060
  const [, transport = '', address = ''] = header(message, 'RemoteAddress').split('/');
  const isConnected = CONNECTED.test(transport);
  if (!(isConnected ? isWrongLogin(event, message) : isWrongAnswer(event))) return undefined;
  const offence: Offence = isConnected ? 'wrong-login' : 'unproven-login';
  return { offence, address, account: cleanText(header(message, 'AccountID'), 40) };
}

/**
 * Of datagrams only answers to a challenge count: a request without one tells nobody whether a password is right. Even an
 * answer proves no address, because Asterisk reports it also when it never asked, and does not tell what it asked.
 */
function isWrongAnswer(event: string): boolean {
  return event === 'InvalidPassword' || event === 'ChallengeResponseFailed';
}

function isWrongLogin(event: string, message: AmiMessage): boolean {
  switch (event) {
    case 'InvalidPassword':
    case 'InvalidAccountID':
      return true;
    case 'ChallengeResponseFailed':
      return header(message, 'AccountID') !== UNKNOWN;
    case 'FailedACL':
      return header(message, 'ACLName') === NOT_FOR_GUESTS;
    default:
      return false;
  }
}

/** `192.0.2.7:5060` or `[2001:db8::1]:5060`. */
function withoutPort(address: string): string {
  return address.replace(/:\d+$/, '');
}
