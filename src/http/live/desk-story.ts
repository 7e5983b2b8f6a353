import type { Call } from '../../call/call.ts';
import { type CallRecord, recordOf } from '../../call/row-store.ts';
import { seesFeedback } from '../../campaign/feedback-http.ts';
import { showCampaign } from '../../campaign/http.ts';
import { type Customer, spellingsOf } from '../../customer/customer.ts';
import { showCustomer } from '../../customer/http.ts';
import type { ContactPage, PastContact } from '../../desk/contact.ts';
import type { Promised, Somebody } from '../../desk/contact-store.ts';
import { type TrailStep, trailOf } from '../../desk/trail.ts';
import type { ApiParts } from '../api.ts';
import { numbersFor, textFor } from '../fields.ts';
import { seesAttempt } from '../outbound-attempts.ts';
import { showAttempt } from '../outbound-views.ts';
import type { Principal } from '../principal.ts';
import type { Scope } from '../scope.ts';
import type { ContactPageView, StoryView } from './views.ts';

/** Contacts that come with a call; the page asks for more. */
const FIRST_CONTACTS = 10;

/** Where the story of a caller is found. */
export type StoryParts = Pick<
  ApiParts,
  'customers' | 'campaigns' | 'events' | 'flows' | 'routing' | 'dialer' | 'pastContacts' | 'clock'
>;

/** Lets others have a turn: several reads in a row would hold up calls. */
const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What is known of the caller of a call and his errand, as somebody may see it. */
export async function storyFor(
  parts: StoryParts,
  call: Call | CallRecord,
  principal: Principal,
): Promise<StoryView> {
  const record = 'phase' in call ? recordOf(call) : call;
  const customer = await customerOf(parts, record);
  await breathe();
  const events = await parts.events.ofCall(record.id);
  const trail = trailOf(events, (name) => parts.flows.byName(name));
  await breathe();
  const campaign = record.campaignId === null ? undefined : await parts.campaigns.byId(record.campaignId);
  const outbound = await outboundFor(parts, record, principal);
  await breathe();
  const who = somebodyIn(record, customer);
  const now = parts.clock.now();
  const contacts = await parts.pastContacts.before(who, now, FIRST_CONTACTS, record.id);
  const promises = await parts.pastContacts.promised(who);
  return {
    customer: customer ? showCustomer(customer, principal, parts) : null,
    trail: trail.map(showStep),
    campaign: campaign ? showCampaign(campaign, principal, now) : null,
    outbound,
    promises: promises.map((promised) => showPromise(promised, principal)),
    contacts: showContacts(contacts, principal),
  };
}

/**
 * A piece of the history of whoever is in a call. Who has the call in hand is told all of it, as on his desk; others what
 * they see. @param before UTC ms
 */
export async function contactsFor(
  parts: StoryParts,
  record: CallRecord,
  { before, limit }: { readonly before: number; readonly limit: number },
  principal: Principal,
  scope: Scope,
): Promise<ContactPageView> {
  const who = somebodyIn(record, await customerOf(parts, record));
  const { items, next } = await parts.pastContacts.before(who, before, limit, record.id);
  const seen = scope.hasInHand(record.id) ? items : items.filter((item) => seesContact(scope, item, who));
  return showContacts({ items: seen, ...(next !== undefined && { next }) }, principal);
}

/** As the list of its channel has it. */
function seesContact(
  scope: Scope,
  { channel, id, call, campaign, agent }: PastContact,
  { customerId }: Somebody,
): boolean {
  if (channel === 'feedback') return seesFeedback(scope, { campaignId: campaign, customerId });
  if (channel === 'attempt') return seesAttempt(scope, { id, campaign, ...(agent !== '' && { agent }) });
  return scope.seesCall(call);
}

/** Whom the flow found, else the one who has this number. */
async function customerOf(
  { customers }: StoryParts,
  { customerId, ani }: CallRecord,
): Promise<Customer | undefined> {
  return customerId === null ? customers.byNumber(ani) : customers.byId(customerId);
}

function somebodyIn({ ani }: CallRecord, customer: Customer | undefined): Somebody {
  const numbers = [...(customer?.numbers ?? []), ...(ani === '' ? [] : [ani])];
  return { customerId: customer?.id, numbers: [...new Set(numbers.flatMap(spellingsOf))] };
}

async function outboundFor(
  { dialer }: StoryParts,
  { id, campaignId }: CallRecord,
  principal: Principal,
): Promise<StoryView['outbound']> {
  const found = dialer && campaignId !== null ? await dialer.campaigns.byId(campaignId) : undefined;
  if (!dialer || !found) return null;
  const attempt = await dialer.attempts.byId(id.replace(/^call-/, ''));
  // The lists are on a thread of their own, which may be starting anew.
  const lead = attempt && (await dialer.lists.lead(attempt.lead).catch(() => undefined));
  const show = textFor(principal);
  return {
    id: found.id,
    name: found.name,
    script: found.script,
    attempt: attempt ? showAttempt(attempt, principal) : null,
    lead: lead
      ? {
          name: lead.name,
          fields: Object.fromEntries(Object.entries(lead.fields).map(([name, text]) => [name, show(text)])),
        }
      : null,
  };
}

function showStep({ asked, ...step }: TrailStep): StoryView['trail'][number] {
  return { ...step, asked: { ...asked } };
}

function showPromise({ number, ...promised }: Promised, principal: Principal): StoryView['promises'][number] {
  return { ...promised, number: numbersFor(principal)(number) };
}

function showContacts({ items, next }: ContactPage, principal: Principal): ContactPageView {
  const show = textFor(principal);
  return { items: items.map((item) => ({ ...item, note: show(item.note) })), next: next ?? null };
}
