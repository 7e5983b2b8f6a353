import { expect, test } from 'vitest';
import { ANYWHERE } from '../../src/lab/anywhere.ts';
import { dialerLab, lead, outbound } from './dialer-lab.ts';

const NUMBER = '+8613900000001';
const OTHER = '+8613900000002';

const answersAfter = (answerAfterMs: number) => ({ trunk: () => ({ ringAfterMs: 50, answerAfterMs }) });
/** Two calls a minute for each campaign. */
const LIMITED = { ...ANYWHERE, limits: { ...ANYWHERE.limits, campaign: { perMinute: 2 } } };
const silent = { trunk: () => ({ ringAfterMs: 50 }) };

test('a lead is dialled when an agent is ready, and he who answers talks with that agent', async () => {
  const lab = dialerLab({ leads: [lead('l1', NUMBER)], pbx: answersAfter(3000) });
  await lab.start();
  await lab.clock.advance(2000);
  expect(lab.attempts()).toEqual([]);
  await lab.works('1001');
  await lab.clock.advance(5000);
  expect(lab.pbx.dialled(NUMBER)?.talkingWith).toHaveLength(1);
  lab.pbx.dialled(NUMBER)?.hangup();
  await lab.clock.advance(1000);
  expect(lab.attempts()).toMatchObject([
    { lead: 'l1', campaign: 'o1', outcome: 'connected', agent: '1001', fate: { next: 'done' } },
  ]);
  expect(lab.leads.settled).toMatchObject([{ lead: 'l1', outcome: 'connected' }]);
});

test('an attempt is in the store, under way, before its number rings', async () => {
  const lab = dialerLab({ leads: [lead('l1', NUMBER)], pbx: answersAfter(3000) });
  await lab.start();
  const before: (string | undefined)[] = [];
  lab.store.onCommit = ({ attempts }) => {
    for (const { number, endedAt } of attempts)
      if (endedAt === undefined && before.length === 0) before.push(lab.pbx.dialled(number)?.channel);
  };
  await lab.works('1001');
  await lab.clock.advance(1000);
  expect(before).toEqual([undefined]);
  expect(lab.pbx.dialled(NUMBER)).toBeDefined();
});

test('progressive never dials more than there are idle agents', async () => {
  const leads = Array.from({ length: 30 }, (_, index) => lead(`l${index}`, `+86139000000${index + 10}`));
  const lab = dialerLab({ leads, pbx: silent });
  await lab.start();
  await lab.works('1001');
  await lab.works('1002');
  for (let second = 0; second < 60; second += 1) {
    await lab.clock.advance(1000);
    expect(lab.attempts().filter(({ endedAt }) => endedAt === undefined).length).toBeLessThanOrEqual(2);
  }
  expect(lab.attempts().length).toBeGreaterThan(3);
});

test('who answers and finds no agent in two seconds hears the message and can be left alone', async () => {
  const lab = dialerLab({
    leads: [lead('l1', NUMBER)],
    pbx: answersAfter(3000),
    outbound: [outbound({ pacing: { mode: 'ratio', ratio: 1 } })],
  });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(1500);
  await lab.engine.tellAgent('1001', { type: 'GoNotReady', reason: 'break' });
  await lab.clock.advance(3600);
  const customer = lab.pbx.dialled(NUMBER)!;
  expect(customer.heard).toContain('en/sorry');
  customer.press('9');
  await lab.clock.advance(1000);
  expect(lab.optOuts).toEqual([{ person: NUMBER, number: NUMBER, campaign: '' }]);
  await lab.clock.advance(10_000);
  expect(lab.attempts()).toMatchObject([{ outcome: 'abandoned' }]);
  expect(lab.engine.dialler?.floor.windowsOf('o1').counts(lab.clock.now()).day).toMatchObject({
    answered: 1,
    abandoned: 1,
  });
});

test('nobody is let ring for less than the law says, and who does not answer is tried again as the rules say', async () => {
  const lab = dialerLab({
    leads: [lead('l1', NUMBER)],
    pbx: { trunk: () => ({ ringAfterMs: 12_000 }) },
    outbound: [outbound({ ringMs: 20_000 })],
  });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(26_000);
  expect(lab.pbx.dialled(NUMBER)).toBeDefined();
  await lab.clock.advance(3000);
  expect(lab.pbx.dialled(NUMBER)).toBeUndefined();
  const [first] = lab.attempts();
  expect(first).toMatchObject({ outcome: 'no-answer', fate: { next: 'again' } });
  expect(first!.endedAt! - first!.ringingAt!).toBeGreaterThanOrEqual(15_000);
  await lab.clock.advance(90_000);
  expect(lab.attempts().length).toBe(2);
});

