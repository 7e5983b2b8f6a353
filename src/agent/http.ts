import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { type Api, type ApiParts, caller } from '../http/api.ts';
import { attributesFor, attributesView } from '../http/attributes.ts';
import { checkMayMove } from '../http/auth.ts';
import { extension, idParams, line, numbersFor, textFor } from '../http/fields.ts';
import type { Principal } from '../http/principal.ts';
import { EVERY_ROLE, isSupervisor, SEATS } from '../http/roles.ts';
import { type Scope, scopeOf } from '../http/scope.ts';
import type { Agent, AgentInput } from './agent.ts';
import type { Phone } from './store.ts';
import { webPhoneOf } from './web-phone.ts';

export const agentView = z
  .object({
    id: z.string(),
    name: z.string(),
    branch: z.string().describe('The branch that he belongs to, empty for the head office'),
    homeExtension: z.string(),
    skills: z.record(z.string(), z.number()).describe('Score per skill, 0 to 10'),
    attributes: attributesView,
    outside: z
      .object({ number: z.string(), duty: z.string().describe('Calendar of his hours, empty for always') })
      .nullable()
      .describe('For somebody elsewhere: his ordinary or mobile phone'),
    state: z.enum(['logged-out', 'not-ready', 'ready', 'reserved', 'ringing', 'talking', 'hold', 'wrap-up']),
    since: z.number().describe('When he came into this state, UTC milliseconds'),
    extension: z.string().nullable().describe('The phone where he is logged in, or elsewhere his number'),
    reason: z.string().nullable().describe('Why he is not ready'),
    call: z.string().nullable().describe('The call in hand'),
    until: z.number().nullable().describe('End of the wrap-up, UTC milliseconds'),
  })
  .meta({ id: 'Agent' });
export type AgentView = z.output<typeof agentView>;

const phoneView = z
  .object({
    extension: z.string(),
    name: z.string(),
    kind: z.enum(['desk', 'web']).describe('On a desk, or in the page of an agent'),
    registered: z.boolean(),
    branch: z.string().describe('Where it stands, empty for the head office'),
    contact: z.string().nullable().describe('Where it registered from; for supervisors and admins'),
  })
  .meta({ id: 'Phone' });
export type PhoneView = z.output<typeof phoneView>;

/** Routes of agents and of the phones that they sit at. */
export function agentRoutes(api: Api, parts: ApiParts): void {
  listRoutes(api, parts);
  moveRoutes(api, parts);
  phoneRoutes(api, parts);
}

function listRoutes(api: Api, parts: ApiParts): void {
  const { centre } = parts;
  api.get(
    '/api/agents',
    {
      config: { allowed: EVERY_ROLE, scope: 'branch' },
      schema: {
        tags: ['agents'],
        summary: 'All agents and their states',
        response: { 200: z.object({ items: z.array(agentView) }) },
      },
    },
    async (request) => {
      const scope = scopeOf(request);
      const seen = centre.agents().filter(({ id }) => scope.seesAgent(id));
      return { items: seen.map((agent) => showAgent(agent, caller(request), parts)) };
    },
  );
  api.get(
    '/api/agents/:id',
    {
      config: { allowed: EVERY_ROLE, scope: 'branch' },
      schema: { tags: ['agents'], summary: 'One agent', params: idParams, response: { 200: agentView } },
    },
    async (request) =>
      showAgent(agentOf(centre, request.params.id, scopeOf(request)), caller(request), parts),
  );
}

/** Where an agent may log in: a phone on a desk, or the one in his page. */
const ownPhone = extension.or(z.string().regex(/^web-[\w-]{1,28}$/, 'is not the phone of a page'));

