import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { hostPort } from '../../setup/settings.ts';

const PATIENCE_MS = 2000;
/** UDP loses some, so it is asked again after this, ms. */
const AGAIN_MS = 500;

/** What came of asking the trunk; `unknown`: its name has no address. */
export type TrunkAnswer = 'answers' | 'silent' | 'unknown';

/**
 * Whether anybody there answers SIP OPTIONS (RFC 3261, 11) over UDP, with whatever status. Never rejects.
 * @param lookUp the address of a name
 */
export async function askTrunk(host: string, port: number, lookUp = addressOf): Promise<TrunkAnswer> {
  const patience = new AbortController();
  const late = sleep(PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => undefined);
  const found = await Promise.race([lookUp(host).catch(() => undefined), late]);
  patience.abort();
  if (!found) return 'unknown';
  return (await answersOptions(found, hostPort(host, port), port)) ? 'answers' : 'silent';
}

interface FoundAddress {
  readonly address: string;
  readonly family: number;
}

function addressOf(host: string): Promise<FoundAddress> {
  return lookup(host);
}

/** @param name what it is called in the request */
function answersOptions({ address, family }: FoundAddress, name: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    let ended = false;
    const end = (answers: boolean): void => {
      if (ended) return;
      ended = true;
      clearInterval(again);
      clearTimeout(timer);
      socket.close();
      resolve(answers);
    };
    const ask = (): void => {
      if (!ended) socket.send(optionsTo(name, socket.address().port), port, address, () => undefined);
    };
    const timer = setTimeout(() => end(false), PATIENCE_MS);
    const again = setInterval(ask, AGAIN_MS);
    socket.on('message', (bytes) => {
      if (bytes.toString('latin1').startsWith('SIP/2.0 ')) end(true);
    });
    socket.on('error', () => end(false));
    socket.bind(0, ask);
  });
}

function optionsTo(name: string, from: number): string {
  const id = Math.random().toString(36).slice(2);
  const lines = [
    `OPTIONS sip:${name} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${from};rport;branch=z9hG4bK${id}`,
    'Max-Forwards: 70',
    `From: <sip:doctor@127.0.0.1:${from}>;tag=${id}`,
    `To: <sip:${name}>`,
    `Call-ID: ${id}`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}
