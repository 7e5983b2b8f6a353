import { z } from 'zod';
import { agentOf } from '../agent/http.ts';
import { Refused } from '../base/errors.ts';
import { callPhase } from '../call/http.ts';
import type { TalkRequest, TalkTarget } from '../engine/talk-requests.ts';
import { type Api, type ApiParts, caller } from './api.ts';
import { extension, id, idParams, number } from './fields.ts';
import type { Principal } from './principal.ts';
import { isSupervisor, SEATS } from './roles.ts';
import { type Scope, scopeOf } from './scope.ts';

const someone = {
  agent: id.optional().describe('An agent, wherever he is logged in'),
  extension: extension.optional().describe('One of our phones'),
  number: number.optional().describe('An outside number, which class of service has to permit'),
};
const target = z.strictObject(someone).refine(isOne, 'name one of agent, extension and number');
const targetOrQueue = z
  .strictObject({ ...someone, queue: z.string().min(1).max(80).optional() })
  .refine(isOne, 'name one of agent, extension, number and queue');

/** What an agent does with a call of his, and a supervisor with any. */
const ACTS = {
  hold: ['hold', 'Puts the caller on hold: he hears music'],
  resume: ['resume', 'Takes the caller off hold'],
  complete: ['complete', 'Leaves the caller to the one who was asked, or who is in the conference'],
  cancel: ['cancel', 'Lets the one go who was asked, and goes back to the caller'],
  release: ['release', 'Hangs up the phone of the agent: the caller goes on in his flow'],
  conference: ['confer', 'Brings the caller, the agent and the one who was asked together'],
} as const;

/** Routes of talks: hold, transfer, conference. */
export function talkRoutes(api: Api, parts: ApiParts): void {
  const tell = async (
    request: { params: { id: string }; principal: Principal | undefined; scope: Scope | undefined },
    wanted: TalkRequest,
  ) => {
    const principal = caller(request);
    const call = request.params.id;
    const by = isSupervisor(principal) ? {} : { by: principal.agentId ?? '' };
    const isThere = parts.centre.liveCall(call) || parts.calls.partiesOf(call);
    if (!isThere || !scopeOf(request).seesCall(call))
      throw new Refused('call-unknown', `There is no call ${call}`);
    await parts.centre.tellTalk(call, { request: wanted, ...by });
    parts.log.info({ call, by: principal.id, what: wanted.do }, 'a talk was changed through the API');
    return { phase: parts.centre.liveCall(call)?.phase.at ?? 'ended' };
  };
  const config = { allowed: SEATS, scope: 'branch' } as const;
  const schema = { tags: ['calls'], params: idParams, response: { 200: z.object({ phase: callPhase }) } };
  for (const [name, [act, summary]] of Object.entries(ACTS))
    api.post(`/api/calls/:id/${name}`, { config, schema: { ...schema, summary } }, (request) =>
      tell(request, { do: act }),
    );
  api.post(
    '/api/calls/:id/consult',
    {
      config,
      schema: {
        ...schema,
        summary: 'Rings somebody for the agent, while the caller is on hold',
        body: target,
      },
    },
    async (request) =>
      tell(request, { do: 'consult', to: await known(parts, request.body, scopeOf(request)) }),
  );
  api.post(
    '/api/calls/:id/transfer',
    {
      config,
      schema: {
        ...schema,
        summary: 'Hands the caller on at once; when nobody answers, he goes back to the front of his queue',
        body: targetOrQueue,
      },
    },
    async (request) => {
      const { queue, ...rest } = request.body;
      const to = queue === undefined ? await known(parts, rest, scopeOf(request)) : { queue };
      return tell(request, { do: 'transfer', to });
    },
  );
}

type Someone = z.output<typeof target>;

function isOne(named: Readonly<Record<string, unknown>>): boolean {
  return Object.values(named).filter((one) => one !== undefined).length === 1;
}

/**
 * A phone is dialled by its number, as from any other phone: whose it is, nobody learns by that.
 * @throws Refused `phone-unknown`, `agent-unknown`
 */
async function known({ agents, centre }: ApiParts, named: Someone, scope: Scope): Promise<TalkTarget> {
  if (named.agent !== undefined) return { agent: agentOf(centre, named.agent, scope).id };
  if (named.number !== undefined) return { number: named.number };
  const at = named.extension ?? '';
  if (!(await agents.phone(at))) throw new Refused('phone-unknown', `There is no phone ${at}`);
  return { extension: at };
}
