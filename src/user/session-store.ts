import { createHash, randomBytes } from 'node:crypto';
import { and, asc, eq, isNull, lte, or } from 'drizzle-orm';
import { Refused } from '../base/errors.ts';
import { type Database, isStoreTrouble } from '../store/connect.ts';
import { known } from '../store/known.ts';
import type { User } from './store.ts';
import { sessionTable, userTable } from './table.ts';
import { IDLE_MS, isAlive, LONGEST_SESSION_MS } from './user.ts';

/** Somebody who is signed in. */
export interface Session {
  /** Of no use to whoever sees it: the cookie holds something else. */
  readonly id: string;
  readonly user: User;
}

/** How old the note may be when a session was last used: a write per request would be one too many. */
const SEEN_AGAIN_MS = 10 * 60_000;
/** Sessions of one user; the oldest end. */
const MOST_OF_ONE = 20;

/** Who is signed in. Sessions outlive the daemon; `UserStore` ends those of a user when something about him changes. */
export class SessionStore {
  readonly #database: Database;
  readonly #listeners = new Set<(session: string) => void>();
  /** Those that were used since the daemon began and have not ended, as far as it knows. */
  readonly #used = new Set<string>();

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Begins one for a user as he was when his password was checked, and returns the secret for the cookie, which is not kept.
   * @param now UTC ms; @throws Refused `no-session` when he got another password or was disabled meanwhile
   */
  async begin(user: User, address: string, now: number): Promise<string> {
    const secret = randomBytes(32).toString('base64url');
    const times = { createdAt: now, seenAt: now, expiresAt: now + LONGEST_SESSION_MS };
    this.#database.unit(() => {
      if (!this.#isAsItWas(user))
        throw new Refused('no-session', 'This user was changed just now: sign in again');
      return this.#database.query
        .insert(sessionTable)
        .values({ hash: hashOf(secret), userId: user.id, ...times, address })
        .run().changes;
    });
    const all = this.#of(user.id);
    for (const oldest of all.slice(0, Math.max(0, all.length - MOST_OF_ONE))) await this.end(oldest);
    return secret;
  }

  /** Whose session has this secret; undefined for one that never was, or is over. Counts as use of it. @param now UTC ms */
  async identify(secret: string, now: number): Promise<Session | undefined> {
    const found = this.#find(hashOf(secret), now);
    if (!found) return undefined;
    if (now - found.seenAt >= SEEN_AGAIN_MS) this.#noteSeen(found.id, now);
    this.#used.add(found.id);
    return { id: found.id, user: found.user };
  }

  /** The session with this id while it goes on; looking at it is no use of it. @param now UTC ms */
  async byId(id: string, now: number): Promise<Session | undefined> {
    return this.#find(id, now);
  }

  /** Ends the session with this id; one that is over stays so. */
  async end(id: string): Promise<void> {
    this.#database.query.delete(sessionTable).where(eq(sessionTable.hash, id)).run();
    this.#tell(id);
  }

  /** Ends the session with this secret, if there is one. */
  async endOf(secret: string): Promise<void> {
    await this.end(hashOf(secret));
  }

  /** `listener` is told the id of each session that was used and has ended. Returns what stops that. */
  onEnded(listener: (session: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells of those that are not there any more: a user was changed, perhaps by the command line. */
  async noticeEnded(): Promise<void> {
    for (const id of this.#used) if (!this.#isThere(id)) this.#tell(id);
  }

  /** Ends those whose time is over, and tells of all that have ended. @param now UTC ms */
  async sweep(now: number): Promise<void> {
    this.#database.query
      .delete(sessionTable)
      .where(or(lte(sessionTable.expiresAt, now), lte(sessionTable.seenAt, now - IDLE_MS)))
      .run();
    await this.noticeEnded();
  }

  #find(id: string, now: number): (Session & { seenAt: number }) | undefined {
    const row = this.#database.query
      .select()
      .from(sessionTable)
      .innerJoin(userTable, and(eq(userTable.id, sessionTable.userId), isNull(userTable.disabledAt)))
      .where(eq(sessionTable.hash, id))
      .get();
    if (!row || !isAlive(row.session, now)) return undefined;
    return { id, user: known(row.user), seenAt: row.session.seenAt };
  }

  #isThere(id: string): boolean {
    const which = eq(sessionTable.hash, id);
    return (
      this.#database.query.select({ id: sessionTable.hash }).from(sessionTable).where(which).get() !==
      undefined
    );
  }

  #isAsItWas({ id, passwordHash }: User): boolean {
    const same = and(
      eq(userTable.id, id),
      eq(userTable.passwordHash, passwordHash),
      isNull(userTable.disabledAt),
    );
    return this.#database.query.select({ id: userTable.id }).from(userTable).where(same).get() !== undefined;
  }

  /** Oldest first. */
  #of(user: string): string[] {
    return this.#database.query
      .select({ hash: sessionTable.hash })
      .from(sessionTable)
      .where(eq(sessionTable.userId, user))
      .orderBy(asc(sessionTable.createdAt))
      .all()
      .map(({ hash }) => hash);
  }

  #noteSeen(id: string, now: number): void {
    try {
      this.#database.query.update(sessionTable).set({ seenAt: now }).where(eq(sessionTable.hash, id)).run();
    } catch (error) {
      // A database that takes no writes now is no reason to send anybody away; the next request notes it.
      if (!isStoreTrouble(error)) throw error;
    }
  }

  #tell(id: string): void {
    if (!this.#used.delete(id)) return;
    for (const listener of this.#listeners) listener(id);
  }
}

/** SHA-256 is enough for a secret of 256 random bits: there is nothing to guess. */
function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
