import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Phone } from '../../setup/phone.ts';
import { obstacle, type Protocol } from '../../setup/ports.ts';

import { isLoopback, type Settings } from '../../setup/settings.ts';
import type { NetworkFacts, PortState } from './network.ts';
import { type TcpSocket, tcpSockets } from './sockets.ts';

/** Audio ports that are tried, from one end of the range to the other. */
const PROBES = 8;
/** Extensions that the demonstration brings. */
const DEMONSTRATION = /^(100[1-9]|1010|2001)$/;

/**
 * @param control ports of the PBX's control interfaces, by name
 * @param ours whether our own processes run, and so hold their ports
 */
export async function networkFacts(
  settings: Settings,
  control: Readonly<Record<string, number>>,
  phones: readonly Phone[],
  ours: { readonly pbx: boolean; readonly daemon: boolean },
): Promise<NetworkFacts> {
  const { bind, sipPort, httpPort, rtpFirst, rtpLast, guests } = settings;
  const state = async (port: number, protocol: Protocol, own: boolean): Promise<PortState> => {
    const code = await obstacle(bind, port, protocol);
    if (code === undefined) return 'free';
    return own && code === 'EADDRINUSE' ? 'ours' : code;
  };
  const listening = openSockets().filter((socket) => socket.state === 'listening');
  const addresses = (port: number): string[] =>
    listening.filter((socket) => socket.port === port).map((socket) => socket.address);
  return {
    bind,
    isLoopback: isLoopback(bind),
    sip: {
      port: sipPort,
      udp: await state(sipPort, 'udp', ours.pbx),
      tcp: await state(sipPort, 'tcp', ours.pbx),
    },
    http: { port: httpPort, state: await state(httpPort, 'tcp', ours.daemon) },
    rtp: { first: rtpFirst, last: rtpLast, taken: ours.pbx ? [] : await takenOf(settings) },
    ...ephemeral(),
    control: ours.pbx
      ? Object.fromEntries(Object.entries(control).map(([name, port]) => [name, addresses(port)]))
      : {},
    guests,
    demonstrationPhones: phones.filter(({ extension }) => DEMONSTRATION.test(extension)).length,
  };
}

/** Programs that hold a connection to `port` of this machine, but for the processes `known`. */
export function programsOn(port: number, known: readonly number[]): string[] {
  const inodes = new Set(
    openSockets()
      .filter((socket) => socket.state === 'established' && socket.remotePort === port)
      .map((socket) => `socket:[${socket.inode}]`),
  );
  if (inodes.size === 0) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && !known.includes(Number(name)))
    .filter((pid) => filesOf(pid).some((file) => inodes.has(file)))
    .map((pid) => `${commandOf(pid)} (process ${pid})`);
}

function openSockets(): TcpSocket[] {
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => {
    try {
      return tcpSockets(readFileSync(file, 'utf8'));
    } catch {
      // Without IPv6, or not on Linux, there is no such table.
      return [];
    }
  });
}

/** Those of other users cannot be looked at. */
function filesOf(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((name) => readlinkSync(`/proc/${pid}/fd/${name}`));
  } catch {
    return [];
  }
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      .split('\0')
      .slice(0, 3)
      .join(' ')
      .trim()
      .slice(0, 100);
  } catch {
    return 'a program that just ended';
  }
}

async function takenOf({ bind, rtpFirst, rtpLast }: Settings): Promise<number[]> {
  const step = Math.max(2, Math.floor((rtpLast - rtpFirst) / PROBES));
  const taken: number[] = [];
  for (let port = rtpFirst; port <= rtpLast; port += step)
    if ((await obstacle(bind, port, 'udp')) === 'EADDRINUSE') taken.push(port);
  return taken;
}

function ephemeral(): Pick<NetworkFacts, 'ephemeral'> {
  try {
    const [first, last] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
      .trim()
      .split(/\s+/)
      .map(Number);
    return first !== undefined && last !== undefined ? { ephemeral: { first, last } } : {};
  } catch {
    return {};
  }
}
