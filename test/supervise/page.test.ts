import { beforeEach, describe, expect, test } from 'vitest';
import { PAGE_LOST_MS, REJOIN_MS } from '../../src/call/page-phone.ts';
import type { Supervision, SupervisionMode } from '../../src/call/supervision.ts';
import type { SimulatedParty } from '../../src/pbx/simulated/party.ts';
import { agent, type CentreLab, centreLab, queue } from '../engine/centre-lab.ts';

const CHIEF = { id: 'u1', name: 'Wang Fang' };
const PAGE = 'web-2009';
/** Answers what says so by itself, as a page does. */
const OPEN = { ringAfterMs: 20, autoAnswerMs: 30 };

let lab: CentreLab;
let caller: SimulatedParty;

/** Agent 1001 talks with a caller; the supervisor has the seat 2009. */
beforeEach(async () => {
  lab = centreLab({
    agents: [agent('1001', { service: 8 }), agent('2009', {})],
    queues: [queue('general', { service: 5 })],
  });
  lab.pbx.setPhone(PAGE, OPEN);
  await lab.start();
  await lab.ready('1001');
  caller = lab.caller();
  await lab.clock.advance(1500);
  caller.press('0');
  await lab.clock.advance(5000);
});

const supervision = (): Supervision | undefined => lab.engine.liveCalls()[0]?.supervision;
const pages = (): readonly SimulatedParty[] => lab.pbx.onPhone(PAGE);
const ofSupervision = () =>
  lab.store.events
    .filter(({ type }) => type.startsWith('Supervisor'))
    .map(({ type, data: { why, outcome } }) => [type, why ?? outcome].filter(Boolean).join(' '));

/** Whether each of the two others hears him, and whether he hears both. */
function voices(): Record<'caller' | 'agent' | 'chief', boolean> {
  const [chief] = pages();
  const talker = lab.pbx.dialled('1001');
  const hears = (who: SimulatedParty | undefined, whom: SimulatedParty | undefined): boolean =>
    who !== undefined &&
    whom !== undefined &&
    (lab.pbx.party(who.channel)?.hears ?? []).includes(whom.channel);
  return {
    caller: hears(caller, chief),
    agent: hears(talker, chief),
    chief: hears(chief, caller) && hears(chief, talker),
  };
}

async function listens(mode: SupervisionMode = 'listen'): Promise<void> {
  const request = { do: 'supervise', mode, extension: PAGE } as const;
  await lab.engine.direct(lab.engine.liveCalls()[0]!.id, { request, by: CHIEF, seat: '2009' });
  await lab.clock.advance(500);
  expect(voices().chief).toBe(true);
}

/** The page is loaded anew: it is gone, and there again after a moment. */
async function reload(): Promise<void> {
  lab.pbx.setPhone(PAGE, undefined);
  await lab.clock.advance(300);
  lab.pbx.setPhone(PAGE, OPEN);
  await lab.clock.advance(10);
}

describe('the page of a supervisor that is loaded anew', () => {
  test.each([
    ['listen', { caller: false, agent: false, chief: true }],
    ['whisper', { caller: false, agent: true, chief: true }],
    ['barge', { caller: true, agent: true, chief: true }],
  ] as const)('is rung, and he goes on as before (%s)', async (mode, heard) => {
    await listens(mode);
    const [old] = pages();
    const before = ofSupervision();
    await reload();
    expect(await lab.engine.rejoin('2009')).toBe(true);
    await lab.clock.advance(500);
    expect(pages()).toHaveLength(1);
    expect(pages()[0]!.channel).not.toBe(old!.channel);
    expect(voices()).toEqual(heard);
    expect(ofSupervision()).toEqual(before);
    expect((await lab.pbx.snapshot()).overhearings).toHaveLength(mode === 'barge' ? 0 : 1);
    await lab.clock.advance(60_000);
    expect(voices()).toEqual(heard);
  });

  test('while he is alone with the agent, because the caller is on hold, brings him back there', async () => {
    await listens('barge');
    const hold = (what: 'hold' | 'resume') =>
      lab.engine.tellTalk(lab.engine.liveCalls()[0]!.id, { request: { do: what } });
    await hold('hold');
    await reload();
    await lab.engine.rejoin('2009');
    await lab.clock.advance(500);
    expect(voices()).toEqual({ caller: false, agent: true, chief: false });
    await hold('resume');
    await lab.clock.advance(100);
    expect(voices()).toEqual({ caller: true, agent: true, chief: true });
  });

  test('while it rings is rung again, no longer than it would have been', async () => {
    lab.pbx.setPhone(PAGE, { ringAfterMs: 20 });
    const request = { do: 'supervise', mode: 'listen', extension: PAGE } as const;
    await lab.engine.direct(lab.engine.liveCalls()[0]!.id, { request, by: CHIEF, seat: '2009' });
    await lab.clock.advance(1000);
    const until = supervision()!.ringUntil;
    await reload();
    await lab.engine.rejoin('2009');
    expect(supervision()!.ringUntil).toBe(until);
    await lab.clock.advance(500);
    expect(voices().chief).toBe(true);
    expect(ofSupervision()).toEqual(['SupervisorListened']);
  });

  test('twice is rung once', async () => {
    await listens();
    await reload();
    await lab.engine.rejoin('2009');
    await lab.engine.rejoin('2009');
    await lab.clock.advance(500);
    expect(pages()).toHaveLength(1);
    expect(voices().chief).toBe(true);
  });

  test('and does not answer ends the supervision as one that had begun; the talk goes on', async () => {
    await listens();
    lab.pbx.setPhone(PAGE, { ringAfterMs: 20 });
    await lab.engine.rejoin('2009');
    await lab.clock.advance(REJOIN_MS + 100);
    expect(supervision()).toBeUndefined();
    expect(ofSupervision()).toEqual(['SupervisorListened', 'SupervisorLeft phone-gone']);
    expect(pages()).toEqual([]);
    expect(caller.talkingWith).toEqual([lab.pbx.dialled('1001')!.channel]);
  });

  test('after he has left is not rung', async () => {
    await listens();
    await lab.engine.direct(lab.engine.liveCalls()[0]!.id, { request: { do: 'leave' }, by: CHIEF });
    await reload();
    expect(await lab.engine.rejoin('2009')).toBe(false);
  });

  test('says after all how long he was with the talk, not since when its page is new', async () => {
    await listens();
    await lab.clock.advance(20_000);
    await reload();
    await lab.engine.rejoin('2009');
    await lab.clock.advance(500);
    await lab.engine.direct(lab.engine.liveCalls()[0]!.id, { request: { do: 'leave' }, by: CHIEF });
    const { data } = lab.store.events.findLast(({ type }) => type === 'SupervisorLeft')!;
    expect(data.ms).toBeGreaterThan(20_000);
  });
});

