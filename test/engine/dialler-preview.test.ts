import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readClassOfService } from '../../src/engine/class-of-service-file.ts';
import { ANYWHERE } from '../../src/lab/anywhere.ts';
import { agent, queue } from './centre-lab.ts';
import { type DialerLab, dialerLab, lead, outbound } from './dialer-lab.ts';

const MINUTE = 60_000;
const numberOf = (index: number): string => `+861390000${1000 + index}`;
const answers = { trunk: () => ({ ringAfterMs: 50, answerAfterMs: 1000 }) };
const silent = { trunk: () => ({ ringAfterMs: 50 }) };
const PREVIEW = outbound({ pacing: { mode: 'preview' } });

const shownTo = (lab: DialerLab, id: string): Promise<string> =>
  lab.engine.dialler!.previewNext(id, '').then(
    (preview) => preview.lead.id,
    (refused: Error) => refused.message,
  );

async function opened(options: Parameters<typeof dialerLab>[0] = {}): Promise<DialerLab> {
  const leads = [lead('l1', numberOf(1))];
  const lab = dialerLab({ leads, pbx: answers, outbound: [PREVIEW], ...options });
  await lab.start();
  await lab.works('1001');
  await lab.works('1002');
  await lab.clock.advance(3000);
  return lab;
}

test('leads whom the gate refuses go back to their list, and the next one is shown', async () => {
  const leads = Array.from({ length: 30 }, (_, index) => lead(`l${index}`, numberOf(index)));
  const lab = dialerLab({ leads, outbound: [PREVIEW] });
  for (let index = 0; index < 25; index += 1)
    lab.gate.refused.set(numberOf(index), { allowed: false, rule: 'do-not-call', detail: {} });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(3000);
  await shownTo(lab, '1001');
  await lab.clock.advance(MINUTE);
  expect(await shownTo(lab, '1001')).toBe('l25');
  expect(lab.leads.settled.filter(({ fate }) => fate.next === 'done')).toHaveLength(25);
});

test.each([
  ['logs out', 1000, true],
  ['looks at it for longer than five minutes', 5 * MINUTE + 1000, false],
])('what an agent was shown who %s is shown to another one', async (_name, waitMs, logsOut) => {
  const lab = await opened();
  expect(await shownTo(lab, '1001')).toBe('l1');
  expect(await shownTo(lab, '1002')).toContain('no lead can be shown');
  if (logsOut) await lab.engine.tellAgent('1001', { type: 'LogOut' });
  await lab.clock.advance(waitMs);
  await lab.clock.advance(6000);
  expect(await shownTo(lab, '1002')).toBe('l1');
});

test('nobody is called for a campaign that was paused while its lead was looked at', async () => {
  const lab = await opened();
  await shownTo(lab, '1001');
  lab.campaigns = [{ ...PREVIEW, status: 'paused' }];
  await lab.engine.dialler!.campaignsChanged();
  await expect(lab.engine.dialler!.previewAccept('1001')).rejects.toMatchObject({
    id: 'not-dialling',
    message: expect.stringContaining('It is paused'),
  });
  await lab.clock.advance(5000);
  expect(lab.attempts()).toEqual([]);
});

test('while the database takes no writes no lead is shown or called, and the agent is told why', async () => {
  const lab = await opened();
  await shownTo(lab, '1001');
  lab.store.failing = true;
  await lab.engine.tellAgent('1002', { type: 'GoNotReady', reason: 'break' });
  await expect(lab.engine.dialler!.previewAccept('1001')).rejects.toMatchObject({
    id: 'not-dialling',
    message: expect.stringContaining('database takes no writes'),
  });
  expect(await shownTo(lab, '1002')).toContain('database takes no writes');
  lab.store.failing = false;
  await lab.clock.advance(6000);
  await lab.engine.dialler!.previewAccept('1001');
  await lab.clock.advance(3000);
  expect(lab.attempts()).toMatchObject([{ lead: 'l1' }]);
});

test('an agent whose campaign has reached its limits is told so, and keeps the lead that he looks at', async () => {
  const lab = await opened({
    leads: [lead('l1', '13900000001'), lead('l2', '13900000002')],
    classOfService: { ...ANYWHERE, limits: { ...ANYWHERE.limits, campaign: { perMinute: 1 } } },
  });
  await shownTo(lab, '1001');
  await lab.engine.dialler!.previewAccept('1001');
  await lab.clock.advance(3000);
  const shown = await shownTo(lab, '1002');
  await expect(lab.engine.dialler!.previewAccept('1002')).rejects.toMatchObject({
    id: 'not-dialling',
    message: expect.stringContaining('class of service'),
  });
  expect(await shownTo(lab, '1002')).toBe(shown);
});

const SHIPPED = new URL('../../dialplan/class-of-service.yaml', import.meta.url);

test('a campaign that may dial nowhere says so once a minute, with the class that forbids it', async () => {
  const text = readFileSync(SHIPPED, 'utf8').replace(
    'campaigns: { default: domestic }',
    'campaigns: { default: none }',
  );
  const leads = Array.from({ length: 300 }, (_, index) => lead(`l${index}`, numberOf(index)));
  const lab = dialerLab({
    leads,
    pbx: silent,
    classOfService: readClassOfService(text, SHIPPED.pathname).rules,
  });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(30_000);
  expect(lab.attempts()).toEqual([]);
  const events = lab.store.events.filter(({ type }) => type === 'DialRefused');
  expect(events.map(({ data }) => data)).toMatchObject([{ reason: 'not-permitted' }]);
  expect(lab.types().filter((type) => type === 'LeadsHeldBack')).toHaveLength(1);
});