test('whom the gate does not let pass is not dialled, goes back to his list, and the log says by which rule', async () => {
  const lab = dialerLab({ leads: [lead('l1', NUMBER), lead('l2', OTHER)], pbx: answersAfter(3000) });
  lab.gate.refused.set(NUMBER, { allowed: false, rule: 'do-not-call', detail: {} });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(4000);
  expect(lab.dialledNumbers()).toEqual([OTHER]);
  expect(lab.leads.settled).toContainEqual({ lead: 'l1', fate: { next: 'done', reason: 'do-not-call' } });
  expect(lab.store.events.find(({ type }) => type === 'LeadsHeldBack')?.data).toMatchObject({
    rule: 'do-not-call',
    leads: [{ lead: 'l1' }],
  });
});

test('while the database takes no writes nobody is dialled', async () => {
  const lab = dialerLab({ leads: [lead('l1', NUMBER)], pbx: answersAfter(3000) });
  await lab.start();
  lab.store.failing = true;
  await lab.works('1001');
  await lab.clock.advance(5000);
  expect(lab.pbx.dialled(NUMBER)).toBeUndefined();
  lab.store.failing = false;
  await lab.clock.advance(6000);
  expect(lab.dialledNumbers()).toEqual([NUMBER]);
});

test('a daemon that dies while it rings: the next one dials nobody again, and puts through who answers', async () => {
  const lab = dialerLab({ leads: [lead('l1', NUMBER)], pbx: answersAfter(8000) });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(2000);
  const channel = lab.pbx.dialled(NUMBER)?.channel;
  expect(channel).toBeDefined();
  await lab.restart();
  await lab.clock.advance(8000);
  expect(lab.pbx.dialled(NUMBER)?.channel).toBe(channel);
  expect(lab.pbx.dialled(NUMBER)?.talkingWith).toHaveLength(1);
  lab.pbx.dialled(NUMBER)?.hangup();
  await lab.clock.advance(1000);
  expect(lab.attempts()).toMatchObject([{ outcome: 'connected' }]);
});

test('a daemon that dies before the dial went out: the attempt ends as unknown and counts', async () => {
  const lab = dialerLab({ leads: [lead('l1', NUMBER)], pbx: silent });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(2000);
  await lab.engine.stop();
  lab.pbx.dialled(NUMBER)?.vanish();
  await lab.clock.advance(500);
  await lab.succeed();
  await lab.clock.advance(15_000);
  expect(lab.attempts()).toMatchObject([{ outcome: 'unknown', fate: { next: 'done', reason: 'unknown' } }]);
  expect(lab.leads.settled).toMatchObject([{ lead: 'l1', outcome: 'unknown' }]);
});

test('in preview an agent sees the lead, is rung first, and then the customer', async () => {
  const lab = dialerLab({
    leads: [lead('l1', NUMBER), lead('l2', OTHER)],
    pbx: answersAfter(3000),
    outbound: [outbound({ pacing: { mode: 'preview' } })],
  });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(3000);
  expect(lab.attempts()).toEqual([]);
  const shown = await lab.engine.dialler!.previewNext('1001', '');
  expect(shown?.lead.id).toBe('l1');
  await lab.engine.dialler!.previewSkip('1001', 'language');
  const next = await lab.engine.dialler!.previewNext('1001', 'o1');
  expect(next?.lead.id).toBe('l2');
  await lab.engine.dialler!.previewAccept('1001');
  await lab.clock.advance(500);
  expect(lab.pbx.dialled(OTHER)).toBeDefined();
  await lab.clock.advance(3500);
  expect(lab.pbx.dialled(OTHER)?.talkingWith).toHaveLength(1);
  await expect(lab.engine.dialler!.previewAccept('1001')).rejects.toMatchObject({
    id: 'no-preview',
  });
  lab.pbx.dialled(OTHER)?.hangup();
  await lab.clock.advance(1000);
  expect(lab.attempts()).toMatchObject([
    { lead: 'l2', mode: 'preview', outcome: 'connected', agent: '1001' },
  ]);
  expect(lab.leads.settled.map((one) => one.lead)).toEqual(['l1', 'l2']);
});

test('a callback that one agent promised is his: he is rung first, at the time', async () => {
  const lab = dialerLab({
    leads: [lead('l1', NUMBER, { callback: { agent: '1002' } })],
    pbx: answersAfter(3000),
  });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(3000);
  expect(lab.attempts()).toEqual([]);
  await lab.works('1002');
  await lab.clock.advance(10 * 60_000);
  expect(lab.attempts()).toMatchObject([{ lead: 'l1', agent: '1002' }]);
});

