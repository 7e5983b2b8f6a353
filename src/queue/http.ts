import { z } from 'zod';
import type { QueueStatus } from '../engine/centre.ts';
import { type Api, type ApiParts, caller, signed } from '../http/api.ts';
import { idParams, numbersFor, pageCursor, pageLimit, pageOf } from '../http/fields.ts';
import type { Principal } from '../http/principal.ts';
import { EVERY_ROLE, STAFF } from '../http/roles.ts';
import { type Scope, scopeOf } from '../http/scope.ts';
import { cursorAtMoment, seenPage } from '../http/seen-page.ts';
import { CALLBACK_OUTCOMES, type Callback, type CallbackOutcome, NEVER } from './callback.ts';
import type { Accuracy } from './estimate.ts';
import { unknownCallback } from './store.ts';

const queueView = z
  .object({
    name: z.string(),
    ladder: z
      .array(z.object({ needs: z.array(z.string()), forMs: z.number() }))
      .describe('What an agent needs, step by step; who meets one that has begun may be offered a call'),
    prefers: z.array(z.string()).describe('What makes one fit agent better than another'),
    lanes: z
      .record(
        z.string(),
        z.object({ goal: z.number(), targetMs: z.number(), priority: z.number(), bonusMs: z.number() }),
      )
      .describe('How each tier is served; "" is for every other one'),
    hours: z.string().describe('The calendar of its hours; empty: always'),
    maxWaiting: z.number(),
    overflow: z.array(z.object({ afterMs: z.number(), queue: z.string() })),
    ringMs: z.number(),
    wrapUpMs: z.number(),
    maxWaitMs: z.number(),
    music: z.string(),
    loggedIn: z.number().int().describe('Agents with the skills who are logged in'),
    working: z.number().int().describe('Those of them who are at work: ready, or with a call'),
    ready: z.number().int().describe('Those of them who are ready'),
    estimatedWaitMs: z
      .number()
      .nullable()
      .describe('The wait that somebody has before him who comes now; null while nobody is at work'),
    estimates: z
      .object({
        count: z.number().int(),
        nearShare: z
          .number()
          .nullable()
          .describe('Of all, those within 30 s or 30 % of the real wait, 0 to 1'),
        meanErrorMs: z
          .number()
          .nullable()
          .describe('Told less real: above 0, people waited less than expected'),
        meanAbsoluteErrorMs: z.number().nullable(),
      })
      .describe('How right the waits were that were expected when people came, since the daemon started'),
    waiting: z.array(
      z.object({
        call: z.string(),
        since: z.number().describe('UTC milliseconds'),
        rank: z.number().describe('Higher is served first'),
        ani: z.string(),
        customerId: z.string().nullable(),
        tier: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'Queue' });
export type QueueView = z.output<typeof queueView>;

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

/** Routes of queues, and of callers who want to be called back. */
export function queueRoutes(api: Api, parts: ApiParts): void {
  waitingRoute(api, parts);
  callbackRoutes(api, parts);
}

function waitingRoute(api: Api, { centre }: ApiParts): void {
  api.get(
    '/api/queues',
    {
      config: { allowed: EVERY_ROLE, scope: 'branch' },
      schema: {
        tags: ['queues'],
        summary: 'All queues, and who waits in them',
        response: { 200: z.object({ items: z.array(queueView) }) },
      },
    },
    async (request) => {
      const show = numbersFor(caller(request));
      const scope = scopeOf(request);
      const showWaiting = ({ call, since, rank }: QueueStatus['waiting'][number]) => {
        const { ani = '', facts } = centre.liveCall(call) ?? {};
        return {
          call,
          since,
          rank,
          ani: show(ani),
          customerId: facts?.customerId ?? null,
          tier: facts?.tier ?? null,
        };
      };
      return {
        items: centre.queues().map((status) => ({
          ...showQueue(status),
          waiting: status.waiting.filter(({ call }) => scope.seesCall(call)).map(showWaiting),
        })),
      };
    },
  );
}

function callbackRoutes(api: Api, { callbacks, centre, clock }: ApiParts): void {
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

/** A queue without those who wait in it. */
function showQueue({ queue, accuracy, estimatedWaitMs, waiting: _waiting, ...agents }: QueueStatus) {
  const { name, ringMs, wrapUpMs, maxWaitMs, music, hours, maxWaiting, lanes } = queue;
  return {
    name,
    ringMs,
    wrapUpMs,
    maxWaitMs,
    music,
    hours,
    maxWaiting,
    lanes: { ...lanes },
    ladder: queue.ladder.map(({ needs, forMs }) => ({ needs: needs.map(({ text }) => text), forMs })),
    prefers: queue.prefers.map(({ text }) => text),
    overflow: queue.overflow.map((one) => ({ ...one })),
    ...agents,
    estimatedWaitMs: estimatedWaitMs ?? null,
    estimates: showAccuracy(accuracy),
  };
}

function showAccuracy({ estimates: count, near, errorMs, absoluteErrorMs }: Accuracy) {
  const mean = (sum: number): number | null => (count === 0 ? null : sum / count);
  return {
    count,
    nearShare: mean(near),
    meanErrorMs: mean(errorMs),
    meanAbsoluteErrorMs: mean(absoluteErrorMs),
  };
}
