import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { type Api, type ApiParts, caller, type FlowShelf, signed } from '../http/api.ts';
import { ADMINS, EVERY_ROLE, SUPERVISING_READERS } from '../http/roles.ts';
import { problemSaid } from '../http/said-view.ts';
import { name } from './grammar.ts';
import type { FlowVersion } from './history.ts';
import { type Problem, problemText } from './report.ts';

const diagnosticView = z.object({
  file: z.string(),
  line: z.number().int().describe('Counts from 1, as columns do'),
  column: z.number().int(),
  severity: z
    .enum(['error', 'warning'])
    .describe('An error keeps the file from going live, a warning does not'),
  message: z.string(),
  hint: z.string().describe('How to mend it, empty where the message says it'),
  said: problemSaid,
});

const flowsView = z
  .object({
    items: z.array(
      z.object({
        name: z.string(),
        version: z.string(),
        numbers: z.array(z.string()).describe('Dialled numbers that lead to it'),
        file: z.string(),
      }),
    ),
    problems: z
      .array(z.string())
      .describe(
        'What is wrong in the files and prompts, in words; a flow with an error keeps its last good version',
      ),
    diagnostics: z.array(diagnosticView).describe('What is wrong in the files, in parts'),
  })
  .meta({ id: 'Flows' });
export type FlowsView = z.output<typeof flowsView>;

const releaseView = z.object({
  version: z.string().describe('Empty: the file was taken away then, and the flow with it'),
  at: z.number().describe('From when on callers entered it, UTC milliseconds'),
  by: z.string().describe('Who let them in'),
});

const versionsView = z
  .object({
    running: z.string().nullable().describe('The version that callers enter now'),
    items: z.array(releaseView).describe('The latest first; a version that was put back is there again'),
  })
  .meta({ id: 'FlowVersions' });
export type FlowVersionsView = z.output<typeof versionsView>;

const versionView = z
  .object({
    name: z.string(),
    version: z.string(),
    file: z.string(),
    text: z.string().describe('What the file said'),
    prompts: z
      .record(z.string(), z.record(z.string(), z.string()))
      .describe('The shared prompts that it used, by name and language'),
  })
  .meta({ id: 'FlowVersion' });
export type FlowVersionView = z.output<typeof versionView>;

export const flowParams = z.strictObject({ name });
export const version = z.string().regex(/^\w{1,64}$/, 'is not a version');

/** Routes of IVR flows. */
export function flowRoutes(api: Api, parts: ApiParts): void {
  fileRoutes(api, parts);
  historyRoutes(api, parts);
  rollbackRoute(api, parts);
}

function fileRoutes(api: Api, { flows, log }: ApiParts): void {
  api.get(
    '/api/flows',
    {
      config: { allowed: EVERY_ROLE, scope: 'centre' },
      schema: {
        tags: ['flows'],
        summary: 'The flows that run, and problems in their files',
        response: { 200: flowsView },
      },
    },
    async () => showFlows(flows, flows.problems()),
  );
  api.post(
    '/api/flows/reload',
    {
      config: { allowed: ADMINS, scope: 'head-office' },
      schema: {
        tags: ['flows'],
        summary: 'Reads the flow files again; 409 with every problem when a file was refused',
        response: { 200: flowsView },
      },
    },
    async (request) => {
      const problems = await flows.reload(signed(caller(request)));
      log.info({ by: caller(request).id, problems: problems.length }, 'flows were read again');
      checkNoErrors(problems, problems);
      return showFlows(flows, problems);
    },
  );
}

function historyRoutes(api: Api, parts: ApiParts): void {
  const { flows, history } = parts;
  api.get(
    '/api/flows/:name/versions',
    {
      config: { allowed: EVERY_ROLE, scope: 'centre' },
      schema: {
        tags: ['flows'],
        summary: 'Which versions of a flow callers entered, and from when on',
        params: flowParams,
        response: { 200: versionsView },
      },
    },
    async (request) => {
      const releases = await history.releases(request.params.name);
      const running = flows.byName(request.params.name)?.version ?? null;
      if (running === null && releases.length === 0) throw unknownFlow(request.params.name);
      return { running, items: releases.map((release) => ({ ...release })) };
    },
  );
  api.get(
    '/api/flows/:name/versions/:version',
    {
      config: { allowed: SUPERVISING_READERS, scope: 'centre' },
      schema: {
        tags: ['flows'],
        summary: 'The text of a version',
        params: z.strictObject({ name, version }),
        response: { 200: versionView },
      },
    },
    async (request) => {
      const { params } = request;
      const found = await history.find(params.name, params.version);
      if (!found)
        throw new Refused(
          'flow-version-unknown',
          `There is no version ${params.version} of flow ${params.name}`,
        );
      return { ...found, prompts: copied(found.prompts) };
    },
  );
}

function rollbackRoute(api: Api, { flows, log }: ApiParts): void {
  api.post(
    '/api/flows/:name/rollback',
    {
      config: { allowed: ADMINS, scope: 'head-office' },
      schema: {
        tags: ['flows'],
        summary: 'Puts a version back that ran before; 409 when it does not go with the other files any more',
        params: flowParams,
        body: z.strictObject({ version }),
        response: { 200: flowsView },
      },
    },
    async (request) => {
      const flow = request.params.name;
      const wanted = request.body.version;
      const token = caller(request);
      const problems = await flows.rollback(flow, wanted, signed(token));
      log.info({ by: token.id, flow, version: wanted, problems: problems.length }, 'a flow was put back');
      // Other files may have had errors before: they are not what was asked for.
      const file = flows.byName(flow)?.file;
      checkNoErrors(
        problems.filter((problem) => file === undefined || problem.file === file),
        problems,
      );
      return showFlows(flows, problems);
    },
  );
}

/** @throws Refused `flow-problems` with all `problems` when there is an error among those that `matter` */
function checkNoErrors(matter: readonly Problem[], problems: readonly Problem[]): void {
  const errors = matter.filter((problem) => problem.severity === 'error').map(problemText);
  if (errors.length === 0) return;
  // The first error in the message, for whoever looks at that only.
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more, see details)` : '';
  const sentence = `Files with an error keep their last good version. ${errors[0]}${more}`;
  throw new Refused('flow-problems', sentence, {
    problems: problems.map(problemText),
    diagnostics: problems,
  });
}

function showFlows(flows: FlowShelf, problems: readonly Problem[]): FlowsView {
  return {
    items: flows
      .list()
      .map(({ name, version, numbers, file }) => ({ name, version, numbers: [...numbers], file })),
    problems: [...problems.map(problemText), ...flows.promptProblems()],
    diagnostics: [...problems],
  };
}

/** A flow that neither runs nor ever did. */
export function unknownFlow(flow: string): Refused {
  return new Refused('flow-unknown', `There is no flow ${flow}`);
}

function copied(prompts: FlowVersion['prompts']): FlowVersionView['prompts'] {
  return Object.fromEntries(Object.entries(prompts).map(([name, texts]) => [name, { ...texts }]));
}
