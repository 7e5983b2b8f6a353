import { writeSync } from 'node:fs';

/**
 * Where log lines go: to a file descriptor, at once. What cannot be written, such as on a full disk, is dropped and counted. pino's own
 * destination would throw there, and at the end try again for ever, with all calls waiting behind it.
 */
export class LogDestination {
  readonly #fd: number;
  #dropped = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  write(line: string): void {
    try {
      if (this.#dropped > 0) {
        const level = 40;
        const said = {
          level,
          time: new Date().toISOString(),
          dropped: this.#dropped,
          msg: 'log lines were lost',
        };
        this.#put(`${JSON.stringify(said)}\n`);
        this.#dropped = 0;
      }
      this.#put(line);
    } catch {
      this.#dropped += 1;
    }
  }

  #put(line: string): void {
    const bytes = Buffer.from(line);
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
  }
}
