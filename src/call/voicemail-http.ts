import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { type Api, type ApiParts, caller } from '../http/api.ts';
import { openAudio, sendAudio } from '../http/audio.ts';
import { idParams, pageCursor, pageLimit, pageOf } from '../http/fields.ts';
import { type Role, STAFF } from '../http/roles.ts';
import { scopeOf } from '../http/scope.ts';
import { cursorAtMoment, momentOf, seenPage } from '../http/seen-page.ts';
import type { Voicemail } from './voicemail.ts';

const voicemailView = z
  .object({
    id: z.string(),
    callId: z.string(),
    box: z.string(),
    ani: z.string(),
    durationMs: z.number().describe('Milliseconds'),
    at: z.number().describe('UTC milliseconds'),
    heardBy: z.string().nullable().describe('Who listened to it first'),
  })
  .meta({ id: 'Voicemail' });
export type VoicemailView = z.output<typeof voicemailView>;

/** Who may hear what callers left. */
const LISTENERS = [...STAFF, 'auditor'] as const satisfies readonly Role[];

/** Routes of the messages that callers left. */
export function voicemailRoutes(api: Api, { calls, recordings }: ApiParts): void {
  api.get(
    '/api/voicemails',
    {
      config: { allowed: LISTENERS, scope: 'branch' },
      schema: {
        tags: ['calls'],
        summary: 'Messages that callers left, the latest first',
        querystring: z.strictObject({
          box: z.string().min(1).max(80).optional(),
          cursor: pageCursor.optional(),
          limit: pageLimit,
        }),
        response: { 200: pageOf(voicemailView) },
      },
    },
    async (request) => {
      const { box, cursor, limit } = request.query;
      const scope = scopeOf(request);
      return seenPage({
        scope,
        limit,
        from: cursor,
        read: (before, most) => calls.voicemails({ box, before, limit: most }),
        sees: ({ callId }) => scope.seesCall(callId),
        placeOf: momentOf,
        cursorAt: cursorAtMoment,
        show: showVoicemail,
      });
    },
  );
  api.get(
    '/api/voicemails/:id/audio',
    {
      config: { allowed: LISTENERS, audit: 'reads', scope: 'branch' },
      schema: {
        tags: ['calls'],
        summary: 'The sound of a message, as WAV; notes who listened first',
        params: idParams,
        response: { 200: { description: 'The sound', content: { 'audio/wav': { schema: z.unknown() } } } },
      },
    },
    async (request, reply) => {
      const voicemail = await calls.voicemail(request.params.id);
      if (!voicemail || !scopeOf(request).seesCall(voicemail.callId))
        throw new Refused('voicemail-unknown', `There is no message ${request.params.id}`);
      const audio = await openAudio(recordings, voicemail.file, request.headers.range);
      const principal = caller(request);
      // Whoever audits leaves no trace in what he looks at.
      if (principal.role !== 'auditor')
        await calls.markHeard(voicemail.id, principal.agentId ?? principal.name);
      return sendAudio(reply, audio);
    },
  );
}

function showVoicemail(voicemail: Voicemail): VoicemailView {
  const { file: _file, heardBy = null, ...shown } = voicemail;
  return { ...shown, heardBy };
}
