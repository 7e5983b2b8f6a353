import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { arrangeLists, asteriskPerimeter, MOST_SHUT_OUT } from '../../src/pbx/asterisk/perimeter.ts';

const address = (index: number): string => `10.0.${index >> 8}.${index & 255}`;
const many = (count: number): string[] => Array.from({ length: count }, (_, index) => address(index));
const none = Array.from({ length: 16 }, () => undefined);

test('a ban that comes or goes changes one list, and all have a place', () => {
  const before = arrangeLists(none, many(MOST_SHUT_OUT - 1));
  const after = arrangeLists(before, ['192.0.2.7', ...many(MOST_SHUT_OUT - 1)]);
  expect(after.filter((list, index) => list !== before[index])).toHaveLength(1);
  expect(after.flat().sort()).toEqual(['192.0.2.7', ...many(MOST_SHUT_OUT - 1)].sort());
  const without = arrangeLists(after, [...many(MOST_SHUT_OUT - 1)].reverse());
  expect(without.filter((list, index) => list !== after[index])).toHaveLength(1);
  expect(without.flat()).not.toContain('192.0.2.7');
});

test('only lists that changed are said to Asterisk, all of them after one was not taken', async () => {
  const asked: string[] = [];
  let refuses = false;
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url?.split('/').at(-1)?.split('?')[0]}`);
    request.resume();
    response.statusCode = refuses ? 503 : 200;
    response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const perimeter = asteriskPerimeter({
    ariUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ariUser: 'x',
    ariPassword: 'x',
    amiHost: '127.0.0.1',
    amiPort: 9,
    amiUser: 'x',
    amiPassword: 'x',
    log: silentLog,
  });
  onTestFinished(() => perimeter.stop());
  const saidFor = async (networks: readonly string[]): Promise<string[]> => {
    asked.length = 0;
    await perimeter.shutOut(networks).catch(() => undefined);
    return [...asked];
  };
  expect(await saidFor(['192.0.2.7'])).toHaveLength(18);
  expect(await saidFor(['192.0.2.8', '192.0.2.7'])).toEqual([
    'DELETE shut-out-0',
    'PUT shut-out-0',
    'GET shut-out-0',
  ]);
  expect(await saidFor(['192.0.2.7', '192.0.2.8'])).toEqual([]);
  refuses = true;
  await saidFor([]);
  refuses = false;
  expect(await saidFor(['192.0.2.7'])).toHaveLength(18);
});
