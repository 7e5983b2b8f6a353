import { z } from 'zod';
import type { Agent } from '../agent/agent.ts';
import { agentOf } from '../agent/http.ts';
import { Refused } from '../base/errors.ts';
import type { Api, ApiParts } from '../http/api.ts';
import { id } from '../http/fields.ts';
import { SUPERVISORS } from '../http/roles.ts';
import { scopeOf } from '../http/scope.ts';
import { ownUser, sessionView, showSession } from './http.ts';

const seatView = z
  .object({
    id: z.string().describe('Of the agent'),
    name: z.string(),
    branch: z.string().describe('Empty for the head office'),
  })
  .meta({ id: 'FreeSeat' });
export type SeatView = z.output<typeof seatView>;

/** Routes of those who direct agents and want to sit at the desk themselves: their session goes on. */
export function seatRoutes(api: Api, parts: ApiParts): void {
  freeRoute(api, parts);
  takeRoute(api, parts);
  leaveRoute(api, parts);
}

function freeRoute(api: Api, { users, centre }: ApiParts): void {
  api.get(
    '/api/session/seats',
    {
      config: { allowed: SUPERVISORS, scope: 'branch' },
      schema: {
        tags: ['session'],
        summary: 'The agents’ seats that nobody has and nobody is logged in at: one may be taken',
        response: { 200: z.object({ items: z.array(seatView) }) },
      },
    },
    async (request) => {
      const scope = scopeOf(request);
      const seated = await users.seated();
      const free = centre
        .agents()
        .filter(
          ({ id: agent, state }) => state.at === 'logged-out' && !seated.has(agent) && scope.seesAgent(agent),
        );
      return { items: free.map(({ id: agent, name, branch = '' }) => ({ id: agent, name, branch })) };
    },
  );
}

function takeRoute(api: Api, parts: ApiParts): void {
  const { users, sessions, sockets, centre, log } = parts;
  api.post(
    '/api/session/seat',
    {
      config: { allowed: SUPERVISORS, scope: 'branch' },
      schema: {
        tags: ['session'],
        summary: 'Takes an agent’s free seat; other sessions of the same user end',
        body: z.strictObject({ agentId: id }),
        response: { 200: sessionView },
      },
    },
    async (request) => {
      const agent = agentOf(centre, request.body.agentId, scopeOf(request));
      const before = await ownUser(parts, request);
      if (before.agentId === agent.id) return showSession(parts, before);
      if (before.agentId !== undefined)
        throw new Refused('has-seat', `You have the seat of agent ${before.agentId}: leave it first`);
      checkLoggedOut(agent);
      const user = await users.change(before.id, { agentId: agent.id }, request.session);
      await sessions.noticeEnded();
      sockets?.sessionChanged(request.session ?? '');
      log.info({ user: user.id, agent: agent.id }, 'a user took a seat');
      return showSession(parts, user);
    },
  );
}

function leaveRoute(api: Api, parts: ApiParts): void {
  const { users, sessions, sockets, centre, agents, log } = parts;
  api.delete(
    '/api/session/seat',
    {
      config: { allowed: SUPERVISORS, scope: 'centre' },
      schema: {
        tags: ['session'],
        summary: 'Leaves the own seat, logged out; other sessions of the same user end',
        response: { 200: sessionView },
      },
    },
    async (request) => {
      const before = await ownUser(parts, request);
      if (before.agentId === undefined) return showSession(parts, before);
      const agent = centre.agent(before.agentId);
      if (agent) checkLoggedOut(agent);
      const user = await users.change(before.id, { agentId: null }, request.session);
      await sessions.noticeEnded();
      sockets?.sessionChanged(request.session ?? '');
      log.info({ user: user.id, agent: before.agentId }, 'a user left his seat');
      // He knows the secret of its phone.
      await agents.renewWebPhone(before.agentId);
      await parts.phonesChanged?.();
      return showSession(parts, user);
    },
  );
}

/** A seat at which somebody is logged in is in use, whoever it is. @throws Refused `agent-logged-in` */
function checkLoggedOut({ id: agent, state }: Agent): void {
  if (state.at !== 'logged-out')
    throw new Refused('agent-logged-in', `Agent ${agent} is logged in: log out first`);
}
