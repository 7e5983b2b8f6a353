import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { backOff, pause } from './back-off.ts';
import type { PbxPorts } from './ports.ts';
import { reloadAsterisk } from './reload-asterisk.ts';
import { asteriskEtc, type Phone, phoneFiles, renderPhones } from './render-asterisk.ts';
import type { Settings } from './settings.ts';

/** Lies beside the phones' files from before they are written until Asterisk has read them. */
const OWED = 'phones.owed';

export interface PhoneAccountsParts {
  readonly settings: Pick<Settings, 'data'>;
  readonly ports: PbxPorts;
  readonly ariPassword: string;
  readonly phones: () => Promise<readonly Phone[]>;
  readonly log: Log;
}

/** Keeps Asterisk's accounts of phones as the database has them, while it runs. */
export class PhoneAccounts {
  readonly #parts: PhoneAccountsParts;
  readonly #stopping = new AbortController();
  #last: Promise<void> = Promise.resolve();
  #problem = '';
  #isTryingAgain = false;

  constructor(parts: PhoneAccountsParts) {
    this.#parts = parts;
  }

  /** Tells Asterisk what a daemon before this one could not tell it any more. */
  start(): void {
    if (existsSync(this.#owed)) void this.changed();
  }

  /** Phones were added, changed or removed: resolves when Asterisk knows, or cannot be told now; calls go on. */
  async changed(): Promise<void> {
    await this.#tellInTurn();
    if (this.#problem !== '' && !this.#isTryingAgain) void this.#tryAgain();
  }

  /** What is wrong, a sentence each. */
  problems(): readonly string[] {
    if (this.#problem === '') return [];
    return [
      `Asterisk has not taken the changed phones, and works with those of before; it is told again until it does: ${this.#problem}`,
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
    const { settings, ports, ariPassword, phones, log } = this.#parts;
    try {
      const wanted = await phones();
      const wasOwed = existsSync(this.#owed);
      writeFileSync(this.#owed, '', { mode: 0o600 });
      const changed = renderPhones(settings, wanted);
      // What an earlier try wrote and Asterisk did not read is not written again.
      const unread = wasOwed ? phoneFiles() : changed;
      if (unread.length > 0) await reloadAsterisk(ports, ariPassword, unread);
      rmSync(this.#owed, { force: true });
      if (this.#problem !== '') log.info({}, 'Asterisk has taken the changed phones');
      this.#problem = '';
    } catch (thrown) {
      const reason = messageOf(thrown);
      if (reason !== this.#problem)
        log.error({ reason }, 'Asterisk has not taken the changed phones; it is told again');
      this.#problem = reason;
    }
  }

  get #owed(): string {
    return join(asteriskEtc(this.#parts.settings.data), OWED);
  }
}
