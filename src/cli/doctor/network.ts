import { type Finding, ok, problem, warning } from './finding.ts';

/** Who has a port that we want: nobody, our own process, or why it cannot be opened (an errno name). */
export type PortState = 'free' | 'ours' | string;

/** What is listened on, and who can reach it. */
export interface NetworkFacts {
  readonly bind: string;
  readonly isLoopback: boolean;
  readonly sip: { readonly port: number; readonly udp: PortState; readonly tcp: PortState };
  readonly http: { readonly port: number; readonly state: PortState };
  readonly rtp: { readonly first: number; readonly last: number; readonly taken: readonly number[] };
  /** UDP ports that the kernel gives to whoever asks for any. */
  readonly ephemeral?: { readonly first: number; readonly last: number };
  /** Addresses that the PBX's control interfaces are reachable on, by name. */
  readonly control: Readonly<Record<string, readonly string[]>>;
  readonly guests: boolean;
  /** Phones that came with the demonstration. */
  readonly demonstrationPhones: number;
}

/** Fewer calls at a time than this is a demonstration. */
const FEW_CHANNELS = 20;
const PORTS_PER_CHANNEL = 4;

/** Checks ports, and what others can reach. */
export function checkNetwork(facts: NetworkFacts): Finding[] {
  const { sip, http } = facts;
  return [
    ...checkPort('sip-port', `${sip.port}/udp`, sip.udp, 'CARILLON_SIP_PORT', facts.bind),
    ...checkPort('sip-port', `${sip.port}/tcp`, sip.tcp, 'CARILLON_SIP_PORT', facts.bind),
    ...checkPort('http-port', `${http.port}/tcp`, http.state, 'CARILLON_HTTP_PORT', facts.bind),
    checkRtp(facts),
    ...checkControl(facts),
    ...checkExposure(facts),
  ];
}

function checkPort(check: string, port: string, state: PortState, setting: string, bind: string): Finding[] {
  switch (state) {
    case 'free':
      return [ok(check, `${port} is free`)];
    case 'ours':
      return [ok(check, `${port} is ours`)];
    case 'EADDRINUSE':
      return [
        problem(
          check,
          `${port} is taken by another program`,
          `Stop that one (ss -lntup names it), or set ${setting}.`,
        ),
      ];
    case 'EADDRNOTAVAIL':
      return [
        problem(
          check,
          `${bind} is not an address of this machine`,
          'Set CARILLON_BIND to one, or to 0.0.0.0.',
        ),
      ];
    default:
      return [
        problem(
          check,
          `${port} cannot be opened (${state})`,
          `Set ${setting} to a port above 1023, or give the right.`,
        ),
      ];
  }
}

function checkRtp({ rtp, ephemeral }: NetworkFacts): Finding {
  const channels = Math.floor((rtp.last - rtp.first + 1) / PORTS_PER_CHANNEL);
  const range = `audio ports ${rtp.first}-${rtp.last} carry ${channels} channels`;
  if (rtp.taken.length > 0)
    return warning(
      'audio-ports',
      `other programs have ${rtp.taken.join(', ')} of the audio ports ${rtp.first}-${rtp.last}`,
      'Stop them, or move CARILLON_RTP_PORTS.',
    );
  if (ephemeral && rtp.first <= ephemeral.last && rtp.last >= ephemeral.first)
    return warning(
      'audio-ports',
      `${range}, and the kernel gives some of them to any program (${ephemeral.first}-${ephemeral.last})`,
      `Move CARILLON_RTP_PORTS below ${ephemeral.first}.`,
    );
  return channels < FEW_CHANNELS
    ? warning('audio-ports', range, `Widen CARILLON_RTP_PORTS: ${PORTS_PER_CHANNEL} ports for each channel.`)
    : ok('audio-ports', range);
}

function checkControl({ control }: NetworkFacts): Finding[] {
  return Object.entries(control).map(([name, addresses]) => {
    const open = addresses.filter((address) => address !== '127.0.0.1' && address !== '::1');
    return open.length === 0
      ? ok('control-ports', `${name} is reachable from this machine only`)
      : problem(
          'control-ports',
          `${name} can be reached on ${open.join(', ')}: whoever has its password controls every call`,
          'Restart Carillon, which renders it for 127.0.0.1 alone; nothing else may write its configuration.',
        );
  });
}

function checkExposure({ bind, isLoopback, guests, demonstrationPhones }: NetworkFacts): Finding[] {
  if (isLoopback) return [ok('exposure', `open to this machine only (${bind})`)];
  const open = guests
    ? [
        warning(
          'exposure',
          `anybody who reaches ${bind} may dial in (CARILLON_GUESTS=on)`,
          'Let a firewall pass SIP from your carrier and your phones only, or set CARILLON_GUESTS=off.',
        ),
      ]
    : [ok('exposure', `open on ${bind}; unknown callers are refused`)];
  const demonstration =
    demonstrationPhones > 0
      ? [
          warning(
            'demonstration',
            `${demonstrationPhones} phones of the demonstration can register on ${bind}`,
            'Remove those that nobody uses; their passwords are random, but nobody watches them.',
          ),
        ]
      : [];
  return [...open, ...demonstration];
}
