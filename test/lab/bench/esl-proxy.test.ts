import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { EslProxy } from '../../../src/lab/bench/faults/esl-proxy.ts';

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

/** What arrives behind the proxy, and the proxy, when these pieces were sent through it. */
async function sent(pieces: readonly string[]): Promise<{ arrived: string; writes: string[] }> {
  let arrived = '';
  const server = createServer((socket) => socket.on('data', (bytes) => (arrived += bytes.toString())));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy = await EslProxy.open((server.address() as AddressInfo).port);
  const client = connect(proxy.port, '127.0.0.1');
  open.push(() => {
    client.destroy();
    proxy.close();
    server.close();
  });
  for (const piece of pieces) {
    client.write(piece);
    await sleep(20);
  }
  for (const wanted = pieces.join(''); arrived.length < wanted.length; ) await sleep(5);
  return { arrived, writes: proxy.writes.map(({ what }) => what) };
}

test('everything passes as it came; commands are noted, questions and stray newlines are not', async () => {
  const pieces = [
    'auth secret\n\nevent json DTMF CUSTOM a::b\n\n',
    '\n\n',
    'api uuid_dump 1 json\n\napi hash insert_ifempty/carillon/owner/me\n\n',
    '\n\napi uuid_ans',
    'wer 1\n\nsendmsg 1\ncall-command: execute\n\n',
    'api hash insert/carillon/owner/me\n\n',
  ];
  const { arrived, writes } = await sent(pieces);
  expect(arrived).toBe(pieces.join(''));
  expect(writes).toEqual([
    'api uuid_answer 1',
    'sendmsg 1, call-command: execute',
    'api hash insert/carillon/owner/me',
  ]);
});
