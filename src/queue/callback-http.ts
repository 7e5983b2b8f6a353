import { z } from 'zod';
import { type Api, type ApiParts, caller, signed } from '../http/api.ts';
import { idParams, numbersFor, pageCursor, pageLimit, pageOf } from '../http/fields.ts';
import type { Principal } from '../http/principal.ts';
import { EVERY_ROLE, STAFF } from '../http/roles.ts';
import { type Scope, scopeOf } from '../http/scope.ts';
import { cursorAtMoment, seenPage } from '../http/seen-page.ts';
import { CALLBACK_OUTCOMES, type Callback, type CallbackOutcome, NEVER } from './callback.ts';
import { unknownCallback } from './store.ts';

const callbackView = z
  .object({
    id: z.string(),
    call: z.string().describe('The call in which he asked'),
    queue: z.string(),
    number: z.string(),
    customerId: z.string().nullable(),
    tier: z.string().describe('Empty when unknown'),
    language: z.string(),
    at: z.number().describe('When he asked, UTC milliseconds'),
    since: z.number().describe('His place in line: from when his wait counts, UTC milliseconds'),
    attempts: z.number().int().describe('How often he was dialled'),
    dueAt: z
      .number()
      .nullable()
      .describe(
        'Not dialled before, UTC milliseconds; null: his number may not be dialled, people have to call',
      ),
    calling: z.string().nullable().describe('The call that is under way'),
    done: z
      .object({
        by: z.string(),
        at: z.number().describe('UTC milliseconds'),
        outcome: z.enum(CALLBACK_OUTCOMES),
      })
      .nullable()
      .describe('Null as long as nobody has called back'),
  })
  .meta({ id: 'Callback', description: 'A caller who wants to be called back.' });
export type CallbackView = z.output<typeof callbackView>;

/** Routes of callers who want to be called back. */
export function callbackRoutes(api: Api, { callbacks, centre, clock }: ApiParts): void {
  /** In the book first: what is closed there is never called. */
  const close = async (
    id: string,
    request: { principal: Principal | undefined; scope: Scope | undefined },
    outcome: CallbackOutcome,
  ): Promise<Callback> => {
    const principal = caller(request);
    const asked = callbacks.byId(id);
    if (!asked || !seesCallback(scopeOf(request), asked)) throw unknownCallback(id);
    const closed = await callbacks.done(id, { by: signed(principal), at: clock.now(), outcome });
    await centre.callbackClosed(id);
    return closed;
  };
  api.get(
    '/api/callbacks',
    {
      config: { allowed: EVERY_ROLE, scope: 'branch' },
      schema: {
        tags: ['queues'],
        summary: 'Who wants to be called back, the oldest first; or who was, the latest first',
        querystring: z.strictObject({
          state: z.enum(['open', 'done']).default('open'),
          queue: z.string().min(1).max(80).optional(),
          cursor: pageCursor.optional(),
          limit: pageLimit,
        }),
        response: { 200: pageOf(callbackView) },
      },
    },
    async (request) => {
      const principal = caller(request);
      const { state, queue, cursor, limit } = request.query;
      const scope = scopeOf(request);
      return seenPage({
        scope,
        limit,
        from: cursor,
        read: (place, most) =>
          state === 'open'
            ? callbacks.listOpen({ queue, after: place, limit: most })
            : callbacks.listDone({ queue, before: place, limit: most }),
        sees: (row) => seesCallback(scope, row),
        placeOf: ({ done, at, id }) => ({ at: done?.at ?? at, id }),
        cursorAt: cursorAtMoment,
        show: (row) => showCallback(row, principal),
      });
    },
  );
  api.post(
    '/api/callbacks/:id/done',
    {
      config: { allowed: STAFF, scope: 'branch' },
      schema: {
        tags: ['queues'],
        summary: 'Notes that somebody called back, and how it went',
        params: idParams,
        body: z.strictObject({ outcome: z.enum(CALLBACK_OUTCOMES) }),
        response: { 200: callbackView },
      },
    },
    async (request) => {
      const principal = caller(request);
      return showCallback(await close(request.params.id, request, request.body.outcome), principal);
    },
  );
  api.delete(
    '/api/callbacks/:id',
    {
      config: { allowed: STAFF, scope: 'branch' },
      schema: {
        tags: ['queues'],
        summary: 'Nobody is to call back any more',
        params: idParams,
        response: { 200: callbackView },
      },
    },
    async (request) => {
      const principal = caller(request);
      return showCallback(await close(request.params.id, request, 'not-wanted'), principal);
    },
  );
}

/** By whoever asked: the customer, or as long as nobody knows him the call in which he did. */
function seesCallback(scope: Scope, { customerId, call }: Callback): boolean {
  return (customerId !== undefined && scope.seesCustomer(customerId)) || scope.seesCall(call);
}

/** A callback as this role may see it. */
function showCallback(callback: Callback, principal: Principal): CallbackView {
  const { plan: _plan, calls: _calls, done, number, customerId, dueAt, calling, ...shown } = callback;
  return {
    ...shown,
    dueAt: dueAt === NEVER ? null : dueAt,
    calling: calling ?? null,
    number: numbersFor(principal)(number),
    customerId: customerId ?? null,
    done: done ? { ...done } : null,
  };
}
