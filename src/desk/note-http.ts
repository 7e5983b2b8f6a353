import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import type { CallRecord } from '../call/row-store.ts';
import { type Api, type ApiParts, caller } from '../http/api.ts';
import { idParams, line, momentQuery, noteText, number, textFor } from '../http/fields.ts';
import { noteRow } from '../http/live/desk-rows.ts';
import { contactsFor } from '../http/live/desk-story.ts';
import { contactPageView, noteView } from '../http/live/views.ts';
import { seatOf } from '../http/page-phone.ts';
import { STAFF_READERS } from '../http/roles.ts';
import { scopeOf } from '../http/scope.ts';
import { SALES } from './note.ts';
import { promiseOf } from './promise.ts';

/** Longest note. */
const NOTE_LENGTH = 4000;

const writing = z.strictObject({
  version: z.number().int().min(1).max(1e9).describe('One more than the version that was seen last'),
  text: noteText(NOTE_LENGTH),
  reason: line(40).describe('Id of a contact reason, empty for none yet'),
  sale: z.enum([...SALES, '']).describe('What came of a chance to sell something; empty for not said yet'),
  done: z.boolean().default(false).describe('He is done with it; else it is a draft'),
});

/** Routes of what an agent keeps of a call, promises in it, and wants to know of the caller. */
export function noteRoutes(api: Api, parts: ApiParts): void {
  writeRoutes(api, parts);
  callbackRoute(api, parts);
  contactRoute(api, parts);
}

function writeRoutes(api: Api, parts: ApiParts): void {
  const { centre, clock, desk, deskTopic } = parts;
  api.put(
    '/api/calls/:id/note',
    {
      config: { allowed: ['seat'], scope: 'branch', audit: 'when-done' },
      schema: {
        tags: ['desk'],
        summary: 'Keeps what an agent writes of a call of his, also while he writes',
        params: idParams,
        body: writing,
        response: { 200: noteView },
      },
    },
    async (request) => {
      const agent = seatOf(caller(request));
      const call = request.params.id;
      const { reason, done } = request.body;
      if (!(await isHis(parts, call, agent)))
        throw new Refused('forbidden', 'An agent keeps notes of his own calls');
      if (reason !== '' && !desk.choices('contact').some((one) => one.id === reason))
        throw new Refused('bad-note', `reason: there is no contact reason ${reason}`);
      const isOutbound = centre.liveCall(call)?.outbound !== undefined || call.startsWith('call-a-');
      if (done && reason === '' && !isOutbound)
        throw new Refused('bad-note', 'reason: say why he called before you are done with the note');
      const note = await desk.write({ call, agent }, request.body, clock.now());
      deskTopic.noteChanged(note);
      return noteRow(call, note);
    },
  );
  api.get(
    '/api/calls/:id/notes',
    {
      config: { allowed: STAFF_READERS, scope: 'branch' },
      schema: {
        tags: ['desk'],
        summary: 'What agents noted of a call and are done with',
        params: idParams,
        response: { 200: z.object({ items: z.array(noteView.extend({ agent: z.string() })) }) },
      },
    },
    async (request) => {
      const call = request.params.id;
      await recordOf(parts, call, (found) => scopeOf(request).seesCall(call, found));
      const notes = await desk.notesOf([call]);
      const show = textFor(caller(request));
      return {
        items: notes.map((note) => ({
          ...noteRow(call, note),
          text: show(note.text),
          agent: note.agent,
        })),
      };
    },
  );
}

function callbackRoute(api: Api, parts: ApiParts): void {
  const { callbacks, centre, clock, ids } = parts;
  api.post(
    '/api/calls/:id/callback',
    {
      config: { allowed: ['seat'], scope: 'branch' },
      schema: {
        tags: ['desk'],
        summary: 'Promises the caller of a call that an agent of a queue calls him back',
        params: idParams,
        body: z.strictObject({ queue: line(80).min(1), number }),
        response: { 201: z.object({ id: z.string() }) },
      },
    },
    async (request, reply) => {
      const { id: call } = request.params;
      const { queue, number: wanted } = request.body;
      if (!(await isHis(parts, call, seatOf(caller(request)))))
        throw new Refused('forbidden', 'An agent promises something to his own callers');
      if (!centre.queues().some((one) => one.queue.name === queue))
        throw new Refused('queue-unknown', `There is no queue ${queue}`);
      const promised = await recordOf(parts, call, () => true);
      const wish = promiseOf(promised, { id: ids.next('callback-'), queue, number: wanted }, clock.now());
      await callbacks.request(wish);
      return reply.status(201).send({ id: wish.id });
    },
  );
}

function contactRoute(api: Api, parts: ApiParts): void {
  api.get(
    '/api/calls/:id/contacts',
    {
      config: { allowed: STAFF_READERS, scope: 'branch' },
      schema: {
        tags: ['desk'],
        summary: 'What there was with the caller of a call on all channels, the latest first',
        params: idParams,
        querystring: z.strictObject({
          before: momentQuery.optional(),
          limit: z.coerce.number().int().min(1).max(50).default(20),
        }),
        response: { 200: contactPageView },
      },
    },
    async (request) => {
      const call = request.params.id;
      const scope = scopeOf(request);
      const record = await recordOf(parts, call, (found) => scope.seesCall(call, found));
      const { before = parts.clock.now(), limit } = request.query;
      return contactsFor(parts, record, { before, limit }, caller(request), scope);
    },
  );
}

/** Whether an agent has this call, or talked in it. */
async function isHis({ centre, calls }: ApiParts, call: string, agent: string): Promise<boolean> {
  const state = centre.agent(agent)?.state;
  if (state && 'call' in state && state.call === call) return true;
  const legs = (centre.liveCall(call) ?? (await calls.byId(call)))?.legs ?? [];
  return legs.some(({ answeredAt, ...leg }) => {
    const whose = 'agentId' in leg ? leg.agentId : leg.agent;
    return whose === agent && answeredAt !== undefined && answeredAt !== null;
  });
}

/** @throws Refused `call-unknown` also for a call that he does not see */
async function recordOf(
  { calls }: ApiParts,
  call: string,
  sees: (found: CallRecord) => boolean,
): Promise<CallRecord> {
  const record = await calls.byId(call);
  if (!record || !sees(record)) throw new Refused('call-unknown', `There is no call ${call}`);
  return record;
}
