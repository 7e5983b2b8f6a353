import net from 'node:net';
import { Duplex } from 'node:stream';

/** Port of a `Wire`; nobody connects to it otherwise. */
export const WIRE_PORT = 0;

/**
 * Connections to `WIRE_PORT` as long as it is open: they stay within this process, where the kernel of a busy machine cannot hold up what is
 * said. It arrives in the next round of the event loop, always.
 */
export class Wire {
  readonly #connect = net.connect;

  /** @param taken gets the far side of each connection */
  constructor(taken: (socket: Duplex) => void) {
    const connect = (options: net.NetConnectOpts, ...more: []): Duplex => {
      if (!('port' in options) || options.port !== WIRE_PORT) return this.#connect(options, ...more);
      const near = new Side();
      const far = new Side();
      near.other = far;
      far.other = near;
      setImmediate(() => taken(far));
      return near;
    };
    Object.assign(net, { connect });
  }

  close(): void {
    Object.assign(net, { connect: this.#connect });
  }
}

class Side extends Duplex {
  other: Side | undefined;

  override _read(): void {
    // The other side pushes.
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    setImmediate(() => {
      if (!this.other?.destroyed) this.other?.push(bytes);
      done();
    });
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    setImmediate(() => this.other?.destroy());
    done(error);
  }
}
