import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freeSipPort, TEST_PHONES } from '../asterisk/asterisk.ts';
import { startTestFreeswitch, type TestFreeswitch } from '../pbx/freeswitch-process.ts';
import { proofFor, RawSip } from '../phones/raw-sip.ts';

const program = process.env.FREESWITCH_HOME;
const PASSWORD = 'test-phone-1001';

let freeswitch: TestFreeswitch;
let trunk: RawSip;
const sockets: RawSip[] = [];

beforeAll(async () => {
  if (!program) return;
  const sipPort = await freeSipPort();
  trunk = await RawSip.open(`127.0.0.1:${sipPort}`);
  freeswitch = await startTestFreeswitch(program, trunk.address, TEST_PHONES, {
    CARILLON_SIP_PORT: String(sipPort),
  });
});

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
  trunk?.take();
});

afterAll(async () => {
  trunk?.close();
  await freeswitch?.stop();
});

async function open(): Promise<RawSip> {
  const socket = await RawSip.open(freeswitch.phoneSip);
  sockets.push(socket);
  return socket;
}

describe.skipIf(!program)('what a stranger sends (skipped where FREESWITCH_HOME names no FreeSWITCH)', () => {
  it.each([
    ['REFER', ['Refer-To: <sip:13800138000@127.0.0.1>']],
    ['SUBSCRIBE', ['Event: presence', 'Expires: 60']],
    ['SUBSCRIBE', ['Event: message-summary', 'Expires: 60']],
    ['SUBSCRIBE', ['Event: dialog', 'Expires: 60']],
    ['SUBSCRIBE', ['Event: conference', 'Expires: 60']],
    ['PUBLISH', ['Event: presence', 'Expires: 60']],
  ])('as_a_%s_with_%j_is_refused', async (method, headers) => {
    const stranger = await open();
    const callId = randomUUID();
    await stranger.send({ method, to: '1001', callId, headers });
    expect((await stranger.final(method, callId))?.status).toBeGreaterThanOrEqual(400);
  });
});

describe.skipIf(!program)('what a phone sends as a MESSAGE', () => {
  it.each([
    ['is_no_command_to_FreeSWITCH', 'api+global_setvar%20carillon_intruder%3Dyes'],
    ['reaches_no_colleague', '1002'],
  ])('%s', async (_, to) => {
    const colleague = await open();
    expect(await colleague.register('1002', 'test-phone-1002', randomUUID())).toBe(200);
    const phone = await open();
    const message = { method: 'MESSAGE', user: '1001', to, callId: randomUUID(), body: 'Call me back.' };
    // The domain is written as FreeSWITCH itself calls it.
    const send = (cseq: number, headers: string[]) =>
      phone.sendBytes(
        Buffer.from(
          phone.textOf({ ...message, cseq, headers }).replace(/^To: .*$/m, `To: <sip:${to}@carillon>`),
        ),
      );
    const text = 'Content-Type: text/plain';
    await send(1, [text]);
    const first = await phone.final('MESSAGE', message.callId);
    if (first?.status === 407) {
      const uri = `sip:${to}@${freeswitch.phoneSip}`;
      await send(2, [text, proofFor(first, 'MESSAGE', uri, '1001', PASSWORD)]);
    }
    expect(await colleague.request('MESSAGE')).toBeUndefined();
    expect(await freeswitch.ask('api global_getvar carillon_intruder')).not.toContain('yes');
  });
});
