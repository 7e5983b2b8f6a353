import type { FastifyReply, FastifyRequest } from 'fastify';
import { briefly, outcomeOf } from '../audit/audit.ts';
import { HEAD_OFFICE } from '../branch/branch.ts';
import type { Api, ApiParts } from './api.ts';
import { oncePerMinute } from './auth.ts';
import { addressOf, changesSomething } from './whence.ts';

/** What a page is told that nobody is signed in to, or not any more. */
const SIGNED_OUT = new Set(['no-token', 'no-session']);
/** Refusals that say nothing of who it is: anybody may cause as many as he likes, so of each address one a minute is kept. */
const ANYBODY = new Set(['no-token', 'bad-token', 'no-session', 'cross-site', 'too-many-requests']);

/**
 * Notes every request that changes something, those reads that say so in `config.audit`, and every refusal of what somebody may not do.
 * To be called before `guard`, whose refusals are noted too.
 */
export function auditRequests(api: Api, { audit, clock }: Pick<ApiParts, 'audit' | 'clock'>): void {
  const isNews = oncePerMinute(clock);
  api.decorateRequest('refusal', undefined);
  api.decorateRequest('tried', undefined);
  api.addHook('onRequest', async (request, reply) => {
    let isOver = false;
    const over = (isWhole: boolean): void => {
      if (!isOver && isNoted(request, reply, isNews))
        audit.note(entryOf(request, reply, clock.now(), isWhole));
      isOver = true;
    };
    reply.raw.once('finish', () => over(true));
    // Comes alone when whoever asked hangs up; what he asked for may be done all the same. `onResponse` would not hear of it.
    reply.raw.once('close', () => over(false));
  });
}

function isNoted(request: FastifyRequest, reply: FastifyReply, isNews: (key: string) => boolean): boolean {
  const { refusal, principal, raw, routeOptions } = request;
  if (refusal !== undefined && SIGNED_OUT.has(refusal) && !changesSomething(raw)) return false;
  if (refusal !== undefined && ANYBODY.has(refusal)) return isNews(`${refusal} ${addressOf(raw)}`);
  const { audit } = routeOptions.config;
  // Whoever is nobody, and does not try to be somebody, may ask as often as he likes too.
  if (!principal && !request.tried && changesSomething(raw))
    return isNews(`${raw.method} ${routeOptions.url} ${addressOf(raw)}`);
  if (audit === 'when-done' && refusal === undefined && !isDone(request)) return false;
  if (audit === 'reads' || (audit !== 'changes-nothing' && changesSomething(raw))) return true;
  return reply.statusCode === 403 && isNews(`${principal?.id} ${routeOptions.url}`);
}

function isDone({ body }: FastifyRequest): boolean {
  return (body as { readonly done?: unknown } | null)?.done === true;
}

function entryOf(request: FastifyRequest, reply: FastifyReply, at: number, isWhole: boolean) {
  const { principal, tried, raw, method, routeOptions, refusal = '' } = request;
  const who = principal ?? tried;
  return {
    at,
    who: who?.id ?? '',
    name: who?.name ?? '',
    role: who?.role ?? '',
    branch: who?.branch ?? HEAD_OFFICE,
    address: addressOf(raw),
    what: `${method} ${routeOptions.url ?? ''}`,
    outcome: isWhole ? outcomeOf(reply.statusCode) : 'aborted',
    status: isWhole || reply.raw.headersSent ? reply.statusCode : 0,
    refusal,
    target: { ...(request.params as Record<string, string>) },
    // Of a sign-in the name says enough; a password may have been typed where the login belongs, or where nothing does.
    sent: tried || refusal === 'bad-input' ? undefined : sentWith(request),
  };
}

/** Body and query; a file is no more than its kind. */
function sentWith({ body, query, headers }: FastifyRequest): unknown {
  const isFile = typeof body === 'object' && body !== null && 'pipe' in body;
  const parts = {
    ...(typeof query === 'object' && query !== null && Object.keys(query).length > 0 && { query }),
    ...(isFile && { file: headers['content-type'] ?? '' }),
    ...(!isFile && body !== undefined && body !== null && { body }),
  };
  return Object.keys(parts).length === 0 ? undefined : briefly(parts);
}
