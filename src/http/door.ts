import type { IncomingMessage } from 'node:http';
import type { Clock } from '../base/clock.ts';
import { Refused } from '../base/errors.ts';
import type { Session, SessionStore } from '../user/session-store.ts';
import { hasSessionCookie, secretOf } from './cookie.ts';
import type { Visitor } from './sitting.ts';
import type { SocketGate, Standing } from './sockets.ts';
import { type ApiToken, hashOf, type TokenStore } from './store.ts';
import { RightTokens, Tries, WITHOUT_TOKEN_PER_MINUTE, WRONG_TOKENS_PER_MINUTE } from './token-tries.ts';
import { addressOf, type Coming, isOfOurPage, isOurOrigin } from './whence.ts';

export interface DoorParts {
  readonly tokens: TokenStore;
  readonly sessions: SessionStore;
  readonly clock: Clock;
}

/** Tells who asks: by the token in the request's header, or by the session in its cookie. */
export class Door implements SocketGate {
  readonly #parts: DoorParts;
  readonly #wrong = new Tries(WRONG_TOKENS_PER_MINUTE);
  readonly #empty = new Tries(WITHOUT_TOKEN_PER_MINUTE);
  readonly #right = new RightTokens();

  constructor(parts: DoorParts) {
    this.#parts = parts;
  }

  /**
   * Who makes this request, or why he is refused: `no-token`, `bad-token`, `no-session`, `cross-site`, `too-many-requests`. Whoever sent
   * too many wrong ones is refused before the database is asked; a try is counted before it is looked at, so that many at once are no
   * more than one after the other.
   */
  async knock(request: Coming): Promise<Visitor | Refused> {
    if (request.headers.authorization !== undefined) return this.#byToken(request);
    if (hasSessionCookie(request)) return isOfOurPage(request) ? this.#bySession(request) : crossSite();
    return this.#withoutAnything(
      request,
      new Refused('no-token', 'Sign in, or send the header "Authorization: Bearer <token>"'),
    );
  }

  /** Who asks for a socket. A browser sends its cookie with it for any page, so the page has to be ours. */
  async visitorOf(request: IncomingMessage): Promise<Visitor | undefined> {
    if (request.headers.authorization === undefined && !isOurOrigin(request)) return undefined;
    const found = await this.knock(request);
    return found instanceof Refused ? undefined : found;
  }

  /** Whether his session or token is still good, and says the same of him. */
  async standingOf({ principal, session }: Visitor): Promise<Standing> {
    const { tokens, sessions, clock } = this.#parts;
    const now =
      session === undefined
        ? await tokens.byId(principal.id)
        : (await sessions.byId(session, clock.now()))?.user;
    if (!now) return 'over';
    const isSame =
      now.role === principal.role && now.branch === principal.branch && now.agentId === principal.agentId;
    return isSame ? 'same' : 'another';
  }

  async #byToken(request: Coming): Promise<Visitor | Refused> {
    const { tokens, clock } = this.#parts;
    const address = addressOf(request);
    const [, token] = /^Bearer +([A-Za-z0-9_-]{16,200})$/i.exec(request.headers.authorization ?? '') ?? [];
    const hash = token === undefined ? '' : hashOf(token);
    const isKnown = this.#right.has(hash);
    if (!isKnown && !this.#wrong.take(address, clock.now())) return tooMany('wrong tokens');
    const found = token === undefined ? undefined : await tokens.identify(token);
    this.#right.note(hash, found !== undefined);
    if (!found)
      return new Refused('bad-token', 'This token is not valid: it was never given out, or is revoked');
    if (!isKnown) this.#wrong.giveBack(address);
    return visitorWithToken(found);
  }

  async #bySession(request: Coming): Promise<Visitor | Refused> {
    const { sessions, clock } = this.#parts;
    const secret = secretOf(request);
    const found = secret === undefined ? undefined : await sessions.identify(secret, clock.now());
    return found
      ? visitorWithSession(found)
      : this.#withoutAnything(request, new Refused('no-session', 'This session is over: sign in again'));
  }

  #withoutAnything(request: Coming, why: Refused): Refused {
    return this.#empty.take(addressOf(request), this.#parts.clock.now())
      ? why
      : tooMany('requests without a token');
  }
}

/** The refusal of a request that a page of another site sent. */
export function crossSite(): Refused {
  return new Refused('cross-site', 'Only pages of the console may ask for this with its cookie');
}

/** The refusal of somebody who tries too often. */
function tooMany(what: string): Refused {
  return new Refused('too-many-requests', `Too many ${what} from this address: wait a minute`);
}

function visitorWithToken({ id, name, role, agentId, branch }: ApiToken): Visitor {
  const seat = agentId === undefined ? {} : { agentId };
  return { principal: { id, name, role, ...seat, branch, via: 'token' } };
}

function visitorWithSession({ id: session, user: { id, name, role, agentId, branch } }: Session): Visitor {
  const seat = agentId === undefined ? {} : { agentId };
  return { session, principal: { id, name, role, ...seat, branch, via: 'session' } };
}
