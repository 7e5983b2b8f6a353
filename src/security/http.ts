import { z } from 'zod';
import { type Api, type ApiParts, caller, signed } from '../http/api.ts';
import { ADMINISTERING_READERS, ADMINS } from '../http/roles.ts';
import type { Ban } from './bans.ts';

const banView = z
  .object({
    address: z.string().describe('An IPv4 address, or the /64 network of an IPv6 address'),
    why: z
      .enum(['wrong-login', 'unproven-login', 'guest-call'])
      .describe('What it did too often; of unproven ones the address may be forged'),
    since: z.number().describe('UTC milliseconds'),
    until: z.number().describe('UTC milliseconds'),
    times: z.number().int().describe('How many bans it has had lately; each lasts twice as long'),
  })
  .meta({ id: 'Ban', description: 'A SIP address that Carillon does not listen to.' });
export type BanView = z.output<typeof banView>;

const addressParams = z.strictObject({
  address: z.string().regex(/^[0-9a-fA-F:.]{2,45}(\/64)?$/, 'is not an address'),
});

/** Routes of the addresses that are shut out. */
export function securityRoutes(api: Api, { bans }: ApiParts): void {
  api.get(
    '/api/security/bans',
    {
      config: { allowed: ADMINISTERING_READERS, scope: 'head-office' },
      schema: {
        tags: ['security'],
        summary: 'Addresses that are shut out for wrong SIP logins or floods of calls',
        response: { 200: z.object({ items: z.array(banView) }) },
      },
    },
    async () => ({ items: bans.list().map(showBan) }),
  );
  api.delete(
    '/api/security/bans/:address',
    {
      config: { allowed: ADMINS, scope: 'head-office' },
      schema: {
        tags: ['security'],
        summary: 'Lets an address in again, at once',
        params: addressParams,
        response: { 200: banView },
      },
    },
    async (request) => showBan(bans.lift(request.params.address, signed(caller(request)))),
  );
}

function showBan({ network, ...ban }: Ban): BanView {
  return { address: network, ...ban };
}
