import { expect, test } from 'vitest';
import type { Disposition } from '../../src/dialer/attempt.ts';
import { agent } from './centre-lab.ts';
import { type DialerLab, dialerLab, lead, outbound } from './dialer-lab.ts';

const NUMBER = '+8613900000001';
const OTHER = '+8613900000002';
const answersAfter = (answerAfterMs: number) => ({ trunk: () => ({ ringAfterMs: 50, answerAfterMs }) });
const silent = { trunk: () => ({ ringAfterMs: 50 }) };
const again = { afterMs: 1000, tries: 9, nextNumber: false };
const sold: Pick<Disposition, 'result' | 'note' | 'by'> = { result: 'sale', note: '', by: '1001' };
const windows = (lab: DialerLab) => lab.engine.dialler!.floor.windowsOf('o1').counts(lab.clock.now());
const outcomes = (lab: DialerLab) => lab.attempts().map(({ outcome }) => outcome);

/** The first of two agents dials and goes on break: who answers after three seconds waits in vain. */
async function nobodyThere(lab: DialerLab): Promise<void> {
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(2500);
  await lab.engine.tellAgent('1001', { type: 'GoNotReady', reason: 'break' });
}

test.each([
  { who: 'who answered and were connected after it', answerMs: 12_000, afterMs: 20_000 },
  { who: 'who talked when it began', answerMs: 3000, afterMs: 5000 },
])(
  'a daemon that takes over counts each live answer once, $who, and dials for no agent twice',
  async ({ answerMs, afterMs }) => {
    const leads = Array.from({ length: 20 }, (_, n) => lead(`l${n}`, `+86139000010${10 + n}`));
    const agents = Array.from({ length: 5 }, (_, n) => agent(`${1101 + n}`, { sales: 8 }));
    const lab = dialerLab({ leads, agents, pbx: answersAfter(answerMs) });
    await lab.start();
    for (const { id } of agents) await lab.works(id);
    await lab.clock.advance(5000);
    await lab.restart();
    await lab.clock.advance(afterMs);
    expect(lab.attempts()).toHaveLength(5);
    expect(windows(lab).day).toMatchObject({ answered: 5, abandoned: 0 });
    await lab.restart();
    await lab.clock.advance(1000);
    expect(windows(lab).day).toMatchObject({ answered: 5, abandoned: 0 });
  },
);

test('who waited when the daemon died, and for whom nobody came then, counts as abandoned', async () => {
  const lab = dialerLab({ leads: [lead('l1', NUMBER)], pbx: answersAfter(3000) });
  await nobodyThere(lab);
  await lab.clock.advance(800);
  expect(lab.engine.liveCalls()[0]?.phase.at).toBe('queued');
  await lab.restart(100);
  await lab.clock.advance(30_000);
  expect(outcomes(lab)).toEqual(['abandoned']);
  expect(windows(lab).last60Min).toEqual({ answered: 1, abandoned: 1 });
});

test('who hangs up before he can wait for an agent is no live answer, before a restart and after it', async () => {
  const lab = dialerLab({
    leads: [lead('l1', NUMBER), lead('l2', OTHER)],
    flow: `flow: outbound
languages: [en]
start: hello
steps:
  hello: { say: { en: a long greeting before anything else is done for you }, then: agent }
  agent: { campaign-agent: {}, then: { done: end, timeout: end } }
  end: { hangup: {} }
`,
    pbx: answersAfter(1000),
  });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advanceUntil(() => lab.engine.liveCalls()[0]?.phase.at === 'flow', 10_000);
  lab.pbx.dialled(NUMBER)?.hangup();
  await lab.clock.advance(50);
  expect(outcomes(lab)[0]).toBe('hung-up');
  expect(windows(lab).day).toMatchObject({ answered: 0 });
  await lab.restart(10);
  expect(windows(lab).day).toMatchObject({ answered: 0 });
});

test('lists that fail when they are told of an earlier daemon are told when they answer again', async () => {
  const lab = dialerLab({ leads: [lead('l1', NUMBER), lead('l2', OTHER)], pbx: answersAfter(1000) });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(3000);
  const settle = lab.leads.settle.bind(lab.leads);
  lab.leads.settle = () => Promise.reject(new Error('by the script'));
  lab.pbx.dialled(NUMBER)?.hangup();
  await lab.clock.advance(1000);
  await lab.restart();
  await lab.clock.advance(1000);
  lab.leads.settle = settle;
  await lab.clock.advance(60_000);
  expect(lab.dialledNumbers()).toEqual([NUMBER, OTHER]);
  expect(lab.engine.dialler?.problems()).toEqual([]);
});

test('what is noted after the call and changes no fate is told to the list and forgotten here', async () => {
  const lab = dialerLab({ leads: [lead('l1', NUMBER)], pbx: answersAfter(1000) });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(3000);
  lab.pbx.dialled(NUMBER)?.hangup();
  await lab.clock.advance(1000);
  const [attempt] = lab.attempts();
  const noted = { ...sold, result: 'other', at: lab.clock.now() } as const;
  for (let time = 0; time < 2; time += 1) await lab.engine.dialler?.dispose(attempt!.id, noted);
  await lab.clock.advance(1000);
  const { ended, campaigns } = lab.engine.dialler!.floor;
  expect([ended.size, campaigns.get('o1')?.hopper.taken]).toEqual([0, []]);
  expect(lab.attempts()[0]?.disposition).toEqual(noted);
});

