import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { hostPort } from '../../setup/settings.ts';

const PATIENCE_MS = 2000;
/** UDP loses some, so it is asked again after this, ms. */
const AGAIN_MS = 500;

/** Whether anybody there answers SIP OPTIONS (RFC 3261, 11) over UDP, with whatever status. */
export function answersOptions(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4');
    const end = (answers: boolean): void => {
      clearInterval(again);
      clearTimeout(timer);
      socket.close();
      resolve(answers);
    };
    const ask = (): void => socket.send(optionsTo(host, port, socket.address().port), port, host);
    const timer = setTimeout(() => end(false), PATIENCE_MS);
    const again = setInterval(ask, AGAIN_MS);
    socket.on('message', (bytes) => {
      if (bytes.toString('latin1').startsWith('SIP/2.0 ')) end(true);
    });
    socket.on('error', () => end(false));
    socket.bind(0, ask);
  });
}

function optionsTo(host: string, port: number, from: number): string {
  const id = Math.random().toString(36).slice(2);
  const lines = [
    `OPTIONS sip:${hostPort(host, port)} SIP/2.0`,
    `Via: SIP/2.0/UDP 127.0.0.1:${from};rport;branch=z9hG4bK${id}`,
    'Max-Forwards: 70',
    `From: <sip:doctor@127.0.0.1:${from}>;tag=${id}`,
    `To: <sip:${hostPort(host, port)}>`,
    `Call-ID: ${id}`,
    'CSeq: 1 OPTIONS',
    'Content-Length: 0',
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}
