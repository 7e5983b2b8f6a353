import { z } from 'zod';
import { Refused } from '../base/errors.ts';
import { type Api, type ApiParts, caller, signed } from '../http/api.ts';
import {
  attributesBody,
  attributesFor,
  attributesView,
  checkAttributes,
  refuseIssues,
} from '../http/attributes.ts';
import { contactsOf, contactsView } from '../http/contacts.ts';
import {
  checkMaySearchNumbers,
  id,
  idParams,
  line,
  nameText,
  noteText,
  number,
  numbersFor,
  pageLimit,
  pageOf,
  textFor,
} from '../http/fields.ts';
import { EVERY_ROLE, type Role } from '../http/roles.ts';
import type { ApiToken } from '../http/store.ts';
import { name as flowName } from '../ivr/grammar.ts';
import { type Customer, TIERS } from './customer.ts';

export const customerView = z
  .object({
    id: z.string(),
    name: z.string(),
    tier: z.enum(TIERS),
    language: z.string().describe('Preferred language, empty when unknown'),
    numbers: z.array(z.string()),
    note: z.string(),
    flow: z.string().describe('The flow that was made for him alone, empty for none'),
    attributes: attributesView,
    accountManager: z.string().nullable().describe('The agent who looks after him'),
    caseOwner: z.string().nullable().describe('The agent who works on his case'),
  })
  .meta({ id: 'Customer' });
export type CustomerView = z.output<typeof customerView>;

const customerDetails = customerView
  .extend({ contacts: contactsView })
  .meta({ id: 'CustomerDetails', description: 'A customer with his latest contacts.' });
export type CustomerDetails = z.output<typeof customerDetails>;

const ownFlow = flowName
  .or(z.literal(''))
  .describe('The flow that was made for him alone: `customer.flow` in flow files; empty for none');

const agentId = id.nullable().describe('Id of an agent, null for none');

const profile = z.strictObject({
  name: nameText,
  tier: z.enum(TIERS).default('standard'),
  language: line(20).default('').describe('Such as zh-CN'),
  numbers: z.array(number).max(20).default([]),
  note: noteText().default(''),
  flow: ownFlow.default(''),
  attributes: attributesBody.default({}),
  accountManager: agentId.default(null),
  caseOwner: agentId.default(null),
});

const changes = z.strictObject({
  name: nameText.optional(),
  tier: z.enum(TIERS).optional(),
  language: line(20).optional(),
  numbers: z.array(number).max(20).optional(),
  note: noteText().optional(),
  flow: ownFlow.optional(),
  attributes: attributesBody.optional(),
  accountManager: agentId.optional(),
  caseOwner: agentId.optional(),
});

/** The name and id of the last customer of a page, in one opaque word. */
const nameCursor = z
  .string()
  .regex(/^[\w-]{2,600}$/, 'is not a cursor of this list')
  .transform((text) => {
    const [id = '', ...name] = Buffer.from(text, 'base64url').toString().split('\n');
    return { id, name: name.join('\n') };
  });

const WRITERS = ['campaign', 'supervisor', 'admin'] as const satisfies readonly Role[];

/** Routes of customers. */
export function customerRoutes(api: Api, parts: ApiParts): void {
  readRoutes(api, parts);
  writeRoutes(api, parts);
}

/** A customer as this role may see him. */
export function showCustomer(
  customer: Customer,
  token: ApiToken,
  { routing }: Pick<ApiParts, 'routing'>,
): CustomerView {
  return {
    ...customer,
    numbers: customer.numbers.map(numbersFor(token)),
    note: textFor(token)(customer.note),
    attributes: attributesFor(token, routing.current().attributes.caller)(customer.attributes),
    accountManager: customer.accountManager ?? null,
    caseOwner: customer.caseOwner ?? null,
  };
}

