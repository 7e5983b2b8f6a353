import { z } from 'zod';
import { type Api, type ApiParts, caller } from '../http/api.ts';
import { number } from '../http/fields.ts';
import type { Rows } from '../http/live/topic.ts';
import { deskView } from '../http/live/views.ts';
import { seatOf } from '../http/page-phone.ts';

/** What an agent gets who needs more time for his wrap-up, ms. */
const MORE_TIME_MS = 60_000;
/** Routes of one's own seat. */
export function seatRoutes(api: Api, parts: ApiParts): void {
  const { centre, desk, deskTopic } = parts;
  const config = { allowed: ['seat'], scope: 'centre' } as const;
  api.get(
    '/api/desk',
    {
      config,
      schema: { tags: ['desk'], summary: "One's own seat, and the call on it", response: { 200: deskView } },
    },
    async (request) => {
      deskTopic.look();
      return asRecords(deskTopic.rows(caller(request)));
    },
  );
  api.put(
    '/api/desk/phone',
    {
      config,
      schema: {
        tags: ['desk'],
        summary: 'Chooses where to take calls: in the page, or at the phone on the desk',
        body: z.strictObject({ phone: z.enum(['web', 'desk']) }),
        response: { 200: z.object({ phone: z.enum(['web', 'desk']) }) },
      },
    },
    async (request) => {
      const agent = seatOf(caller(request));
      const { phone } = request.body;
      await desk.choosePhone(agent, phone);
      deskTopic.phoneChosen(agent, phone);
      return { phone };
    },
  );
  api.post(
    '/api/desk/more-time',
    {
      config,
      schema: {
        tags: ['desk'],
        summary: 'Gives a minute more for the wrap-up, once',
        response: { 200: z.object({ until: z.number().describe('UTC milliseconds') }) },
      },
    },
    async (request) => {
      const agent = seatOf(caller(request));
      const { state } = await centre.tellAgent(agent, { type: 'ExtendWrapUp', byMs: MORE_TIME_MS });
      return { until: state.at === 'wrap-up' ? state.until : state.since };
    },
  );
  api.post(
    '/api/desk/dial',
    {
      config: { ...config, asksPbx: true },
      schema: {
        tags: ['desk'],
        summary: "Calls a number: the agent's phone first. What his phone may dial, he may",
        body: z.strictObject({ number }),
        response: { 202: z.object({ call: z.string() }) },
      },
    },
    async (request, reply) => {
      const { number: wanted } = request.body;
      const isPhone = (await parts.agents.phone(wanted)) !== undefined;
      const call = await centre.dial(seatOf(caller(request)), wanted, isPhone);
      return reply.status(202).send({ call });
    },
  );
}

function asRecords(rows: Rows): z.output<typeof deskView> {
  const records = Object.entries(rows).map(([name, of]) => [name, Object.fromEntries(of)]);
  return Object.fromEntries(records) as z.output<typeof deskView>;
}
