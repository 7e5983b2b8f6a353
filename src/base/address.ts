/** A range of IP addresses: those whose first `bits` bits are those of `bytes` (4 for IPv4, 16 for IPv6). */
export interface Network {
  readonly bytes: readonly number[];
  readonly bits: number;
}

/** What one customer of a provider has at least to himself with IPv6 (RFC 6177), and may change his address within. */
const OWN_IPV6_BITS = 64;
const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/**
 * By what to count somebody who may have many addresses: `192.0.2.7` for IPv4, also when written as IPv6; the network of
 * 64 bits for IPv6, `2001:db8:0:1::/64`. undefined for what is no address.
 */
export function networkOf(address: string): string | undefined {
  const bytes = bytesOf(address);
  if (!bytes) return undefined;
  if (bytes.length === 4) return bytes.join('.');
  return `${groups(bytes.slice(0, OWN_IPV6_BITS / 8)).replace(/(?::0)+$/, '')}::/${OWN_IPV6_BITS}`;
}

/** An address, or a network as `10.0.0.0/8`; undefined for what is neither. */
export function parseNetwork(text: string): Network | undefined {
  const [address = '', length, ...more] = text.trim().split('/');
  const bytes = bytesOf(address);
  if (!bytes || more.length > 0) return undefined;
  const most = bytes.length * 8;
  if (length === undefined) return { bytes, bits: most };
  const bits = /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  return bits <= most ? { bytes, bits } : undefined;
}

/** Whether `text`, an address or a network, has anything in common with one of the networks. */
export function touches(text: string, networks: readonly Network[]): boolean {
  const one = parseNetwork(text);
  return one !== undefined && networks.some((other) => overlap(one, other));
}

function overlap(one: Network, other: Network): boolean {
  if (one.bytes.length !== other.bytes.length) return false;
  const bits = Math.min(one.bits, other.bits);
  return one.bytes.every((byte, index) => {
    const shared = Math.min(8, Math.max(0, bits - index * 8));
    return (byte ^ other.bytes[index]!) >> (8 - shared) === 0;
  });
}

/** Four bytes for IPv4, also for `::ffff:192.0.2.7`, else sixteen. A zone (`%eth0`) is left away. */
function bytesOf(address: string): number[] | undefined {
  const plain = address.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  const bytes = plain.includes(':') ? sixteen(plain) : four(plain);
  return bytes?.length === 16 && MAPPED.every((byte, index) => bytes[index] === byte)
    ? bytes.slice(12)
    : bytes;
}

function four(text: string): number[] | undefined {
  const parts = text.split('.');
  const fine = parts.length === 4 && parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256);
  return fine ? parts.map(Number) : undefined;
}

function sixteen(text: string): number[] | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => halfBytes(half));
  if (!head || (halves.length === 2 && !tail)) return undefined;
  if (!tail) return head.length === 16 ? head : undefined;
  const missing = 16 - head.length - tail.length;
  return missing >= 2 ? [...head, ...Array<number>(missing).fill(0), ...tail] : undefined;
}

/** The bytes of what stands before or after `::`; its last part may be an IPv4 address. */
function halfBytes(text: string): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const bytes: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1 && part.includes('.')) {
      const last = four(part);
      if (!last) return undefined;
      bytes.push(...last);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      bytes.push(Number.parseInt(part, 16) >> 8, Number.parseInt(part, 16) & 0xff);
    } else return undefined;
  }
  return bytes.length <= 16 ? bytes : undefined;
}

function groups(bytes: readonly number[]): string {
  const pairs = bytes.filter((_, index) => index % 2 === 0);
  return pairs.map((high, index) => ((high << 8) | bytes[index * 2 + 1]!).toString(16)).join(':');
}
