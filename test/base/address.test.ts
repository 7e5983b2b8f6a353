import fc from 'fast-check';
import { expect, test } from 'vitest';
import { networkOf, parseNetwork, touches } from '../../src/base/address.ts';

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::ffff:c000:0207', '192.0.2.7'],
  ['2001:db8:0:1:a:b:c:d', '2001:db8:0:1::/64'],
  ['2001:0DB8:0000:0001::1', '2001:db8:0:1::/64'],
  ['2001:db8::1', '2001:db8::/64'],
  ['[2001:db8::1]', '2001:db8::/64'],
  ['fe80::1%eth0', 'fe80::/64'],
  ['1:2:3:4:5:6:7::', '1:2:3:4::/64'],
  ['', undefined],
  ['127.0.0.256', undefined],
  ['127.0.0', undefined],
  ['0x7f.0.0.1', undefined],
  ['1.2.3.4.5', undefined],
  ['1::2::3', undefined],
  ['1:2:3:4:5:6:7', undefined],
  ['1:2:3:4:5:6:7:8:9', undefined],
  ['12345::', undefined],
  ['1.2.3.4:5', undefined],
  ['1:2.3.4.5:6::', undefined],
  ['localhost', undefined],
])('address %j is counted as %j', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

test('what an address is counted as is a network that it lies in, whatever it is', () => {
  const written = (network: string): string => network.replace(/::\/64$/, '::');
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
      const network = networkOf(address)!;
      expect(touches(address, [parseNetwork(network)!])).toBe(true);
      expect(networkOf(written(network))).toBe(network);
    }),
    { numRuns: 2_000 },
  );
});

test('no text is more than an address or nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0123456789abcdefx:./%[]- ') }), (text) =>
      /^[0-9a-f:.]*(::\/64)?$/.test(networkOf(text) ?? ''),
    ),
    { numRuns: 5_000 },
  );
});

test.each([
  ['10.1.2.3', '10.0.0.0/8', true],
  ['11.1.2.3', '10.0.0.0/8', false],
  ['10.1.2.3', '10.1.2.3', true],
  ['10.1.2.4', '10.1.2.3', false],
  ['10.1.2.131', '10.1.2.128/25', true],
  ['10.1.2.127', '10.1.2.128/25', false],
  ['192.0.2.1', '0.0.0.0/0', true],
  ['2001:db8::1', '0.0.0.0/0', false],
  ['2001:db8:0:1::/64', '2001:db8:0:1::9', true],
  ['2001:db8:0:2::/64', '2001:db8:0:1::9', false],
  ['::ffff:10.1.2.3', '10.0.0.0/8', true],
  ['nothing', '0.0.0.0/0', false],
])('%s and %s: in common %s', (address, network, common) => {
  expect(touches(address, [parseNetwork(network)!])).toBe(common);
});

test.each(['', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/-1', '10.0.0.0/8/8', '::/129', 'a/8', '10.0.0.0/8,'])(
  '%j is no network',
  (text) => {
    expect(parseNetwork(text)).toBeUndefined();
  },
);