function readRoutes(api: Api, parts: ApiParts): void {
  const { customers } = parts;
  api.get(
    '/api/customers',
    {
      config: { allowed: EVERY_ROLE },
      schema: {
        tags: ['customers'],
        summary: 'Customers by name, or the one who has a number',
        querystring: z.strictObject({
          number: number.optional().describe('In any spelling'),
          name: line(80).optional().describe('Beginning of the name'),
          cursor: nameCursor.optional(),
          limit: pageLimit,
        }),
        response: { 200: pageOf(customerView) },
      },
    },
    async (request) => {
      const token = caller(request);
      const { number: wanted, name, cursor, limit } = request.query;
      if (wanted !== undefined) {
        checkMaySearchNumbers(token);
        const customer = await customers.byNumber(wanted);
        const fits = customer?.name.startsWith(name ?? '');
        return { items: customer && fits ? [showCustomer(customer, token, parts)] : [], next: null };
      }
      const rows = await customers.list({ prefix: name, after: cursor, limit });
      const last = rows.length < limit ? undefined : rows.at(-1);
      return {
        items: rows.map((row) => showCustomer(row, token, parts)),
        next: last ? nameCursorAt(last) : null,
      };
    },
  );
  api.get(
    '/api/customers/:id',
    {
      config: { allowed: EVERY_ROLE },
      schema: {
        tags: ['customers'],
        summary: 'A customer with his latest contacts',
        params: idParams,
        response: { 200: customerDetails },
      },
    },
    async (request) => {
      const token = caller(request);
      const customer = await customerOf(parts, request.params.id);
      return {
        ...showCustomer(customer, token, parts),
        contacts: await contactsOf(parts, { customer }, token),
      };
    },
  );
}

function writeRoutes(api: Api, parts: ApiParts): void {
  const { customers, clock, ids } = parts;
  api.post(
    '/api/customers',
    {
      config: { allowed: WRITERS },
      schema: {
        tags: ['customers'],
        summary: 'Adds a customer',
        body: profile,
        response: { 201: customerView },
      },
    },
    async (request, reply) => {
      const token = caller(request);
      const customer = changed({ id: ids.next('cu'), ...request.body });
      checkFlow(customer, parts);
      await checkRouting(customer, parts);
      await customers.save(customer, { by: signed(token), at: clock.now() });
      return reply.status(201).send(showCustomer(customer, token, parts));
    },
  );
  api.patch(
    '/api/customers/:id',
    {
      config: { allowed: WRITERS },
      schema: {
        tags: ['customers'],
        summary: 'Changes what is named; numbers are replaced as a whole',
        params: idParams,
        body: changes,
        response: { 200: customerView },
      },
    },
    async (request) => {
      const token = caller(request);
      const customer = changed({ ...(await customerOf(parts, request.params.id)), ...request.body });
      if (request.body.flow !== undefined) checkFlow(customer, parts);
      await checkRouting(request.body, parts);
      await customers.save(customer, { by: signed(token), at: clock.now() });
      return showCustomer(customer, token, parts);
    },
  );
}

/** @throws Refused `bad-customer` for a flow that does not run */
function checkFlow({ flow }: Customer, { flows }: ApiParts): void {
  if (flow === '' || flows.byName(flow)) return;
  const issues = [{ at: 'flow', problem: `there is no flow ${flow}` }];
  throw new Refused('bad-customer', `flow: there is no flow ${flow}`, { issues });
}

/** The customer without what he has not got. */
function changed({
  accountManager,
  caseOwner,
  ...customer
}: Omit<Customer, 'accountManager' | 'caseOwner'> & KnownBy): Customer {
  return { ...customer, ...(accountManager ? { accountManager } : {}), ...(caseOwner ? { caseOwner } : {}) };
}

/** The agents who know a customer, as they are written; null takes one away. */
interface KnownBy {
  readonly accountManager?: string | null;
  readonly caseOwner?: string | null;
}

/** @throws Refused `bad-customer` for attributes that are not declared, and for agents whom there are not */
async function checkRouting(
  written: KnownBy & Pick<Customer, 'attributes'>,
  { routing, agents }: ApiParts,
): Promise<void> {
  checkAttributes(written.attributes, routing.current().attributes.caller, 'customer');
  for (const at of ['accountManager', 'caseOwner'] as const) {
    const agent = written[at];
    if (agent && !(await agents.isAgent(agent)))
      refuseIssues('bad-customer', [{ at, problem: `there is no agent ${agent}` }]);
  }
}

async function customerOf({ customers }: ApiParts, id: string): Promise<Customer> {
  const customer = await customers.byId(id);
  if (!customer) throw new Refused('customer-unknown', `There is no customer ${id}`);
  return customer;
}

function nameCursorAt({ id, name }: Customer): string {
  return Buffer.from(`${id}\n${name}`).toString('base64url');
}
