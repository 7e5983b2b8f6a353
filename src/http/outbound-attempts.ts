import { z } from 'zod';
import { agentOf } from '../agent/http.ts';
import { Refused } from '../base/errors.ts';
import type { NewWish } from '../contact/wish.ts';
import { spellingsOf } from '../customer/customer.ts';
import { type Attempt, DISPOSITIONS, type Disposition } from '../dialer/attempt.ts';
import { type Api, type ApiParts, caller, signed } from './api.ts';
import {
  checkMaySearchNumbers,
  id,
  idParams,
  line,
  moment,
  momentQuery,
  noteText,
  number,
  pageCursor,
  pageLimit,
  pageOf,
} from './fields.ts';
import type { DialerParts } from './outbound.ts';
import { attemptView, showAttempt } from './outbound-views.ts';
import type { Principal } from './principal.ts';
import { EVERY_ROLE, isSupervisor, STAFF } from './roles.ts';
import { type Scope, scopeOf } from './scope.ts';
import { cursorAtMoment, momentOf, seenPage } from './seen-page.ts';

/** Nobody is called back later than that, ms. */
const LATEST_CALLBACK_MS = 366 * 86_400_000;

const note = z.strictObject({
  result: z
    .enum(DISPOSITIONS)
    .describe(
      'not-interested is remembered as a refusal, until something else is noted. do-not-call: no campaign calls him any more. wrong-number: no campaign calls this number',
    ),
  note: noteText().default(''),
  callbackAt: moment.optional().describe('With callback: when he is to be called, UTC milliseconds'),
  callbackAgent: id.optional().describe('With callback: only this agent calls him'),
});

type Parts = ApiParts & { readonly dialer: DialerParts };

/** Routes of attempts, and of what agents note about them. */
export function attemptRoutes(api: Api, parts: Parts): void {
  listRoute(api, parts);
  oneRoute(api, parts);
  disposeRoute(api, parts);
}

function listRoute(api: Api, { dialer }: Parts): void {
  api.get(
    '/api/outbound/attempts',
    {
      config: { allowed: EVERY_ROLE, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: 'Attempts, the latest first',
        querystring: z.strictObject({
          campaign: id.optional(),
          lead: id.optional(),
          person: line(100).optional().describe('Who he is over all lists'),
          number: number.optional(),
          from: momentQuery.optional(),
          to: momentQuery.optional(),
          cursor: pageCursor.optional(),
          limit: pageLimit,
        }),
        response: { 200: pageOf(attemptView) },
      },
    },
    async (request) => {
      const principal = caller(request);
      const { number: wanted, person, cursor, ...others } = request.query;
      if (wanted !== undefined || person !== undefined) checkMaySearchNumbers(principal);
      const scope = scopeOf(request);
      const filter = {
        ...others,
        ...(person !== undefined && { person }),
        ...(wanted !== undefined && { numbers: spellingsOf(wanted) }),
      };
      return seenPage({
        scope,
        limit: others.limit,
        from: cursor,
        read: (before, limit) => dialer.attempts.list({ ...filter, ...(before && { before }), limit }),
        sees: (row) => seesAttempt(scope, row),
        placeOf: momentOf,
        cursorAt: cursorAtMoment,
        show: (row) => showAttempt(row, principal),
      });
    },
  );
}

function oneRoute(api: Api, { dialer }: Parts): void {
  api.get(
    '/api/outbound/attempts/:id',
    {
      config: { allowed: EVERY_ROLE, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: 'One attempt',
        params: idParams,
        response: { 200: attemptView },
      },
    },
    async (request) =>
      showAttempt(await attemptOf(dialer, request.params.id, scopeOf(request)), caller(request)),
  );
}

