import { connect } from 'node:net';
import type { LogIn } from './switchboard.ts';

/** What AMI says. */
export interface AmiAnswer {
  readonly logIn: LogIn;
  /** Registered contacts; undefined when it did not say. */
  readonly contacts?: number;
}

/** All that is asked takes milliseconds. */
const PATIENCE_MS = 3000;
const LOGGED_IN = /Message: Authentication accepted/i;
const STOPPING = /Message: Asterisk is shutting down/i;
const LISTED = /Event: ContactListComplete|Message: No Contacts/i;

/** Logs in at AMI on this machine and asks for the phones. */
export function askAmi(port: number, password: string): Promise<AmiAnswer> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    let said = '';
    let asked = false;
    const end = (answer: AmiAnswer): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => end({ logIn: asked ? 'ok' : 'silent' }), PATIENCE_MS);
    socket.on('connect', () =>
      socket.write(`Action: Login\r\nUsername: carillon\r\nSecret: ${password}\r\nEvents: off\r\n\r\n`),
    );
    socket.on('data', (bytes) => {
      said += bytes.toString();
      if (STOPPING.test(said)) return end({ logIn: 'stopping' });
      if (!asked && /Response: Error/i.test(said)) return end({ logIn: 'refused' });
      if (!asked && LOGGED_IN.test(said)) {
        asked = true;
        socket.write('Action: PJSIPShowContacts\r\n\r\n');
      }
      if (asked && LISTED.test(said)) end({ logIn: 'ok', contacts: phonesIn(said) });
    });
    socket.on('error', () => end({ logIn: 'silent' }));
    socket.on('close', () => end({ logIn: 'silent' }));
  });
}

/** The trunk's contact is no phone. */
function phonesIn(said: string): number {
  const endpoints = [...said.matchAll(/^Endpoint: (.+?)\r?$/gm)].map((found) => found[1]);
  return new Set(endpoints.filter((name) => name !== 'trunk')).size;
}
