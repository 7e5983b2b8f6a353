import { WebSocket } from 'ws';

/** Sees beside the product what Asterisk makes of the keys. */
export class DtmfWitness {
  readonly #socket: WebSocket;
  readonly #keys = new Map<string, string>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (text) => this.#read(JSON.parse(String(text))));
  }

  /** Listens at the Asterisk whose ARI has this port and password. */
  static async listen(port: number, password: string): Promise<DtmfWitness> {
    const query = `app=witness&subscribeAll=true&api_key=carillon:${password}`;
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ari/events?${query}`);
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    return new DtmfWitness(socket);
  }

  /** Every key of the caller with this number, in their order. */
  keysOf(number: string): string {
    return this.#keys.get(number) ?? '';
  }

  close(): void {
    this.#socket.terminate();
  }

  #read(event: { type: string; digit?: string; channel?: { caller: { number: string } } }): void {
    if (event.type !== 'ChannelDtmfReceived' || event.channel === undefined) return;
    const { number } = event.channel.caller;
    this.#keys.set(number, this.keysOf(number) + event.digit);
  }
}
