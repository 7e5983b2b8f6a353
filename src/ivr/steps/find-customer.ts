import { z } from 'zod';
import type { Attributes } from '../../base/attributes.ts';
import type { CallFacts } from '../../call/call.ts';
import { type ContactHistory, customerFacts } from '../../customer/contact.ts';
import type { Customer, CustomerDirectory } from '../../customer/customer.ts';
import { variableName } from '../grammar.ts';
import { type StepKind, type StepRun, stepKind } from '../step.ts';

export interface FindCustomerParts {
  readonly customers: CustomerDirectory;
  readonly contacts: ContactHistory;
  /** The attributes of a caller that may be looked at. */
  readonly visible: (attributes: Attributes) => Attributes;
}

/** Finds who calls. A customer's own language is spoken from here on. */
export function findCustomerStep(parts: FindCustomerParts): StepKind {
  return stepKind({
    verb: 'find-customer',
    summary: 'Finds the customer by the number he calls from, or by a number that he keyed in.',
    args: z.union([z.literal('caller-number'), z.strictObject({ variable: variableName })]),
    waiting: 'none',
    exits: () => ['found', 'unknown'],
    reads: (by) => (by === 'caller-number' ? [] : [by.variable]),
    async run(step, by) {
      const number =
        by === 'caller-number' ? step.call.ani : String(step.call.facts.variables[by.variable] ?? '');
      const customer = number === '' ? undefined : await parts.customers.byNumber(number);
      if (!customer) return { exit: 'unknown' };
      note(step, customer, by === 'caller-number' ? by : 'keyed-in');
      const contacts = await parts.contacts.lastContacts(customer.id);
      return {
        exit: 'found',
        facts: { ...factsOf(customer), customer: customerFacts(customer, contacts, parts.visible) },
      };
    },
  });
}

function note(step: StepRun, { id: customer, tier }: Customer, by: string): void {
  step.note('CustomerIdentified', { customer, tier, by });
}

function factsOf(customer: Customer): Partial<CallFacts> {
  const { id: customerId, tier, language, flow } = customer;
  return {
    customerId,
    tier,
    ...(language === '' ? {} : { language }),
    ...(flow === '' ? {} : { personalFlow: flow }),
  };
}
