import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { Phones } from '../../src/pbx/asterisk/phones.ts';

let server: net.Server;
let phones: Phones;
let sockets: net.Socket[];
let told: string[];
/** How often the list was asked for, and how often it is refused first. */
let asked: number;
let refusals: number;

const block = (...lines: string[]): string => `${lines.join('\r\n')}\r\n\r\n`;

function list(id: string): string {
  asked += 1;
  if (asked <= refusals) return block('Response: Error', `ActionID: ${id}`, 'Message: Not now');
  return (
    block('Response: Success', `ActionID: ${id}`, 'EventList: start') +
    block(
      'Event: ContactList',
      `ActionID: ${id}`,
      'Endpoint: web-1001',
      'Uri: sip:x@127.0.0.1',
      'Status: NonQualified',
    ) +
    block('Event: ContactListComplete', `ActionID: ${id}`, 'EventList: Complete')
  );
}

beforeEach(async () => {
  [sockets, told, asked, refusals] = [[], [], 0, 0];
  server = net.createServer((socket) => {
    sockets.push(socket);
    socket.write('Asterisk Call Manager/11.0.0\r\n');
    socket.on('error', () => socket.destroy());
    let text = '';
    socket.on('data', (data) => {
      text += data.toString();
      const blocks = text.split('\r\n\r\n');
      text = blocks.pop() ?? '';
      for (const one of blocks) {
        const [action, id] = [/^Action: (.*)$/m, /^ActionID: (.*)$/m].map(
          (line) => line.exec(one)?.[1] ?? '',
        );
        socket.write(
          action === 'PJSIPShowContacts' ? list(id!) : block('Response: Success', `ActionID: ${id}`),
        );
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  phones = new Phones(
    { host: '127.0.0.1', port, user: 'carillon', password: 'secret', trunk: 'trunk', log: silentLog },
    {
      changed: (extension, registered) => void told.push(`${extension} ${registered ? 'came' : 'went'}`),
      trouble: (trouble, sentence) => void told.push(`${trouble}: ${sentence === '' ? 'over' : 'begins'}`),
      ending: () => undefined,
    },
  );
});

afterEach(async () => {
  await phones.stop();
  for (const socket of sockets) socket.destroy();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

async function until(last: string): Promise<void> {
  const deadline = Date.now() + 8000;
  while (told.at(-1) !== last) {
    if (Date.now() > deadline) throw new Error(`told: ${told.join(', ')}`);
    await sleep(5);
  }
}

test('a list that is refused is asked for again until it comes, and nothing counts as known before', async () => {
  refusals = 2;
  phones.start();
  await until('phones-unknown: over');
  expect([...new Set(told)]).toEqual(['phones-unknown: begins', 'web-1001 came', 'phones-unknown: over']);
  expect(asked).toBe(3);
});

test('after a link that dropped, what came is told before the phones count as known', async () => {
  phones.start();
  await until('web-1001 came');
  sockets[0]!.write(
    block('Event: ContactStatus', 'AOR: web-1001', 'URI: sip:x@127.0.0.1', 'ContactStatus: Removed'),
  );
  await until('web-1001 went');
  sockets[0]!.destroy();
  await until('phones-unknown: over');
  expect(told.slice(-3)).toEqual(['phones-unknown: begins', 'web-1001 came', 'phones-unknown: over']);
});
