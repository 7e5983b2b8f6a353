import { expect, test } from 'vitest';
import { agent, queue } from './centre-lab.ts';
import { type DialerLab, dialerLab, lead, outbound } from './dialer-lab.ts';

const numberOf = (index: number): string => `+861390000${1000 + index}`;
const leadsOf = (campaign: string, count: number, from: number) =>
  Array.from({ length: count }, (_, index) =>
    lead(`${campaign}-${index}`, numberOf(from + index), { campaign }),
  );
const silent = { trunk: () => ({ ringAfterMs: 50 }) };

const QUEUES = [queue('sales', { sales: 5 }), queue('cards', { cards: 5 }), queue('general', { service: 5 })];

async function changeCampaigns(lab: DialerLab, change: Parameters<typeof lab.campaigns.map>[0]) {
  lab.campaigns = lab.campaigns.map(change as never);
  await lab.engine.dialler!.campaignsChanged();
}

/** Everybody who talks hangs up, each quarter of a minute. */
async function callsPass(lab: DialerLab, seconds: number): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 15) {
    await lab.clock.advance(15_000);
    for (const number of lab.dialledNumbers()) lab.pbx.dialled(number)?.hangup();
  }
}

test.each(['o1', 'o2'])('when %s is stopped, the other campaign of its queue goes on', async (stopped) => {
  const lab = dialerLab({
    leads: [...leadsOf('o1', 20, 0), ...leadsOf('o2', 20, 100)],
    pbx: { trunk: () => ({ ringAfterMs: 50, answerAfterMs: 1000 }) },
    outbound: [outbound(), outbound({ id: 'o2' })],
  });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(10_000);
  for (const number of lab.dialledNumbers()) lab.pbx.dialled(number)?.hangup();
  await lab.clock.advance(50);
  await changeCampaigns(lab, (one) => (one.id === stopped ? { ...one, status: 'stopped' } : one));
  const before = lab.attempts().length;
  await callsPass(lab, 300);
  const after = lab
    .attempts()
    .slice(before)
    .map(({ campaign }) => campaign);
  expect(after.length).toBeGreaterThan(3);
  expect(after).not.toContain(stopped);
});

test('while one campaign has only leads whom the gate refuses, the other one has the agents', async () => {
  const lab = dialerLab({
    leads: [...leadsOf('o1', 2000, 0), ...leadsOf('o2', 40, 5000)],
    pbx: { trunk: () => ({ ringAfterMs: 50, answerAfterMs: 500, hangupAfterMs: 1000 }) },
    outbound: [outbound({ retry: {} }), outbound({ id: 'o2', retry: {} })],
  });
  for (let index = 0; index < 2000; index += 1)
    lab.gate.refused.set(numberOf(index), {
      allowed: false,
      rule: 'week-cap',
      retryAt: Number.MAX_SAFE_INTEGER,
      detail: {},
    });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(3000);
  expect(lab.attempts().map(({ campaign }) => campaign)).toEqual(['o2']);
});

test('a campaign that is given another queue leaves nothing behind in the pool of the old one', async () => {
  const lab = dialerLab({
    leads: [...leadsOf('o1', 40, 0), ...leadsOf('o2', 40, 100)],
    pbx: silent,
    outbound: [outbound(), outbound({ id: 'o2' })],
    queues: QUEUES,
  });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(3000);
  const [first] = lab.attempts();
  await changeCampaigns(lab, (one) => (one.id === first!.campaign ? { ...one, queue: 'cards' } : one));
  await lab.clock.advance(120_000);
  expect(lab.attempts().length).toBeGreaterThan(3);
  expect(
    lab.engine.dialler!.status().campaigns.find(({ campaign }) => campaign === 'o2')?.reason,
  ).toMatchObject({ ringing: 1 });
});

const NIGHT = `flow: night
numbers: ["95533"]
languages: [en]
start: agent
steps:
  agent: { queue: { name: NAME, timeout: 60m }, otherwise: end }
  end: { hangup: {} }
`;
const FLOW = `flow: outbound
languages: [en]
start: agent
steps:
  agent: { campaign-agent: {}, then: { done: end, timeout: end } }
  end: { hangup: {} }
`;

/** Five agents who take callers of `general` and calls of campaigns, one who takes those of `night`. */
async function blended(waitsIn: string): Promise<DialerLab> {
  const agents = [1, 2, 3, 4, 5].map((index) => agent(`100${index}`, { sales: 8, service: 8 }));
  const lab = dialerLab({
    leads: leadsOf('o1', 40, 0),
    flows: [FLOW, NIGHT.replace('NAME', waitsIn)],
    pbx: silent,
    queues: [...QUEUES, queue('night', { night: 5 }), queue('gold', { service: 5, gold: 1 })],
    agents: [...agents, agent('1006', { night: 8, gold: 8, service: 8 })],
  });
  await lab.start();
  await lab.works('1006');
  await lab.engine.tellAgent('1006', { type: 'GoNotReady', reason: 'break' });
  for (const { id } of agents) await lab.works(id);
  return lab;
}

test('callers whom the agents of a campaign cannot serve keep none of them back', async () => {
  const lab = await blended('night');
  lab.caller('13800000000', '95533');
  await lab.clock.advance(1000);
  expect(lab.engine.queues().find(({ queue: { name } }) => name === 'night')?.waiting).toHaveLength(1);
  const before = lab.attempts().length;
  await lab.clock.advance(60_000);
  expect(lab.attempts().length).toBeGreaterThan(before + 2);
});

test('those who are kept back for callers are kept over all campaigns, not once for each', async () => {
  const agents = [1, 2, 3, 4, 5, 6].map((index) =>
    agent(`100${index}`, { ...(index % 2 === 0 ? { sales: 8 } : { cards: 8 }), service: 8 }),
  );
  const lab = dialerLab({
    leads: [...leadsOf('o1', 40, 0), ...leadsOf('o2', 40, 100)],
    pbx: silent,
    outbound: [outbound(), outbound({ id: 'o2', queue: 'cards' })],
    queues: QUEUES,
    agents,
  });
  await lab.start();
  for (const { id } of agents) await lab.works(id);
  await lab.clock.advance(3000);
  // Of six, ln(7) rounded up is kept: two.
  expect(lab.attempts().filter(({ endedAt }) => endedAt === undefined)).toHaveLength(4);
});

test('an agent who is removed counts in no pool any more', async () => {
  const lab = dialerLab({ leads: leadsOf('o1', 4, 0), pbx: silent });
  await lab.start();
  await lab.works('1002');
  const pool = lab.engine.dialler!.floor.pools.get('sales')!;
  expect([pool.size, pool.takers.size]).toEqual([1, 1]);
  await lab.engine.tellAgent('1002', { type: 'LogOut' });
  await lab.engine.removeAgent('1002');
  expect([pool.size, pool.takers.size]).toEqual([0, 0]);
});

test('however often agents change, pools decide ten times in a second at most', async () => {
  const lab = dialerLab({ leads: leadsOf('o1', 40, 0), pbx: silent });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(2000);
  const { pacer } = lab.engine.dialler!.floor.pools.get('sales')!;
  let decisions = 0;
  const decide = pacer.decide.bind(pacer);
  pacer.decide = (now) => {
    decisions += 1;
    return decide(now);
  };
  for (let index = 0; index < 50; index += 1) {
    await lab.engine.tellAgent('1002', { type: 'LogIn', extension: '1002' });
    await lab.engine.tellAgent('1002', { type: 'LogOut' });
    await lab.clock.advance(20);
  }
  expect(decisions).toBeGreaterThan(2);
  expect(decisions).toBeLessThanOrEqual(11);
});