test('what is noted late of an earlier attempt does not undo what was said in a later one', async () => {
  const lab = dialerLab({
    leads: [lead('l1', NUMBER)],
    pbx: { trunk: () => ({ ringAfterMs: 50, answerAfterMs: 500, hangupAfterMs: 2000 }) },
    outbound: [outbound({ retry: { connected: again } })],
  });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advanceUntil(() => lab.attempts().filter(({ endedAt }) => endedAt).length === 2, 120_000);
  const [first, last] = lab.attempts();
  await lab.engine.dialler?.dispose(last!.id, { ...sold, at: lab.clock.now() });
  await lab.clock.advance(100);
  const callbackAt = lab.clock.now() + 5000;
  await lab.engine.dialler?.dispose(first!.id, {
    ...sold,
    result: 'callback',
    callbackAt,
    at: callbackAt - 1,
  });
  await lab.clock.advance(60_000);
  expect(lab.attempts()).toHaveLength(2);
  expect(lab.leads.fateOf('l1')).toEqual({ next: 'done', reason: 'sale' });
});

test('who is at hand again is not dialled when an agent notes meanwhile that he has bought', async () => {
  const agents = [agent('1001', { sales: 8 }), agent('1002', { sales: 6 })];
  const lab = dialerLab({
    leads: [lead('l1', NUMBER)],
    agents,
    pbx: answersAfter(500),
    outbound: [outbound({ retry: { connected: again } })],
  });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(3000);
  lab.pbx.dialled(NUMBER)?.hangup();
  await lab.engine.tellAgent('1001', { type: 'GoNotReady', reason: 'break' });
  await lab.clock.advance(20_000);
  expect(lab.engine.dialler?.floor.campaigns.get('o1')?.hopper.size).toBe(1);
  await lab.engine.dialler?.dispose(lab.attempts()[0]!.id, { ...sold, at: lab.clock.now() });
  await lab.engine.tellAgent('1001', { type: 'GoReady' });
  await lab.clock.advance(20_000);
  expect(lab.attempts()).toHaveLength(1);
});

test('a callback that was under way at a restart is one still, and his other numbers are known', async () => {
  const numbers = [NUMBER, OTHER].map((number) => ({ number, zones: ['Asia/Shanghai'] }));
  const lab = dialerLab({
    leads: [lead('l1', NUMBER, { callback: {}, numbers })],
    pbx: { trunk: () => ({ ringAfterMs: 9000, refuse: { afterMs: 6000, sipCode: 486 } }) },
    outbound: [outbound({ retry: { busy: { ...again, nextNumber: true } } })],
  });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(2000);
  await lab.restart();
  await lab.clock.advanceUntil(() => lab.attempts()[0]?.endedAt !== undefined, 60_000);
  expect(lab.attempts()[0]?.fate).toMatchObject({ next: 'again', asked: true, nextNumber: true });
});

test('an attempt that was left open without its call is closed: nobody knows what became of it', async () => {
  const lab = dialerLab({ leads: [lead('l1', NUMBER)], pbx: silent });
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(2000);
  const [open] = lab.attempts();
  await lab.engine.stop();
  lab.store.calls.clear();
  lab.store.attempts.set(open!.id, open!);
  await lab.succeed();
  await lab.clock.advance(2000);
  expect(lab.attempts()).toMatchObject([{ outcome: 'unknown', fate: { next: 'done', reason: 'unknown' } }]);
  const { underWay, campaigns } = lab.engine.dialler!.floor;
  expect([underWay.size, campaigns.get('o1')?.inFlight]).toEqual([0, 0]);
});

test('a database that was put back from a copy tells lists that know more of what ends from then on', async () => {
  const lab = dialerLab({
    leads: [lead('l1', NUMBER)],
    pbx: answersAfter(500),
    outbound: [outbound({ retry: { connected: again } })],
  });
  await lab.leads.settle([{ seq: 900, lead: 'l9', attempts: 1, fate: { next: 'done', reason: 'sale' } }]);
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(2000);
  lab.pbx.dialled(NUMBER)?.hangup();
  await lab.clock.advance(500);
  expect(lab.leads.lead('l1')).toMatchObject({ attempts: 1, lastOutcome: 'connected' });
});

test('a daemon that stops lets go of those who have rung for long enough, dials nobody, and leaves the others', async () => {
  const long = dialerLab({ leads: [lead('l1', NUMBER), lead('l2', OTHER)], pbx: silent });
  await long.start();
  await long.works('1001');
  await long.clock.advance(17_000);
  await long.engine.stop();
  expect(outcomes(long)).toEqual(['no-answer']);
  const short = dialerLab({ leads: [lead('l1', NUMBER)], pbx: silent });
  await short.start();
  await short.works('1001');
  await short.clock.advance(10_000);
  await short.engine.stop();
  expect(outcomes(short)).toEqual([undefined]);
});

test('a drained campaign that cannot be stopped is tried again after a while, and not at every turn', async () => {
  const lab = dialerLab({ leads: [lead('l1', NUMBER)], outbound: [outbound({ status: 'draining' })] });
  lab.store.keepsDraining = true;
  await lab.start();
  await lab.works('1001');
  await lab.clock.advance(9000);
  expect(lab.drained).toEqual(['o1', 'o1']);
});
