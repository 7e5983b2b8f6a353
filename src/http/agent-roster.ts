import { z } from 'zod';
import type { Agent } from '../agent/agent.ts';
import { agentOf, agentView, seenPhone, showAgent } from '../agent/http.ts';
import { checkStays } from '../agent/off-site.ts';
import { Refused } from '../base/errors.ts';
import { OneAtATime } from '../base/one-at-a-time.ts';
import { skillProblems } from '../queue/declarations.ts';
import { type Api, type ApiParts, caller, signed } from './api.ts';
import { attributesBody, checkAttributes, refuseIssues } from './attributes.ts';
import { branchId, extension, id, idParams, line, nameText, number } from './fields.ts';
import { ADMINS, SUPERVISORS } from './roles.ts';
import { type Scope, scopeOf } from './scope.ts';

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
  branch: branchId.optional().describe('The branch that he belongs to, your own if unset'),
});

const changes = z.strictObject({
  name: nameText.optional(),
  homeExtension: homeExtension.optional(),
  skills: skills.optional(),
  attributes: attributesBody.optional(),
  outside: outside.optional(),
  branch: branchId.optional(),
});

/** Who is an agent, and what he is good at: for the administrator. */
export function rosterRoutes(api: Api, parts: ApiParts): void {
  const { agents, centre, clock } = parts;
  // A change keeps what it does not name: between its reading and its writing nobody else may change the same agent.
  const writers = new OneAtATime();
  const save = async (agent: Agent, by: string, scope: Scope): Promise<Agent> => {
    await checkAgent(agent, parts, scope);
    const before = find(centre, agent.id);
    // What the engine would refuse must not be on file.
    if (before) checkStays(before, agent);
    await agents.save(agent, { by, at: clock.now() });
    const saved = await centre.saveAgent(agent);
    // The one in his page came with him.
    await parts.phonesChanged?.();
    return saved;
  };
  const config = { allowed: ADMINS, scope: 'branch' } as const;
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
      const { outside: elsewhere, branch, ...facts } = request.body;
      const scope = scopeOf(request);
      const home = { branch: scope.placeIn(branch) };
      const agent = await writers.run(facts.id, async () => {
        if (find(centre, facts.id))
          throw new Refused('agent-exists', `There is an agent ${facts.id} already`);
        const state = { at: 'logged-out', since: clock.now() } as const;
        const reached = elsewhere ? { outside: elsewhere } : {};
        return save({ ...facts, ...home, ...reached, state }, signed(token), scope);
      });
      return reply.status(201).send(showAgent(agent, token, parts));
    },
  );
  api.patch(
    '/api/agents/:id',
    {
      config: { allowed: SUPERVISORS, scope: 'branch' },
      schema: {
        tags: ['agents'],
        summary: 'Changes what is named, at once; skills and attributes are replaced as a whole',
        description: 'A supervisor changes skills only.',
        params: idParams,
        body: changes,
        response: { 200: agentView },
      },
    },
    async (request) => {
      const token = caller(request);
      const scope = scopeOf(request);
      const { outside: elsewhere, ...facts } = request.body;
      if (token.role !== 'admin' && Object.keys(request.body).some((field) => field !== 'skills'))
        throw new Refused('forbidden', 'A supervisor changes the skills of an agent and nothing else');
      if (facts.branch !== undefined) scope.placeIn(facts.branch);
      const changed = await writers.run(request.params.id, async () => {
        const { outside: before, ...agent } = agentOf(centre, request.params.id, scope);
        const reached = elsewhere === undefined ? before : elsewhere;
        return save({ ...agent, ...facts, ...(reached ? { outside: reached } : {}) }, signed(token), scope);
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
        const gone = agentOf(centre, request.params.id, scopeOf(request));
        await checkFree(gone.id, parts);
        await centre.removeAgent(gone.id);
        await agents.remove(gone, { by: signed(token), at: clock.now() });
        await parts.phonesChanged?.();
        return gone;
      });
      return showAgent(agent, token, parts);
    },
  );
}

/** Whoever kept his seat would have that of the next agent with this id. @throws Refused `agent-in-use` */
async function checkFree(agent: string, { users, tokens }: ApiParts): Promise<void> {
  const by = (await users.ofAgent(agent))?.login ?? (await tokens.ofAgent(agent))?.name;
  if (by !== undefined)
    throw new Refused(
      'agent-in-use',
      `Agent ${agent} is the seat of ${by}: take it from the user, or revoke the token`,
      {
        by,
      },
    );
}

/** @throws Refused `bad-agent` for what the routing rules, phones or calendars do not have */
async function checkAgent(agent: Agent, parts: ApiParts, scope: Scope): Promise<void> {
  const { routing, centre, flows } = parts;
  const { skills: declared, attributes } = routing.current();
  const { homeExtension: home, outside: elsewhere } = agent;
  // The one that he has is his, wherever it lies.
  const isHis = find(centre, agent.id)?.homeExtension === home;
  const noPhone = home !== '' && !isHis && !(await seenPhone(parts, home, scope));
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
  return centre.agent(wanted);
}
