import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { type DiffLine, diffLines } from '../base/line-diff.ts';
import { VERBS } from '../engine/verbs.ts';
import { diffFlows } from '../ivr/diff.ts';
import { changeSaid, changeText } from '../ivr/diff-text.ts';
import type { Flow } from '../ivr/flow.ts';
import { name } from '../ivr/grammar.ts';
import type { FlowVersion } from '../ivr/history.ts';
import { version } from '../ivr/http.ts';
import { parseFlow } from '../ivr/parse.ts';
import { NO_SHARED } from '../ivr/shared.ts';
import type { Api, ApiParts } from './api.ts';
import { SUPERVISING_READERS } from './roles.ts';
import { saidView } from './said-view.ts';

const diffLine = z.object({
  is: z.enum(['same', 'added', 'removed']),
  before: z.number().int().nullable().describe('Line number, from 1'),
  after: z.number().int().nullable(),
  text: z.string(),
});

const differencesView = z
  .object({
    before: z.string(),
    after: z.string(),
    changes: z
      .array(
        z.object({
          severity: z.enum(['way', 'words', 'timing', 'frame']),
          text: z.string(),
          said: saidView,
        }),
      )
      .nullable()
      .describe('What changes for callers, in words; null where a version cannot be read any more'),
    lines: z.array(diffLine).describe('The texts, line by line'),
  })
  .meta({ id: 'FlowDifferences' });
export type FlowDifferencesView = z.output<typeof differencesView>;

const params = z.strictObject({ name, before: version, after: version });

/** The route that tells two versions of a flow apart. */
export function flowDifferenceRoutes(api: Api, parts: ApiParts): void {
  api.get(
    '/api/flows/:name/versions/:before/diff/:after',
    {
      config: { allowed: SUPERVISING_READERS, scope: 'centre' },
      schema: {
        tags: ['flows'],
        summary: 'What changed from one version of a flow to another: for callers, and in the text',
        params,
        response: { 200: differencesView },
      },
    },
    async (request) => {
      const { name: flow, before, after } = request.params;
      const [old, now] = await Promise.all([find(parts, flow, before), find(parts, flow, after)]);
      return {
        before,
        after,
        changes: changesOf(parts, old, now),
        lines: showLines(diffLines(old.text, now.text)),
      };
    },
  );
}

/** @throws Refused `flow-version-unknown` */
async function find({ history }: ApiParts, flow: string, wanted: string): Promise<FlowVersion> {
  const found = await history.find(flow, wanted);
  if (found) return found;
  throw new Refused('flow-version-unknown', `There is no version ${wanted} of flow ${flow}`);
}

function changesOf(parts: ApiParts, old: FlowVersion, now: FlowVersion): FlowDifferencesView['changes'] {
  const before = flowOf(parts, old);
  const after = flowOf(parts, now);
  if (!before || !after) return null;
  return diffFlows(before, after).map((change) => ({
    severity: change.severity,
    text: changeText(change),
    said: changeSaid(change),
  }));
}

/** A version as a flow again, beside the flows that run. */
function flowOf(
  { flows }: ApiParts,
  { text, file, version: wanted, prompts, signatures = {} }: FlowVersion,
): Flow | undefined {
  return parseFlow(text, file, wanted, VERBS, {
    prompts,
    limits: NO_SHARED.limits,
    signature: (called) => signatures[called] ?? flows.byName(called)?.signature,
    isRecorded: () => true,
  }).flow;
}

function showLines(lines: readonly DiffLine[]): FlowDifferencesView['lines'] {
  return lines.map((line) => ({
    is: line.is,
    before: 'before' in line ? line.before : null,
    after: 'after' in line ? line.after : null,
    text: line.text,
  }));
}
