import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** What one request looked like to the service. */
export interface Heard {
  readonly line: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** Counts connections from 1. */
  readonly connection: number;
}

export interface HostileService {
  readonly port: number;
  readonly url: string;
  readonly heard: readonly Heard[];
  /** Connections that are open now. */
  readonly open: ReadonlySet<Socket>;
}

/** Does what it likes with the connection of a whole request; `count` counts requests from 1. */
export type Reply = (socket: Socket, count: number) => void;

/** A service that speaks raw bytes; ends with the test. */
export async function hostileService(reply: Reply): Promise<HostileService> {
  const heard: Heard[] = [];
  const open = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    const connection = connections;
    let received = '';
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    // Clients that give up reset the connection: that is what is tested.
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      received += bytes.toString('utf8');
      const request = wholeRequest(received, connection);
      if (!request) return;
      received = '';
      heard.push(request);
      reply(socket, heard.length);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of open) socket.destroy();
    await closed;
  });
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}/ask`, heard, open };
}

function wholeRequest(received: string, connection: number): Heard | undefined {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return;
  const [line = '', ...rest] = received.slice(0, end).split('\r\n');
  const headers = new Map(
    rest.map((header) => {
      const [name = '', ...value] = header.split(': ');
      return [name.toLowerCase(), value.join(': ')];
    }),
  );
  const body = received.slice(end + 4);
  const length = Number(headers.get('content-length') ?? 0);
  return Buffer.byteLength(body) < length ? undefined : { line, headers, body, connection };
}

/** A well-formed answer. */
export function answer(body: string, { status = 200, headers = '' } = {}): string {
  const length = Buffer.byteLength(body);
  return `HTTP/1.1 ${status} X\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n${headers}\r\n${body}`;
}
