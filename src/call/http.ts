import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { spellingsOf } from '../customer/customer.ts';
import { type Api, type ApiParts, caller } from '../http/api.ts';
import { eventView, isToldOf, showEvent } from '../http/event-view.ts';
import {
  checkMaySearchNumbers,
  id,
  idParams,
  momentQuery,
  number,
  numbersFor,
  pageCursor,
  pageLimit,
  pageOf,
  textFor,
} from '../http/fields.ts';
import type { Principal } from '../http/principal.ts';
import { EVERY_ROLE, SUPERVISORS } from '../http/roles.ts';
import { scopeOf } from '../http/scope.ts';
import { cursorAtMoment, seenPage } from '../http/seen-page.ts';
import type { Call } from './call.ts';
import { type CallRecord, type LegRecord, recordOf } from './row-store.ts';

const at = z.number().describe('UTC milliseconds');
const duration = z.number().describe('Milliseconds');

export const callView = z
  .object({
    id: z.string(),
    channel: z.string(),
    source: z
      .string()
      .describe('`outside`, `guest` (from outside, not by the trunk), or `phone:` and the extension'),
    ani: z.string().describe('Number of the caller, empty when hidden'),
    aniName: z.string(),
    dnis: z.string().describe('The number that was dialled'),
    customerId: z.string().nullable(),
    tier: z.string().nullable(),
    language: z.string(),
    enteredFlow: z.string().nullable().describe('The flow that it entered first'),
    enteredVersion: z.string().nullable(),
    flow: z.string().nullable().describe('The flow that it is in, or was in last'),
    flowVersion: z.string().nullable(),
    step: z.string().nullable().describe('The step of the flow that runs, or ran last'),
    campaignId: z.string().nullable(),
    queue: z.string().nullable(),
    agentId: z.string().nullable(),
    startedAt: at,
    connectedAt: at.nullable(),
    endedAt: at.nullable(),
    endedBy: z.string().nullable(),
    endCause: z.string().nullable(),
    waitedMs: duration,
    talkedMs: duration,
  })
  .meta({ id: 'Call', description: "A caller's whole visit." });
export type CallView = z.output<typeof callView>;

export const callPhase = z
  .enum([
    'flow',
    'dialing',
    'queued',
    'offered',
    'calling',
    'reaching',
    'connected',
    'held',
    'consulting',
    'conference',
    'left',
    'recording',
    'ended',
  ])
  .describe('`left`: the caller has left a conference or a consult, and the others go on');

const liveCallView = callView
  .extend({
    phase: callPhase,
    phaseSince: at.nullable().describe('When it came into this phase, where that is known'),
  })
  .meta({ id: 'LiveCall' });
export type LiveCallView = z.output<typeof liveCallView>;

const legView = z
  .object({
    id: z.string(),
    toKind: z.enum(['phone', 'outside']),
    toNumber: z.string(),
    agentId: z.string().nullable(),
    queue: z.string().nullable().describe('The queue that it was dialled for'),
    plannedAt: at,
    ringingAt: at.nullable(),
    answeredAt: at.nullable(),
    endedAt: at.nullable(),
    cause: z.string().nullable(),
    sipCode: z.number().nullable(),
    outcome: z.string().nullable(),
  })
  .meta({ id: 'Leg', description: 'A leg that was dialled for a call.' });

const callDetails = callView
  .extend({ legs: z.array(legView), events: z.array(eventView) })
  .meta({ id: 'CallDetails' });
export type CallDetails = z.output<typeof callDetails>;

const callQuery = z.strictObject({
  ani: number.optional().describe('Number of the caller, in any spelling'),
  campaign: id.optional(),
  customer: id.optional(),
  agent: id.optional(),
  queue: z.string().min(1).max(80).optional(),
  from: momentQuery.optional().describe('Started then or later, UTC ms'),
  to: momentQuery.optional().describe('Started before, UTC ms'),
  cursor: pageCursor.optional(),
  limit: pageLimit,
});

/** Routes of calls. */
export function callRoutes(api: Api, parts: ApiParts): void {
  listRoutes(api, parts);
  oneCallRoutes(api, parts);
}

