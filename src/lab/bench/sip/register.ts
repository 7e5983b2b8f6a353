import { randomBytes } from 'node:crypto';
import { answerChallenge } from './digest.ts';
import { headerOf, type SipMessage, statusOf } from './message.ts';
import type { SipSocket } from './socket.ts';

const PATIENCE_MS = 5_000;

/** Registers a phone, for an hour. Rejects when it is refused or not answered. */
export async function register(
  socket: SipSocket,
  account: { readonly user: string; readonly password: string },
): Promise<void> {
  const uri = `sip:${socket.server}`;
  const callId = `${randomBytes(10).toString('hex')}@bench`;
  const tag = randomBytes(6).toString('hex');
  const ask = (count: number, authorization: readonly (readonly [string, string])[]): SipMessage => ({
    start: `REGISTER ${uri} SIP/2.0`,
    headers: [
      ['Via', `SIP/2.0/UDP ${socket.address};branch=z9hG4bK${randomBytes(8).toString('hex')};rport`],
      ['Max-Forwards', '70'],
      ['From', `<sip:${account.user}@${socket.server}>;tag=${tag}`],
      ['To', `<sip:${account.user}@${socket.server}>`],
      ['Call-ID', callId],
      ['CSeq', `${count} REGISTER`],
      ['Contact', `<sip:${account.user}@${socket.address}>`],
      ['Expires', '3600'],
      ...authorization,
    ],
    body: '',
  });
  const send = (message: SipMessage): Promise<SipMessage> =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`nobody answers phone ${account.user}`)), PATIENCE_MS);
      socket.add(callId, {
        take(answer) {
          clearTimeout(late);
          resolve(answer);
        },
      });
      socket.send(message);
    });
  const challenged = await send(ask(1, []));
  const challenge = headerOf(challenged, 'WWW-Authenticate');
  const answer = answerChallenge(challenge, { method: 'REGISTER', uri }, account);
  const settled = await send(ask(2, [['Authorization', answer]]));
  socket.remove(callId);
  if (statusOf(settled) !== 200) throw new Error(`phone ${account.user} is refused: ${settled.start}`);
}
