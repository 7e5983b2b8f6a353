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
  branchId,
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
import type { Principal } from '../http/principal.ts';
import { EVERY_ROLE, type Role } from '../http/roles.ts';
import { type Scope, scopeOf } from '../http/scope.ts';
import { seenPage } from '../http/seen-page.ts';
import { name as flowName } from '../ivr/grammar.ts';
import { type Customer, TIERS } from './customer.ts';

export const customerView = z
  .object({
    id: z.string(),
    name: z.string(),
    branch: z.string().describe('The branch that looks after him, empty for the head office'),
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
  branch: branchId.optional().describe('The branch that looks after him, your own if unset'),
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
  branch: branchId.optional(),
});

/** The name and id of the last customer of a page, in one opaque word. */
const nameCursor = z
  .string()
  .regex(/^[\w-]{2,600}$/, 'is not a cursor of this list')
  .transform((text) => {
    const [id = '', ...name] = Buffer.from(text, 'base64url').toString().split('\n');
    return { id, name: name.join('\n') };
  });

/** Each costs a question of its own. */
const FEW_BRANCHES = 100;

const WRITERS = ['campaign', 'supervisor', 'admin'] as const satisfies readonly Role[];

/** Routes of customers. */
export function customerRoutes(api: Api, parts: ApiParts): void {
  readRoutes(api, parts);
  writeRoutes(api, parts);
}

/** A customer as this role may see him. */
export function showCustomer(
  customer: Customer,
  principal: Principal,
  { routing }: Pick<ApiParts, 'routing'>,
): CustomerView {
  return {
    ...customer,
    branch: customer.branch ?? '',
    numbers: customer.numbers.map(numbersFor(principal)),
    note: textFor(principal)(customer.note),
    attributes: attributesFor(principal, routing.current().attributes.caller)(customer.attributes),
    accountManager: customer.accountManager ?? null,
    caseOwner: customer.caseOwner ?? null,
  };
}

function readRoutes(api: Api, parts: ApiParts): void {
  const { customers } = parts;
  api.get(
    '/api/customers',
    {
      config: { allowed: EVERY_ROLE, scope: 'branch' },
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
      const principal = caller(request);
      const scope = scopeOf(request);
      const { number: wanted, name, cursor, limit } = request.query;
      if (wanted !== undefined) {
        checkMaySearchNumbers(principal);
        const customer = await customers.byNumber(wanted);
        const fits = customer?.name.startsWith(name ?? '') && scope.seesCustomer(customer.id);
        return { items: customer && fits ? [showCustomer(customer, principal, parts)] : [], next: null };
      }
      const few = fewBranches(scope);
      return seenPage({
        scope,
        limit,
        from: cursor,
        read: (after, most) => customers.list({ prefix: name, branches: few, after, limit: most }),
        sees: ({ branch }) => scope.sees(branch),
        placeOf: ({ id, name: called }) => ({ id, name: called }),
        cursorAt: nameCursorAt,
        show: (row) => showCustomer(row, principal, parts),
      });
    },
  );
  api.get(
    '/api/customers/:id',
    {
      config: { allowed: EVERY_ROLE, scope: 'branch' },
      schema: {
        tags: ['customers'],
        summary: 'A customer with his latest contacts',
        params: idParams,
        response: { 200: customerDetails },
      },
    },
    async (request) => {
      const principal = caller(request);
      const scope = scopeOf(request);
      const customer = await customerOf(parts, request.params.id, scope);
      return {
        ...showCustomer(customer, principal, parts),
        contacts: await contactsOf(parts, { customer }, principal, scope),
      };
    },
  );
}

function writeRoutes(api: Api, parts: ApiParts): void {
  const { customers, clock, ids } = parts;
  api.post(
    '/api/customers',
    {
      config: { allowed: WRITERS, scope: 'branch' },
      schema: {
        tags: ['customers'],
        summary: 'Adds a customer',
        body: profile,
        response: { 201: customerView },
      },
    },
    async (request, reply) => {
      const principal = caller(request);
      const scope = scopeOf(request);
      const branch = scope.placeIn(request.body.branch);
      const customer = changed({ id: ids.next('cu'), ...request.body, branch });
      checkFlow(customer, parts);
      await checkRouting(customer, parts, scope);
      await customers.save(customer, { by: signed(principal), at: clock.now() });
      return reply.status(201).send(showCustomer(customer, principal, parts));
    },
  );
  api.patch(
    '/api/customers/:id',
    {
      config: { allowed: WRITERS, scope: 'branch' },
      schema: {
        tags: ['customers'],
        summary: 'Changes what is named; numbers are replaced as a whole',
        params: idParams,
        body: changes,
        response: { 200: customerView },
      },
    },
    async (request) => {
      const principal = caller(request);
      const scope = scopeOf(request);
      const before = await customerOf(parts, request.params.id, scope);
      const { branch } = request.body;
      if (branch !== undefined) scope.placeIn(branch);
      const customer = changed({ ...before, ...request.body });
      if (request.body.flow !== undefined) checkFlow(customer, parts);
      await checkRouting(request.body, parts, scope);
      await customers.save(customer, { by: signed(principal), at: clock.now() });
      return showCustomer(customer, principal, parts);
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
  scope: Scope,
): Promise<void> {
  checkAttributes(written.attributes, routing.current().attributes.caller, 'customer');
  for (const at of ['accountManager', 'caseOwner'] as const) {
    const agent = written[at];
    if (agent && !((await agents.isAgent(agent)) && scope.seesAgent(agent)))
      refuseIssues('bad-customer', [{ at, problem: `there is no agent ${agent}` }]);
  }
}

async function customerOf({ customers }: ApiParts, id: string, scope: Scope): Promise<Customer> {
  const customer = await customers.byId(id);
  if (!customer || !scope.seesCustomer(id))
    throw new Refused('customer-unknown', `There is no customer ${id}`);
  return customer;
}

/** His branches, where they are so few that each is looked up by itself; otherwise the whole list is gone through. */
function fewBranches(scope: Scope): readonly string[] | undefined {
  if (scope.isWhole) return undefined;
  const { branches } = scope;
  return branches.length <= FEW_BRANCHES ? branches : undefined;
}

function nameCursorAt({ id, name }: Pick<Customer, 'id' | 'name'>): string {
  return Buffer.from(`${id}\n${name}`).toString('base64url');
}
