import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { PbxPorts } from './ports.ts';
import { reloadAsterisk } from './reload-asterisk.ts';
import { type Phone, renderPhones } from './render-asterisk.ts';
import type { Settings } from './settings.ts';

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
  #last: Promise<void> = Promise.resolve();

  constructor(parts: PhoneAccountsParts) {
    this.#parts = parts;
  }

  /** Phones were added, changed or removed: resolves when Asterisk knows, or cannot be told; calls go on. */
  changed(): Promise<void> {
    this.#last = this.#last.then(() => this.#tell());
    return this.#last;
  }

  async #tell(): Promise<void> {
    const { settings, ports, ariPassword, phones, log } = this.#parts;
    try {
      const changed = renderPhones(settings, await phones());
      if (changed.length > 0) await reloadAsterisk(ports, ariPassword, changed);
    } catch (thrown) {
      log.error(
        { reason: messageOf(thrown) },
        'Asterisk has not taken the changed phones; it does at the next start',
      );
    }
  }
}
