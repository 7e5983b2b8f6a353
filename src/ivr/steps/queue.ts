import { z } from 'zod';
import { QUEUE_EXITS, type Wishes } from '../../call/call.ts';
import type { Queue } from '../../queue/queue.ts';
import { duration, key, name, prompt, value } from '../grammar.ts';
import { type StepKind, type StepRun, stepKind } from '../step.ts';
import { type Company, hasCompany, keepCompany } from './waiting.ts';
import { TOLD, wordsFor } from './waiting-words.ts';

const wish = z.string().trim().min(1).max(500);

const args = z.strictObject({
  name,
  timeout: duration.optional(),
  music: name.optional().describe("Music class; without it the persona's"),
  needs: z
    .array(wish)
    .max(20)
    .default([])
    .describe('What the agent must be or have for this call, besides what the queue needs'),
  prefers: z
    .array(wish)
    .max(20)
    .default([])
    .describe('What makes one agent better than another for this call'),
  with: z
    .record(name, value)
    .default({})
    .describe(
      "Attributes of this call for the routing rules, besides the customer's; a text stands in quotes",
    ),
  every: duration.default(45_000).describe('Time between messages'),
  say: z.array(prompt).max(20).default([]).describe('Messages for those who wait, one after the other'),
  tell: z.array(z.enum(TOLD)).max(2).default([]).describe('The place in line, the expected wait'),
  keys: z
    .record(key, name)
    .default({})
    .describe('Keys that leave the queue, and the steps to which they lead'),
});
type Args = z.output<typeof args>;

/** Lets the caller wait for an agent. @param queues the queues there are, by name, at the time of the call */
export function queueStep(queues: (name: string) => Queue | undefined): StepKind {
  return stepKind<Args>({
    verb: 'queue',
    summary: 'Lets the caller wait for an agent who has the skill.',
    args,
    waiting: 'waits',
    exits: ({ keys }) => [...QUEUE_EXITS, 'full', 'closed', ...Object.keys(keys)],
    instead: { full: 'no-agents', closed: 'no-agents' },
    targets: ({ keys }) => keys as Record<string, string>,
    keys: ({ keys }) => Object.keys(keys),
    prompts: ({ say, tell }) => [...say, ...wordsFor(tell)],
    mentions: (queue) => [{ kind: 'queue', name: queue.name }],
    wishes: ({ needs, prefers }) => [
      ...needs.map((text) => ({ as: 'needs', text }) as const),
      ...prefers.map((text) => ({ as: 'prefers', text }) as const),
    ],
    async run(step, wanted) {
      const queue = queues(wanted.name);
      if (!queue) return { exit: 'no-agents' };
      const centre = step.centre();
      if (queue.hours !== '' && !centre.isOpen(queue.hours)) return { exit: 'closed' };
      const { waiting, estimatedWait } = centre.queueLoad(queue.name);
      if (waiting >= queue.maxWaiting) return { exit: 'full' };
      return {
        handOver: {
          kind: 'queue',
          queue: queue.name,
          maxWaitMs: wanted.timeout ?? queue.maxWaitMs,
          music: step.music(wanted.music, queue.music),
          ...wishesOf(step, wanted),
          ...(queue.overflow.length > 0 && { overflow: queue.overflow }),
          ...(estimatedWait >= 0 && { expectedMs: estimatedWait * 1000 }),
        },
      };
    },
    whileWaiting(step, wanted) {
      const company = companyOf(wanted);
      return hasCompany(company) ? keepCompany(step, company) : undefined;
    },
  });
}

function companyOf({ every: everyMs, say, tell, keys }: Args): Company {
  return { everyMs, say, tell, keys: Object.keys(keys) };
}

function wishesOf(step: StepRun, { needs, prefers, with: said }: Args): { readonly wishes?: Wishes } {
  const attributes = Object.fromEntries(
    Object.entries(said).map(([attribute, expression]) => [attribute, step.evaluate(expression)]),
  );
  const wishes: Wishes = {
    ...(needs.length > 0 && { needs }),
    ...(prefers.length > 0 && { prefers }),
    ...(Object.keys(attributes).length > 0 && { attributes }),
  };
  return Object.keys(wishes).length > 0 ? { wishes } : {};
}
