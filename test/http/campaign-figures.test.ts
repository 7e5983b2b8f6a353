import { expect, test } from 'vitest';
import { aCall, START, theChanges } from '../store/examples.ts';
import { openApi } from './api-lab.ts';

const DAY_MS = 86_400_000;

/** A caller with this code. */
const caller = (id: string, campaignId: string, startedAt: number, connectedAt?: number) =>
  aCall({
    id,
    channel: id,
    startedAt,
    facts: { ...aCall().facts, campaignId },
    ...(connectedAt !== undefined && { connectedAt }),
  });

test('callers are counted by campaign, of today and now, and what they said, ever', async () => {
  const api = await openApi();
  const calls = [
    caller('c1', 'demo-deposit', START, START + 5_000),
    caller('c2', 'demo-deposit', START + 1),
    caller('c3', 'demo-deposit', START - DAY_MS, START - DAY_MS + 1),
    caller('c4', 'demo-fund', START),
  ];
  await api.store.commit(theChanges({ calls }));
  api.centre.calls = calls.slice(1, 2);
  for (const interest of ['interested', 'interested', 'complaint'])
    await api.send('agent', 'POST', '/api/feedback', { campaignId: 'demo-deposit', interest, ani: '95555' });
  const { body } = await api.send('viewer', 'GET', '/api/campaigns/figures');
  expect(body.items).toHaveLength(5);
  expect(body.items).toContainEqual({
    campaign: 'demo-deposit',
    live: 1,
    callers: 2,
    connected: 1,
    feedback: { interested: 2, complaint: 1 },
  });
  expect(body.items).toContainEqual({
    campaign: 'demo-fund',
    live: 0,
    callers: 1,
    connected: 0,
    feedback: {},
  });
});

test('what campaigns may name is told to those who keep them and to their readers, and to nobody else', async () => {
  const api = await openApi();
  const { status, body } = await api.send('approver', 'GET', '/api/campaigns/choices');
  expect(status).toBe(200);
  expect(body).toMatchObject({ flows: ['hotline'], personas: ['private'], policies: ['customers'] });
  expect(body.phones).toContainEqual({ extension: '2001', name: '周婷' });
  expect(body.queues).toContain('vip');
  expect(JSON.stringify(body)).not.toMatch(/password/i);
  for (const role of ['agent', 'viewer'] as const)
    expect((await api.send(role, 'GET', '/api/campaigns/choices')).status).toBe(403);
});
