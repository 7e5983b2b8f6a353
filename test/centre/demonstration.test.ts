import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DemonstrationView } from '../../src/http/demonstration.ts';
import { Baresip } from '../phones/baresip.ts';
import { RunningCentre, until } from './centre.ts';
import { Visit } from './visit.ts';

const VIP = '13800138000';
const STANDARD = '13700137000';
const IMPATIENT = '02787654002';
/** Loudness of somebody who speaks; a silent line has none. */
const SPEAKS = 300;

let centre: RunningCentre;
const phones: Baresip[] = [];

const shown = (): Promise<DemonstrationView> => centre.api<DemonstrationView>('/api/demonstration');
const start = (script: string): Promise<DemonstrationView> =>
  centre.api<DemonstrationView>('/api/demonstration/calls', { script });

/** The agent of this extension, logged in at his phone. */
async function agentAt(extension: string, state: 'ready' | 'not-ready' = 'ready'): Promise<Baresip> {
  const phone = await Baresip.start({ ...centre.account(extension) });
  phones.push(phone);
  await centre.api(`/api/agents/${extension}/log-in`, { extension });
  if (state === 'ready') await centre.api(`/api/agents/${extension}/ready`, {});
  return phone;
}

beforeAll(async () => {
  centre = await RunningCentre.start();
}, 300_000);

afterEach(async () => {
  await centre.ask('/api/demonstration/calls', undefined, 'DELETE');
  for (const extension of ['1001', '1003']) await centre.api(`/api/agents/${extension}/log-out`, {});
  await Promise.all(phones.splice(0).map((phone) => phone.stop()));
  await until(
    'all calls over',
    async () => (await centre.api<{ items: unknown[] }>('/api/calls/live')).items.length === 0,
    20_000,
  );
});

afterAll(async () => {
  await centre?.stop();
});

describe('scripted callers', () => {
  test('given_an_agent_when_the_vip_calls_then_the_agent_hears_a_customer_over_sip', async () => {
    const agent = await agentAt('1001');
    expect((await start('vip')).running).toMatchObject([{ script: 'vip' }]);
    const visit = new Visit(centre, VIP);
    await agent.waitFor('CALL_INCOMING', 30_000);
    await agent.accept();
    await visit.sees('CallConnected');
    await until('his voice', async () => agent.heard().last(1000).loudness > SPEAKS, 20_000);
    expect(
      (await centre.api<{ customerId: string }>(`/api/calls/${(await visit.record())?.id}`)).customerId,
    ).toBe('demo-vip');
    await agent.hangup();
    await visit.ended();
    await until('nobody is left', async () => (await shown()).running.length === 0);
  });

  test('given_no_reception_phone_when_a_caller_keys_in_a_code_then_an_agent_gets_him_with_his_campaign', async () => {
    const agent = await agentAt('1001');
    await start('code');
    const visit = new Visit(centre, STANDARD);
    await agent.waitFor('CALL_INCOMING', 40_000);
    await agent.accept();
    await visit.sees('CallConnected');
    const { items } = await centre.api<{ items: { campaignId: string; agentId: string }[] }>(
      '/api/calls/live',
    );
    expect(items).toMatchObject([{ campaignId: 'demo-deposit', agentId: '1001' }]);
  });

  test('given_no_agent_who_is_ready_when_the_impatient_one_calls_then_he_hangs_up_in_the_queue', async () => {
    await agentAt('1003', 'not-ready');
    await start('impatient');
    const visit = new Visit(centre, IMPATIENT);
    await visit.sees('CallQueued', { queue: 'card' });
    const call = await until(
      'his end',
      async () => {
        const record = await visit.record();
        return record?.endedAt ? record : undefined;
      },
      60_000,
    );
    expect(call.endedBy).toBe('caller');
    expect((await visit.steps()).at(-1)).toBe('hotline/card-queue');
  });

  test('given_the_sample_bank_when_a_caller_reports_his_card_then_he_needs_no_agent', async () => {
    await start('loss');
    const visit = new Visit(centre, STANDARD);
    await visit.isIn('loss-report/reported', 60_000);
  });

  test('given_a_rush_then_ten_call_and_no_more_than_twenty_at_once', async () => {
    await start('rush');
    await until('ten callers', async () => (await shown()).running.length === 10, 20_000);
    await start('rush');
    const refused = await centre.ask('/api/demonstration/calls', { script: 'vip' });
    expect([refused.status, await refused.json()]).toMatchObject([
      409,
      { error: { id: 'demonstration-full' } },
    ]);
    await until('twenty callers', async () => (await shown()).running.length === 20, 20_000);
    const stopped = await centre.ask('/api/demonstration/calls', undefined, 'DELETE');
    expect([stopped.status, await stopped.json()]).toMatchObject([200, { isPossible: true }]);
    await until('nobody', async () => (await shown()).running.length === 0, 20_000);
  });
});

test('given_a_centre_without_guests_then_no_caller_is_played_and_it_says_why', async () => {
  const closed = await RunningCentre.start(undefined, { CARILLON_GUESTS: 'off' });
  try {
    expect(await closed.api('/api/demonstration')).toMatchObject({ isPossible: false, whyNot: 'no-guests' });
    const refused = await closed.ask('/api/demonstration/calls', { script: 'vip' });
    expect([refused.status, await refused.json()]).toMatchObject([
      409,
      { error: { id: 'demonstration-off' } },
    ]);
  } finally {
    await closed.stop();
  }
}, 200_000);
