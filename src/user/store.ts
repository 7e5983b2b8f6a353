import { and, asc, count, eq, gt, isNotNull, isNull, ne, or, type SQL, sql } from 'drizzle-orm';
import { Refused } from '../base/errors.ts';
import { mayHaveSeat, type PersonRole } from '../http/roles.ts';
import type { Database } from '../store/connect.ts';
import { known } from '../store/known.ts';
import { sessionTable, userTable } from './table.ts';

/** Somebody who signs in at the console. */
export interface User {
  readonly id: string;
  /** In lower case. */
  readonly login: string;
  readonly name: string;
  readonly role: PersonRole;
  /** '' for the head office. */
  readonly branch: string;
  readonly agentId?: string;
  readonly passwordHash: string;
  /** UTC ms, as all of these. */
  readonly passwordChangedAt: number;
  readonly createdAt: number;
  readonly disabledAt?: number;
}

/** What may be changed of a user; null takes his agent's seat from him. */
export interface UserChange {
  readonly name?: string;
  readonly role?: PersonRole;
  readonly branch?: string;
  readonly agentId?: string | null;
}

export interface UserFilter {
  /** Part of the login or the name. */
  readonly text?: string;
  readonly role?: PersonRole;
  readonly isDisabled?: boolean;
  /** Only these branches; undefined for all. */
  readonly branches?: readonly string[];
  /** The login after which to go on. */
  readonly after?: string;
  readonly limit: number;
}

