import { beforeEach, describe, expect, test } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import type { Call } from '../../src/call/call.ts';
import type { SimulatedParty } from '../../src/pbx/simulated/party.ts';
import { agent, type CentreLab, centreLab, queue } from './centre-lab.ts';

const PAGE = 'web-1001';
/** The page answers by itself. */
const OPEN = { ringAfterMs: 10, answerAfterMs: 30 };

let lab: CentreLab;
let caller: SimulatedParty;

beforeEach(async () => {
  lab = centreLab({
    agents: [agent('1001', { service: 8 }), agent('1002', { service: 8 }), agent('2001', { campaign: 9 })],
    queues: [queue('general', { service: 5 }, { wrapUpMs: 5000, music: 'waltz' })],
  });
  await lab.start();
  await atHisPage('1001');
});

async function atHisPage(id: string): Promise<void> {
  lab.pbx.setPhone(`web-${id}`, OPEN);
  await lab.engine.tellAgent(id, { type: 'LogIn', extension: `web-${id}` });
  await lab.engine.tellAgent(id, { type: 'GoReady' });
}

const call = (): Call => lab.engine.liveCalls()[0]!;
const state = (id: string): Agent['state'] => lab.engine.agents().find((one) => one.id === id)!.state;
const pages = (): readonly SimulatedParty[] => lab.pbx.onPhone(PAGE);

/** A caller talks with the agent at his page. */
async function talks(): Promise<void> {
  caller = lab.caller();
  await lab.clock.advance(1500);
  caller.press('0');
  await lab.clock.advance(3000);
  expect(call().phase.at).toBe('connected');
  expect(caller.talkingWith).toEqual([pages()[0]!.channel]);
}

/** The page is loaded anew: it is gone, and there again after a moment. */
async function reload(): Promise<void> {
  lab.pbx.setPhone(PAGE, undefined);
  await lab.clock.advance(150);
  lab.pbx.setPhone(PAGE, OPEN);
}

describe('a page that is loaded anew in the talk', () => {
  test('has its sound back by a new leg, and the caller has heard nothing but the talk', async () => {
    await talks();
    const [old] = pages();
    const heard = caller.heard.length;
    await reload();
    expect(await lab.engine.rejoin('1001')).toBe(true);
    await lab.clock.advance(200);
    const [leg] = pages();
    expect(pages()).toHaveLength(1);
    expect(leg!.channel).not.toBe(old!.channel);
    expect(caller.talkingWith).toEqual([leg!.channel]);
    expect(caller.heard).toHaveLength(heard);
    expect(state('1001')).toMatchObject({ at: 'talking', leg: leg!.channel });
    expect(lab.types()).toContain('PhoneRejoined');
    expect(lab.types()).not.toContain('CallDisconnected');
    await lab.clock.advance(60_000);
    expect(caller.talkingWith).toEqual([leg!.channel]);
  });

  test('ends as any other talk, with the wrap-up of its queue', async () => {
    await talks();
    await reload();
    await lab.engine.rejoin('1001');
    await lab.clock.advance(200);
    pages()[0]!.hangup();
    await lab.clock.advance(100);
    expect(state('1001')).toMatchObject({ at: 'wrap-up' });
    await lab.clock.advance(5100);
    expect(state('1001')).toMatchObject({ at: 'ready' });
    const [first, second] = lab.record().legs;
    expect(first).toMatchObject({ outcome: 'answered', cause: 'normal' });
    expect(second).toMatchObject({ replaces: first!.id, outcome: 'answered' });
  });

  test('on hold: he hears nothing, and the caller goes on hearing music until he is taken back', async () => {
    await talks();
    await lab.engine.tellTalk(call().id, { request: { do: 'hold' }, by: '1001' });
    await reload();
    await lab.engine.rejoin('1001');
    await lab.clock.advance(200);
    expect(caller.talkingWith).toEqual([]);
    expect(caller.heard.at(-1)).toBe('music:waltz');
    await lab.engine.tellTalk(call().id, { request: { do: 'resume' }, by: '1001' });
    await lab.clock.advance(100);
    expect(caller.talkingWith).toEqual([pages()[0]!.channel]);
  });

  test.each([
    ['before the page is rung', 0],
    ['while it is rung', 15],
    ['right after it has answered', 45],
  ])('when the daemon dies %s, the next one brings them together', async (_when, ms) => {
    await talks();
    await reload();
    await lab.engine.rejoin('1001');
    await lab.clock.advance(ms);
    await lab.restart();
    lab.pbx.setPhone(PAGE, OPEN);
    await lab.clock.advance(500);
    if (caller.talkingWith.length === 0 || pages().length > 1) await lab.engine.rejoin('1001');
    await lab.clock.advance(20_000);
    expect(pages()).toHaveLength(1);
    expect(caller.talkingWith).toEqual([pages()[0]!.channel]);
    expect(lab.types()).not.toContain('CallRequeued');
  });

  test('has nothing to go on with when there is no call, or it is at the desk phone', async () => {
    expect(await lab.engine.rejoin('1001')).toBe(false);
    await lab.ready('1002');
    await lab.engine.tellAgent('1001', { type: 'GoNotReady', reason: 'break' });
    caller = lab.caller();
    await lab.clock.advance(1500);
    caller.press('0');
    await lab.clock.advance(4000);
    expect(state('1002').at).toBe('talking');
    expect(await lab.engine.rejoin('1002')).toBe(false);
    await expect(lab.engine.rejoin('nobody')).rejects.toMatchObject({ id: 'agent-unknown' });
  });

  test('while it rings rings again: nobody counts it as not answered', async () => {
    lab.pbx.setPhone(PAGE, { ringAfterMs: 10, answerAfterMs: 60_000 });
    caller = lab.caller();
    await lab.clock.advance(1500);
    caller.press('0');
    await lab.clock.advance(2000);
    expect(state('1001').at).toBe('ringing');
    await reload();
    await lab.engine.rejoin('1001');
    await lab.clock.advance(200);
    expect(state('1001').at).toBe('talking');
    expect(caller.talkingWith).toEqual([pages()[0]!.channel]);
  });
});

