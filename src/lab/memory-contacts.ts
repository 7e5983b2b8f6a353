import type { ContactFacts, ContactRecord, ContactWish, PastContact } from '../contact/contact.ts';

/** A wish and whom it concerns: a person, a number, or both. */
export interface MemoryWish extends ContactWish {
  readonly person?: string;
  readonly number?: string;
}

/** What was done and wished, in memory. */
export class MemoryContacts implements ContactRecord {
  /** By the id of the attempt. */
  readonly contacts = new Map<string, PastContact>();
  readonly wishes: MemoryWish[] = [];

  factsOf(person: string, number: string): ContactFacts {
    return {
      contacts: [...this.contacts.values()].filter((one) => one.person === person || one.number === number),
      wishes: this.wishes.filter((one) => one.person === person || one.number === number),
    };
  }

  wished(wish: MemoryWish): void {
    this.wishes.push(wish);
  }

  note(contact: PastContact): void {
    this.contacts.set(contact.attempt, contact);
  }
}