function moveRoutes(api: Api, parts: ApiParts): void {
  const { centre, log } = parts;
  const move = async (
    request: { params: { id: string }; principal: Principal | undefined; scope: Scope | undefined },
    input: AgentInput,
  ) => {
    const { id: agent } = request.params;
    const principal = caller(request);
    checkMayMove(principal, agent);
    agentOf(centre, agent, scopeOf(request));
    const { id, name } = principal;
    const by = principal.agentId === agent ? undefined : { id, name };
    const moved = await centre.tellAgent(agent, input, by);
    log.info({ agent, by: principal.id, input: input.type }, 'an agent was moved through the API');
    return showAgent(moved, principal, parts);
  };
  const schema = { tags: ['agents'], params: idParams, response: { 200: agentView } };
  const config = { allowed: SEATS, scope: 'branch' } as const;

  api.post(
    '/api/agents/:id/log-in',
    {
      config,
      schema: {
        ...schema,
        summary:
          'Logs an agent in, at his home phone unless another is named, such as the one in his page, or elsewhere at his own number; he is not ready then',
        body: z.strictObject({ extension: ownPhone.optional() }).nullish(),
      },
    },
    async (request) => {
      checkMayMove(caller(request), request.params.id);
      const { homeExtension, outside } = agentOf(centre, request.params.id, scopeOf(request));
      const at = request.body?.extension ?? outside?.number ?? homeExtension;
      if (at !== outside?.number && !(await seenPhone(parts, at, scopeOf(request))))
        throw new Refused('phone-unknown', `There is no phone ${at}`);
      return move(request, { type: 'LogIn', extension: at });
    },
  );
  api.post(
    '/api/agents/:id/log-out',
    { config, schema: { ...schema, summary: 'Logs an agent out, after the call in hand' } },
    (request) => move(request, { type: 'LogOut' }),
  );
  api.post(
    '/api/agents/:id/ready',
    { config, schema: { ...schema, summary: 'Makes an agent ready; ends his wrap-up' } },
    (request) => move(request, { type: 'GoReady' }),
  );
  api.post(
    '/api/agents/:id/not-ready',
    {
      config,
      schema: {
        ...schema,
        summary: 'Makes an agent not ready, after the call in hand',
        body: z.strictObject({ reason: line(80).min(1).describe('Why, such as "break"') }),
      },
    },
    (request) => move(request, { type: 'GoNotReady', reason: request.body.reason }),
  );
}

function phoneRoutes(api: Api, parts: ApiParts): void {
  const { centre } = parts;
  api.get(
    '/api/phones',
    {
      config: { allowed: EVERY_ROLE, asksPbx: true, scope: 'branch' },
      schema: {
        tags: ['phones'],
        summary: 'Our phones, and which are registered',
        response: { 200: z.object({ items: z.array(phoneView) }) },
      },
    },
    async (request) => {
      const seesContact = isSupervisor(caller(request));
      const [phones, statuses] = await Promise.all([seenPhones(parts, scopeOf(request)), centre.phones()]);
      const byExtension = new Map(statuses.map((status) => [status.extension, status]));
      return {
        items: phones.map(({ extension: number, name, kind, branch }) => {
          const status = byExtension.get(number);
          const contact = seesContact ? (status?.contact ?? null) : null;
          return { extension: number, name, kind, branch, registered: status?.registered ?? false, contact };
        }),
      };
    },
  );
}

/** The phones of the agents whom he sees, on their desks and in their pages. */
function homesIn(centre: Pick<ApiParts['centre'], 'agents'>, scope: Scope): ReadonlySet<string> {
  const seen = centre.agents().filter(({ id }) => scope.seesAgent(id));
  return new Set(seen.flatMap(({ id, homeExtension }) => [homeExtension, webPhoneOf(id)]));
}

/** Our phones that lie in his branches, or are the home phones of somebody there. */
export async function seenPhones(
  { agents, centre }: Pick<ApiParts, 'agents' | 'centre'>,
  scope: Scope,
): Promise<Phone[]> {
  const homes = homesIn(centre, scope);
  const phones = await agents.phones();
  return phones.filter(({ branch, extension }) => scope.sees(branch) || homes.has(extension));
}

/** A phone of ours that lies in his branches, or is the home phone of somebody there; undefined for any other. */
export async function seenPhone(
  { agents, centre }: Pick<ApiParts, 'agents' | 'centre'>,
  wanted: string,
  scope: Scope,
): Promise<Phone | undefined> {
  const phone = await agents.phone(wanted);
  const seen = phone && (scope.sees(phone.branch) || homesIn(centre, scope).has(phone.extension));
  return seen ? phone : undefined;
}

/** @throws Refused `agent-unknown` */
export function agentOf(centre: ApiParts['centre'], id: string, scope: Scope): Agent {
  const agent = centre.agent(id);
  if (!agent || !scope.seesAgent(id)) throw new Refused('agent-unknown', `There is no agent ${id}`);
  return agent;
}

/** An agent as this role may see him. */
export function showAgent(
  { id, name, branch = '', homeExtension, skills, attributes, outside, state }: Agent,
  principal: Principal,
  { routing }: Pick<ApiParts, 'routing'>,
): AgentView {
  return {
    id,
    name,
    branch,
    homeExtension,
    skills: { ...skills },
    attributes: attributesFor(principal, routing.current().attributes.agent)(attributes),
    outside: outside ? { number: numbersFor(principal)(outside.number), duty: outside.duty } : null,
    state: state.at,
    since: state.since,
    // Elsewhere it is his own number.
    extension: 'extension' in state ? textFor(principal)(state.extension) : null,
    reason: 'reason' in state ? state.reason : null,
    call: 'call' in state ? state.call : null,
    until: 'until' in state ? state.until : null,
  };
}
