import { z } from 'zod';
import type { Agent } from '../agent/agent.ts';
import { agentView, showAgent } from '../agent/http.ts';
import { checkStays } from '../agent/off-site.ts';
import { Refused } from '../base/errors.ts';
import { OneAtATime } from '../base/one-at-a-time.ts';
import { skillProblems } from '../queue/declarations.ts';
import { type Api, type ApiParts, caller, signed } from './api.ts';
import { attributesBody, checkAttributes, refuseIssues } from './attributes.ts';
import { extension, id, idParams, line, nameText, number } from './fields.ts';
import { ADMINS } from './roles.ts';

const skills = z
  .record(z.string().max(40), z.number())
  .describe('Score per skill, 0 to 10; the routing file declares the skills');

const homeExtension = extension
  .or(z.literal(''))
  .describe('His own phone, no other agent has it; empty for none');

const outside = z
  .strictObject({
    number: number.describe('Where he is reached'),
    duty: line(64).default('').describe('Calendar of the hours in which he may be rung; empty for always'),
  })
  .nullable()
  .describe('For somebody elsewhere: his ordinary or mobile phone');

const newAgent = z.strictObject({
  id,
  name: nameText,
  homeExtension: homeExtension.default(''),
  skills: skills.default({}),
  attributes: attributesBody.default({}),
  outside: outside.default(null),
});

const changes = z.strictObject({
  name: nameText.optional(),
  homeExtension: homeExtension.optional(),
  skills: skills.optional(),
  attributes: attributesBody.optional(),
  outside: outside.optional(),
});

/** Who is an agent, and what he is good at: for the administrator. */
export function rosterRoutes(api: Api, parts: ApiParts): void {
  const { agents, centre, clock } = parts;
  // A change keeps what it does not name: between its reading and its writing nobody else may change the same agent.
  const writers = new OneAtATime();
  const save = async (agent: Agent, by: string): Promise<Agent> => {
    await checkAgent(agent, parts);
    const before = find(centre, agent.id);
    // What the engine would refuse must not be on file.
    if (before) checkStays(before, agent);
    await agents.save(agent, { by, at: clock.now() });
    return centre.saveAgent(agent);
  };
  const config = { allowed: ADMINS };
  api.post(
    '/api/agents',
    {
      config,
      schema: {
        tags: ['agents'],
        summary: 'Adds an agent, who is logged out at first',
        body: newAgent,
        response: { 201: agentView },
      },
    },
    async (request, reply) => {
      const token = caller(request);
      const { outside: elsewhere, ...facts } = request.body;
      const agent = await writers.run(facts.id, async () => {
        if (find(centre, facts.id))
          throw new Refused('agent-exists', `There is an agent ${facts.id} already`);
        const state = { at: 'logged-out', since: clock.now() } as const;
        return save({ ...facts, ...(elsewhere ? { outside: elsewhere } : {}), state }, signed(token));
      });
      return reply.status(201).send(showAgent(agent, token, parts));
    },
  );
  api.patch(
    '/api/agents/:id',
    {
      config,
      schema: {
        tags: ['agents'],
        summary: 'Changes what is named, at once; skills and attributes are replaced as a whole',
        params: idParams,
        body: changes,
        response: { 200: agentView },
      },
    },
    async (request) => {
      const token = caller(request);
      const { outside: elsewhere, ...facts } = request.body;
      const changed = await writers.run(request.params.id, async () => {
        const { outside: before, ...agent } = known(centre, request.params.id);
        const reached = elsewhere === undefined ? before : elsewhere;
        return save({ ...agent, ...facts, ...(reached ? { outside: reached } : {}) }, signed(token));
      });
      return showAgent(changed, token, parts);
    },
  );
  api.delete(
    '/api/agents/:id',
    {
      config,
      schema: {
        tags: ['agents'],
        summary: 'Removes an agent, who has to be logged out; what he did stays in the log',
        params: idParams,
        response: { 200: agentView.describe('As he was') },
      },
    },
    async (request) => {
      const token = caller(request);
      const agent = await writers.run(request.params.id, async () => {
        const gone = known(centre, request.params.id);
        await centre.removeAgent(gone.id);
        await agents.remove(gone, { by: signed(token), at: clock.now() });
        return gone;
      });
      return showAgent(agent, token, parts);
    },
  );
}

/** @throws Refused `bad-agent` for what the routing rules, phones or calendars do not have */
async function checkAgent(agent: Agent, { routing, agents, flows }: ApiParts): Promise<void> {
  const { skills: declared, attributes } = routing.current();
  const { homeExtension: home, outside: elsewhere } = agent;
  const noPhone = home !== '' && !(await agents.phone(home));
  const duty = elsewhere?.duty ?? '';
  refuseIssues('bad-agent', [
    ...skillProblems(agent.skills, declared).map(({ name, problem }) => ({ at: `skills.${name}`, problem })),
    ...(noPhone ? [{ at: 'homeExtension', problem: `there is no phone ${home}` }] : []),
    ...(duty !== '' && !flows.calendars().includes(duty)
      ? [{ at: 'outside.duty', problem: `there is no calendar ${duty}` }]
      : []),
  ]);
  checkAttributes(agent.attributes, attributes.agent, 'agent');
}

function find(centre: ApiParts['centre'], wanted: string): Agent | undefined {
  return centre.agents().find((agent) => agent.id === wanted);
}

function known(centre: ApiParts['centre'], wanted: string): Agent {
  const agent = find(centre, wanted);
  if (!agent) throw new Refused('agent-unknown', `There is no agent ${wanted}`);
  return agent;
}
