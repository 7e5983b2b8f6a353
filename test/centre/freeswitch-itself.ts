import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sayOnce } from '../../src/pbx/freeswitch/esl-once-link.ts';
import { EslSocket, type EslSocketOptions } from '../../src/pbx/freeswitch/esl-socket-link.ts';
import type { KeyWitness, PbxItself } from './pbx-itself.ts';

/** The FreeSWITCH of this data folder, over its event socket. */
export function freeswitchItself(data: string): PbxItself {
  const ask = (command: string): Promise<string> => sayOnce(eslOf(data), `${command}\n\n`);
  return {
    async channels() {
      const { rows = [] } = JSON.parse(await ask('api show channels as json')) as {
        rows?: { uuid: string; name: string }[];
      };
      return rows.map(({ uuid, name }) => ({ id: uuid, name }));
    },
    async rooms() {
      const answer = await ask('api conference json_list');
      return answer.startsWith('[') ? (JSON.parse(answer) as unknown[]).length : 0;
    },
    async end(channel) {
      await ask(`api uuid_kill ${channel}`);
    },
    async holdInSafetyNet(extension) {
      const waiting = 'carillon_source=outside,carillon_dnis=95533,carillon_tries=80';
      await ask(`bgapi originate {${waiting}}user/${extension}@carillon wait XML safety-net`);
    },
    witnessKeys: () => witness(eslOf(data)),
  };
}

function witness(options: EslSocketOptions): Promise<KeyWitness> {
  const keys = new Map<string, string>();
  const keysOf = (number: string): string => keys.get(number) ?? '';
  return new Promise((resolve, reject) => {
    const socket: EslSocket = new EslSocket(options, {
      ready: () => {
        const close = () => socket.close('done');
        socket.send('event json DTMF\n\n').then(() => resolve({ keysOf, close }), reject);
      },
      event: (body) => {
        const event: Record<string, string> = JSON.parse(body ?? '{}');
        const number = event['Caller-Orig-Caller-ID-Number'] ?? event['Caller-Caller-ID-Number'] ?? '';
        keys.set(number, keysOf(number) + event['DTMF-Digit']);
      },
      closed: (reason) => reject(new Error(reason)),
    });
  });
}

/** As it was told. */
function eslOf(data: string): EslSocketOptions {
  const told = readFileSync(join(data, 'freeswitch/etc/event_socket.xml'), 'utf8');
  const value = (name: string): string => new RegExp(`name="${name}" value="([^"]*)"`).exec(told)?.[1] ?? '';
  return { host: '127.0.0.1', port: Number(value('listen-port')), password: value('password') };
}