test('preview campaigns are shown in turn, by their weights', async () => {
  const leads = ['o1', 'o2'].flatMap((campaign, of) =>
    Array.from({ length: 20 }, (_, index) =>
      lead(`${campaign}-${index}`, numberOf(100 * of + index), { campaign }),
    ),
  );
  const lab = await opened({ leads, outbound: [PREVIEW, { ...PREVIEW, id: 'o2', weight: 3 }] });
  const shown = { o1: 0, o2: 0 };
  for (let index = 0; index < 12; index += 1) {
    const { campaign } = await lab.engine.dialler!.previewNext('1001', '');
    shown[campaign as 'o1' | 'o2'] += 1;
    await lab.engine.dialler!.previewSkip('1001', 'test');
  }
  expect(shown).toEqual({ o1: 3, o2: 9 });
});

test('a callback that somebody else promised is left to him while he is at work', async () => {
  const leads = [lead('cb', numberOf(1), { callback: { agent: '1002' } }), lead('l2', numberOf(2))];
  const lab = await opened({ leads });
  expect(await shownTo(lab, '1001')).toBe('l2');
  expect(await shownTo(lab, '1002')).toBe('cb');
});

// ── promised calls ───────────────────────────────────────────────────────────────────────────────────────────────────

const QUEUES = [queue('sales', { sales: 5 }), queue('cards', { cards: 5 }), queue('general', { service: 5 })];

test('an agent calls those whom he promised it, also where he counts among the agents of another campaign', async () => {
  const lab = dialerLab({
    leads: [
      lead('cb', numberOf(1), { callback: { agent: '1001' } }),
      ...Array.from({ length: 9 }, (_, index) => lead(`y${index}`, numberOf(10 + index))),
    ],
    pbx: silent,
    outbound: [outbound(), outbound({ id: 'o2', queue: 'cards' })],
    queues: QUEUES,
    agents: [agent('1001', { sales: 8, cards: 8 }), agent('1002', { sales: 8 })],
  });
  await lab.start();
  await lab.works('1002');
  await lab.works('1001');
  expect(lab.engine.dialler!.floor.pools.get('cards')!.has('1001')).toBe(true);
  await lab.clock.advance(5000);
  expect(lab.attempts().find((one) => one.lead === 'cb')).toMatchObject({ agent: '1001', mode: 'preview' });
});

test.each([
  ['is no agent any more', '1009', 5000],
  ['is not to be had for an hour', '1002', 62 * MINUTE],
])('whose agent %s is called by whoever is free', async (_name, owner, waitMs) => {
  const lab = dialerLab({ leads: [lead('cb', numberOf(1), { callback: { agent: owner } })], pbx: silent });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(waitMs - 4 * MINUTE);
  if (waitMs > MINUTE) expect(lab.attempts()).toEqual([]);
  await lab.clock.advance(5 * MINUTE);
  expect(lab.attempts()[0]).toMatchObject({ lead: 'cb', mode: 'progressive' });
});

test('a promised call whose agent cannot take it now keeps the others from nothing', async () => {
  const leads = [lead('cb', numberOf(1), { callback: { agent: '1002' } }), lead('l2', numberOf(2))];
  const lab = dialerLab({ leads, pbx: silent });
  await lab.start();
  await lab.works('1002');
  await lab.engine.tellAgent('1002', { type: 'GoNotReady', reason: 'break' });
  await lab.works('1001');
  await lab.clock.advance(5000);
  expect(lab.attempts().map((one) => one.lead)).toEqual(['l2']);
  expect(lab.engine.dialler!.problems()).toEqual([]);
});

// ── the trunk ────────────────────────────────────────────────────────────────────────────────────────────────────────

test('the dial that tries whether the trunk works again lets the others go on, however long it talks', async () => {
  let works = false;
  const leads = Array.from({ length: 60 }, (_, index) => lead(`l${index}`, numberOf(index)));
  const lab = dialerLab({
    leads,
    outbound: [outbound({ retry: {} })],
    pbx: {
      trunk: () =>
        works ? { ringAfterMs: 50, answerAfterMs: 1000 } : { refuse: { afterMs: 10, sipCode: 503 } },
    },
    agents: ['1001', '1002', '1003'].map((id) => agent(id, { sales: 8 })),
  });
  await lab.start();
  for (const id of ['1001', '1002', '1003']) await lab.works(id);
  await lab.clock.advance(10_000);
  const before = lab.attempts().length;
  works = true;
  await lab.clock.advance(60_000);
  expect(
    lab
      .attempts()
      .slice(before)
      .filter(({ connectedAt }) => connectedAt !== undefined),
  ).toHaveLength(3);
});

test('an agent who does not take the call that he asked for says nothing of the trunk', async () => {
  const lab = await opened({
    leads: Array.from({ length: 9 }, (_, index) => lead(`l${index}`, numberOf(index))),
  });
  const { circuit } = lab.engine.dialler!.floor.campaigns.get('o1')!;
  for (let index = 0; index < 10; index += 1) circuit.ended(`a${index}`, 'congestion', lab.clock.now());
  await lab.clock.advance(16_000);
  lab.pbx.setPhone('1001', { ringAfterMs: 10 });
  await shownTo(lab, '1001');
  await lab.engine.dialler!.previewAccept('1001');
  await lab.clock.advance(40_000);
  expect(lab.attempts()).toMatchObject([{ outcome: 'not-dialled' }]);
  expect(circuit.opensAt).toBeDefined();
  expect(circuit.isOpen(lab.clock.now())).toBe(false);
});
