import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { PbxProxy, PbxWrite } from './pbx-proxy.ts';

/** What changes nothing: questions, and claims that fail where another one has claimed. */
const QUESTION =
  /^(?:auth |event json |api (?:uuid_(?:exists|dump) |show |version$|global_getvar |hash (?:select|insert_ifempty)\/|fsctl pause_check|sofia status))/;

/** Stands between one daemon and the event socket, passes everything on, and notes what the daemon commands. */
export class EslProxy implements PbxProxy {
  readonly port: number;
  readonly writes: PbxWrite[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, pbxPort: number) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (client) => this.#join(client, connect(pbxPort, '127.0.0.1')));
  }

  /** @param pbxPort where the event socket is on this machine */
  static open(pbxPort: number): Promise<EslProxy> {
    const server = createServer({ noDelay: true });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => resolve(new EslProxy(server, pbxPort)));
    });
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #join(client: Socket, pbx: Socket): void {
    let rest = '';
    client.on('data', (bytes) => {
      pbx.write(bytes);
      // Stray newlines only wake FreeSWITCH up.
      const commands = (rest + bytes.toString('latin1')).replace(/^\n+/, '').split('\n\n');
      rest = commands.pop() ?? '';
      for (const command of commands) this.#note(command.trim());
    });
    pbx.on('data', (bytes) => client.write(bytes));
    for (const [one, other] of [
      [client, pbx],
      [pbx, client],
    ] as const) {
      this.#sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }

  #note(command: string): void {
    if (command !== '' && !QUESTION.test(command))
      this.writes.push({ at: Date.now(), what: command.split('\n').join(', ') });
  }
}
