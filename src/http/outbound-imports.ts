import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { COLUMN_ROLES, type ColumnRole, ENCODINGS, type ImportProgress, SEPARATORS } from '../list/list.ts';
import { type Api, type ApiParts, caller, signed } from './api.ts';
import { allowFile } from './body-time.ts';
import { id, idParams, line } from './fields.ts';
import type { DialerParts } from './outbound.ts';
import { checkList, noter, seesList } from './outbound-lists.ts';
import { CAMPAIGN_KEEPERS, DIRECTING_READERS } from './roles.ts';
import { type Scope, scopeOf } from './scope.ts';
import { forgetUnfinished, LARGEST_UPLOAD, receiveUpload } from './upload.ts';

export const importView = z
  .object({
    id: z.string(),
    list: z.string(),
    fileName: z.string(),
    status: z
      .enum(['waiting', 'running', 'finished', 'cancelled', 'refused', 'failed'])
      .describe('refused: the file cannot be read as a list. failed: it may be imported again'),
    problem: z.string().describe('Why it was refused or failed, empty for nothing'),
    bytes: z.number(),
    bytesRead: z.number(),
    share: z.number().describe('0 to 1'),
    rows: z.number().int(),
    added: z.number().int(),
    changed: z.number().int(),
    unchanged: z.number().int(),
    refused: z.number().int().describe('Rows that were not taken: see the file of refused rows'),
    numbersRefused: z.number().int().describe('Numbers that were left out of rows that were taken'),
    encoding: z.string(),
    startedAt: z.number().describe('UTC milliseconds'),
    endedAt: z.number().nullable(),
  })
  .meta({ id: 'ListImport', description: 'A file on its way into a list.' });
export type ImportView = z.output<typeof importView>;

const columns = z
  .string()
  .max(4000)
  .transform((text, context): Record<string, ColumnRole> => {
    const read = z.record(z.string().min(1).max(200), z.enum(COLUMN_ROLES)).safeParse(parsed(text));
    if (read.success) return read.data;
    context.addIssue(
      `is not JSON of headings and what they are: {"Mobile": "phone"}; ${COLUMN_ROLES.join(', ')}`,
    );
    return z.NEVER;
  })
  .describe('Which column is what, by its heading, as JSON; the others are found out or kept as they are');

const asked = z.strictObject({
  name: line(200).default('upload.csv').describe('What the file is called'),
  encoding: z.enum(ENCODINGS).optional().describe('Found out when it is left out'),
  separator: z.enum(SEPARATORS).optional().describe('Found out when it is left out'),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'is not a country as ISO 3166-1 has it, such as CN')
    .optional()
    .describe('Of numbers without a country code'),
  columns: columns.optional(),
  bytes: z.coerce.number().int().min(1).max(LARGEST_UPLOAD).optional().describe('Size of the file'),
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'is not a SHA-256 in hexadecimal')
    .optional()
    .describe('Digest of the file: with it, an upload that was cut off or changed on the way is refused'),
});

type Parts = ApiParts & { readonly dialer: DialerParts };

/** Routes of files that are imported into lists. */
export function importRoutes(api: Api, parts: Parts): void {
  void forgetUnfinished(parts.dialer.uploads, parts.clock.now());
  // Only here a body is a file: everywhere else what is no JSON is refused.
  api.register(async (scope) => {
    scope.addContentTypeParser(['text/csv', 'application/octet-stream'], (_request, payload, done) =>
      done(null, payload),
    );
    uploadRoute(scope as unknown as Api, parts);
  });
  progressRoutes(api, parts);
  refusedRoute(api, parts);
}

