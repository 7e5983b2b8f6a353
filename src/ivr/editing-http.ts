import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { type Api, type ApiParts, caller, signed } from '../http/api.ts';
import type { EditingParts } from '../http/editing-parts.ts';
import { ADMINS, SUPERVISING_READERS } from '../http/roles.ts';
import { problemSaid } from '../http/said-view.ts';
import type { CheckedText, FlowFileText } from './flow-editor.ts';
import { language } from './grammar.ts';

export const spannedProblem = z.object({
  file: z.string(),
  line: z.number().int().describe('Counts from 1, as columns do'),
  column: z.number().int(),
  endColumn: z.number().int().describe('Behind the last character of what it is about, in the same line'),
  severity: z.enum(['error', 'warning']),
  message: z.string(),
  hint: z.string().describe('How to mend it, empty where the message says it'),
  said: problemSaid,
});

export const fileVersion = z.string().regex(/^[0-9a-f]{0,64}$/, 'is not a version of a file');
/** A text that is not read yet. Larger ones are edited on disk: what is saved is read by the thread that the calls run on, too. */
export const fileText = z.string().max(100_000);

const entryView = z.object({
  name: z.string(),
  kind: z.enum(['flow', 'shared', 'test']),
  bytes: z.number().int(),
  changedAt: z.number().describe('UTC milliseconds'),
  isRunning: z.boolean(),
  flow: z.string().nullable().describe('The flow of this file that runs'),
  numbers: z.array(z.string()),
});
export type FlowFileEntryView = z.output<typeof entryView>;

const textView = z
  .object({
    name: z.string(),
    kind: z.enum(['flow', 'shared', 'test']),
    text: z.string(),
    version: z.string().describe('Send it as `basedOn` when you save'),
    isRunning: z
      .boolean()
      .describe('Whether callers go through this text; for a test, whether it has no error'),
    flow: z.string().nullable().describe('The flow of this file that runs'),
    problems: z.array(spannedProblem),
    goesLive: z.boolean().describe('Whether all of this text takes effect'),
  })
  .meta({ id: 'FlowFile' });
export type FlowFileView = z.output<typeof textView>;

const checkedView = z
  .object({ problems: z.array(spannedProblem), goesLive: z.boolean() })
  .meta({ id: 'CheckedText', description: 'What is wrong with a text that was not saved.' });
export type CheckedTextView = z.output<typeof checkedView>;

const fileParams = z.strictObject({ name: z.string().min(1).max(100) });

/** Routes to read and save the files of flows. */
export function flowFileRoutes(api: Api, parts: ApiParts, editing: EditingParts): void {
  readRoutes(api, parts, editing);
  saveRoute(api, parts, editing);
  removeRoute(api, parts, editing);
  pictureRoute(api, editing);
}

function readRoutes(api: Api, parts: ApiParts, { files }: EditingParts): void {
  api.get(
    '/api/flow-files',
    {
      config: { allowed: SUPERVISING_READERS, scope: 'centre' },
      schema: {
        tags: ['flows'],
        summary: 'The files of the folder of flows: flows, their tests, and what they share',
        response: { 200: z.object({ items: z.array(entryView) }) },
      },
    },
    async () => {
      const running = parts.flows.list();
      return {
        items: (await files.list()).map((entry) => {
          const flow = running.find(({ file }) => file.endsWith(`/${entry.name}`));
          return { ...entry, flow: flow?.name ?? null, numbers: [...(flow?.numbers ?? [])] };
        }),
      };
    },
  );
  api.get(
    '/api/flow-files/:name',
    {
      config: { allowed: SUPERVISING_READERS, scope: 'centre' },
      schema: {
        tags: ['flows'],
        summary: 'What a file says, and what is wrong with it',
        params: fileParams,
        response: { 200: textView },
      },
    },
    async (request) => showFile(parts, await files.open(request.params.name)),
  );
  api.post(
    '/api/flow-files/check',
    {
      config: { allowed: SUPERVISING_READERS, scope: 'centre', audit: 'changes-nothing' },
      schema: {
        tags: ['flows'],
        summary: 'What would be if a file said this; nothing is written',
        body: z.strictObject({ name: z.string().min(1).max(100), text: fileText }),
        response: { 200: checkedView },
      },
    },
    async (request) => showChecked(await files.check(request.body.name, request.body.text)),
  );
}

