import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { networkOf } from '../base/address.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { type Ban, OFFENCE_LIMITS } from './bans.ts';

/** Bans on disk, so that no restart lets anybody in again. */
export class BanFile {
  readonly #file: string;
  readonly #log: Log;

  /** @param file absolute path; its folder is there */
  constructor(file: string, log: Log) {
    this.#file = file;
    this.#log = log;
  }

  /** Never throws: with a file that cannot be read, counting begins anew. */
  read(): readonly Ban[] {
    if (!existsSync(this.#file)) return [];
    try {
      const content: unknown = JSON.parse(readFileSync(this.#file, 'utf8'));
      return Array.isArray(content) ? content.filter(isBan) : [];
    } catch (error) {
      this.#log.warn({ file: this.#file, error: messageOf(error) }, 'the bans of before cannot be read');
      return [];
    }
  }

  /** Never throws: a full disk must not end a ban. */
  write(bans: readonly Ban[]): void {
    const unfinished = `${this.#file}.new`;
    try {
      writeFileSync(unfinished, `${JSON.stringify(bans, null, 1)}\n`, { mode: 0o600 });
      renameSync(unfinished, this.#file);
    } catch (error) {
      this.#log.warn({ file: this.#file, error: messageOf(error) }, 'the bans are not kept over a restart');
    }
  }
}

function isBan(value: unknown): value is Ban {
  if (typeof value !== 'object' || value === null) return false;
  const { network, why, since, until, times } = value as Record<string, unknown>;
  const plain = typeof network === 'string' && networkOf(network.replace(/\/64$/, '')) === network;
  const known = typeof why === 'string' && Object.hasOwn(OFFENCE_LIMITS, why);
  return plain && known && [since, until, times].every((number) => Number.isSafeInteger(number));
}