function uploadRoute(api: Api, parts: Parts): void {
  const { dialer, ids } = parts;
  const noteInLog = noter(parts);
  api.post(
    '/api/outbound/lists/:list/imports',
    {
      config: { allowed: CAMPAIGN_KEEPERS, scope: 'branch' },
      bodyLimit: LARGEST_UPLOAD,
      schema: {
        tags: ['outbound'],
        summary: 'Imports a file, sent as text/csv; answers when it has come, then see its progress',
        description:
          'UTF-8, GB18030 or UTF-16, with headings in its first line. To import a file again is harmless: leads that are there are changed, not doubled.',
        consumes: ['text/csv'],
        params: z.strictObject({ list: id }),
        querystring: asked,
        response: { 202: importView },
      },
    },
    async (request, reply) => {
      const { list } = request.params;
      const { name, bytes = lengthOf(request.headers['content-length']), sha256, ...how } = request.query;
      const coming: unknown = request.body;
      if (!(coming instanceof Readable))
        throw new Refused('bad-upload', 'Send the file as the body, with the header Content-Type: text/csv');
      await checkList(dialer, list, scopeOf(request));
      allowFile(request);
      const got = await receiveUpload(coming, {
        folder: dialer.uploads,
        name: `${ids.next('u')}.csv`,
        expected: { ...(bytes !== undefined && { bytes }), ...(sha256 !== undefined && { sha256 }) },
      });
      const options = { ...how, expected: { bytes: got.bytes }, removeAfter: true, fileName: name };
      const started = await dialer.lists
        .importFile(list, got.path, options)
        .catch(async (thrown: unknown) => {
          await rm(got.path, { force: true });
          throw thrown;
        });
      const about = { list, import: started, bytes: got.bytes, sha256: got.sha256 };
      noteInLog('LeadImportBegun', { ...about, file: name, by: signed(caller(request)) });
      return reply.status(202).send(showImport(await importOf(dialer, started, scopeOf(request))));
    },
  );
}

function progressRoutes(api: Api, parts: Parts): void {
  const { dialer } = parts;
  const noteInLog = noter(parts);
  api.get(
    '/api/outbound/lists/:list/imports',
    {
      config: { allowed: DIRECTING_READERS, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: 'The files that were imported into a list, the latest first',
        params: z.strictObject({ list: id }),
        response: { 200: z.object({ items: z.array(importView) }) },
      },
    },
    async (request) => {
      const { list } = request.params;
      await checkList(dialer, list, scopeOf(request));
      return { items: (await dialer.lists.imports(list)).map(showImport) };
    },
  );
  api.get(
    '/api/outbound/imports/:id',
    {
      config: { allowed: DIRECTING_READERS, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: 'How far an import is',
        params: idParams,
        response: { 200: importView },
      },
    },
    async (request) => showImport(await importOf(dialer, request.params.id, scopeOf(request))),
  );
  api.post(
    '/api/outbound/imports/:id/cancel',
    {
      config: { allowed: CAMPAIGN_KEEPERS, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: 'Ends an import; what was imported stays',
        params: idParams,
        response: { 200: importView },
      },
    },
    async (request) => {
      const scope = scopeOf(request);
      const { id: wanted, list } = await importOf(dialer, request.params.id, scope);
      await dialer.lists.cancelImport(wanted);
      noteInLog('LeadImportCancelled', { list, import: wanted, by: signed(caller(request)) });
      return showImport(await importOf(dialer, wanted, scope));
    },
  );
}

function refusedRoute(api: Api, { dialer }: Parts): void {
  api.get(
    '/api/outbound/imports/:id/refused',
    {
      config: { allowed: CAMPAIGN_KEEPERS, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: 'Every row that was not taken, with its line and why, as CSV',
        params: idParams,
        response: { 200: { description: 'The rows', content: { 'text/csv': { schema: z.unknown() } } } },
      },
    },
    async (request, reply) => {
      const { id: wanted } = await importOf(dialer, request.params.id, scopeOf(request));
      const file = await dialer.lists.refusedFile(wanted);
      reply
        .type('text/csv; charset=utf-8')
        .header('content-disposition', `attachment; filename="refused-${wanted}.csv"`)
        .header('content-length', file?.bytes ?? 0);
      return reply.send(
        file && file.bytes > 0 ? createReadStream(file.path, { end: file.bytes - 1 }) : Buffer.alloc(0),
      );
    },
  );
}

async function importOf(dialer: DialerParts, id: string, scope: Scope): Promise<ImportProgress> {
  const progress = await dialer.lists.import(id);
  if (!progress || !(await seesList(dialer, progress.list, scope)))
    throw new Refused('import-unknown', `There is no import ${id}`);
  return progress;
}

function showImport(progress: ImportProgress): ImportView {
  return { ...progress, endedAt: progress.endedAt ?? null };
}

function lengthOf(header: string | undefined): number | undefined {
  return header === undefined ? undefined : Number(header);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
