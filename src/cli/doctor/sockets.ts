/** A line of the kernel's table of TCP sockets. */
export interface TcpSocket {
  readonly address: string;
  readonly port: number;
  readonly remotePort: number;
  readonly state: 'listening' | 'established' | 'other';
  readonly inode: number;
}

const STATES: Readonly<Record<string, TcpSocket['state']>> = { '0A': 'listening', '01': 'established' };

/** Reads /proc/net/tcp or tcp6: addresses as hexadecimal words in the byte order of the machine (little-endian). */
export function tcpSockets(table: string): TcpSocket[] {
  return table
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', remote = '', state = '', , , , , , inode = ''] = line.trim().split(/\s+/);
      const [address = '', port] = local.split(':');
      if (port === undefined) return [];
      return [
        {
          address: addressOf(address),
          port: Number.parseInt(port, 16),
          remotePort: Number.parseInt(remote.split(':')[1] ?? '', 16),
          state: STATES[state] ?? 'other',
          inode: Number(inode),
        },
      ];
    });
}

function addressOf(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16)),
  );
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.length !== 16) return '';
  const mapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  if (mapped) return bytes.slice(12).join('.');
  if (bytes.slice(0, 15).every((byte) => byte === 0))
    return bytes[15] === 1 ? '::1' : bytes[15] === 0 ? '::' : '';
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
