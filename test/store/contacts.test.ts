import { expect, test } from 'vitest';
import { CallStore } from '../../src/call/store.ts';
import { CONTACTS_LOOKED_AT } from '../../src/customer/contact.ts';
import { CentreStore } from '../../src/engine/store.ts';
import { aCall, openStore, START, theChanges } from './examples.ts';

/** A call that is over. @param hour after the first one */
function aContact(id: string, hour: number, changes: Partial<ReturnType<typeof aCall>> = {}) {
  const startedAt = START + hour * 3_600_000;
  const facts = { language: 'zh-CN', persona: '', customerId: 'c1', variables: {}, queue: 'general' };
  return {
    ...aCall(),
    id,
    channel: `ch-${id}`,
    startedAt,
    facts,
    phase: { at: 'ended' } as const,
    waitedMs: 30_000,
    endedAt: startedAt + 60_000,
    endedBy: 'caller' as const,
    endCause: 'normal' as const,
    ...changes,
  };
}

test('what is known of the last calls of a customer, the latest first', async () => {
  const { database, events } = openStore();
  const store = new CentreStore(database, events);
  const facts = aContact('x', 0).facts;
  await store.commit(
    theChanges({
      calls: [
        aContact('gave-up', 1),
        aContact('served', 2, { connectedAt: START + 7_230_000, facts: { ...facts, agentId: '1001' } }),
        aContact('let-go', 3, { endedBy: 'carillon' }),
        aContact('somebody-else', 4, { facts: { ...facts, customerId: 'c2' } }),
        aContact('live', 5, { phase: { at: 'flow' }, endedAt: undefined, endedBy: undefined } as object),
      ],
    }),
  );
  expect(await new CallStore(database, events).lastContacts('c1')).toEqual([
    { waitedMs: 30_000, gaveUp: false },
    { waitedMs: 30_000, gaveUp: false, agent: '1001' },
    { waitedMs: 30_000, gaveUp: true },
  ]);
});

test('it is one step into an index, and no more than so many rows', async () => {
  const { database, events } = openStore();
  const store = new CentreStore(database, events);
  await store.commit(
    theChanges({ calls: Array.from({ length: 30 }, (_, index) => aContact(`c${index}`, index)) }),
  );
  const found = await new CallStore(database, events).lastContacts('c1');
  expect(found).toHaveLength(CONTACTS_LOOKED_AT);
  const plan = database
    .prepare(
      'explain query plan select agent_id from call where customer_id = ? and ended_at is not null order by started_at desc limit 20',
    )
    .all('c1') as { detail: string }[];
  expect(plan.map(({ detail }) => detail)).toEqual(['SEARCH call USING INDEX call_customer (customer_id=?)']);
});
