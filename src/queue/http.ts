import { z } from 'zod';
import type { QueueStatus } from '../engine/centre.ts';
import { type Api, type ApiParts, caller } from '../http/api.ts';
import { numbersFor } from '../http/fields.ts';
import { EVERY_ROLE } from '../http/roles.ts';
import { scopeOf } from '../http/scope.ts';
import type { Accuracy } from './estimate.ts';

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

/** Routes of queues. */
export function queueRoutes(api: Api, { centre }: ApiParts): void {
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