function disposeRoute(api: Api, { dialer, centre, clock }: Parts): void {
  api.post(
    '/api/outbound/attempts/:id/disposition',
    {
      config: { allowed: STAFF, scope: 'branch' },
      schema: {
        tags: ['outbound'],
        summary: 'Keeps what was said in an attempt, and how it goes on with its lead',
        params: idParams,
        body: note,
        response: { 200: attemptView },
      },
    },
    async (request) => {
      const principal = caller(request);
      const scope = scopeOf(request);
      const attempt = await attemptOf(dialer, request.params.id, scope);
      if (principal.role === 'agent' && attempt.agent !== principal.agentId)
        throw new Refused('forbidden', 'An agent notes only what was said to him');
      const disposition: Disposition = { ...request.body, by: signed(principal), at: clock.now() };
      checkCallback(disposition);
      const { callbackAgent } = disposition;
      const isAgent = (id: string): boolean => centre.agent(id) !== undefined && scope.seesAgent(id);
      if (callbackAgent !== undefined && !isAgent(callbackAgent))
        throw new Refused('bad-disposition', `callbackAgent: there is no agent ${callbackAgent}`);
      const wish = wishOf(attempt, disposition);
      // First, so that nobody is called again who asked not to be, whatever becomes of the rest.
      if (wish) await dialer.wishes.add(wish);
      await dialer.dialling.dispose(attempt.id, disposition);
      if (disposition.result !== 'not-interested') await takeBackRefusal(dialer, attempt, disposition);
      return showAttempt(await attemptOf(dialer, attempt.id, scope), principal);
    },
  );
}

/** @throws Refused `bad-disposition` */
function checkCallback({ result, callbackAt, callbackAgent, at }: Disposition): void {
  const bad = (problem: string) => new Refused('bad-disposition', problem);
  if (result !== 'callback') {
    if (callbackAt !== undefined || callbackAgent !== undefined)
      throw bad(`callbackAt and callbackAgent go with callback, not with ${result}`);
    return;
  }
  if (callbackAt === undefined) throw bad('callbackAt: say when he is to be called');
  if (callbackAt <= at) throw bad('callbackAt: is not in the future');
  if (callbackAt - at > LATEST_CALLBACK_MS) throw bad('callbackAt: is more than a year ahead');
}

/** What is to be remembered for the next time that somebody means to call him. */
function wishOf({ campaign, person, number: dialled }: Attempt, said: Disposition): NewWish | undefined {
  const { result, by, at } = said;
  switch (result) {
    case 'do-not-call':
      return { kind: 'do-not-call', campaign: '', person, number: dialled, source: 'agent', by, at };
    case 'wrong-number':
      return {
        kind: 'do-not-call',
        campaign: '',
        person: '',
        number: dialled,
        source: 'wrong-number',
        by,
        at,
      };
    case 'not-interested':
      return { kind: 'refused', campaign, person, number: dialled, source: 'agent', by, at };
    default:
      return undefined;
  }
}

/**
 * He did not refuse after all. What he said in an earlier attempt holds on, from when he said it. do-not-call and wrong-number stay: whoever
 * keeps the wishes takes those back.
 */
async function takeBackRefusal(
  { wishes, attempts }: DialerParts,
  attempt: Attempt,
  { by, at }: Disposition,
): Promise<void> {
  if (attempt.disposition?.result !== 'not-interested') return;
  const { id: own, campaign, person, number: dialled, lead } = attempt;
  const others = await attempts.list({ lead, limit: 100 });
  const earlier = others.find(
    (one) => one.id !== own && one.number === dialled && one.disposition?.result === 'not-interested',
  );
  const before = earlier?.disposition && wishOf(earlier, earlier.disposition);
  if (before) return void (await wishes.add(before));
  const noted = await wishes.list({ number: dialled, limit: 100 });
  const refusal = noted.find(
    (one) =>
      one.kind === 'refused' && one.source === 'agent' && one.campaign === campaign && one.person === person,
  );
  if (refusal) await wishes.remove(refusal.id, { by, at });
}

/** By its campaign, or by the call that was made. */
export function seesAttempt(
  scope: Scope,
  { id, campaign, agent }: Pick<Attempt, 'id' | 'campaign' | 'agent'>,
): boolean {
  return (
    scope.seesOutbound(campaign) ||
    (agent !== undefined && scope.seesAgent(agent)) ||
    scope.seesCall(`call-${id}`)
  );
}

async function attemptOf({ attempts }: DialerParts, id: string, scope: Scope): Promise<Attempt> {
  const attempt = await attempts.byId(id);
  if (!attempt || !seesAttempt(scope, attempt))
    throw new Refused('attempt-unknown', `There is no attempt ${id}`);
  return attempt;
}

/** Whether `principal` may look at what concerns an agent. @throws Refused `forbidden`, `agent-unknown` */
export function checkActsFor(
  centre: ApiParts['centre'],
  principal: Principal,
  agent: string,
  scope: Scope,
): void {
  if (!isSupervisor(principal) && principal.agentId !== agent)
    throw new Refused('forbidden', 'An agent is shown only his own leads');
  agentOf(centre, agent, scope);
}
