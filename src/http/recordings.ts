import { lstat, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { isStatement } from '../call/voicemail.ts';
import type { Api, ApiParts } from './api.ts';
import { openAudio, sendAudio } from './audio.ts';
import { id, idParams } from './fields.ts';
import { SUPERVISING_READERS } from './roles.ts';
import { type Scope, scopeOf } from './scope.ts';

const recordingView = z
  .object({
    id: z.string(),
    bytes: z.number().int().describe('Size of its sound'),
    at: z.number().describe('When it ended, or grew last: UTC milliseconds'),
  })
  .meta({ id: 'Recording', description: 'What a caller said in a "record" step of his call.' });
export type RecordingView = z.output<typeof recordingView>;

const EXTENSION = '.wav';

/** Routes of what callers said to be recorded. It may be a complaint about an agent, so agents do not hear it. */
export function recordingRoutes(api: Api, parts: ApiParts): void {
  const { recordings } = parts;
  api.get(
    '/api/calls/:id/recordings',
    {
      config: { allowed: SUPERVISING_READERS, scope: 'branch' },
      schema: {
        tags: ['calls'],
        summary: 'What the caller said in "record" steps, in order',
        params: idParams,
        response: { 200: z.object({ items: z.array(recordingView) }) },
      },
    },
    async (request) => {
      const { id: call } = request.params;
      await checkCall(parts, call, scopeOf(request));
      return { items: await statementsIn(recordings, call) };
    },
  );
  api.get(
    '/api/calls/:id/recordings/:recording/audio',
    {
      config: { allowed: SUPERVISING_READERS, audit: 'reads', scope: 'branch' },
      schema: {
        tags: ['calls'],
        summary: 'The sound of one of them, as WAV',
        params: z.strictObject({ id, recording: id }),
        response: { 200: { description: 'The sound', content: { 'audio/wav': { schema: z.unknown() } } } },
      },
    },
    async (request, reply) => {
      const { id: call, recording } = request.params;
      await checkCall(parts, call, scopeOf(request));
      if (!isStatement(recording, call))
        throw new Refused('recording-unknown', `There is no recording ${recording} of call ${call}`);
      const file = join(recordings, `${recording}${EXTENSION}`);
      return sendAudio(reply, await openAudio(recordings, file, request.headers.range));
    },
  );
}

async function checkCall({ calls }: ApiParts, call: string, scope: Scope): Promise<void> {
  if (!calls.partiesOf(call) || !scope.seesCall(call))
    throw new Refused('call-unknown', `There is no call ${call}`);
}

async function statementsIn(folder: string, call: string): Promise<RecordingView[]> {
  const names = (await readdir(folder)).filter(
    (name) => name.endsWith(EXTENSION) && isStatement(basename(name, EXTENSION), call),
  );
  const found = await Promise.all(names.map((name) => recordingAt(folder, name)));
  return found.filter((one) => one !== undefined).sort((a, b) => runOf(a.id) - runOf(b.id));
}

/** Undefined when it went away meanwhile, or is no file but a link or a folder. */
async function recordingAt(folder: string, name: string): Promise<RecordingView | undefined> {
  const file = await lstat(join(folder, name)).catch(() => undefined);
  if (!file?.isFile()) return undefined;
  return { id: basename(name, EXTENSION), bytes: file.size, at: Math.round(file.mtimeMs) };
}

function runOf(recording: string): number {
  return Number(recording.slice(recording.lastIndexOf('-') + 1));
}
