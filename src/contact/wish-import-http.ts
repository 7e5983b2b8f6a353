import { Readable } from 'node:stream';
import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { type Api, type ApiParts, caller, signed } from '../http/api.ts';
import { allowFile } from '../http/body-time.ts';
import type { ContactParts } from '../http/contact-parts.ts';
import { idParams, moment } from '../http/fields.ts';
import { CAMPAIGN_KEEPERS, KEEPING_READERS } from '../http/roles.ts';
import { type Scope, scopeOf } from '../http/scope.ts';
import { LARGEST_UPLOAD, receiveUpload } from '../http/upload.ts';
import { campaign, campaignName, source, untilTime } from './wish-fields.ts';
import type { WishListProgress } from './wish-importer.ts';

const importView = z
  .object({
    id: z.string(),
    source: z.string(),
    campaign: campaignName,
    until: untilTime,
    by: z.string(),
    status: z.enum(['running', 'finished', 'failed']),
    problem: z.string().describe('Why it failed or is tried again, empty for nothing'),
    done: z.number().describe('How far the file is read, 0 to 1'),
    entries: z.number().int().describe('Numbers that are remembered now'),
    refused: z.number().int(),
    refusedRows: z
      .array(z.object({ line: z.number().int(), text: z.string(), reason: z.string() }))
      .describe('The first of the rows from which no number could be taken'),
  })
  .meta({
    id: 'DoNotCallImport',
    description: 'A list of numbers that are not to be called, on its way in.',
  });
export type DoNotCallImportView = z.output<typeof importView>;

type Parts = ApiParts & { readonly contacts: ContactParts };

/** Routes of lists of numbers that are not to be called. */
export function doNotCallRoutes(api: Api, parts: Parts): void {
  // Only here a body is a file: everywhere else what is no JSON is refused.
  api.register(async (scope) => {
    scope.addContentTypeParser(['text/csv', 'application/octet-stream'], (_request, payload, done) =>
      done(null, payload),
    );
    uploadRoute(scope as unknown as Api, parts);
  });
  progressRoutes(api, parts);
}

function uploadRoute(api: Api, { contacts, ids }: Parts): void {
  api.post(
    '/api/do-not-call/imports',
    {
      config: { allowed: CAMPAIGN_KEEPERS, scope: 'branch' },
      bodyLimit: LARGEST_UPLOAD,
      schema: {
        tags: ['outbound'],
        summary: 'Brings in a list of numbers that are not to be called, sent as text/csv',
        description:
          'Answers when the file has come, then see its progress. A plain list of numbers, or CSV with headings; UTF-8, GB18030 or UTF-16. Campaigns that it concerns call nobody until it is whole, and a restart goes on with it. To bring it in again is harmless.',
        consumes: ['text/csv'],
        querystring: z.strictObject({
          source,
          campaign,
          until: z.coerce.number().pipe(moment).optional().describe('UTC milliseconds; for good without it'),
        }),
        response: { 202: importView },
      },
    },
    async (request, reply) => {
      const coming: unknown = request.body;
      if (!(coming instanceof Readable))
        throw new Refused('bad-upload', 'Send the file as the body, with the header Content-Type: text/csv');
      checkCampaign(scopeOf(request), request.query.campaign);
      allowFile(request);
      const { until, ...terms } = request.query;
      const length = request.headers['content-length'];
      const { path } = await receiveUpload(coming, {
        folder: contacts.uploads,
        name: `${ids.next('n')}.csv`,
        expected: { ...(length !== undefined && { bytes: Number(length) }) },
      });
      const by = signed(caller(request));
      const begun = await contacts.importer.begin(path, {
        ...terms,
        by,
        ...(until !== undefined && { until }),
      });
      return reply.status(202).send(showImport(importOf(contacts, begun, scopeOf(request))));
    },
  );
}

function progressRoutes(api: Api, { contacts }: Parts): void {
  api.get(
    '/api/do-not-call/imports',
    {
      config: { allowed: KEEPING_READERS, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: 'Lists that were brought in since the last restart or go on, the latest first',
        response: { 200: z.object({ items: z.array(importView) }) },
      },
    },
    async (request) => {
      const scope = scopeOf(request);
      const seen = contacts.importer.list().filter(({ campaign }) => seesImport(scope, campaign));
      return { items: seen.map(showImport) };
    },
  );
  api.get(
    '/api/do-not-call/imports/:id',
    {
      config: { allowed: KEEPING_READERS, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: 'How far a list is',
        params: idParams,
        response: { 200: importView },
      },
    },
    async (request) => showImport(importOf(contacts, request.params.id, scopeOf(request))),
  );
}

/** @throws Refused `branch-not-yours`, `bad-campaign` */
function checkCampaign(scope: Scope, campaign: string): void {
  if (seesImport(scope, campaign)) return;
  if (campaign === '')
    throw new Refused('branch-not-yours', 'This list would hold for all branches: name a campaign of yours');
  throw new Refused('bad-campaign', `There is no campaign ${campaign}`);
}

function seesImport(scope: Scope, campaign: string): boolean {
  return campaign === '' ? scope.isWhole : scope.seesCampaign(campaign);
}

function importOf({ importer }: ContactParts, wanted: string, scope: Scope): WishListProgress {
  const progress = importer.progress(wanted);
  if (!progress || !seesImport(scope, progress.campaign))
    throw new Refused('import-unknown', `There is no import ${wanted}, or it ended before the last restart`);
  return progress;
}

function showImport({ until, refusedRows, ...shown }: WishListProgress): DoNotCallImportView {
  return { ...shown, until: until ?? null, refusedRows: refusedRows.map((row) => ({ ...row })) };
}
