import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { type Api, type ApiParts, caller, signed } from '../http/api.ts';
import { branchId, extension, nameText } from '../http/fields.ts';
import type { Principal } from '../http/principal.ts';
import { ADMINS } from '../http/roles.ts';
import { type Scope, scopeOf } from '../http/scope.ts';
import { extensionOf } from './agent.ts';
import { seenPhone } from './http.ts';
import { type DeskPhone, unknownPhone } from './phone-store.ts';

const deskPhoneView = z
  .object({ extension: z.string(), name: z.string(), branch: z.string() })
  .meta({ id: 'DeskPhone', description: 'A phone on a desk.' });
export type DeskPhoneView = z.output<typeof deskPhoneView>;

const phoneWithPassword = deskPhoneView
  .extend({ password: z.string().describe('With the extension as user name; it is shown only now') })
  .meta({ id: 'DeskPhoneWithPassword' });
export type DeskPhoneWithPassword = z.output<typeof phoneWithPassword>;

const newPhone = z.strictObject({
  extension,
  name: nameText,
  branch: branchId.optional().describe('Where it stands, your own branch if unset'),
});
const changes = z.strictObject({ name: nameText.optional(), branch: branchId.optional() });
const params = z.strictObject({ extension });
const config = { allowed: ADMINS, scope: 'branch' } as const;

/** Routes by which phones on desks come and go. A phone can be used at once. */
export function deskPhonesRoutes(api: Api, parts: ApiParts): void {
  addRoute(api, parts);
  changeRoute(api, parts);
  passwordRoute(api, parts);
  removeRoute(api, parts);
}

function addRoute(api: Api, parts: ApiParts): void {
  api.post(
    '/api/phones',
    {
      config,
      schema: {
        tags: ['phones'],
        summary: 'Adds a phone on a desk, which can register at once',
        body: newPhone,
        response: { 201: phoneWithPassword },
      },
    },
    async (request, reply) => {
      const branch = scopeOf(request).placeIn(request.body.branch);
      const phone = { ...request.body, branch };
      checkFree(phone.extension, parts);
      const password = await parts.phones.add(phone, madeBy(caller(request), parts));
      await parts.phonesChanged?.();
      return reply.status(201).send({ ...phone, password });
    },
  );
}

function changeRoute(api: Api, parts: ApiParts): void {
  api.patch(
    '/api/phones/:extension',
    {
      config,
      schema: {
        tags: ['phones'],
        summary: 'Changes what is named: its name, where it stands',
        params,
        body: changes,
        response: { 200: deskPhoneView },
      },
    },
    async (request) => {
      const scope = scopeOf(request);
      const before = await deskPhoneOf(parts, request.params.extension, scope);
      const { branch } = request.body;
      if (branch !== undefined) scope.placeIn(branch);
      const phone = { ...before, ...request.body };
      await parts.phones.change(phone, madeBy(caller(request), parts));
      await parts.phonesChanged?.();
      return phone;
    },
  );
}

function passwordRoute(api: Api, parts: ApiParts): void {
  api.post(
    '/api/phones/:extension/password',
    {
      config,
      schema: {
        tags: ['phones'],
        summary: 'Gives a phone another password; with the old one it registers no more',
        params,
        response: { 200: phoneWithPassword },
      },
    },
    async (request) => {
      const phone = await deskPhoneOf(parts, request.params.extension, scopeOf(request));
      const password = await parts.phones.renewPassword(phone, madeBy(caller(request), parts));
      await parts.phonesChanged?.();
      return { ...phone, password };
    },
  );
}

function removeRoute(api: Api, parts: ApiParts): void {
  api.delete(
    '/api/phones/:extension',
    {
      config,
      schema: {
        tags: ['phones'],
        summary: 'Removes a phone at which nobody is logged in and to which nothing leads',
        params,
        response: { 200: deskPhoneView.describe('As it was') },
      },
    },
    async (request) => {
      const phone = await deskPhoneOf(parts, request.params.extension, scopeOf(request));
      await checkIdle(phone.extension, parts);
      await parts.phones.remove(phone, madeBy(caller(request), parts));
      await parts.phonesChanged?.();
      return phone;
    },
  );
}

function madeBy(principal: Principal, { clock }: ApiParts) {
  return { by: signed(principal), at: clock.now() };
}

/** @throws Refused `phone-unknown`, for a phone in a page too */
async function deskPhoneOf(parts: ApiParts, wanted: string, scope: Scope): Promise<DeskPhone> {
  const phone = await seenPhone(parts, wanted, scope);
  if (phone?.kind !== 'desk') throw unknownPhone(wanted);
  return { extension: phone.extension, name: phone.name, branch: phone.branch };
}

/** A phone with the number of a hotline would take its calls from it. @throws Refused `bad-phone` */
function checkFree(wanted: string, { flows }: ApiParts): void {
  const flow = flows.list().find(({ numbers }) => numbers.includes(wanted));
  if (!flow) return;
  const problem = `is a number of flow ${flow.name}`;
  throw new Refused('bad-phone', `extension: ${problem}`, { issues: [{ at: 'extension', problem }] });
}

/** @throws Refused `phone-in-use` */
async function checkIdle(wanted: string, { centre, campaigns }: ApiParts): Promise<void> {
  const agent = centre.agents().find((one) => extensionOf(one) === wanted);
  if (agent)
    throw new Refused('phone-in-use', `${agent.name} (${agent.id}) is logged in at ${wanted}`, {
      agent: agent.id,
    });
  const leadsThere = (to: { readonly kind: string; readonly extension?: string } | undefined): boolean =>
    to?.kind === 'phone' && to.extension === wanted;
  const campaign = (await campaigns.list()).find(
    ({ reception, fallback }) =>
      leadsThere(reception) || leadsThere(fallback.kind === 'target' ? fallback.to : undefined),
  );
  if (campaign)
    throw new Refused('phone-in-use', `Callers of campaign ${campaign.id} are sent to ${wanted}`, {
      campaign: campaign.id,
    });
}