/** A call as this role may see it. */
export function showCall(record: CallRecord, principal: Principal): CallView {
  const show = numbersFor(principal);
  return {
    ...record,
    ani: show(record.ani),
    aniName: textFor(principal)(record.aniName),
    source: textFor(principal)(record.source),
  };
}

function listRoutes(api: Api, { calls, centre }: ApiParts): void {
  api.get(
    '/api/calls',
    {
      config: { allowed: EVERY_ROLE, scope: 'branch' },
      schema: {
        tags: ['calls'],
        summary: 'Calls, live and ended, the latest first',
        querystring: callQuery,
        response: { 200: pageOf(callView) },
      },
    },
    async (request) => {
      const principal = caller(request);
      const { ani, campaign, customer, agent, queue, from, to, cursor, limit } = request.query;
      if (ani !== undefined) checkMaySearchNumbers(principal);
      const filter = {
        numbers: ani === undefined ? undefined : spellingsOf(ani),
        campaignId: campaign,
        customerId: customer,
        agentId: agent,
        queue,
        from,
        to,
      };
      const scope = scopeOf(request);
      return seenPage({
        scope,
        limit,
        from: cursor,
        read: (before, most) => calls.list({ ...filter, before, limit: most }),
        sees: (row) => scope.seesCall(row.id, row),
        placeOf: (row) => ({ at: row.startedAt, id: row.id }),
        cursorAt: cursorAtMoment,
        show: (row) => showCall(row, principal),
      });
    },
  );
  api.get(
    '/api/calls/live',
    {
      config: { allowed: EVERY_ROLE, scope: 'branch' },
      schema: {
        tags: ['calls'],
        summary: 'Calls that have not ended, the oldest first',
        response: { 200: z.object({ items: z.array(liveCallView) }) },
      },
    },
    async (request) => {
      const scope = scopeOf(request);
      const seen = centre.liveCalls().filter((call) => scope.seesCall(call.id));
      return { items: seen.map((call) => showLive(call, caller(request))) };
    },
  );
}

function oneCallRoutes(api: Api, { calls, centre, events, routing, log }: ApiParts): void {
  api.get(
    '/api/calls/:id',
    {
      config: { allowed: EVERY_ROLE, scope: 'branch' },
      schema: {
        tags: ['calls'],
        summary: 'A call with its legs and events',
        params: idParams,
        response: { 200: callDetails },
      },
    },
    async (request) => {
      const principal = caller(request);
      const record = await calls.byId(request.params.id);
      if (!record || !scopeOf(request).seesCall(record.id, record)) throw unknownCall(request.params.id);
      const ofCall = await events.ofCall(record.id);
      const rules = routing.current();
      return {
        ...showCall(record, principal),
        legs: record.legs.map((leg) => showLeg(leg, principal)),
        events: ofCall
          .filter((event) => isToldOf(event, principal))
          .map((event) => showEvent(event, principal, rules)),
      };
    },
  );
  api.post(
    '/api/calls/:id/hangup',
    {
      config: { allowed: SUPERVISORS, scope: 'branch' },
      schema: {
        tags: ['calls'],
        summary: 'Ends a call for everybody in it',
        params: idParams,
        response: { 200: z.object({ hungUp: z.literal(true) }) },
      },
    },
    async (request) => {
      const { id: call } = request.params;
      if (!centre.liveCall(call) && !calls.partiesOf(call)) throw unknownCall(call);
      if (!scopeOf(request).seesCall(call)) throw unknownCall(call);
      await centre.hangUp(call);
      log.info({ call, by: caller(request).id }, 'a call was ended through the API');
      return { hungUp: true } as const;
    },
  );
}

function showLive(call: Call, principal: Principal): LiveCallView {
  const { phase } = call;
  const phaseSince = 'since' in phase ? phase.since : null;
  return { ...showCall(recordOf(call), principal), phase: phase.at, phaseSince };
}

function showLeg(leg: LegRecord, principal: Principal): LegRecord {
  return { ...leg, toNumber: numbersFor(principal)(leg.toNumber) };
}

function unknownCall(call: string): Refused {
  return new Refused('call-unknown', `There is no call ${call}`);
}
