import net from 'node:net';

/** The TCP connection under a websocket, for sending what is said in one breath in one piece: each piece is a system call. */
export class Wire {
  #socket: net.Socket | undefined;
  #gathering = false;

  /** Opens it. `path` is that of the request; a connection would take it for a Unix socket. */
  readonly connect = (options: net.TcpNetConnectOpts): net.Socket => {
    const { host, port } = options;
    this.#socket = net.connect({ host, port });
    return this.#socket;
  };

  /** What is written from now on leaves together, when everything that has arrived by now has been dealt with. */
  gather(): void {
    const socket = this.#socket;
    if (!socket || this.#gathering) return;
    this.#gathering = true;
    socket.cork();
    setImmediate(() => {
      this.#gathering = false;
      socket.uncork();
    });
  }
}
