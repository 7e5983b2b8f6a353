import type { FastifyReply, FastifyRequest, onRequestAsyncHookHandler, RouteOptions } from 'fastify';
import type { Clock } from '../base/clock.ts';
import { assert, Refused } from '../base/errors.ts';
import type { Allowed, Api, ApiParts } from './api.ts';
import type { Principal } from './principal.ts';
import { isSupervisor } from './roles.ts';
import { addressOf } from './whence.ts';

/** Addresses that are remembered for what was logged of them. */
const REMEMBERED = 10_000;
/** Requests per minute of one user or token. */
const REQUESTS_PER_MINUTE = 6000;

/**
 * Lets nobody through who may not use the route. Routes say who may in `config.allowed`; one that says nothing does not
 * get into the app.
 */
export function guard(api: Api, { door, log, clock }: Pick<ApiParts, 'door' | 'log' | 'clock'>): void {
  const isNews = oncePerMinute(clock);
  api.decorateRequest('principal', undefined);
  api.decorateRequest('session', undefined);
  api.addHook('onRoute', checkDeclared);
  const check: onRequestAsyncHookHandler = async (request) => {
    const allowed = request.routeOptions.config.allowed;
    // A route that is not there has nothing declared and nothing to guard.
    if (allowed === 'everybody' || allowed === undefined) return;
    const found = await door.knock(request.raw);
    if (found instanceof Refused) {
      // The log is not to be filled by whoever likes to.
      const address = addressOf(request.raw);
      if (request.headers.authorization !== undefined && isNews(address))
        log.warn({ address }, 'a wrong API token');
      throw found;
    }
    request.principal = found.principal;
    request.session = found.session;
    if (!mayUse(found.principal, allowed))
      throw new Refused('forbidden', `This needs one of these roles: ${allowed.join(', ')}`, { allowed });
  };
  api.addHook('onRequest', check);
}

/** What the general limit counts by. */
export const rateLimits = {
  global: true,
  max: REQUESTS_PER_MINUTE,
  timeWindow: 60_000,
  hook: 'preParsing',
  keyGenerator: (request: FastifyRequest) => request.principal?.id ?? `address ${addressOf(request.raw)}`,
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
export function checkMayMove(principal: Principal, agent: string): void {
  if (!isSupervisor(principal) && principal.agentId !== agent)
    throw new Refused('forbidden', 'An agent moves only himself');
}

function checkDeclared(route: RouteOptions): void {
  assert(route.config?.allowed !== undefined, `${route.method} ${route.url} does not say who may use it`);
}

/** Tells for each key whether it was not asked for in the minute before. */
export function oncePerMinute(clock: Clock): (key: string) => boolean {
  const told = new Map<string, number>();
  return (key) => {
    const now = clock.now();
    if (now - (told.get(key) ?? Number.NEGATIVE_INFINITY) < 60_000) return false;
    if (told.size >= REMEMBERED) told.clear();
    told.set(key, now);
    return true;
  };
}
