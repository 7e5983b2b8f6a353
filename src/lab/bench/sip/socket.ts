import { createSocket, type Socket } from 'node:dgram';
import { formatSip, headerOf, parseSip, responseTo, type SipMessage, statusOf } from './message.ts';

/** Whoever a message of one call is for. */
export interface Dialog {
  take(message: SipMessage): void;
}

/** A UDP port of this machine that speaks SIP with one server; messages find their call by Call-ID. */
export class SipSocket {
  readonly address: string;
  readonly port: number;
  readonly server: string;
  readonly #socket: Socket;
  readonly #dialogs = new Map<string, Dialog>();
  #closed = false;
  /** A request for no call that is known. */
  onRequest: (request: SipMessage) => void = (request) => this.refuse(request);

  private constructor(socket: Socket, server: string) {
    this.#socket = socket;
    this.server = server;
    this.port = socket.address().port;
    this.address = `127.0.0.1:${this.port}`;
    socket.on('message', (datagram) => this.#take(datagram.toString('latin1')));
    // What the kernel says of a server that is down; the calls see it by its silence.
    socket.on('error', () => undefined);
  }

  /**
   * @param server `host:port` that everything is sent to
   * @param port 0 for any
   */
  static open(server: string, port = 0): Promise<SipSocket> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 2 ** 20 });
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => {
        socket.removeAllListeners('error');
        resolve(new SipSocket(socket, server));
      });
    });
  }

  add(callId: string, dialog: Dialog): void {
    this.#dialogs.set(callId, dialog);
  }

  remove(callId: string): void {
    this.#dialogs.delete(callId);
  }

  send(message: SipMessage): void {
    if (this.#closed) return;
    const [host = '', port = ''] = this.server.split(':');
    this.#socket.send(Buffer.from(formatSip(message), 'latin1'), Number(port), host);
  }

  /** 200 to what keeps a line alive, 481 to what belongs to no call. */
  refuse(request: SipMessage): void {
    const method = request.start.split(' ')[0];
    if (method === 'ACK') return;
    const known = method === 'OPTIONS' || method === 'NOTIFY';
    this.send(responseTo(request, known ? '200 OK' : '481 Call Does Not Exist', 'bench'));
  }

  close(): void {
    this.#closed = true;
    this.#socket.close();
  }

  #take(text: string): void {
    const message = parseSip(text);
    if (!message) return;
    const dialog = this.#dialogs.get(headerOf(message, 'Call-ID'));
    if (dialog) dialog.take(message);
    else if (statusOf(message) === 0) this.onRequest(message);
  }
}
