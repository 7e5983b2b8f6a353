import { z } from 'zod';
import { seenPhone } from '../agent/http.ts';
import { Refused } from '../base/errors.ts';
import { SUPERVISION_MODES, type SupervisionMode } from '../call/supervision.ts';
import type { Direction } from '../engine/direction.ts';
import { type Api, type ApiParts, caller } from '../http/api.ts';
import { extension, id, idParams } from '../http/fields.ts';
import type { Principal } from '../http/principal.ts';
import { SUPERVISORS } from '../http/roles.ts';
import { type Scope, scopeOf } from '../http/scope.ts';

const DOES: Readonly<Record<SupervisionMode, string>> = {
  listen: 'Rings the supervisor, who then hears the talk; nobody hears him',
  whisper: 'The same, and the agent hears him; the caller does not',
  barge: 'The same, and everybody hears him',
};

const supervisionView = z
  .object({
    mode: z.enum(SUPERVISION_MODES),
    by: z.string(),
    name: z.string(),
    agent: z.string().describe('Whose talk it is'),
    extension: z.string(),
    is: z.enum(['ringing', 'there']),
    since: z.number().describe('UTC milliseconds'),
  })
  .nullable()
  .meta({ id: 'Supervision', description: 'Who listens to a call, null for nobody.' });
const answer = z.object({ supervision: supervisionView });
export type SupervisionAnswer = z.output<typeof answer>;

const moved = z.object({ moved: z.literal(true) });

type Asking = { params: { id: string }; principal: Principal | undefined; scope: Scope | undefined };

/** Routes of those who direct others: listening in, and moving who waits. */
export function superviseRoutes(api: Api, parts: ApiParts): void {
  const config = { allowed: SUPERVISORS, scope: 'branch' } as const;
  const schema = { tags: ['calls'], params: idParams };
  for (const mode of SUPERVISION_MODES)
    api.post(
      `/api/calls/:id/${mode}`,
      {
        config,
        schema: {
          ...schema,
          summary: `${DOES[mode]}. Changes the mode of one who is there already`,
          body: z
            .strictObject({
              extension: extension
                .or(z.string().regex(/^web-[\w-]{1,28}$/))
                .optional()
                .describe('Where he listens; by default at the phone where he is logged in, or his own'),
            })
            .nullish(),
          response: { 200: answer },
        },
      },
      async (request) => {
        const at = request.body?.extension;
        if (at !== undefined && !(await seenPhone(parts, at, scopeOf(request))))
          throw new Refused('phone-unknown', `There is no phone ${at}`);
        await direct(parts, request, { do: 'supervise', mode, ...(at !== undefined && { extension: at }) });
        return shown(parts, request.params.id);
      },
    );
  api.post(
    '/api/calls/:id/leave',
    { config, schema: { ...schema, summary: 'Ends listening in', response: { 200: answer } } },
    async (request) => {
      await direct(parts, request, { do: 'leave' });
      return shown(parts, request.params.id);
    },
  );
  api.post(
    '/api/calls/:id/move',
    {
      config,
      schema: {
        ...schema,
        summary:
          'Lets somebody who waits go on waiting for another queue, with the wait that he has, or for one agent, to whom he is offered next',
        body: z
          .strictObject({ queue: z.string().min(1).max(80).optional(), agent: id.optional() })
          .refine(
            ({ queue, agent }) => (queue === undefined) !== (agent === undefined),
            'name one of queue and agent',
          ),
        response: { 200: moved },
      },
    },
    async (request) => {
      const { queue, agent } = request.body;
      if (agent !== undefined && !scopeOf(request).seesAgent(agent))
        throw new Refused('agent-unknown', `There is no agent ${agent}`);
      await direct(
        parts,
        request,
        agent === undefined ? { do: 'move', queue: queue ?? '' } : { do: 'keep', agent },
      );
      return { moved: true } as const;
    },
  );
  api.post(
    '/api/calls/:id/first',
    {
      config,
      schema: {
        ...schema,
        summary: 'Puts somebody who waits in front of all others',
        response: { 200: moved },
      },
    },
    async (request) => {
      await direct(parts, request, { do: 'first' });
      return { moved: true } as const;
    },
  );
}

/** @throws Refused `call-unknown` also for a call of another branch */
async function direct({ centre, calls, log }: ApiParts, request: Asking, wanted: Direction): Promise<void> {
  const { id: call } = request.params;
  const { id, name, agentId } = caller(request);
  const isKnown = centre.liveCall(call) !== undefined || calls.partiesOf(call) !== undefined;
  if (!isKnown || !scopeOf(request).seesCall(call))
    throw new Refused('call-unknown', `There is no call ${call}`);
  const seat = agentId === undefined ? {} : { seat: agentId };
  await centre.direct(call, { request: wanted, by: { id, name }, ...seat });
  log.info({ call, by: id, what: wanted.do }, 'a call was directed through the API');
}

function shown({ centre }: ApiParts, call: string): SupervisionAnswer {
  const { supervision } = centre.liveCall(call) ?? {};
  if (!supervision) return { supervision: null };
  const { leg, by, mode, agent, ringUntil, since } = supervision;
  return {
    supervision: {
      mode,
      by: by.id,
      name: by.name,
      agent,
      extension: leg.to.kind === 'phone' ? leg.to.extension : '',
      is: ringUntil === undefined ? 'there' : 'ringing',
      since,
    },
  };
}
