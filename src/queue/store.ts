import { asc } from 'drizzle-orm';
import { areScores } from '../agent/skills.ts';
import { Refused } from '../base/errors.ts';
import type { Database } from '../store/connect.ts';
import type { Queue } from './queue.ts';
import { queueTable } from './table.ts';

/** The queues and their rules. */
export class QueueStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** By name. @throws Refused `bad-queue` for a row that matching would fail at */
  async list(): Promise<Queue[]> {
    return this.#database.query.select().from(queueTable).orderBy(asc(queueTable.name)).all().map(checked);
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

function checked(queue: Queue): Queue {
  if (areScores(queue.needs)) return queue;
  throw new Refused(
    'bad-queue',
    `The needs of queue ${queue.name} in the database are not a score per skill, such as {"service": 5}. Mend them, then start again.`,
  );
}
