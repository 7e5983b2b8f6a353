import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { cleanText } from '../../base/text.ts';
import { isExtension, PbxError, type PhoneStatus } from '../pbx.ts';
import { type AmiMessage, header } from './ami-codec.ts';
import { AmiLink, type AmiLinkOptions } from './ami-link.ts';

/** Words for a contact that calls cannot reach. */
const AWAY = new Set(['Removed', 'Unreachable']);

export interface PhonesOptions extends Omit<AmiLinkOptions, 'events'> {
  /** Name of the trunk's endpoint, whose contact is no phone. */
  readonly trunk: string;
}

/**
 * Knows which phones are registered. It listens to AMI and not to ARI: an ARI application that subscribes to endpoints gets
 * every event of their channels twice, also digits.
 */
export class Phones {
  readonly #link: AmiLink;
  readonly #log: Log;
  readonly #trunk: string;
  readonly #changed: (extension: string, registered: boolean) => void;
  /** Contacts (SIP addresses) by extension. */
  #contacts = new Map<string, Set<string>>();

  /** Set when a change comes while the list is asked for: which of both is newer is unknown then. */
  #stale = false;

  /** @param changed is called once for each phone that comes or goes */
  constructor(options: PhonesOptions, changed: (extension: string, registered: boolean) => void) {
    this.#log = options.log;
    this.#trunk = options.trunk;
    this.#changed = changed;
    this.#link = new AmiLink(
      { ...options, events: 'system' },
      {
        up: () => this.#refresh(),
        down: () => undefined,
        event: (message) => this.#take(message),
      },
    );
  }

  start(): void {
    this.#link.start();
  }

  stop(): Promise<void> {
    return this.#link.stop();
  }

  /** The phones that are registered now, asked of Asterisk. Rejects with `PbxError`. */
  async list(): Promise<readonly PhoneStatus[]> {
    return [...(await this.#ask())].map(([extension, contacts]) => ({
      extension,
      registered: true,
      contact: cleanText([...contacts].join(', '), 200),
    }));
  }

  async #ask(): Promise<Map<string, Set<string>>> {
    const contacts = new Map<string, Set<string>>();
    for (const message of await this.#contactList()) {
      const extension = header(message, 'Endpoint') || (header(message, 'ObjectName').split(';')[0] ?? '');
      if (this.#isPhone(extension) && !AWAY.has(header(message, 'Status'))) {
        add(contacts, extension, header(message, 'Uri'));
      }
    }
    return contacts;
  }

  async #contactList(): Promise<readonly AmiMessage[]> {
    try {
      return (await this.#link.action('PJSIPShowContacts')).events;
    } catch (error) {
      // Asterisk calls an empty list an error.
      if (error instanceof PbxError && error.code === 'refused' && /no contacts/i.test(error.message))
        return [];
      throw error;
    }
  }

  /** After a gap: what changed in it is told like any other change. */
  #refresh(): void {
    this.#stale = false;
    this.#ask().then(
      (now) => {
        if (this.#stale) {
          this.#refresh();
          return;
        }
        const before = this.#contacts;
        this.#contacts = now;
        for (const extension of before.keys()) if (!now.has(extension)) this.#changed(extension, false);
        for (const extension of now.keys()) if (!before.has(extension)) this.#changed(extension, true);
      },
      (error) => this.#log.warn({ error: messageOf(error) }, 'cannot list the registered phones yet'),
    );
  }

  #take(message: AmiMessage): void {
    switch (header(message, 'Event')) {
      case 'FullyBooted':
        this.#refresh();
        return;
      case 'Shutdown':
        this.#log.info({ how: header(message, 'Shutdown') }, 'Asterisk is shutting down');
        return;
      case 'ContactStatus':
        this.#contactChanged(
          header(message, 'AOR'),
          header(message, 'URI'),
          header(message, 'ContactStatus'),
        );
        return;
    }
  }

  #isPhone(name: string): boolean {
    return isExtension(name) && name !== this.#trunk;
  }

  #contactChanged(extension: string, uri: string, status: string): void {
    if (!this.#isPhone(extension)) return;
    this.#stale = true;
    const was = this.#contacts.has(extension);
    if (!AWAY.has(status)) add(this.#contacts, extension, uri);
    else {
      const contacts = this.#contacts.get(extension);
      contacts?.delete(uri);
      if (contacts?.size === 0) this.#contacts.delete(extension);
    }
    const is = this.#contacts.has(extension);
    if (was !== is) this.#changed(extension, is);
  }
}

function add(contacts: Map<string, Set<string>>, extension: string, uri: string): void {
  const known = contacts.get(extension);
  if (known) known.add(uri);
  else contacts.set(extension, new Set([uri]));
}
