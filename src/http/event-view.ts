import { z } from 'zod';
import type { LoggedEvent } from '../engine/store.ts';
import type { RoutingRules } from '../queue/rules.ts';
import { TELLS_OF_LISTENING } from '../supervise/events.ts';
import { textFor } from './fields.ts';
import type { Principal } from './principal.ts';
import { SUPERVISING_READERS, seesMasked } from './roles.ts';
import { eventDataFor } from './sensitive-view.ts';

export const eventView = z
  .object({
    seq: z.number().int().describe('Place in the log; it only grows'),
    type: z.string().describe('What happened, in the past tense'),
    version: z.number().int().describe('Version of the shape of `data`'),
    at: z.number().describe('UTC milliseconds'),
    call: z.string().nullable(),
    agent: z.string().nullable(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Event' });
export type EventView = z.output<typeof eventView>;

/** Whether an event is for him: those who are listened to are not told of it by the log. */
export function isToldOf({ type }: Pick<LoggedEvent, 'type'>, { role }: Principal): boolean {
  return !TELLS_OF_LISTENING.includes(type) || SUPERVISING_READERS.some((one) => one === role);
}

/**
 * An event as this role may see it: for a viewer every phone number in it is masked, wherever it stands; what is sensitive by
 * these rules only supervisors and admins see.
 */
export function showEvent(event: LoggedEvent, principal: Principal, rules: RoutingRules): EventView {
  const { seq, type, version, at, call = null, agent = null } = event;
  const told = eventDataFor(principal, rules)(type, event.data);
  const data = seesMasked(principal) ? (masked(told, textFor(principal)) as EventView['data']) : { ...told };
  return { seq, type, version, at, call, agent, data };
}

function masked(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === 'string') return mask(value);
  if (Array.isArray(value)) return value.map((item) => masked(item, mask));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, masked(item, mask)]));
}
