import { z } from 'zod';
import { webPhoneOf } from '../agent/web-phone.ts';
import { Refused } from '../base/errors.ts';
import { type Api, type ApiParts, caller } from './api.ts';
import type { Principal } from './principal.ts';

const SEAT = ['seat'] as const;
/** Of no domain that exists: the PBX knows its phones by their names alone. */
const DOMAIN = 'carillon.invalid';

const webPhoneView = z
  .object({
    extension: z.string().describe('The name of the phone in the page, which nobody can dial'),
    password: z.string(),
    uri: z.string().describe('Its SIP address'),
    socket: z.string().describe('Path of the websocket for SIP on this server'),
  })
  .meta({ id: 'WebPhone' });
export type WebPhoneView = z.output<typeof webPhoneView>;

const rejoinView = z
  .object({ rejoins: z.boolean().describe('False when there is no talk whose sound belongs here') })
  .meta({ id: 'Rejoin' });
export type RejoinView = z.output<typeof rejoinView>;

/** Routes of the phone of whoever asks. */
export function pagePhoneRoutes(api: Api, parts: ApiParts): void {
  api.get(
    '/api/desk/phone',
    {
      config: { allowed: SEAT, scope: 'centre', audit: 'reads' },
      schema: {
        tags: ['desk'],
        summary: 'What the page needs to be the phone of its agent',
        response: { 200: webPhoneView },
      },
    },
    async (request) => {
      const extension = webPhoneOf(seatOf(caller(request)));
      const phone = await parts.agents.phone(extension);
      if (!phone)
        throw new Refused(
          'no-web-phone',
          `There is no phone ${extension}: a phone in the page is for agents with an extension, whose id has letters, digits, - and _`,
        );
      const { password } = phone;
      return { extension, password, uri: `sip:${extension}@${DOMAIN}`, socket: '/sip' };
    },
  );
  api.post(
    '/api/desk/phone/rejoin',
    {
      config: { allowed: SEAT, scope: 'centre', asksPbx: true },
      schema: {
        tags: ['desk'],
        summary:
          'After the page was loaded anew: its phone is rung for the call in hand, to be answered at once',
        response: { 200: rejoinView },
      },
    },
    async (request) => ({ rejoins: await parts.centre.rejoin(seatOf(caller(request))) }),
  );
}

/** The agent whom he speaks for. */
export function seatOf({ agentId }: Principal): string {
  if (agentId === undefined) throw new Refused('forbidden', 'You have no seat as an agent');
  return agentId;
}
