import { expect, test } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import { aCall, START, theChanges } from '../store/examples.ts';
import { openScoped, type ScopeLab } from './scope-lab.ts';

/** Gives the agent of our branch the live call of the other one, or takes it from him. */
function gives(api: ScopeLab, state: Agent['state']): void {
  const at = api.centre.staff.findIndex(({ id }) => id === 'agent-ours');
  api.centre.staff[at] = { ...api.centre.staff[at]!, state };
}

const IN_HAND = { extension: '7001', call: 'live-theirs', leg: 'l1', since: START } as const;
const RESTS = { at: 'ready', extension: '7001', since: START } as const;

test('whoever has the call of another branch in hand sees it and its customer, until he has it no more', async () => {
  const api = await openScoped();
  const seen = async () => [
    (await api.ask('GET', '/api/calls/live-theirs')).status,
    (await api.ask('GET', '/api/customers/customer-theirs')).status,
    (await api.ask('GET', '/api/calls/call-theirs')).status,
  ];
  expect(await seen()).toEqual([404, 404, 404]);
  gives(api, { at: 'ringing', after: RESTS, ...IN_HAND });
  expect(await seen()).toEqual([200, 200, 404]);
  const { extension, call, since } = IN_HAND;
  gives(api, { at: 'wrap-up', extension, call, since, until: START + 1000, after: RESTS });
  expect(await seen()).toEqual([200, 200, 404]);
  gives(api, RESTS);
  expect(await seen()).toEqual([404, 404, 404]);
});

test('a live call is seen by the branch whose agent it rings', async () => {
  const api = await openScoped();
  const url = '/api/calls/live-theirs';
  const at = api.centre.calls.findIndex(({ id }) => id === 'live-theirs');
  const leg = {
    id: 'l1',
    to: { kind: 'phone', extension: '7001' },
    agent: 'agent-ours',
    plannedAt: START,
  } as const;
  expect((await api.ask('GET', url)).status).toBe(404);
  api.centre.calls[at] = { ...api.centre.calls[at]!, legs: [leg] };
  expect((await api.ask('GET', url)).status).toBe(200);
  api.centre.calls[at] = { ...api.centre.calls[at]!, legs: [{ ...leg, endedAt: START + 1 }] };
  expect((await api.ask('GET', url)).status).toBe(404);
});

test('what moves to another branch is seen there at once, and no more where it was', async () => {
  const api = await openScoped();
  const url = '/api/customers/customer-ours';
  expect((await api.ask('GET', url)).status).toBe(200);
  expect((await api.ask('GET', '/api/calls/call-ours')).status).toBe(200);
  await api.askAsHead('PATCH', url, { branch: 'theirs' });
  await api.askAsHead('PATCH', '/api/agents/agent-ours', { branch: 'theirs' });
  expect((await api.ask('GET', url)).status).toBe(404);
  expect((await api.ask('GET', '/api/calls/call-ours')).status).toBe(404);
  await api.branches.save({ id: 'theirs', name: 'x', parent: 'ours' });
  expect((await api.ask('GET', url)).status).toBe(200);
});

test('what is made without a branch belongs to that of whoever makes it', async () => {
  const api = await openScoped();
  expect((await api.ask('POST', '/api/customers', { name: 'x' })).body.branch).toBe('ours');
  expect((await api.askAsHead('POST', '/api/customers', { name: 'y' })).body.branch).toBe('');
});

test('a list is gone through to its end, however many rows of others lie between', async () => {
  const api = await openScoped();
  const facts = { language: '', persona: '', variables: {}, customerId: 'customer-theirs' };
  const calls = Array.from({ length: 450 }, (_, index) =>
    aCall({
      id: `x${index}`,
      channel: `x${index}`,
      startedAt: START + 1 + index,
      facts,
      phase: { at: 'ended' },
    }),
  );
  await api.store.commit(theChanges({ calls }));
  const first = await api.ask('GET', '/api/calls?limit=1');
  expect(first.body.items).toHaveLength(1);
  const second = await api.ask('GET', `/api/calls?limit=1&cursor=${first.body.next}`);
  const ids = [...first.body.items, ...second.body.items].map(({ id }: { id: string }) => id);
  expect(ids.sort()).toEqual(['call-ours', 'live-ours']);
  expect((await api.ask('GET', `/api/calls?limit=1&cursor=${second.body.next}`)).body.items).toEqual([]);
});

test('a supervisor changes the skills of an agent and nothing else', async () => {
  const api = await openScoped();
  const url = '/api/agents/1005';
  const skills = { service: 2 };
  expect((await api.send('supervisor', 'PATCH', url, { skills })).body).toMatchObject({ skills });
  expect((await api.send('supervisor', 'PATCH', url, { skills, name: 'x' })).status).toBe(403);
  expect((await api.send('supervisor', 'PATCH', url, { branch: '' })).status).toBe(403);
});

test("of a caller's history a branch sees what is its own, and whoever has the call in hand all of it", async () => {
  const api = await openScoped();
  const facts = { language: '', persona: '', variables: {}, customerId: 'customer-theirs' };
  const past = { ani: api.ours.number, phase: { at: 'ended' }, endedAt: START + 1 } as const;
  await api.store.commit(theChanges({ calls: [aCall({ id: 'past', channel: 'past', ...past, facts })] }));
  await api.campaigns.addFeedback({
    id: 'said',
    campaignId: 'campaign-theirs',
    ani: api.theirs.number,
    interest: 'complaint',
    note: '',
    by: 'x',
    at: START,
  });
  const told = async (call: string, ask = api.ask): Promise<string[]> =>
    (await ask('GET', `/api/calls/${call}/contacts`)).body.items.map(({ id }: { id: string }) => id);
  expect(await told('live-ours', api.askAsHead)).toContain('past');
  const seen = await told('live-ours');
  expect(seen).toEqual(expect.arrayContaining(['call-ours', 'voice-ours', 'callback-ours', 'attempt-ours']));
  expect(seen).not.toContain('past');
  gives(api, { at: 'ringing', after: RESTS, ...IN_HAND });
  const inHand = await told('live-theirs');
  expect(inHand).toEqual(
    expect.arrayContaining(['call-theirs', 'voice-theirs', 'callback-theirs', 'attempt-theirs', 'said']),
  );
});

test('feedback of a campaign names no customer of another branch', async () => {
  const api = await openScoped();
  const body = { campaignId: 'campaign-ours', interest: 'complaint', customerId: 'customer-theirs' };
  expect((await api.askAsHead('POST', '/api/feedback', body)).body.customerId).toBe('customer-theirs');
  const said = async (ask: ScopeLab['ask']) =>
    (await ask('GET', '/api/feedback?campaign=campaign-ours')).body.items[0].customerId;
  expect([await said(api.ask), await said(api.askAsHead)]).toEqual([null, 'customer-theirs']);
});

test('whoever notes what a number said learns nowhere whose customer of another branch it is', async () => {
  const api = await openScoped();
  const body = { campaignId: 'campaign-ours', interest: 'complaint', ani: api.theirs.number };
  await api.ask('POST', '/api/feedback', body);
  const [said] = (await api.askAsHead('GET', '/api/feedback?campaign=campaign-ours')).body.items;
  expect([said.ani, said.customerId]).toEqual([api.theirs.number, null]);
});
