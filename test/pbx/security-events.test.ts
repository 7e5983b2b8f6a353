import { expect, test } from 'vitest';
import { AmiDecoder } from '../../src/pbx/asterisk/ami-codec.ts';
import { incidentOf } from '../../src/pbx/asterisk/security-events.ts';

/** What Asterisk 22 said on AMI, without the fields that are not looked at. */
function message(text: string) {
  const [one] = new AmiDecoder().push(new TextEncoder().encode(`${text.replaceAll('\n', '\r\n')}\r\n\r\n`));
  return one!;
}

const unproven = (address: string, account: string) => ({ offence: 'unproven-login', address, account });
const wrong = (address: string, account: string) => ({ offence: 'wrong-login', address, account });

test.each([
  [
    'a wrong password',
    'Event: ChallengeResponseFailed\nService: PJSIP\nAccountID: 1001\nRemoteAddress: IPV4/UDP/192.0.2.7/32987',
    unproven('192.0.2.7', '1001'),
  ],
  [
    'one over TCP and IPv6',
    'Event: InvalidPassword\nService: PJSIP\nAccountID: 1001\nRemoteAddress: IPV6/TCP/2001:db8::1/5060',
    wrong('2001:db8::1', '1001'),
  ],
  [
    'a name that nobody has, over a connection',
    'Event: InvalidAccountID\nService: PJSIP\nAccountID: nobody\nRemoteAddress: IPV4/TLS/192.0.2.7/1',
    wrong('192.0.2.7', 'nobody'),
  ],
  [
    'a name that nobody has, in a datagram that anybody may have sent',
    'Event: InvalidAccountID\nService: PJSIP\nAccountID: nobody\nRemoteAddress: IPV4/UDP/192.0.2.7/1',
    undefined,
  ],
  [
    'a guest who registers in a datagram',
    'Event: FailedACL\nService: PJSIP\nAccountID: anonymous\nRemoteAddress: IPV4/UDP/192.0.2.7/1\nACLName: registrar_attempt_without_configured_aors',
    undefined,
  ],
  [
    'a guest who registers',
    'Event: FailedACL\nService: PJSIP\nAccountID: anonymous\nRemoteAddress: IPV4/TCP/192.0.2.7/1\nACLName: registrar_attempt_without_configured_aors',
    wrong('192.0.2.7', 'anonymous'),
  ],
  [
    'a call of a guest',
    'Event: UserEvent\nUserEvent: GuestCall\nAddress: 192.0.2.7:5060',
    { offence: 'guest-call', address: '192.0.2.7', account: '' },
  ],
  [
    'one over IPv6',
    'Event: UserEvent\nUserEvent: GuestCall\nAddress: [2001:db8::1]:5060',
    { offence: 'guest-call', address: '[2001:db8::1]', account: '' },
  ],
  [
    'the second report of a name that nobody has',
    'Event: ChallengeResponseFailed\nService: PJSIP\nAccountID: <unknown>\nRemoteAddress: IPV4/TCP/192.0.2.7/1',
    undefined,
  ],
  [
    'the only one that counts of a datagram',
    'Event: ChallengeResponseFailed\nService: PJSIP\nAccountID: <unknown>\nRemoteAddress: IPV4/UDP/192.0.2.7/1',
    unproven('192.0.2.7', '<unknown>'),
  ],
  [
    'an access list that did its work',
    'Event: FailedACL\nService: PJSIP\nAccountID: 1001\nRemoteAddress: IPV4/UDP/192.0.2.7/1\nACLName: contact',
    undefined,
  ],
  [
    'a wrong password of AMI',
    'Event: InvalidPassword\nService: AMI\nAccountID: carillon\nRemoteAddress: IPV4/TCP/127.0.0.1/1',
    undefined,
  ],
  [
    'a right one',
    'Event: SuccessfulAuth\nService: PJSIP\nAccountID: 1001\nRemoteAddress: IPV4/UDP/192.0.2.7/1',
    undefined,
  ],
  ['an event of others', 'Event: UserEvent\nUserEvent: Other\nAddress: 192.0.2.7:5060', undefined],
  ['an event without an address', 'Event: InvalidPassword\nService: PJSIP', unproven('', '')],
])('%s is told as what it is', (_, text, incident) => {
  expect(incidentOf(message(text))).toEqual(incident);
});
