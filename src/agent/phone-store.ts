import { randomBytes } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { Refused } from '../base/errors.ts';
import type { Authorship, EventWriter, LogEvent } from '../engine/changes.ts';
import type { Database } from '../store/connect.ts';
import type { Phone } from './store.ts';
import { agentTable, phoneTable } from './table.ts';

/** A phone on a desk, as an administrator sees it. */
export type DeskPhone = Omit<Phone, 'password' | 'kind'>;

/** The phones on desks as an administrator keeps them. Those in pages come and go with their agents. */
export class PhoneStore {
  readonly #database: Database;
  readonly #events: EventWriter;

  constructor(database: Database, events: EventWriter) {
    this.#database = database;
    this.#events = events;
  }

  /** Adds a phone. @returns its password, to be had only now; @throws Refused `phone-exists` */
  async add(phone: DeskPhone, made: Authorship): Promise<string> {
    const password = newPassword();
    this.#events.commit(() => {
      const { query } = this.#database;
      const row = { ...phone, password, kind: 'desk' } as const;
      if (query.insert(phoneTable).values(row).onConflictDoNothing().run().changes === 0)
        throw new Refused('phone-exists', `There is a phone ${phone.extension} already`);
      return [changed('PhoneAdded', phone, made)];
    });
    return password;
  }

  /** Changes its name and where it stands. @throws Refused `phone-unknown` */
  async change(phone: DeskPhone, made: Authorship): Promise<void> {
    const { extension, name, branch } = phone;
    this.#write(extension, { name, branch }, changed('PhoneChanged', phone, made));
  }

  /** Gives a phone another password. @returns it, to be had only now; @throws Refused `phone-unknown` */
  async renewPassword(phone: DeskPhone, made: Authorship): Promise<string> {
    const password = newPassword();
    this.#write(phone.extension, { password }, changed('PhonePasswordChanged', phone, made));
    return password;
  }

  /** Forgets a phone that is nobody's own. @throws Refused `phone-unknown`, `phone-in-use` */
  async remove(phone: DeskPhone, made: Authorship): Promise<void> {
    const { extension } = phone;
    this.#events.commit(() => {
      const { query } = this.#database;
      const owner = query.select().from(agentTable).where(eq(agentTable.homeExtension, extension)).get();
      if (owner)
        throw new Refused('phone-in-use', `${extension} is the home phone of ${owner.name} (${owner.id})`, {
          agent: owner.id,
        });
      if (query.delete(phoneTable).where(deskPhone(extension)).run().changes === 0)
        throw unknownPhone(extension);
      return [changed('PhoneRemoved', phone, made)];
    });
  }

  #write(extension: string, to: Partial<Phone>, event: LogEvent): void {
    this.#events.commit(() => {
      const written = this.#database.query.update(phoneTable).set(to).where(deskPhone(extension)).run();
      if (written.changes === 0) throw unknownPhone(extension);
      return [event];
    });
  }
}

/** The refusal of a phone that is not there, or not for whoever asks. */
export function unknownPhone(extension: string): Refused {
  return new Refused('phone-unknown', `There is no phone ${extension}`);
}

function deskPhone(extension: string) {
  return and(eq(phoneTable.extension, extension), eq(phoneTable.kind, 'desk'));
}

function newPassword(): string {
  return randomBytes(18).toString('base64url');
}

function changed(type: string, { extension, name, branch }: DeskPhone, { by, at }: Authorship): LogEvent {
  return { type, version: 1, at, data: { phone: extension, name, branch, by } };
}
