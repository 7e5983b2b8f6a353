import { z } from 'zod';
import type { CallFacts } from '../../call/call.ts';
import type { Customer, CustomerDirectory } from '../../customer/customer.ts';
import { variableName } from '../grammar.ts';
import { type StepKind, stepKind } from '../step.ts';

/** Finds who calls. A customer's own language is spoken from here on. */
export function findCustomerStep(customers: CustomerDirectory): StepKind {
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
      const customer = number === '' ? undefined : await customers.byNumber(number);
      if (!customer) return { exit: 'unknown' };
      step.note('CustomerIdentified', {
        customer: customer.id,
        tier: customer.tier,
        by: by === 'caller-number' ? by : 'keyed-in',
      });
      return { exit: 'found', facts: factsOf(customer) };
    },
  });
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
