import { z } from 'zod';
import type { QueueStatus } from '../engine/centre.ts';
import { type Api, type ApiParts, caller, signed } from '../http/api.ts';
import { idParams, numbersFor, page, pageCursor, pageLimit, pageOf } from '../http/fields.ts';
import { EVERY_ROLE, STAFF } from '../http/roles.ts';
import type { ApiToken } from '../http/store.ts';
import { CALLBACK_OUTCOMES, type Callback } from './callback.ts';

const queueView = z
  .object({
    name: z.string(),
    needs: z.record(z.string(), z.number()).describe('What an agent needs: the least score per skill'),
    ringMs: z.number(),
    wrapUpMs: z.number(),
    maxWaitMs: z.number(),
    music: z.string(),
    loggedIn: z.number().int().describe('Agents with the skills who are logged in'),
    ready: z.number().int().describe('Those of them who are ready'),
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
      config: { allowed: EVERY_ROLE },
      schema: {
        tags: ['queues'],
        summary: 'All queues, and who waits in them',
        response: { 200: z.object({ items: z.array(queueView) }) },
      },
    },
    async (request) => {
      const show = numbersFor(caller(request));
      const calls = new Map(centre.liveCalls().map((call) => [call.id, call]));
      const showWaiting = ({ call, since, rank }: QueueStatus['waiting'][number]) => {
        const { ani = '', facts } = calls.get(call) ?? {};
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
        items: centre.queues().map(({ queue, waiting, loggedIn, ready }) => ({
          ...queue,
          needs: { ...queue.needs },
          loggedIn,
          ready,
          waiting: waiting.map(showWaiting),
        })),
      };
    },
  );
}

function callbackRoutes(api: Api, { callbacks, clock }: ApiParts): void {
  api.get(
    '/api/callbacks',
    {
      config: { allowed: EVERY_ROLE },
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
      const token = caller(request);
      const { state, queue, cursor, limit } = request.query;
      const rows =
        state === 'open'
          ? await callbacks.listOpen({ queue, after: cursor, limit })
          : await callbacks.listDone({ queue, before: cursor, limit });
      return page(
        rows,
        limit,
        (row) => `${row.done?.at ?? row.at}_${row.id}`,
        (row) => showCallback(row, token),
      );
    },
  );
  api.post(
    '/api/callbacks/:id/done',
    {
      config: { allowed: STAFF },
      schema: {
        tags: ['queues'],
        summary: 'Notes that somebody called back, and how it went',
        params: idParams,
        body: z.strictObject({ outcome: z.enum(CALLBACK_OUTCOMES) }),
        response: { 200: callbackView },
      },
    },
    async (request) => {
      const token = caller(request);
      const how = { by: signed(token), at: clock.now(), outcome: request.body.outcome };
      return showCallback(await callbacks.done(request.params.id, how), token);
    },
  );
}

/** A callback as this role may see it. */
function showCallback({ done, number, customerId, ...shown }: Callback, token: ApiToken): CallbackView {
  return {
    ...shown,
    number: numbersFor(token)(number),
    customerId: customerId ?? null,
    done: done ? { ...done } : null,
  };
}