describe('a page that is gone in the talk', () => {
  test('for ten seconds is lost: the caller is in front of his queue, with music', async () => {
    await talks();
    lab.pbx.setPhone(PAGE, undefined);
    await lab.clock.advance(9900);
    expect(call().phase.at).toBe('connected');
    await lab.clock.advance(200);
    expect(call().phase).toMatchObject({ at: 'queued', queue: 'general' });
    expect(caller.heard.at(-1)).toBe('music:waltz');
    expect(state('1001')).toMatchObject({ at: 'not-ready', reason: 'phone-gone' });
    expect(pages()).toEqual([]);
    expect(lab.store.events.find(({ type }) => type === 'CallRequeued')?.data).toMatchObject({
      why: 'phone-gone',
    });
  });

  test('and is back in time, its connection cut for a moment, goes on as before', async () => {
    await talks();
    lab.pbx.setPhone(PAGE, undefined);
    await lab.clock.advance(8000);
    lab.pbx.setPhone(PAGE, OPEN);
    await lab.clock.advance(30_000);
    expect(caller.talkingWith).toEqual([pages()[0]!.channel]);
  });

  test('because the daemon died has its time from when the next one is there', async () => {
    await talks();
    await lab.restart(5000);
    await lab.clock.advance(9000);
    expect(call().phase.at).toBe('connected');
    lab.pbx.setPhone(PAGE, OPEN);
    await lab.clock.advance(30_000);
    expect(caller.talkingWith).toEqual([pages()[0]!.channel]);
  });

  test('and does not come back to the next daemon is lost', async () => {
    await talks();
    await lab.restart();
    await lab.clock.advance(10_100);
    expect(state('1001')).toMatchObject({ at: 'not-ready', reason: 'phone-gone' });
    expect(call().phase.at).toBe('queued');
  });

  test('to the next daemon, to which nobody tells which phones are there, is not lost before that is known', async () => {
    await talks();
    lab.pbx.tellOfPhones(false);
    await lab.restart();
    lab.pbx.setPhone(PAGE, OPEN);
    await lab.clock.advance(15_000);
    expect(call().phase.at).toBe('connected');
    lab.pbx.tellOfPhones(true);
    await lab.clock.advance(30_000);
    expect(caller.talkingWith).toEqual([pages()[0]!.channel]);
    expect(lab.types()).not.toContain('CallRequeued');
  });

  test('and is away when it is known again which phones are there, is lost at once', async () => {
    await talks();
    lab.pbx.tellOfPhones(false);
    await lab.restart();
    await lab.clock.advance(15_000);
    lab.pbx.tellOfPhones(true);
    await lab.clock.advance(1100);
    expect(call().phase.at).toBe('queued');
    expect(state('1001')).toMatchObject({ at: 'not-ready', reason: 'phone-gone' });
  });

  test('because the link to the PBX was, has the time in which nobody knows of phones left out', async () => {
    await talks();
    lab.pbx.setPhone(PAGE, undefined);
    await lab.clock.advance(5000);
    lab.pbx.tellOfPhones(false);
    lab.pbx.setPhone(PAGE, OPEN);
    await lab.clock.advance(20_000);
    lab.pbx.tellOfPhones(true);
    await lab.clock.advance(20_000);
    expect(caller.talkingWith).toEqual([pages()[0]!.channel]);
  });

  test('at the desk phone is for its own rules: only pages come and go', async () => {
    await lab.engine.tellAgent('1001', { type: 'LogOut' });
    await lab.ready('1001');
    caller = lab.caller();
    await lab.clock.advance(1500);
    caller.press('0');
    await lab.clock.advance(4000);
    lab.pbx.setPhone('1001', undefined);
    await lab.clock.advance(20_000);
    expect(call().phase.at).toBe('connected');
  });
});

describe('whose page it is', () => {
  test('an agent logs in at his own alone', async () => {
    await expect(
      lab.engine.tellAgent('1002', { type: 'LogIn', extension: 'web-1003' }),
    ).rejects.toMatchObject({ id: 'not-his-phone' });
    await lab.engine.tellAgent('1002', { type: 'LogIn', extension: 'web-1002' });
    expect(state('1002').at).toBe('not-ready');
  });

  test('who dials his extension reaches him at his page', async () => {
    const house = lab.phone('1009', '1001');
    await lab.clock.advance(3000);
    expect(house.talkingWith).toEqual([pages()[0]!.channel]);
    expect(state('1001').at).toBe('talking');
  });

  test('a campaign’s reception is rung at its page', async () => {
    await atHisPage('2001');
    caller = lab.caller();
    await lab.clock.advance(1500);
    caller.press('9');
    await lab.clock.advance(1500);
    caller.press('8001');
    await lab.clock.advance(8000);
    expect(lab.pbx.onPhone('web-2001')).toHaveLength(1);
    expect(state('2001').at).toBe('talking');
  });
});
