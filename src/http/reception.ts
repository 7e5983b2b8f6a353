import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { campaignView, showCampaign } from '../campaign/http.ts';
import { customerView, showCustomer } from '../customer/http.ts';
import { type Api, type ApiParts, caller } from './api.ts';
import { contactsOf, contactsView } from './contacts.ts';
import { number } from './fields.ts';
import { STAFF } from './roles.ts';
import { scopeOf } from './scope.ts';

const receptionView = z
  .object({ campaign: campaignView, customer: customerView.nullable(), contacts: contactsView })
  .meta({
    id: 'Reception',
    description:
      'What the reception of a campaign needs to see when one of its calls comes: material, customer, history.',
  });
export type ReceptionView = z.output<typeof receptionView>;

/** What reception staff look up: campaign, customer and history in one answer. */
export function receptionRoutes(api: Api, parts: ApiParts): void {
  const { campaigns, customers, clock } = parts;
  api.get(
    '/api/reception',
    {
      config: { allowed: [...STAFF, 'auditor'], scope: 'branch' },
      schema: {
        tags: ['campaigns'],
        summary: 'Campaign and its material, customer, and earlier contacts, by campaign code and caller',
        querystring: z.strictObject({
          code: z.string().regex(/^[0-9]{3,12}$/, 'is not a campaign code'),
          caller: number.or(z.literal('')).optional().describe("The caller's number, empty when hidden"),
        }),
        response: { 200: receptionView },
      },
    },
    async (request) => {
      const token = caller(request);
      const { code, caller: ani = '' } = request.query;
      const scope = scopeOf(request);
      const campaign = await campaigns.byCode(code);
      if (!campaign || !scope.seesCampaign(campaign.id))
        throw new Refused('campaign-unknown', `No campaign has the code ${code}`);
      const found = await customers.byNumber(ani);
      const customer = found && scope.seesCustomer(found.id) ? found : undefined;
      return {
        campaign: showCampaign(campaign, token, clock.now()),
        customer: customer ? showCustomer(customer, token, parts) : null,
        contacts: await contactsOf(parts, { customer, number: ani }, token, scope),
      };
    },
  );
}
