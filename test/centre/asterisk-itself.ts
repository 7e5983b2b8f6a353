import { WebSocket } from 'ws';
import { readAsteriskPorts } from '../../src/setup/asterisk/process.ts';
import { readSecrets } from '../../src/setup/secrets.ts';
import type { KeyWitness, PbxChannel, PbxItself } from './pbx-itself.ts';

/** The Asterisk of this data folder, over ARI. */
export function asteriskItself(data: string): PbxItself {
  const ask = (resource: string, method?: string): Promise<unknown> => askAri(data, resource, method);
  return {
    channels: async () => (await ask('channels')) as PbxChannel[],
    rooms: async () => ((await ask('bridges')) as unknown[]).length,
    async end(channel) {
      await ask(`channels/${encodeURIComponent(channel)}`, 'DELETE');
    },
    async holdInSafetyNet(extension) {
      const place = 'context=hand-over&extension=95533&label=hold';
      await ask(`channels?endpoint=PJSIP/${extension}&${place}`, 'POST');
    },
    witnessKeys: () => witness(data),
  };
}

/** One ARI request of the test's own; undefined when the answer is empty. */
async function askAri(data: string, resource: string, method = 'GET'): Promise<unknown> {
  const { port, password } = ariOf(data);
  const authorization = `Basic ${Buffer.from(`carillon:${password}`).toString('base64')}`;
  const url = `http://127.0.0.1:${port}/ari/${resource}`;
  const answer = await (await fetch(url, { method, headers: { authorization } })).text();
  return answer === '' ? undefined : JSON.parse(answer);
}

async function witness(data: string): Promise<KeyWitness> {
  const { port, password } = ariOf(data);
  const query = `app=witness&subscribeAll=true&api_key=carillon:${password}`;
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ari/events?${query}`);
  const keys = new Map<string, string>();
  const keysOf = (number: string): string => keys.get(number) ?? '';
  socket.on('message', (text) => {
    const event: { type: string; digit?: string; channel?: { caller: { number: string } } } = JSON.parse(
      String(text),
    );
    if (event.type !== 'ChannelDtmfReceived' || event.channel === undefined) return;
    const { number } = event.channel.caller;
    keys.set(number, keysOf(number) + event.digit);
  });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return { keysOf, close: () => socket.terminate() };
}

function ariOf(data: string): { readonly port: number; readonly password: string } {
  const ports = readAsteriskPorts(data);
  if (!ports) throw new Error(`no Asterisk has been set up in ${data}`);
  return { port: ports.ari, password: readSecrets(data).ariPassword };
}
