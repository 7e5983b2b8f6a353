/** A process of its own: the sockets of many agents' pages. Told `open` with tokens, it connects them; told `close`, it lets go. */
import { WebSocket } from 'ws';

/** What the bench says. */
export type Order =
  | { readonly do: 'open'; readonly url: string; readonly tokens: readonly string[] }
  | { readonly do: 'close' };

/** What the pages were told since they were opened. */
export interface Told {
  readonly messages: number;
  readonly bytes: number;
  /** From the sending to the hearing of a message, ms. */
  readonly lagsMs: readonly number[];
  /** Sockets that were closed by the server. */
  readonly lost: number;
}

let sockets: WebSocket[] = [];
let messages = 0;
let bytes = 0;
let lost = 0;
let lagsMs: number[] = [];

process.on('message', (order: Order) => {
  if (order.do === 'open') void open(order.url, order.tokens).then(() => process.send?.('open'));
  else process.send?.(close());
});
process.on('disconnect', () => process.exit(0));

async function open(url: string, tokens: readonly string[]): Promise<void> {
  [messages, bytes, lost, lagsMs] = [0, 0, 0, []];
  await Promise.all(tokens.map((token) => connect(url, token)));
}

function connect(url: string, token: string): Promise<void> {
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
  sockets.push(socket);
  socket.on('close', () => {
    lost += 1;
  });
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => socket.send('{"watch":"desk"}'));
    socket.on('message', (data) => {
      const { at } = JSON.parse(String(data)) as { at: number };
      messages += 1;
      bytes += (data as Buffer).length;
      lagsMs.push(Date.now() - at);
      resolve();
    });
  });
}

function close(): Told {
  const told = { messages, bytes, lagsMs, lost };
  for (const socket of sockets) socket.terminate();
  sockets = [];
  return told;
}
