import { z } from 'zod';
import { agentOf } from '../agent/http.ts';
import { type Api, type ApiParts, caller } from './api.ts';
import { branchId, id, idParams, nameText } from './fields.ts';
import { ADMINISTERING_READERS, ADMINS, TOKEN_ROLES } from './roles.ts';
import { scopeOf } from './scope.ts';
import { type ApiToken, unknownToken } from './store.ts';

const tokenView = z
  .object({
    id: z.string(),
    name: z.string(),
    role: z.enum(TOKEN_ROLES),
    branch: z.string().describe('It sees what lies in this branch or below it; empty: everything'),
    agentId: z.string().nullable().describe('The agent whom it speaks for'),
    createdAt: z.number().describe('UTC milliseconds'),
    revokedAt: z.number().nullable(),
  })
  .meta({ id: 'Token' });
export type TokenView = z.output<typeof tokenView>;

const newToken = z
  .strictObject({
    name: nameText.describe('Whose it is'),
    role: z.enum(TOKEN_ROLES),
    agentId: id.optional().describe('For role agent: which one'),
    branch: branchId.optional().describe('What it sees lies in this branch or below it; your own if unset'),
  })
  .refine((token) => (token.role === 'agent') === (token.agentId !== undefined), {
    path: ['agentId'],
    message: 'goes with role agent, and only with it',
  });

const issuedToken = tokenView
  .extend({ token: z.string().describe('The token itself; it is shown only now') })
  .meta({ id: 'IssuedToken' });
export type IssuedToken = z.output<typeof issuedToken>;

/** Routes of API tokens. */
export function tokenRoutes(api: Api, { tokens, centre, clock, ids, log }: ApiParts): void {
  api.get(
    '/api/tokens',
    {
      config: { allowed: ADMINISTERING_READERS, scope: 'branch' },
      schema: {
        tags: ['tokens'],
        summary: 'All tokens, without their text',
        response: { 200: z.object({ items: z.array(tokenView) }) },
      },
    },
    async (request) => {
      const scope = scopeOf(request);
      return { items: (await tokens.list()).filter(({ branch }) => scope.sees(branch)).map(showToken) };
    },
  );
  api.post(
    '/api/tokens',
    {
      config: { allowed: ADMINS, scope: 'branch' },
      schema: { tags: ['tokens'], summary: 'Makes a token', body: newToken, response: { 201: issuedToken } },
    },
    async (request, reply) => {
      const { agentId } = request.body;
      const scope = scopeOf(request);
      if (agentId !== undefined) agentOf(centre, agentId, scope);
      const branch = scope.placeIn(request.body.branch);
      const owner: ApiToken = { id: ids.next('t'), ...request.body, branch, createdAt: clock.now() };
      const token = await tokens.issue(owner);
      log.info({ token: owner.id, role: owner.role, by: caller(request).id }, 'a token was made');
      return reply.status(201).send({ ...showToken(owner), token });
    },
  );
  api.delete(
    '/api/tokens/:id',
    {
      config: { allowed: ADMINS, scope: 'branch' },
      schema: {
        tags: ['tokens'],
        summary: 'Makes a token useless, at once and for good',
        params: idParams,
        response: { 200: z.object({ revoked: z.literal(true) }) },
      },
    },
    async (request) => {
      const token = (await tokens.list()).find(({ id: one }) => one === request.params.id);
      if (token && !scopeOf(request).sees(token.branch)) throw unknownToken(token.id);
      await tokens.revoke(request.params.id, clock.now());
      log.info({ token: request.params.id, by: caller(request).id }, 'a token was revoked');
      return { revoked: true } as const;
    },
  );
}

function showToken({ id, name, role, branch, agentId, createdAt, revokedAt }: ApiToken): TokenView {
  return { id, name, role, branch, agentId: agentId ?? null, createdAt, revokedAt: revokedAt ?? null };
}
