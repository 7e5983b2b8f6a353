import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { and, asc, eq, isNull } from 'drizzle-orm';
import { Refused } from '../base/errors.ts';
import { HEAD_OFFICE } from '../branch/branch.ts';
import type { Database } from '../store/connect.ts';
import { known } from '../store/known.ts';
import type { Role } from './roles.ts';
import { tokenTable } from './table.ts';

/** Somebody who may use the API. The token itself is not kept. */
export interface ApiToken {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** The agent whom a token of role `agent` speaks for. */
  readonly agentId?: string;
  /** '' for the head office. */
  readonly branch: string;
  /** UTC ms. */
  readonly createdAt: number;
  readonly revokedAt?: number;
}

/** Id of the token that set-up made. */
const FIRST_ADMIN = 'admin';

/** The tokens of the API. */
export class TokenStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Whose token this is, undefined for one that was never given out or is revoked. */
  async identify(token: string): Promise<ApiToken | undefined> {
    const hash = hashOf(token);
    const row = this.#database.query.select().from(tokenTable).where(eq(tokenTable.hash, hash)).get();
    if (!row || row.revokedAt !== null) return undefined;
    return timingSafeEqual(Buffer.from(row.hash), Buffer.from(hash)) ? tokenOf(row) : undefined;
  }

  /** The token with this id, undefined when it is not valid. */
  async byId(id: string): Promise<ApiToken | undefined> {
    const isIt = and(eq(tokenTable.id, id), isNull(tokenTable.revokedAt));
    const row = this.#database.query.select().from(tokenTable).where(isIt).get();
    return row && tokenOf(row);
  }

  /** Oldest first, revoked ones included. */
  async list(): Promise<ApiToken[]> {
    return this.#database.query
      .select()
      .from(tokenTable)
      .orderBy(asc(tokenTable.createdAt))
      .all()
      .map(tokenOf);
  }

  /** A token in use that speaks for this agent. */
  async ofAgent(agent: string): Promise<ApiToken | undefined> {
    return (await this.#valid()).find(({ agentId }) => agentId === agent);
  }

  /** Gives out a new token; its text is to be had only now. */
  async issue(owner: Omit<ApiToken, 'revokedAt'>): Promise<string> {
    const token = randomBytes(24).toString('base64url');
    this.#database.query
      .insert(tokenTable)
      .values({ ...owner, hash: hashOf(token) })
      .run();
    return token;
  }

  /**
   * Makes `token` the first admin's. One that the admin revoked stays revoked; a new one in the secrets file takes its
   * place, which is the way back in.
   * @param now UTC ms
   */
  async ensureAdmin(token: string, now: number): Promise<void> {
    const hash = hashOf(token);
    const row = {
      name: 'first admin',
      role: 'admin',
      branch: '',
      hash,
      createdAt: now,
      revokedAt: null,
    } as const;
    const present = this.#database.query
      .select()
      .from(tokenTable)
      .where(eq(tokenTable.id, FIRST_ADMIN))
      .get();
    if (present?.hash === hash) return;
    this.#database.query
      .insert(tokenTable)
      .values({ id: FIRST_ADMIN, ...row })
      .onConflictDoUpdate({ target: tokenTable.id, set: row })
      .run();
  }

  /** @param now UTC ms; @throws Refused `token-unknown`, `last-admin` */
  async revoke(id: string, now: number): Promise<void> {
    const valid = await this.#valid();
    const token = valid.find((one) => one.id === id);
    if (!token) throw unknownToken(id);
    if (isChief(token) && !valid.some((one) => isChief(one) && one.id !== id))
      throw new Refused('last-admin', 'This is the last token of an admin: make another one first');
    this.#database.query.update(tokenTable).set({ revokedAt: now }).where(eq(tokenTable.id, id)).run();
  }

  async #valid(): Promise<ApiToken[]> {
    return this.#database.query
      .select()
      .from(tokenTable)
      .where(isNull(tokenTable.revokedAt))
      .all()
      .map(tokenOf);
  }
}

/** Whoever may do everything, everywhere. */
function isChief({ role, branch }: ApiToken): boolean {
  return role === 'admin' && branch === HEAD_OFFICE;
}

/** The refusal of a token that is not in use, or not for whoever asks. */
export function unknownToken(id: string): Refused {
  return new Refused('token-unknown', `There is no token ${id} in use`);
}

/** SHA-256 is enough for a token of 192 random bits: there is nothing to guess. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function tokenOf(row: typeof tokenTable.$inferSelect): ApiToken {
  const { hash: _hash, ...token } = row;
  return known(token);
}