test('what an agent notes decides how it goes on, also after the call', async () => {
  const lab = dialerLab({ leads: [lead('l1', NUMBER)], pbx: answersAfter(3000) });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(5000);
  lab.pbx.dialled(NUMBER)?.hangup();
  await lab.clock.advance(1000);
  const [attempt] = lab.attempts();
  const callbackAt = lab.clock.now() + 3_600_000;
  await lab.engine.dialler!.dispose(attempt!.id, {
    result: 'callback',
    note: '',
    callbackAt,
    callbackAgent: '1001',
    by: '1001',
    at: lab.clock.now(),
  });
  await lab.clock.advance(1000);
  expect(lab.leads.settled.at(-1)).toMatchObject({
    lead: 'l1',
    fate: { next: 'again', dueAt: callbackAt, agent: '1001' },
  });
});

test('a paused campaign dials nothing and goes on when it is started; a stopped one keeps the calls it has', async () => {
  const leads = [lead('l1', NUMBER), lead('l2', OTHER)];
  const lab = dialerLab({ leads, pbx: answersAfter(3000), outbound: [outbound({ status: 'paused' })] });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(3000);
  expect(lab.attempts()).toEqual([]);
  expect(lab.engine.dialler?.floor.campaigns.get('o1')?.whyNot).toBe('paused');
  lab.campaigns = [outbound()];
  await lab.engine.dialler!.campaignsChanged();
  await lab.clock.advance(5000);
  expect(lab.pbx.dialled(NUMBER)?.talkingWith).toHaveLength(1);
  lab.campaigns = [outbound({ status: 'stopped' })];
  await lab.engine.dialler!.campaignsChanged();
  await lab.clock.advance(5000);
  expect(lab.pbx.dialled(NUMBER)?.talkingWith).toHaveLength(1);
  expect(lab.attempts()).toHaveLength(1);
});

test('a trunk that fails opens the circuit: no storm of dials', async () => {
  const leads = Array.from({ length: 200 }, (_, index) => lead(`l${index}`, `+86139000${index + 10_000}`));
  const lab = dialerLab({ leads, pbx: { trunk: () => ({ refuse: { afterMs: 20, sipCode: 503 } }) } });
  await lab.start();
  await lab.works('1001');
  await lab.works('1002');
  await lab.clock.advance(60_000);
  expect(lab.attempts().every(({ outcome }) => outcome === 'congestion' || outcome === undefined)).toBe(true);
  expect(lab.attempts().length).toBeLessThan(20);
  expect(lab.engine.dialler?.floor.campaigns.get('o1')?.whyNot).toBe('trunk-fails');
});

test('a campaign that is drained ends what is under way, and is stopped then', async () => {
  const lab = dialerLab({ leads: [lead('l1', NUMBER), lead('l2', OTHER)], pbx: answersAfter(3000) });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(1000);
  lab.campaigns = [outbound({ status: 'draining' })];
  await lab.engine.dialler!.campaignsChanged();
  await lab.clock.advance(5000);
  expect(lab.pbx.dialled(NUMBER)?.talkingWith).toHaveLength(1);
  expect(lab.campaigns[0]?.status).toBe('draining');
  lab.pbx.dialled(NUMBER)?.hangup();
  await lab.clock.advance(2000);
  expect(lab.campaigns[0]?.status).toBe('stopped');
  expect(lab.attempts()).toHaveLength(1);
});

test('a campaign that has reached its limits rests, and no lead is held back for it', async () => {
  const leads = Array.from({ length: 6 }, (_, index) => lead(`l${index}`, `1390000000${index}`));
  const lab = dialerLab({ leads, pbx: answersAfter(500), classOfService: LIMITED });
  await lab.start();
  await lab.works('1001');
  const reasons = new Set<string>();
  for (let second = 0; second < 40; second += 1) {
    await lab.clock.advance(1000);
    for (const one of leads) lab.pbx.dialled(one.numbers[0]!.number)?.hangup();
    for (const { whyNot } of lab.engine.dialler!.status().campaigns) reasons.add(whyNot);
  }
  expect(lab.attempts()).toHaveLength(2);
  expect(reasons).toContain('dial-limits');
  expect(lab.types()).not.toContain('LeadsHeldBack');
  await lab.clock.advance(60_000);
  expect(lab.attempts().length).toBeGreaterThan(2);
});
