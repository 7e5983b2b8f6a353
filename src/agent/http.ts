import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { type Api, type ApiParts, caller } from '../http/api.ts';
import { attributesFor, attributesView } from '../http/attributes.ts';
import { checkMayMove } from '../http/auth.ts';
import { extension, idParams, line, numbersFor, textFor } from '../http/fields.ts';
import { EVERY_ROLE, type Role } from '../http/roles.ts';
import type { ApiToken } from '../http/store.ts';
import type { Agent, AgentInput } from './agent.ts';

export const agentView = z
  .object({
    id: z.string(),
    name: z.string(),
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
    registered: z.boolean(),
    contact: z.string().nullable().describe('Where it registered from; for supervisors and admins'),
  })
  .meta({ id: 'Phone' });
export type PhoneView = z.output<typeof phoneView>;

const MOVERS = ['agent', 'supervisor', 'admin'] as const satisfies readonly Role[];

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
      config: { allowed: EVERY_ROLE },
      schema: {
        tags: ['agents'],
        summary: 'All agents and their states',
        response: { 200: z.object({ items: z.array(agentView) }) },
      },
    },
    async (request) => ({
      items: centre.agents().map((agent) => showAgent(agent, caller(request), parts)),
    }),
  );
  api.get(
    '/api/agents/:id',
    {
      config: { allowed: EVERY_ROLE },
      schema: { tags: ['agents'], summary: 'One agent', params: idParams, response: { 200: agentView } },
    },
    async (request) => showAgent(agentOf(centre, request.params.id), caller(request), parts),
  );
}

function moveRoutes(api: Api, parts: ApiParts): void {
  const { centre, log } = parts;
  const move = async (
    request: { params: { id: string }; token: Parameters<typeof caller>[0]['token'] },
    input: AgentInput,
  ) => {
    const { id: agent } = request.params;
    const token = caller(request);
    checkMayMove(token, agent);
    agentOf(centre, agent);
    const moved = await centre.tellAgent(agent, input);
    log.info({ agent, by: token.id, input: input.type }, 'an agent was moved through the API');
    return showAgent(moved, token, parts);
  };
  const schema = { tags: ['agents'], params: idParams, response: { 200: agentView } };
  const config = { allowed: MOVERS };

  api.post(
    '/api/agents/:id/log-in',
    {
      config,
      schema: {
        ...schema,
        summary:
          'Logs an agent in, at his home phone unless another is named, or elsewhere at his own number; he is not ready then',
        body: z.strictObject({ extension: extension.optional() }).nullish(),
      },
    },
    async (request) => {
      checkMayMove(caller(request), request.params.id);
      const { homeExtension, outside } = agentOf(centre, request.params.id);
      const at = request.body?.extension ?? outside?.number ?? homeExtension;
      if (at !== outside?.number && !(await parts.agents.phone(at)))
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

function phoneRoutes(api: Api, { agents, centre }: ApiParts): void {
  api.get(
    '/api/phones',
    {
      config: { allowed: EVERY_ROLE, asksPbx: true },
      schema: {
        tags: ['phones'],
        summary: 'Our phones, and which are registered',
        response: { 200: z.object({ items: z.array(phoneView) }) },
      },
    },
    async (request) => {
      const { role } = caller(request);
      const seesContact = role === 'supervisor' || role === 'admin';
      const [phones, statuses] = await Promise.all([agents.phones(), centre.phones()]);
      const byExtension = new Map(statuses.map((status) => [status.extension, status]));
      return {
        items: phones.map(({ extension: number, name }) => {
          const status = byExtension.get(number);
          const contact = seesContact ? (status?.contact ?? null) : null;
          return { extension: number, name, registered: status?.registered ?? false, contact };
        }),
      };
    },
  );
}

function agentOf(centre: ApiParts['centre'], id: string): Agent {
  const agent = centre.agents().find((one) => one.id === id);
  if (!agent) throw new Refused('agent-unknown', `There is no agent ${id}`);
  return agent;
}

/** An agent as this role may see him. */
export function showAgent(
  { id, name, homeExtension, skills, attributes, outside, state }: Agent,
  token: ApiToken,
  { routing }: Pick<ApiParts, 'routing'>,
): AgentView {
  return {
    id,
    name,
    homeExtension,
    skills: { ...skills },
    attributes: attributesFor(token, routing.current().attributes.agent)(attributes),
    outside: outside ? { number: numbersFor(token)(outside.number), duty: outside.duty } : null,
    state: state.at,
    since: state.since,
    // Elsewhere it is his own number.
    extension: 'extension' in state ? textFor(token)(state.extension) : null,
    reason: 'reason' in state ? state.reason : null,
    call: 'call' in state ? state.call : null,
    until: 'until' in state ? state.until : null,
  };
}
