import { cleanText } from '../../base/text.ts';
import { text } from '../json.ts';
import { isExtension, type PhoneStatus } from '../pbx.ts';
import type { Commander } from './answers.ts';
import { type EslEvent, parseRows } from './esl-codec.ts';
import { encodeApi } from './esl-encoder.ts';

/** Knows which phones are registered. */
export class Phones {
  readonly #commander: Commander;
  readonly #changed: (extension: string, registered: boolean) => void;
  /** Contact by extension. */
  readonly #contacts = new Map<string, string>();
  /** Extensions that changed while the list was asked for: it may be older. */
  readonly #fresh = new Set<string>();

  /** @param changed told once for each phone that comes or goes */
  constructor(commander: Commander, changed: (extension: string, registered: boolean) => void) {
    this.#commander = commander;
    this.#changed = changed;
  }

  /** After a gap: what changed in it is told like any other change. Rejects with `PbxError`. */
  async refresh(): Promise<void> {
    this.#fresh.clear();
    const rows = parseRows(await this.#commander.ask(encodeApi('show', 'registrations', 'as', 'json')));
    const now = new Map(rows.map((row) => [text(row, 'reg_user') ?? '', text(row, 'url') ?? '']));
    for (const extension of new Set([...this.#contacts.keys(), ...now.keys()]))
      if (!this.#fresh.has(extension)) this.#note(extension, now.get(extension));
  }

  list(): readonly PhoneStatus[] {
    return Array.from(this.#contacts, ([extension, contact]) => ({ extension, registered: true, contact }));
  }

  /** Takes an event of a registration. */
  take(event: EslEvent): void {
    const extension = event('from-user') || event('user');
    this.#fresh.add(extension);
    this.#note(extension, event('Event-Subclass') === 'sofia::register' ? event('contact') : undefined);
  }

  #note(extension: string, contact: string | undefined): void {
    if (!isExtension(extension)) return;
    const was = this.#contacts.has(extension);
    if (contact === undefined) this.#contacts.delete(extension);
    else this.#contacts.set(extension, cleanText(contact, 200));
    if (was !== (contact !== undefined)) this.#changed(extension, !was);
  }
}
