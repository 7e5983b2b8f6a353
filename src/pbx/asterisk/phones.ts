import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import { cleanText } from '../../base/text.ts';
import { isExtension, PbxError, type PbxTrouble, type PhoneStatus } from '../pbx.ts';
import { type AmiMessage, header } from './ami-codec.ts';
import { AmiLink, type AmiLinkOptions } from './ami-link.ts';

/** Before a list that was not given is asked for again, ms. */
const AGAIN_MS = 1_000;

/** Words for a contact that calls cannot reach. */
const AWAY = new Set(['Removed', 'Unreachable']);

export interface PhonesOptions extends Omit<AmiLinkOptions, 'events'> {
  /** Name of the trunk's endpoint, whose contact is no phone. */
  readonly trunk: string;
}

export interface PhonesListener {
  /** Once for each phone that comes or goes. */
  changed(extension: string, registered: boolean): void;
  trouble(trouble: PbxTrouble, sentence: string): void;
  /** Asterisk ends now; calls that were in it are over. */
  ending(restarts: boolean): void;
}

const DRAINING =
  'Asterisk takes no new calls: it is being stopped gracefully and waits for the last call to end. Wait, or call it off with "core abort shutdown" in its console';

/**
 * Knows which phones are registered, and whether Asterisk takes new calls. It listens to AMI and not to ARI: an ARI application that subscribes to endpoints gets
 * every event of their channels twice, also digits.
 */
export class Phones {
  readonly #link: AmiLink;
  readonly #log: Log;
  readonly #trunk: string;
  readonly #listener: PhonesListener;
  /** Contacts (SIP addresses) by extension. */
  #contacts = new Map<string, Set<string>>();

  /** Set when a change comes while the list is asked for: which of both is newer is unknown then. */
  #stale = false;

  #draining = false;
  /** Whether `phones-unknown` was said. */
  #unknown = false;
  #again: NodeJS.Timeout | undefined;

  constructor(options: PhonesOptions, listener: PhonesListener) {
    this.#log = options.log;
    this.#trunk = options.trunk;
    this.#listener = listener;
    this.#link = new AmiLink(
      { ...options, events: 'system' },
      {
        up: () => this.#refresh(),
        down: (reason) => this.#lost(`the AMI link to Asterisk is down (${reason})`),
        draining: (is) => {
          this.#draining = is;
          listener.trouble('draining', is ? DRAINING : '');
        },
        event: (message) => this.#take(message),
      },
    );
  }

  start(): void {
    this.#link.start();
  }

  stop(): Promise<void> {
    clearTimeout(this.#again);
    return this.#link.stop();
  }

  /** Whether Asterisk takes no new calls, asked of it; false when it does not say. */
  async isDraining(): Promise<boolean> {
    await this.#link.action('Ping').catch((error) => this.#log.debug({ error: messageOf(error) }, 'no pong'));
    return this.#draining;
  }

  /**
   * The phones that are registered now, asked of Asterisk; the last known ones while it is being stopped gracefully and
   * answers nothing. Rejects with `PbxError`.
   */
  async list(): Promise<readonly PhoneStatus[]> {
    const contacts = await this.#ask().catch((error) => {
      if (!this.#draining) throw error;
      return this.#contacts;
    });
    return [...contacts].map(([extension, contacts]) => ({
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
    clearTimeout(this.#again);
    this.#stale = false;
    this.#ask().then(
      (now) => {
        if (this.#stale) {
          this.#refresh();
          return;
        }
        const before = this.#contacts;
        this.#contacts = now;
        const { changed } = this.#listener;
        for (const extension of before.keys()) if (!now.has(extension)) changed(extension, false);
        for (const extension of now.keys()) if (!before.has(extension)) changed(extension, true);
        if (this.#unknown) this.#listener.trouble('phones-unknown', '');
        this.#unknown = false;
      },
      (error) => this.#notListed(error),
    );
  }

  #notListed(error: unknown): void {
    // When it is up again, the list is asked for.
    if (error instanceof PbxError && error.code === 'link-down') return;
    const reason = messageOf(error);
    this.#log.debug({ error: reason }, 'cannot list the registered phones yet');
    this.#lost(`Asterisk does not list them (${reason}), and is asked again`);
    this.#again = setTimeout(() => this.#refresh(), AGAIN_MS);
  }

  #take(message: AmiMessage): void {
    switch (header(message, 'Event')) {
      case 'FullyBooted':
        this.#refresh();
        return;
      case 'Shutdown':
        return this.#listener.ending(header(message, 'Restart') === 'True');
      case 'ContactStatus':
        this.#contactChanged(
          header(message, 'AOR'),
          header(message, 'URI'),
          header(message, 'ContactStatus'),
        );
        return;
    }
  }

  /** Without a log-in because it is being stopped, the other trouble says it all. */
  #lost(because: string): void {
    if (this.#draining) return;
    this.#unknown = true;
    const sentence = `which phones are registered is not known, because ${because}; calls go on`;
    this.#listener.trouble('phones-unknown', sentence);
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
    if (was !== is) this.#listener.changed(extension, is);
  }
}

function add(contacts: Map<string, Set<string>>, extension: string, uri: string): void {
  const known = contacts.get(extension);
  if (known) known.add(uri);
  else contacts.set(extension, new Set([uri]));
}
