import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { anAgent, openStore, theChanges } from './examples.ts';

test('an agent whom an earlier version stored as "offered" is one whose phone rings', async () => {
  const { database, store } = openStore();
  await store.commit(theChanges({ agents: [anAgent()] }));
  const before = { at: 'ready', since: 10 };
  const offered = { at: 'offered', extension: '1001', call: 'c1', leg: 'l1', before, since: 20 };
  database.query.run(sql`update agent set state = ${JSON.stringify(offered)}`);
  const [agent] = (await store.load()).agents;
  const ringing = { at: 'ringing', extension: '1001', call: 'c1', leg: 'l1', after: before, since: 20 };
  expect(agent?.state).toEqual(ringing);
});
