import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { fileText } from '../ivr/editing-http.ts';
import { language } from '../ivr/grammar.ts';
import type { Said, TrialState } from '../lab/flow-bench.ts';
import { joinWav, type SoundPiece } from '../speech/wav-join.ts';
import { type Api, type ApiParts, caller } from './api.ts';
import type { EditingParts } from './editing-parts.ts';
import { idParams, id as idText, moment } from './fields.ts';
import { SUPERVISING_READERS } from './roles.ts';

const entryView = z.object({
  kind: z.enum(['step', 'says', 'music', 'tone', 'keys', 'asked', 'event', 'remark', 'problem']),
  ms: z.number().describe('Since the call came in, in its own time'),
  text: z.string().describe('In words; of what is said, the words themselves'),
  language: z.string(),
  persona: z.string(),
  name: z
    .string()
    .describe('The step that was entered, the prompt, the music, the keys, or the type of the event'),
  detail: z.string().describe('What the event is about'),
  hasSound: z.boolean().describe('Whether its sound may be had'),
});

const standingView = z.object({
  ms: z.number(),
  flow: z.string(),
  step: z.string(),
  phase: z.string().describe('flow, queued, offered, dialing, connected, recording or ended'),
  queue: z.string(),
  language: z.string(),
  persona: z.string(),
  customer: z.string(),
  tier: z.string(),
  variables: z.record(z.string(), z.string()).describe('As JSON, without secrets'),
  secret: z.boolean().describe('Whether keys become a secret now'),
  keys: z.array(z.object({ key: z.string(), to: z.string() })),
});

const trialView = z
  .object({
    id: z.string(),
    simulated: z
      .literal(true)
      .describe('Nothing of it reaches the telephone network, the records or a service'),
    flow: z.string(),
    dials: z.string(),
    caller: z.string(),
    at: moment,
    world: z
      .string()
      .describe('The flow test whose customers, agents and services there are; empty for none'),
    standing: standingView,
    entries: z.array(entryView),
  })
  .meta({ id: 'FlowTrial', description: 'A simulated call through the flows.' });
export type FlowTrialView = z.output<typeof trialView>;

const KEYS = z.string().regex(/^[0-9*#]{1,64}$/, 'keys are 0 to 9, * and #');

const action = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('press'), keys: KEYS }),
  z.strictObject({ do: z.literal('say'), words: z.string().trim().min(1).max(500) }),
  z.strictObject({
    do: z.literal('wait'),
    seconds: z.number().int().min(1).max(3600).optional().describe('Without it until something happens'),
  }),
  z.strictObject({ do: z.literal('other-side-hangs-up') }),
  z.strictObject({ do: z.literal('hang-up') }),
]);

const wish = z.strictObject({
  target: z.string().trim().min(1).max(64).describe('A flow, or the number that is dialled'),
  caller: z
    .string()
    .regex(/^(\+?[0-9]{1,32})?$/, 'is not a telephone number')
    .default('')
    .describe('Empty: a hidden number'),
  at: moment.optional().describe('When he calls: UTC milliseconds, now if unset'),
  language: language.optional(),
  drafts: z
    .record(z.string().max(100), fileText)
    .default({})
    .describe('Texts of files that nobody saved, by name: the call goes through them'),
  agents: z.enum(['as-in-tests', 'away']).default('as-in-tests'),
  services: z.enum(['as-in-tests', 'unreachable']).default('as-in-tests'),
});

const entryParams = z.strictObject({ id: idText, entry: z.coerce.number().int().min(0).max(100_000) });

/** Routes of simulated calls through the flows. */
export function flowTrialRoutes(api: Api, parts: ApiParts, editing: EditingParts): void {
  beginRoute(api, parts, editing);
  moveRoutes(api, editing);
  soundRoute(api, editing);
}

function beginRoute(api: Api, { clock }: ApiParts, { beginTrial }: EditingParts): void {
  api.post(
    '/api/flow-trials',
    {
      config: { allowed: SUPERVISING_READERS, scope: 'centre', audit: 'changes-nothing' },
      schema: {
        tags: ['flows'],
        summary: 'Begins a simulated call, which goes to where the caller is asked for something',
        body: wish,
        response: { 200: trialView },
      },
    },
    async (request) => {
      const { at = clock.now(), ...wanted } = request.body;
      return showTrial(await beginTrial({ ...wanted, at }, caller(request).id));
    },
  );
}

function moveRoutes(api: Api, { bench }: EditingParts): void {
  api.get(
    '/api/flow-trials/:id',
    {
      config: { allowed: SUPERVISING_READERS, scope: 'centre' },
      schema: {
        tags: ['flows'],
        summary: 'A simulated call as it stands',
        params: idParams,
        response: { 200: trialView },
      },
    },
    async (request) => showTrial(await bench.ask('trial', request.params.id, caller(request).id)),
  );
  api.post(
    '/api/flow-trials/:id',
    {
      config: { allowed: SUPERVISING_READERS, scope: 'centre', audit: 'changes-nothing' },
      schema: {
        tags: ['flows'],
        summary: 'What the caller, or the other side, does',
        params: idParams,
        body: action,
        response: { 200: trialView },
      },
    },
    async (request) =>
      showTrial(await bench.ask('actInTrial', request.params.id, caller(request).id, request.body)),
  );
  api.delete(
    '/api/flow-trials/:id',
    {
      config: { allowed: SUPERVISING_READERS, scope: 'centre', audit: 'changes-nothing' },
      schema: {
        tags: ['flows'],
        summary: 'Ends a simulated call',
        params: idParams,
        response: { 200: z.object({ ended: z.string() }) },
      },
    },
    async (request) => {
      await bench.ask('endTrial', request.params.id, caller(request).id);
      return { ended: request.params.id };
    },
  );
}

function soundRoute(api: Api, { bench, prompts }: EditingParts): void {
  api.get(
    '/api/flow-trials/:id/entries/:entry/audio',
    {
      config: { allowed: SUPERVISING_READERS, scope: 'centre' },
      schema: {
        tags: ['flows'],
        summary: 'The sound of what was said, as WAV, where it is made already',
        params: entryParams,
        response: { 200: { description: 'The sound', content: { 'audio/wav': { schema: z.unknown() } } } },
      },
    },
    async (request, reply) => {
      const { id, entry } = request.params;
      const said = await bench.ask('saidIn', id, caller(request).id, entry);
      const sound = said && (await soundOf(said, prompts));
      if (!sound)
        throw new Refused('audio-unknown', 'There is no sound of this yet: it is made when it goes live.');
      reply.type('audio/wav');
      return reply.send(Buffer.from(sound.buffer));
    },
  );
}

async function soundOf(
  { prompt, voice }: Said,
  prompts: EditingParts['prompts'],
): Promise<Uint8Array | undefined> {
  const media = await prompts.media(prompt, voice, () => ({ as: 'text', text: '' }));
  const pieces: SoundPiece[] = [];
  for (const one of media) {
    if ('tone' in one) return undefined;
    if ('silenceMs' in one) pieces.push(one);
    else {
      const bytes = await readFile(`${one.file}.wav`).catch(() => undefined);
      if (!bytes) return undefined;
      pieces.push(bytes);
    }
  }
  return joinWav(pieces);
}

function showTrial({ standing, entries, ...session }: TrialState): FlowTrialView {
  return {
    ...session,
    simulated: true,
    standing: { ...standing, variables: { ...standing.variables }, keys: [...standing.keys] },
    entries: [...entries],
  };
}
