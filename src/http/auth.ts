import type { FastifyReply, FastifyRequest, onRequestAsyncHookHandler, RouteOptions } from 'fastify';
import { networkOf } from '../base/address.ts';
import type { Clock } from '../base/clock.ts';
import { assert, Refused } from '../base/errors.ts';
import type { Allowed, Api, ApiParts } from './api.ts';
import type { Principal } from './principal.ts';
import { SUPERVISORS } from './roles.ts';
import { type ApiToken, hashOf, type TokenStore } from './store.ts';
import { RightTokens, Tries, WITHOUT_TOKEN_PER_MINUTE, WRONG_TOKENS_PER_MINUTE } from './token-tries.ts';

/** Addresses that are remembered for what was logged of them. */
const REMEMBERED = 10_000;
/** Requests per minute and token. */
const REQUESTS_PER_MINUTE = 6000;

/**
 * Lets nobody through who may not use the route. Routes say who may in `config.allowed`; one that says nothing does not
 * get into the app.
 */
export function guard(api: Api, { tokens, log, clock }: Pick<ApiParts, 'tokens' | 'log' | 'clock'>): void {
  const knock = doorOf(tokens, clock);
  const isNews = oncePerMinute(clock);
  api.decorateRequest('principal', undefined);
  api.addHook('onRoute', checkDeclared);
  const check: onRequestAsyncHookHandler = async (request) => {
    const allowed = request.routeOptions.config.allowed;
    // A route that is not there has nothing declared and nothing to guard.
    if (allowed === 'everybody' || allowed === undefined) return;
    const found = await knock(request);
    if (found instanceof Refused) {
      // The log is not to be filled by whoever likes to.
      const address = addressOf(request);
      if (request.headers.authorization !== undefined && isNews(address))
        log.warn({ address }, 'a wrong API token');
      throw found;
    }
    const principal: Principal = { ...found, via: 'token' };
    request.principal = principal;
    if (!mayUse(principal, allowed))
      throw new Refused('forbidden', `This needs a token of role ${allowed.join(', ')}`, { allowed });
  };
  api.addHook('onRequest', check);
}

/** What the general limit counts by. */
export const rateLimits = {
  global: true,
  max: REQUESTS_PER_MINUTE,
  timeWindow: 60_000,
  hook: 'preParsing',
  keyGenerator: (request: FastifyRequest) => request.principal?.id ?? `address ${addressOf(request)}`,
  errorResponseBuilder: () =>
    new Refused('too-many-requests', `More than ${REQUESTS_PER_MINUTE} requests in a minute: slow down`),
} as const;

/** Nothing that the API says is for a cache, unless it says so itself, and no answer is taken for another kind than it is sent as. */
export async function addSafetyHeaders(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  reply.header('x-content-type-options', 'nosniff');
}

/** Whether one of those for whom a route is. */
export function mayUse({ role, agentId }: Principal, allowed: Exclude<Allowed, 'everybody'>): boolean {
  return allowed.includes(role) || (agentId !== undefined && allowed.includes('seat'));
}

/** Refuses unless `principal` may move this agent: supervisors any, others themselves. @throws Refused `forbidden` */
export function checkMayMove({ role, agentId }: Principal, agent: string): void {
  if (!SUPERVISORS.some((one) => one === role) && agentId !== agent)
    throw new Refused('forbidden', 'An agent moves only himself');
}

function checkDeclared(route: RouteOptions): void {
  assert(route.config?.allowed !== undefined, `${route.method} ${route.url} does not say who may use it`);
}

/** Tells for each key whether it was not asked for in the minute before. */
function oncePerMinute(clock: Clock): (key: string) => boolean {
  const told = new Map<string, number>();
  return (key) => {
    const now = clock.now();
    if (now - (told.get(key) ?? Number.NEGATIVE_INFINITY) < 60_000) return false;
    if (told.size >= REMEMBERED) told.clear();
    told.set(key, now);
    return true;
  };
}

/** Where it comes from: of IPv6 the network, because within it everybody has as many addresses as he likes. */
function addressOf(request: FastifyRequest): string {
  return networkOf(request.ip) ?? request.ip;
}

/**
 * Tells whose token a request has, or why it is refused. Whoever sent too many wrong ones is refused before the database is
 * asked; a try is counted before it is looked at, so that many at once are no more than one after the other.
 */
function doorOf(tokens: TokenStore, clock: Clock): (request: FastifyRequest) => Promise<ApiToken | Refused> {
  const wrong = new Tries(WRONG_TOKENS_PER_MINUTE);
  const empty = new Tries(WITHOUT_TOKEN_PER_MINUTE);
  const right = new RightTokens();
  return async (request) => {
    const address = addressOf(request);
    const { authorization } = request.headers;
    if (authorization === undefined)
      return empty.take(address, clock.now())
        ? new Refused('no-token', 'Send the header "Authorization: Bearer <token>"')
        : tooMany('requests without a token');
    const [, token] = /^Bearer +([A-Za-z0-9_-]{16,200})$/i.exec(authorization) ?? [];
    const hash = token === undefined ? '' : hashOf(token);
    const isKnown = right.has(hash);
    if (!isKnown && !wrong.take(address, clock.now())) return tooMany('wrong tokens');
    const found = token === undefined ? undefined : await tokens.identify(token);
    right.note(hash, found !== undefined);
    if (!found)
      return new Refused('bad-token', 'This token is not valid: it was never given out, or is revoked');
    if (!isKnown) wrong.giveBack(address);
    return found;
  };
}

function tooMany(what: string): Refused {
  return new Refused('too-many-requests', `Too many ${what} from this address: wait a minute`);
}