function saveRoute(api: Api, parts: ApiParts, { files }: EditingParts): void {
  const { events, clock, log } = parts;
  api.put(
    '/api/flow-files/:name',
    {
      config: { allowed: ADMINS, scope: 'head-office' },
      schema: {
        tags: ['flows'],
        summary:
          'Saves a file; 409 when somebody else changed it meanwhile, or when it has errors and that is not wanted',
        params: fileParams,
        body: z.strictObject({
          text: fileText,
          basedOn: fileVersion.describe('The version that was edited, empty for a new file'),
          evenWithErrors: z
            .boolean()
            .default(false)
            .describe('Save it all the same; callers go on in what runs'),
        }),
        response: { 200: textView },
      },
    },
    async (request) => {
      const by = signed(caller(request));
      const { name } = request.params;
      const saved = await files.save({ name, by, ...request.body });
      const { version, isRunning } = saved;
      log.info({ by, file: name, version, isRunning }, 'a flow file was saved');
      const data = { file: name, version, before: request.body.basedOn, isRunning, by };
      events.commit(() => [{ type: 'FlowFileSaved', version: 1, at: clock.now(), data }]);
      return showFile(parts, saved);
    },
  );
}

function removeRoute(api: Api, { events, clock, log }: ApiParts, { files }: EditingParts): void {
  api.delete(
    '/api/flow-files/:name',
    {
      config: { allowed: ADMINS, scope: 'head-office' },
      schema: {
        tags: ['flows'],
        summary: 'Takes a file away; 409 while a number or another flow leads to its flow',
        params: fileParams,
        querystring: z.strictObject({ basedOn: fileVersion }),
        response: { 200: z.object({ removed: z.string() }) },
      },
    },
    async (request) => {
      const by = signed(caller(request));
      const { name } = request.params;
      await files.remove({ name, by, basedOn: request.query.basedOn });
      log.info({ by, file: name }, 'a flow file was taken away');
      events.commit(() => [
        { type: 'FlowFileRemoved', version: 1, at: clock.now(), data: { file: name, by } },
      ]);
      return { removed: name };
    },
  );
}

function pictureRoute(api: Api, { library, pictureOf }: EditingParts): void {
  api.post(
    '/api/flow-files/picture',
    {
      config: { allowed: SUPERVISING_READERS, scope: 'centre', audit: 'changes-nothing' },
      schema: {
        tags: ['flows'],
        summary: 'A picture of the flow that a text would be; 409 while it has errors',
        body: z.strictObject({
          name: z.string().min(1).max(100),
          text: fileText,
          language: language.optional(),
          labels: language.optional(),
        }),
        response: {
          200: { description: 'The picture', content: { 'image/svg+xml': { schema: z.unknown() } } },
        },
      },
    },
    async (request, reply) => {
      const { name, text, ...shown } = request.body;
      const picture = await pictureOf({ file: library.fileOf(name), text }, shown);
      if (picture === undefined)
        throw new Refused('flow-problems', 'This text has errors: mend them to see it as a picture.');
      reply.type('image/svg+xml; charset=utf-8');
      return reply.send(picture);
    },
  );
}

function showFile(
  { flows }: Pick<ApiParts, 'flows'>,
  { name, kind, text, version, isRunning, ...checked }: FlowFileText & CheckedText,
): FlowFileView {
  const flow = flows.list().find(({ file }) => file.endsWith(`/${name}`))?.name ?? null;
  return { name, kind, text, version, isRunning, flow, ...showChecked(checked) };
}

function showChecked({ problems, goesLive }: CheckedText): CheckedTextView {
  return { problems: [...problems], goesLive };
}
