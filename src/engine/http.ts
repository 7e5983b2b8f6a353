import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import { Refused } from '../base/errors.ts';
import { type Api, type ApiParts, caller } from '../http/api.ts';
import { eventView, isToldOf, showEvent } from '../http/event-view.ts';
import { EVERY_ROLE } from '../http/roles.ts';
import { scopeOf } from '../http/scope.ts';
import type { EventLog, EventPage, LoggedEvent } from './store.ts';

const MAX_WAIT_S = 30;
/** Long polls of one token at once: each holds a connection. */
const MAX_POLLS = 50;
/** Polls are woken this often at most, ms: each of them asks the database on the thread that the calls run on. */
const WAKE_EVERY_MS = 200;
/** So many rows are a stretch after which others have their turn. */
const STRETCH = 1000;

const eventsView = z
  .object({ events: z.array(eventView), next: z.number().int().describe('Give it as `after` to go on') })
  .meta({ id: 'Events' });
export type EventsView = z.output<typeof eventsView>;

const eventQuery = z.strictObject({
  after: z.coerce
    .number()
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .default(0)
    .describe('What was read last'),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  types: z
    .string()
    .regex(/^\w{1,60}(,\w{1,60}){0,49}$/, 'is not a list of event types, with commas between them')
    .transform((text) => text.split(','))
    .optional(),
  wait: z.coerce
    .number()
    .min(0)
    .max(MAX_WAIT_S)
    .default(0)
    .describe('Seconds to wait while there is nothing'),
});

/** Routes of the event log. */
export function eventRoutes(api: Api, { events, routing, clock }: ApiParts): void {
  const polls = new Map<AbortController, string>();
  const pulse = new Pulse(events, clock);
  api.addHook('preClose', async () => {
    pulse.stop();
    for (const poll of polls.keys()) poll.abort();
  });
  api.get(
    '/api/events',
    {
      config: { allowed: EVERY_ROLE, scope: 'branch' },
      schema: {
        tags: ['events'],
        summary: 'Events after a place in the log; with `wait`, as soon as there are some',
        querystring: eventQuery,
        response: { 200: eventsView },
      },
    },
    async (request, reply) => {
      const { after, limit, types, wait } = request.query;
      const token = caller(request);
      if ([...polls.values()].filter((one) => one === token.id).length >= MAX_POLLS)
        throw new Refused('too-many-requests', `This token reads events ${MAX_POLLS} times at once already`);
      const poll = new AbortController();
      polls.set(poll, token.id);
      reply.raw.once('close', () => {
        polls.delete(poll);
        poll.abort();
      });
      const until = clock.now() + wait * 1000;
      const scope = scopeOf(request);
      const seesEvent = (event: LoggedEvent): boolean => isToldOf(event, token) && scope.seesEvent(event);
      const found = await readSoon(
        events,
        { after, limit, types, sees: seesEvent },
        pulse,
        clock,
        until,
        poll.signal,
      );
      const rules = routing.current();
      return { events: found.events.map((event) => showEvent(event, token, rules)), next: found.next };
    },
  );
}

interface Question {
  readonly after: number;
  readonly limit: number;
  readonly types?: readonly string[];
  readonly sees: (event: LoggedEvent) => boolean;
}

/** Reads the log, again and again until there is something, `until` (UTC ms) is past, or nobody waits any more. */
async function readSoon(
  events: EventLog,
  { after, limit, types, sees }: Question,
  pulse: Pulse,
  clock: Clock,
  until: number,
  signal: AbortSignal,
): Promise<EventPage> {
  for (let place = after; ; ) {
    const { beats } = pulse;
    const { events: read, next } = await events.read(place, limit, types);
    const found = { events: read.filter(sees), next };
    if (found.events.length > 0 || clock.now() >= until || signal.aborted) return found;
    if (found.next === place && pulse.beats === beats) await nextBeat(pulse, clock, until, signal);
    // A stretch of the log that holds nothing for him may be long, and the calls come in between.
    else if (read.length === limit || next - place >= STRETCH) await nextTurn();
    place = found.next;
  }
}

/** Beats after the log has grown, soon after a quiet while, and no oftener than `WAKE_EVERY_MS` in a busy one. */
class Pulse {
  readonly #clock: Clock;
  readonly #listeners = new Set<() => void>();
  readonly #stopListening: () => void;
  #cancelBeat: (() => void) | undefined;
  #lastBeat = Number.NEGATIVE_INFINITY;
  #beats = 0;

  constructor(events: EventLog, clock: Clock) {
    this.#clock = clock;
    this.#stopListening = events.onAppended(() => this.#grown());
  }

  /** Beats so far. */
  get beats(): number {
    return this.#beats;
  }

  /** Calls `listener` at each beat. Returns a function that ends it. */
  onBeat(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  stop(): void {
    this.#stopListening();
    this.#cancelBeat?.();
  }

  #grown(): void {
    const soonest = Math.max(this.#clock.now(), this.#lastBeat + WAKE_EVERY_MS);
    this.#cancelBeat ??= this.#clock.at(soonest, () => this.#beat());
  }

  #beat(): void {
    this.#cancelBeat = undefined;
    this.#lastBeat = this.#clock.now();
    this.#beats += 1;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Resolves at the next beat, at `until`, or when `signal` is aborted. */
function nextBeat(pulse: Pulse, clock: Clock, until: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = (): void => {
      cancelAlarm();
      stopListening();
      signal.removeEventListener('abort', over);
      resolve();
    };
    const cancelAlarm = clock.at(until, over);
    const stopListening = pulse.onBeat(over);
    signal.addEventListener('abort', over, { once: true });
  });
}
