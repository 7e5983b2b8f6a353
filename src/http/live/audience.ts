import type { Principal } from '../principal.ts';
import type { Client } from './client.ts';
import type { Topic } from './topic.ts';

interface Sent {
  row: object;
  json: string;
}

/** Those who see the same of a topic, and what they have been sent. */
export class Audience {
  readonly topic: Topic;
  readonly about: string | undefined;
  readonly clients = new Set<Client>();
  /** Something may have changed since it was looked at. */
  isStale = true;
  #isLost = false;
  readonly #as: Principal;
  readonly #sent = new Map<string, Map<string, Sent>>();

  /** @param as one of them */
  constructor(topic: Topic, about: string | undefined, as: Principal) {
    this.topic = topic;
    this.about = about;
    this.#as = as;
  }

  /** What has changed since the last time, as text for the wire; undefined when nothing has. @param at UTC ms */
  changes(at: number): string | undefined {
    this.isStale = false;
    // What fails half-way may be noted as sent, and is not.
    const anew = this.#isLost;
    this.#isLost = true;
    const rows = this.topic.rows(this.#as);
    const parts: string[] = [];
    for (const [collection, now] of Object.entries(rows)) {
      const changed = this.#changesIn(collection, now);
      if (changed !== '') parts.push(`${JSON.stringify(collection)}:{${changed}}`);
    }
    this.#isLost = false;
    if (anew) return this.whole(at);
    return parts.length === 0 ? undefined : this.#message(at, 'parts', parts);
  }

  /** Everything, as it was sent last. @param at UTC ms */
  whole(at: number): string {
    const collections = [...this.#sent].map(([collection, rows]) => {
      const texts = [...rows].map(([id, { json }]) => `${JSON.stringify(id)}:${json}`);
      return `${JSON.stringify(collection)}:{${texts.join(',')}}`;
    });
    return this.#message(at, 'whole', collections);
  }

  #changesIn(collection: string, now: ReadonlyMap<string, object>): string {
    let sent = this.#sent.get(collection);
    if (!sent) {
      sent = new Map();
      this.#sent.set(collection, sent);
    }
    const changed: string[] = [];
    for (const [id, row] of now) {
      const before = sent.get(id);
      if (before?.row === row) continue;
      const json = JSON.stringify(row);
      sent.set(id, { row, json });
      if (before?.json !== json) changed.push(`${JSON.stringify(id)}:${json}`);
    }
    if (sent.size > now.size)
      for (const id of [...sent.keys()])
        if (!now.has(id)) {
          sent.delete(id);
          changed.push(`${JSON.stringify(id)}:null`);
        }
    return changed.join(',');
  }

  #message(at: number, what: 'whole' | 'parts', collections: readonly string[]): string {
    return `{"topic":${JSON.stringify(this.topic.name)},"at":${at},"${what}":{${collections.join(',')}}}`;
  }
}
