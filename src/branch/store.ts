import { eq } from 'drizzle-orm';
import { Refused } from '../base/errors.ts';
import type { Authorship, EventWriter } from '../engine/changes.ts';
import type { Database, Prepared } from '../store/connect.ts';
import { type Branch, BranchTree } from './branch.ts';
import { branchTable } from './table.ts';

/** The tables whose rows belong to a branch. An API token that was revoked belongs nowhere any more. */
const BELONGING = [
  'agent',
  'customer',
  'campaign',
  'outbound_campaign',
  'user',
  'api_token where revoked_at is null and',
] as const;

/** The branches, all of them in memory: whether somebody covers one is asked for every call and event. */
export class BranchStore {
  readonly #database: Database;
  readonly #events: EventWriter;
  readonly #inUse: readonly { readonly what: string; readonly find: Prepared }[];
  #tree: BranchTree;

  constructor(database: Database, events: EventWriter) {
    this.#database = database;
    this.#events = events;
    this.#inUse = BELONGING.map((table) => ({
      what: table.split(' ')[0]!.replace('_', ' '),
      find: database.prepare(
        `select 1 from ${table} ${table.endsWith('and') ? '' : 'where'} branch = ? limit 1`,
      ),
    }));
    this.#tree = this.#read();
  }

  get tree(): BranchTree {
    return this.#tree;
  }

  /**
   * Adds a branch, or changes its name or place.
   * @param made goes to the log as `BranchChanged`; what set-up puts in does not
   * @throws Refused `bad-branch`, `branch-cycle`, `branch-too-deep`
   */
  async save(branch: Branch, made?: Authorship): Promise<void> {
    const { id, ...facts } = branch;
    this.#events.commit(() => {
      this.#read().check(branch);
      this.#database.query
        .insert(branchTable)
        .values(branch)
        .onConflictDoUpdate({ target: branchTable.id, set: facts })
        .run();
      if (!made) return [];
      const data = { branch: id, ...facts, by: made.by };
      return [{ type: 'BranchChanged', version: 1, at: made.at, data }];
    });
    this.#tree = this.#read();
  }

  /** Forgets a branch to which nothing belongs. @throws Refused `branch-unknown`, `branch-in-use` */
  async remove(id: string, made: Authorship): Promise<void> {
    this.#events.commit(() => {
      const tree = this.#read();
      const { name } = tree.branch(id);
      if (tree.within(id).length > 1)
        throw new Refused('branch-in-use', `Branches lie below ${name}: move or remove them first`, {
          by: 'branch',
        });
      const user = this.#inUse.find(({ find }) => find.get(id) !== undefined);
      if (user)
        throw new Refused('branch-in-use', `To ${name} belongs at least one ${user.what}: move it first`, {
          by: user.what,
        });
      this.#database.query.delete(branchTable).where(eq(branchTable.id, id)).run();
      return [{ type: 'BranchRemoved', version: 1, at: made.at, data: { branch: id, name, by: made.by } }];
    });
    this.#tree = this.#read();
  }

  #read(): BranchTree {
    return new BranchTree(this.#database.query.select().from(branchTable).all());
  }
}
