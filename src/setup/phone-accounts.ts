import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { backOff, pause } from './back-off.ts';
import type { PbxInstallation } from './pbx-installation.ts';
import type { Phone } from './phone.ts';

/** Lies beside the phones' files from before they are written until the PBX has read them. */
const OWED = 'phones.owed';

export interface PhoneAccountsParts {
  readonly pbx: Pick<PbxInstallation, 'name' | 'etc' | 'configurePhones' | 'phoneFiles' | 'reload'>;
  readonly phones: () => Promise<readonly Phone[]>;
  readonly log: Log;
}

/** Keeps the PBX's accounts of phones as the database has them, while it runs. */
export class PhoneAccounts {
  readonly #parts: PhoneAccountsParts;
  readonly #stopping = new AbortController();
  #last: Promise<void> = Promise.resolve();
  #problem = '';
  #isTryingAgain = false;

  constructor(parts: PhoneAccountsParts) {
    this.#parts = parts;
  }

  /** Tells the PBX what a daemon before this one could not tell it any more. */
  start(): void {
    if (existsSync(this.#owed)) void this.changed();
  }

  /** Phones were added, changed or removed: resolves when the PBX knows, or cannot be told now; calls go on. */
  async changed(): Promise<void> {
    await this.#tellInTurn();
    if (this.#problem !== '' && !this.#isTryingAgain) void this.#tryAgain();
  }

  /** What is wrong, a sentence each. */
  problems(): readonly string[] {
    if (this.#problem === '') return [];
    return [
      `${this.#parts.pbx.name} has not taken the changed phones, and works with those of before; it is told again until it does: ${this.#problem}`,
    ];
  }

  stop(): void {
    this.#stopping.abort();
  }

  #tellInTurn(): Promise<void> {
    this.#last = this.#last.then(() => this.#tell());
    return this.#last;
  }

  async #tryAgain(): Promise<void> {
    this.#isTryingAgain = true;
    const delays = backOff();
    while (this.#problem !== '' && !this.#stopping.signal.aborted) {
      await pause(delays.next(0), this.#stopping.signal);
      if (!this.#stopping.signal.aborted) await this.#tellInTurn();
    }
    this.#isTryingAgain = false;
  }

  async #tell(): Promise<void> {
    const { pbx, phones, log } = this.#parts;
    try {
      const wanted = await phones();
      const wasOwed = existsSync(this.#owed);
      writeFileSync(this.#owed, '', { mode: 0o600 });
      const changed = pbx.configurePhones(wanted);
      // What an earlier try wrote and the PBX did not read is not written again.
      const unread = wasOwed ? pbx.phoneFiles() : changed;
      if (unread.length > 0) await pbx.reload(unread);
      rmSync(this.#owed, { force: true });
      if (this.#problem !== '') log.info({}, `${pbx.name} has taken the changed phones`);
      this.#problem = '';
    } catch (thrown) {
      const reason = messageOf(thrown);
      if (reason !== this.#problem)
        log.error({ reason }, `${pbx.name} has not taken the changed phones; it is told again`);
      this.#problem = reason;
    }
  }

  get #owed(): string {
    return join(this.#parts.pbx.etc, OWED);
  }
}