/** The users of the console. Whatever changes what somebody may do ends his sessions, in the same commit. */
export class UserStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async byId(id: string): Promise<User | undefined> {
    return this.#one(eq(userTable.id, id));
  }

  /** @param login as `loginOf` makes it */
  async byLogin(login: string): Promise<User | undefined> {
    return this.#one(eq(userTable.login, login));
  }

  /** The user who has this agent's seat and is not disabled. */
  async ofAgent(agent: string): Promise<User | undefined> {
    return this.#one(and(eq(userTable.agentId, agent), isNull(userTable.disabledAt))!);
  }

  /** The agents whose seats somebody has who is not disabled. */
  async seated(): Promise<ReadonlySet<string>> {
    const rows = this.#database.query
      .select({ agentId: userTable.agentId })
      .from(userTable)
      .where(and(isNotNull(userTable.agentId), isNull(userTable.disabledAt)))
      .all();
    return new Set(rows.flatMap(({ agentId }) => (agentId === null ? [] : [agentId])));
  }

  /** By login. */
  async list({ text, role, isDisabled, branches, after, limit }: UserFilter): Promise<User[]> {
    const pattern = text === undefined ? '' : `%${text.replace(/[\\%_]/g, '\\$&')}%`;
    const contains = (column: typeof userTable.login | typeof userTable.name) =>
      sql`${column} like ${pattern} escape '\\'`;
    const rows = this.#database.query
      .select()
      .from(userTable)
      .where(
        and(
          text === undefined ? undefined : or(contains(userTable.login), contains(userTable.name)),
          role === undefined ? undefined : eq(userTable.role, role),
          isDisabled === undefined ? undefined : disabled(isDisabled),
          branches === undefined ? undefined : within(branches),
          after === undefined ? undefined : gt(userTable.login, after),
        ),
      )
      .orderBy(asc(userTable.login))
      .limit(limit)
      .all();
    return rows.map(known);
  }

  async count(): Promise<number> {
    return this.#database.query.select({ users: count() }).from(userTable).get()?.users ?? 0;
  }

  /** @throws Refused `login-taken`, `seat-taken`, `seat-not-for-role` */
  async add(user: User): Promise<void> {
    this.#database.unit(() => {
      if (this.#one(eq(userTable.login, user.login)))
        throw new Refused('login-taken', `There is a user ${user.login} already`, { login: user.login });
      this.#checkSeat(user);
      return this.#database.query.insert(userTable).values(user).run().changes;
    });
  }

  /**
   * @param session one that goes on whatever is changed: that of whoever changes something about himself
   * @throws Refused `user-unknown`, `last-admin`, `seat-taken`, `seat-not-for-role`
   */
  async change(id: string, change: UserChange, session = ''): Promise<User> {
    return this.#database.unit(() => {
      const { agentId, ...rest } = change;
      const user = this.#present(id);
      const changed: User = {
        ...user,
        ...rest,
        ...(agentId !== undefined && { agentId: agentId ?? undefined }),
      };
      if (!isFirstAdmin(changed)) this.#checkNotLast(user);
      this.#checkSeat(changed);
      this.#database.query
        .update(userTable)
        .set({
          name: changed.name,
          role: changed.role,
          branch: changed.branch,
          agentId: changed.agentId ?? null,
        })
        .where(eq(userTable.id, id))
        .run();
      if (mayOther(user, changed)) this.#endSessions(id, session);
      return changed;
    });
  }

  /** @param now UTC ms; @throws Refused `user-unknown` */
  async setPassword(id: string, passwordHash: string, now: number): Promise<void> {
    this.#database.unit(() => {
      this.#present(id);
      this.#database.query
        .update(userTable)
        .set({ passwordHash, passwordChangedAt: now })
        .where(eq(userTable.id, id))
        .run();
      return this.#endSessions(id);
    });
  }

  /** @param now UTC ms; @throws Refused `user-unknown`, `last-admin` */
  async disable(id: string, now: number): Promise<User> {
    return this.#database.unit(() => {
      const user = this.#present(id);
      if (user.disabledAt !== undefined) return user;
      this.#checkNotLast(user);
      this.#database.query.update(userTable).set({ disabledAt: now }).where(eq(userTable.id, id)).run();
      this.#endSessions(id);
      return { ...user, disabledAt: now };
    });
  }

  /** @throws Refused `user-unknown`, `seat-taken`, `seat-not-for-role` */
  async enable(id: string): Promise<User> {
    return this.#database.unit(() => {
      const user = this.#present(id);
      const enabled: User = { ...user, disabledAt: undefined };
      this.#checkSeat(enabled);
      this.#database.query.update(userTable).set({ disabledAt: null }).where(eq(userTable.id, id)).run();
      return enabled;
    });
  }

  /** Signs him out wherever he is signed in. @throws Refused `user-unknown` */
  async signOut(id: string): Promise<User> {
    const user = this.#present(id);
    this.#endSessions(id);
    return user;
  }

  #endSessions(id: string, kept = ''): void {
    const ended = and(eq(sessionTable.userId, id), ne(sessionTable.hash, kept));
    this.#database.query.delete(sessionTable).where(ended).run();
  }

  #one(which: SQL): User | undefined {
    const row = this.#database.query.select().from(userTable).where(which).get();
    return row && known(row);
  }

  #present(id: string): User {
    const user = this.#one(eq(userTable.id, id));
    if (!user) throw new Refused('user-unknown', `There is no user ${id}`);
    return user;
  }

  /** Somebody at the head office has to be able to let the others in. */
  #checkNotLast(user: User): void {
    if (!isFirstAdmin(user)) return;
    const others = this.#one(
      and(
        eq(userTable.role, 'admin'),
        eq(userTable.branch, ''),
        isNull(userTable.disabledAt),
        ne(userTable.id, user.id),
      )!,
    );
    if (!others)
      throw new Refused('last-admin', 'This is the last admin of the head office: make another one first');
  }

  /** Two who sit in one seat would take each other's calls. */
  #checkSeat({ id, role, agentId, disabledAt }: User): void {
    if (agentId === undefined) return;
    if (!mayHaveSeat(role))
      throw new Refused(
        'seat-not-for-role',
        `A user of role ${role} has no seat: it would let him change things`,
      );
    if (disabledAt !== undefined) return;
    const other = this.#one(
      and(eq(userTable.agentId, agentId), isNull(userTable.disabledAt), ne(userTable.id, id))!,
    );
    if (other)
      throw new Refused('seat-taken', `Agent ${agentId} is ${other.login} already`, { login: other.login });
  }
}

function mayOther(before: User, after: User): boolean {
  return before.role !== after.role || before.branch !== after.branch || before.agentId !== after.agentId;
}

function isFirstAdmin({ role, branch, disabledAt }: User): boolean {
  return role === 'admin' && branch === '' && disabledAt === undefined;
}

function disabled(isDisabled: boolean): SQL {
  return isDisabled ? isNotNull(userTable.disabledAt) : isNull(userTable.disabledAt);
}

function within(branches: readonly string[]): SQL {
  return sql`${userTable.branch} in (select value from json_each(${JSON.stringify(branches)}))`;
}
