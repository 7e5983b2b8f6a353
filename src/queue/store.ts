import { asc } from 'drizzle-orm';
import type { Database } from '../store/connect.ts';
import type { Queue } from './queue.ts';
import { queueTable } from './table.ts';

/** The queues and their rules. */
export class QueueStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** By name. */
  async list(): Promise<Queue[]> {
    return this.#database.query.select().from(queueTable).orderBy(asc(queueTable.name)).all();
  }

  async save(queue: Queue): Promise<void> {
    const { name: _name, ...rules } = queue;
    this.#database.query
      .insert(queueTable)
      .values(queue)
      .onConflictDoUpdate({ target: queueTable.name, set: rules })
      .run();
  }
}
