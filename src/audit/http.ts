import { z } from 'zod';
import type { Api, ApiParts } from '../http/api.ts';
import { line, momentQuery, pageLimit } from '../http/fields.ts';
import { ADMINISTERING_READERS } from '../http/roles.ts';
import { scopeOf } from '../http/scope.ts';
import { loginOf } from '../user/user.ts';
import { type AuditRow, OUTCOMES } from './audit.ts';

const auditView = z
  .object({
    seq: z.number(),
    at: z.number().describe('UTC milliseconds'),
    who: z.string().describe('Id of a user or token; empty for nobody whom we know'),
    name: z.string(),
    role: z.string(),
    branch: z.string(),
    address: z.string(),
    what: z.string().describe('Method and pattern of the route'),
    outcome: z.enum(OUTCOMES),
    status: z.number().describe('Of the answer; 0 where none was begun'),
    refusal: z.string().describe('Id of the refusal, empty where there was none'),
    target: z.record(z.string(), z.string()).describe('What the address named'),
    sent: z.unknown().describe('What was sent, without secrets'),
  })
  .meta({ id: 'AuditEntry' });
export type AuditView = z.output<typeof auditView>;

const auditPage = z.object({
  items: z.array(auditView),
  next: z
    .string()
    .nullable()
    .describe(
      'Give it as `cursor` to look further back; null at the end. A page may be empty before that, when what is looked for is rare.',
    ),
});
export type AuditPageView = z.output<typeof auditPage>;

/** Routes of the audit log. */
export function auditRoutes(api: Api, { audit, audited, users }: ApiParts): void {
  api.get(
    '/api/audit',
    {
      config: { allowed: ADMINISTERING_READERS, scope: 'branch' },
      schema: {
        tags: ['audit'],
        summary: 'Who changed, heard, exported or tried what, the latest first',
        querystring: z.strictObject({
          who: line(80).optional().describe('A login, or the id of a user or token'),
          what: line(80).optional().describe('Part of method and route, such as `campaigns`'),
          outcome: z.enum(OUTCOMES).optional(),
          from: momentQuery.optional(),
          to: momentQuery.optional(),
          cursor: z.coerce.number().int().min(1).optional(),
          limit: pageLimit,
        }),
        response: { 200: auditPage },
      },
    },
    async (request) => {
      const scope = scopeOf(request);
      const { who, cursor, ...filter } = request.query;
      const user = who === undefined ? undefined : await users.byLogin(loginOf(who));
      // What happened a moment ago is to be seen too.
      audit.writePiece();
      const { rows, next } = await audited.page({
        ...filter,
        who: user?.id ?? who,
        before: cursor,
        sees: ({ branch }) => scope.sees(branch),
      });
      return { items: rows.map(showEntry), next: next === undefined ? null : String(next) };
    },
  );
}

function showEntry({ sent = null, ...row }: AuditRow): AuditView {
  return { ...row, sent };
}
