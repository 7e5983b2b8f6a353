import { cleanText } from '../../base/text.ts';
import { text } from '../json.ts';
import { isExtension, type PbxEvent, type PhoneStatus } from '../pbx.ts';
import type { Commander } from './answers.ts';
import { type EslEvent, parseRows } from './esl-codec.ts';
import { encodeApi } from './esl-encoder.ts';

const UNKNOWN =
  'FreeSWITCH does not tell which phones are registered. It is asked again each second; its log may say why';

/** As `parseRows`; undefined for an answer that is no list. */
function rowsIn(answer: string): ReturnType<typeof parseRows> | undefined {
  try {
    return parseRows(answer);
  } catch {
    return undefined;
  }
}

/** Knows which phones are registered. */
export class Phones {
  readonly #commander: Commander;
  readonly #emit: (event: PbxEvent) => void;
  /** Contact by extension. */
  readonly #contacts = new Map<string, string>();
  /** Extensions that changed while the list was asked for: it may be older. */
  readonly #fresh = new Set<string>();
  /** The list could not be had: what is known is from before. */
  isUnknown = false;

  /** @param emit told once of each phone that comes or goes, and of trouble with the list */
  constructor(commander: Commander, emit: (event: PbxEvent) => void) {
    this.#commander = commander;
    this.#emit = emit;
  }

  /** After a gap: what changed in it is told like any other change. Rejects with `PbxError`. */
  async refresh(): Promise<void> {
    this.#fresh.clear();
    const rows = rowsIn(await this.#commander.ask(encodeApi('show', 'registrations', 'as', 'json')));
    const isUnknown = rows === undefined;
    if (isUnknown !== this.isUnknown)
      this.#emit({ type: 'PbxTrouble', trouble: 'phones-unknown', sentence: isUnknown ? UNKNOWN : '' });
    this.isUnknown = isUnknown;
    if (isUnknown) return;
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
    if (was !== (contact !== undefined))
      this.#emit({ type: 'PhoneStatusChanged', extension, registered: !was });
  }
}
