import { expect, test } from 'vitest';
import { fixedRouting } from '../../src/queue/rules.ts';
import { queue } from './centre-lab.ts';
import { dialerLab, lead, outbound } from './dialer-lab.ts';

const NUMBER = '+8613900000001';
const OTHER = '+8613900000002';
const answersAfter = (answerAfterMs: number) => ({ trunk: () => ({ ringAfterMs: 50, answerAfterMs }) });
const again = { afterMs: 1000, tries: 3, nextNumber: false };

test('who answers while no daemon is there is not hung up by the next one, though his time to ring was over', async () => {
  const lab = dialerLab({ leads: [lead('l1', NUMBER)], pbx: answersAfter(20_000) });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(2000);
  await lab.restart(30_000);
  await lab.clock.advance(3000);
  expect(lab.pbx.dialled(NUMBER)?.talkingWith).toHaveLength(1);
});

test('who answers while the link is down is not hung up when it is there again, though his time to ring was over', async () => {
  const lab = dialerLab({ leads: [lead('l1', NUMBER)], pbx: answersAfter(20_000) });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(2000);
  lab.pbx.setLink(false);
  await lab.clock.advance(30_000);
  lab.pbx.setLink(true);
  await lab.clock.advance(3000);
  expect(lab.pbx.dialled(NUMBER)?.talkingWith).toHaveLength(1);
});

test('who rings unheard has his time from the moment on at which that is known', async () => {
  const lab = dialerLab({ leads: [lead('l1', NUMBER)], pbx: { trunk: () => ({ ringAfterMs: 3000 }) } });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(1500);
  const rung = lab.clock.now() + 1500;
  lab.pbx.setLink(false);
  await lab.clock.advance(14_000);
  lab.pbx.setLink(true);
  await lab.clock.advanceUntil(() => lab.pbx.dialled(NUMBER) === undefined, 60_000);
  expect(lab.clock.now() - rung).toBeGreaterThanOrEqual(15_000);
  expect(lab.attempts()).toMatchObject([{ outcome: 'no-answer' }]);
});

test('a lead that was dialled is not given out again by lists that have not been told when the daemon died', async () => {
  const lab = dialerLab({ leads: [lead('l1', NUMBER), lead('l2', OTHER)], pbx: answersAfter(3000) });
  const settle = lab.leads.settle.bind(lab.leads);
  lab.leads.settle = () => new Promise(() => undefined);
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(5000);
  lab.pbx.dialled(NUMBER)?.hangup();
  await lab.clock.advance(100);
  await lab.engine.stop();
  lab.leads.settle = async (settled) => {
    await new Promise<void>((resolve) => lab.clock.at(lab.clock.now() + 2000, resolve));
    await settle(settled);
  };
  await lab.succeed();
  await lab.clock.advance(60_000);
  expect(lab.dialledNumbers().filter((number) => number === NUMBER)).toHaveLength(1);
  expect(lab.leads.settled[0]).toMatchObject({ lead: 'l1', outcome: 'connected' });
});

test('what is under way for a campaign that is stopped ends by its rules after a restart', async () => {
  const retry = { 'no-answer': again };
  const lab = dialerLab({
    leads: [lead('l1', NUMBER)],
    pbx: { trunk: () => ({ ringAfterMs: 50 }) },
    outbound: [outbound({ retry })],
  });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(2000);
  lab.campaigns = [outbound({ retry, status: 'stopped' })];
  await lab.restart();
  await lab.clock.advance(40_000);
  expect(lab.attempts()).toMatchObject([{ outcome: 'no-answer', fate: { next: 'again' } }]);
});

test('what an agent notes counts though the database does not know yet that the call is over', async () => {
  const lab = dialerLab({ leads: [lead('l1', NUMBER)], pbx: answersAfter(3000) });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(5000);
  const [attempt] = lab.attempts();
  lab.store.failing = true;
  lab.pbx.dialled(NUMBER)?.hangup();
  await lab.clock.advance(1000);
  expect(lab.attempts()[0]?.endedAt).toBeUndefined();
  const at = lab.clock.now();
  await lab.engine.dialler!.dispose(attempt!.id, { result: 'sale', note: '', by: '1001', at });
  lab.store.failing = false;
  await lab.clock.advance(10_000);
  expect(lab.attempts()).toMatchObject([{ outcome: 'connected', fate: { next: 'done', reason: 'sale' } }]);
  expect(lab.leads.settled.at(-1)).toMatchObject({ lead: 'l1', fate: { reason: 'sale' } });
});

test('whom the gate holds back is told to the lists when they answer again', async () => {
  const lab = dialerLab({ leads: [lead('l1', NUMBER)], pbx: answersAfter(3000) });
  lab.gate.refused.set(NUMBER, {
    allowed: false,
    rule: 'minimum-gap',
    retryAt: lab.clock.now() + 20_000,
    detail: {},
  });
  const settle = lab.leads.settle.bind(lab.leads);
  lab.leads.settle = () => Promise.reject(new Error('by the script'));
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(5000);
  lab.leads.settle = settle;
  lab.gate.refused.clear();
  await lab.clock.advance(30_000);
  expect(lab.dialledNumbers()).toEqual([NUMBER]);
});

test('routing rules that are read after the engine was made have their agents dial', async () => {
  let rules = fixedRouting([]);
  const routing = { ...rules, current: () => rules.current() };
  const lab = dialerLab({ leads: [lead('l1', NUMBER)], pbx: answersAfter(3000), routing });
  rules = fixedRouting([queue('sales', { sales: 5 })]);
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(2000);
  expect(lab.dialledNumbers()).toEqual([NUMBER]);
});

test('a daemon that takes over counts those who ring already: no second dial for the same agent', async () => {
  const leads = [lead('l1', NUMBER), lead('l2', OTHER)];
  const lab = dialerLab({ leads, pbx: { trunk: () => ({ ringAfterMs: 50, answerAfterMs: 12_000 }) } });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(2000);
  await lab.restart();
  await lab.clock.advance(5000);
  expect(lab.dialledNumbers()).toEqual([NUMBER]);
  await lab.clock.advance(8000);
  expect(lab.pbx.dialled(NUMBER)?.talkingWith).toHaveLength(1);
  lab.pbx.dialled(NUMBER)?.hangup();
  await lab.clock.advance(60_000);
  expect(lab.dialledNumbers()).toEqual([NUMBER, OTHER]);
});

test('what an agent notes in the very moment at which the call ends is kept with its end', async () => {
  const lab = dialerLab({ leads: [lead('l1', NUMBER)], pbx: answersAfter(3000) });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(5000);
  const [attempt] = lab.attempts();
  const commit = lab.store.commit.bind(lab.store);
  lab.store.commit = async (changes) => {
    await new Promise<void>((resolve) => lab.clock.at(lab.clock.now() + 100, resolve));
    await commit(changes);
  };
  const busy = lab.engine.tellAgent('1002', { type: 'LogIn', extension: '1002' });
  await lab.clock.advance(5);
  lab.store.commit = commit;
  lab.pbx.dialled(NUMBER)?.hangup();
  await lab.clock.advance(5);
  const at = lab.clock.now();
  const noted = lab.engine.dialler!.dispose(attempt!.id, { result: 'sale', note: '', by: '1001', at });
  await lab.clock.advance(1000);
  await Promise.all([busy, noted]);
  expect(lab.attempts()).toMatchObject([{ outcome: 'connected', fate: { next: 'done', reason: 'sale' } }]);
});