describe('the page of a supervisor that is gone', () => {
  test('is waited for, and when it stays away he has left', async () => {
    await listens();
    lab.pbx.setPhone(PAGE, undefined);
    await lab.clock.advance(PAGE_LOST_MS - 100);
    expect(supervision()).toBeDefined();
    await lab.clock.advance(200);
    expect(supervision()).toBeUndefined();
    expect(ofSupervision()).toEqual(['SupervisorListened', 'SupervisorLeft phone-gone']);
    expect(pages()).toEqual([]);
    expect(caller.talkingWith).toEqual([lab.pbx.dialled('1001')!.channel]);
  });

  test('and back in time, its connection cut for a moment, goes on as before', async () => {
    await listens();
    lab.pbx.setPhone(PAGE, undefined);
    await lab.clock.advance(8000);
    lab.pbx.setPhone(PAGE, OPEN);
    await lab.clock.advance(30_000);
    expect(voices().chief).toBe(true);
  });

  test('because the daemon died, and does not come back to the next one, too', async () => {
    await listens();
    await lab.restart();
    expect(supervision()).toBeDefined();
    await lab.clock.advance(PAGE_LOST_MS + 100);
    expect(supervision()).toBeUndefined();
    expect(ofSupervision().at(-1)).toBe('SupervisorLeft phone-gone');
  });

  test('to the next daemon, which does not know yet which phones are there, is waited for until it does', async () => {
    await listens();
    lab.pbx.tellOfPhones(false);
    await lab.restart();
    await lab.clock.advance(PAGE_LOST_MS + 5000);
    expect(voices().chief).toBe(true);
    lab.pbx.tellOfPhones(true);
    await lab.clock.advance(1100);
    expect(ofSupervision().at(-1)).toBe('SupervisorLeft phone-gone');
  });

  test('because the daemon died, and comes back to the next one, is with the talk again', async () => {
    await listens();
    await lab.restart();
    lab.pbx.setPhone(PAGE, OPEN);
    await lab.clock.advance(30_000);
    expect(voices().chief).toBe(true);
  });
});

describe('the page of an agent who is listened to', () => {
  test('that is loaded anew is overheard under a name of its own: what is left of the one before is nobody’s', async () => {
    const own = 'web-1001';
    lab.pbx.setPhone(own, OPEN);
    caller.hangup();
    await lab.clock.advance(60_000);
    await lab.engine.tellAgent('1001', { type: 'LogOut' });
    await lab.engine.tellAgent('1001', { type: 'LogIn', extension: own });
    lab.pbx.setPhone(own, { ringAfterMs: 20, answerAfterMs: 50 });
    await lab.engine.tellAgent('1001', { type: 'GoReady' });
    caller = lab.caller();
    await lab.clock.advance(1500);
    caller.press('0');
    await lab.clock.advance(5000);
    const request = { do: 'supervise', mode: 'listen', extension: PAGE } as const;
    await lab.engine.direct(lab.engine.liveCalls()[0]!.id, { request, by: CHIEF, seat: '2009' });
    await lab.clock.advance(500);
    const before = (await lab.pbx.snapshot()).overhearings;
    await lab.engine.rejoin('1001');
    await lab.clock.advance(500);
    const after = (await lab.pbx.snapshot()).overhearings;
    expect([before.length, after.length]).toEqual([1, 1]);
    expect(after).not.toEqual(before);
    expect(lab.pbx.party(pages()[0]!.channel)?.hears).toContain(lab.pbx.dialled(own)?.channel);
  });
});
