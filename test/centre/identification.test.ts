import { createSocket } from 'node:dgram';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PBX_UNDER_TEST } from './pbx-under-test.ts';
import { startTestPbx, type TestPbx } from './test-pbx.ts';

/** How each PBX asks for a password. */
const CHALLENGES = { asterisk: 401, freeswitch: 407 } as const;

let centre: TestPbx;

beforeAll(async () => {
  centre = await startTestPbx({ env: { CARILLON_GUESTS: 'off' } });
}, 300_000);
afterAll(() => centre?.stop());

/** Sends an INVITE with this user in From; resolves with the first final or provisional status but 100. */
function invite(fromUser: string): Promise<number> {
  const socket = createSocket('udp4');
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer')), 5_000);
    socket.on('message', (message) => {
      const status = Number(/^SIP\/2\.0 (\d+)/.exec(message.toString())?.[1]);
      if (status === 100) return;
      clearTimeout(timer);
      socket.close();
      resolve(status);
    });
    socket.bind(0, '127.0.0.1', () => {
      const us = `127.0.0.1:${socket.address().port}`;
      const lines = [
        `INVITE sip:95533@${centre.sip} SIP/2.0`,
        `Via: SIP/2.0/UDP ${us};branch=z9hG4bK-${fromUser}`,
        `From: <sip:${fromUser}@evil.example>;tag=1`,
        `To: <sip:95533@${centre.sip}>`,
        `Call-ID: ${fromUser}@${us}`,
        'CSeq: 1 INVITE',
        `Contact: <sip:x@${us}>`,
        'Max-Forwards: 10',
        'Content-Length: 0',
      ];
      socket.send(`${lines.join('\r\n')}\r\n\r\n`, centre.settings.sipPort, '127.0.0.1');
    });
  });
}

test.each(['nobody', 'trunk', 'anonymous', 'phone', '1001'])(
  'given_no_guests_when_a_stranger_calls_himself_%s_then_he_has_to_prove_it',
  async (user) => {
    expect(await invite(user)).toBe(CHALLENGES[PBX_UNDER_TEST]);
  },
);
