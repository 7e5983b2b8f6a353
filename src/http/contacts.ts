import { z } from 'zod';
import { callView, showCall } from '../call/http.ts';
import { feedbackView, seesFeedback, showFeedback } from '../campaign/feedback-http.ts';
import { type Customer, spellingsOf } from '../customer/customer.ts';
import type { ApiParts } from './api.ts';
import type { Principal } from './principal.ts';
import type { Scope } from './scope.ts';

/** Earlier contacts that are shown, each of calls and feedback. */
const SHOWN = 20;

export const contactsView = z
  .object({ calls: z.array(callView), feedback: z.array(feedbackView) })
  .meta({ id: 'Contacts', description: 'The latest calls and feedback of a customer or a number.' });
export type ContactsView = z.output<typeof contactsView>;

/** What there was with a customer, or, as long as nobody knows him, with a number (in any spelling). */
export async function contactsOf(
  { calls, campaigns }: Pick<ApiParts, 'calls' | 'campaigns'>,
  who: { readonly customer?: Customer; readonly number?: string },
  principal: Principal,
  scope: Scope,
): Promise<ContactsView> {
  const numbers = who.customer?.numbers ?? (who.number ? [who.number] : []);
  const spellings = [...new Set(numbers.flatMap(spellingsOf))];
  const [earlier, said] = await Promise.all([
    calls.contactsOf(who.customer?.id, spellings, SHOWN),
    campaigns.feedbackOf(who.customer?.id, spellings, SHOWN),
  ]);
  return {
    calls: earlier
      .filter((record) => scope.seesCall(record.id, record))
      .map((record) => showCall(record, principal)),
    feedback: said
      .filter((feedback) => seesFeedback(scope, feedback))
      .map((feedback) => showFeedback(feedback, principal, scope)),
  };
}
