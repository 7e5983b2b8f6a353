import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { Refused } from '../base/errors.ts';
import type { Settings } from './settings.ts';

export type Protocol = 'udp' | 'tcp';

/**
 * Makes sure that our SIP port can be opened, UDP and TCP. Throws `Refused('port-taken' | 'port-forbidden' | 'bad-address')`
 * with a sentence for the operator.
 */
export async function checkSipPort(settings: Settings): Promise<void> {
  await check(settings.bind, settings.sipPort, 'udp', 'CARILLON_SIP_PORT');
  await check(settings.bind, settings.sipPort, 'tcp', 'CARILLON_SIP_PORT');
}

/** The same for the API's port. */
export async function checkHttpPort(settings: Settings): Promise<void> {
  await check(settings.bind, settings.httpPort, 'tcp', 'CARILLON_HTTP_PORT');
}

/** Why `port` cannot be opened on `address` (an `errno` name), or undefined when it can. */
export async function obstacle(
  address: string,
  port: number,
  protocol: Protocol,
): Promise<string | undefined> {
  try {
    await (protocol === 'udp' ? openUdp(address, port) : openTcp(address, port));
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'EUNKNOWN';
  }
}

/** A TCP port of 127.0.0.1 that nobody uses now. */
export function freeTcpPort(): Promise<number> {
  return openTcp('127.0.0.1', 0);
}

async function check(address: string, port: number, protocol: Protocol, variable: string): Promise<void> {
  const code = await obstacle(address, port, protocol);
  switch (code) {
    case undefined:
      return;
    case 'EADDRINUSE':
      throw new Refused(
        'port-taken',
        `Port ${port}/${protocol} is taken by another program. Stop it, or set ${variable} to a free port.`,
      );
    case 'EACCES':
      throw new Refused(
        'port-forbidden',
        `This user may not open port ${port}/${protocol}. Set ${variable} to a port above 1023.`,
      );
    case 'EADDRNOTAVAIL':
      throw new Refused(
        'bad-address',
        `CARILLON_BIND ${address} is not an address of this machine. Set it to one, or to 0.0.0.0 for all.`,
      );
    default:
      throw new Refused(
        'port-failed',
        `Port ${port}/${protocol} cannot be opened (${code}). Set ${variable} to another.`,
      );
  }
}

/** Opens and closes; resolves with the port. */
function openTcp(address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: address, port, exclusive: true }, () => {
      const bound = server.address();
      server.close(() => resolve(typeof bound === 'object' && bound !== null ? bound.port : port));
    });
  });
}

function openUdp(address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind({ address, port, exclusive: true }, () => socket.close(() => resolve(port)));
  });
}
