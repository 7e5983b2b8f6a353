import { describe, expect, test } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import { CLOSED } from '../../src/call/class-of-service.ts';
import type { SimulatedParty } from '../../src/pbx/simulated/party.ts';
import { agent, type CentreLab, centreLab, type LabOptions, queue } from './centre-lab.ts';

const MOBILE = '13800000001';
const EXPERT: Agent = { ...agent('expert', { service: 9 }), outside: { number: MOBILE, duty: '' } };
const QUEUES = [
  queue('general', { service: 5 }, { wrapUpMs: 5000, music: 'waltz' }),
  queue('vip', { wealth: 9 }),
  queue('card', { card: 5 }),
];
/** Who lifts a receiver often misses the beginning. */
const TWICE = ['zh-CN/take-the-call', 'silence', 'zh-CN/take-the-call'];
/** In the middle of the time that whoever answers has. */
const IN_TIME_MS = 6000;

interface Scene {
  readonly lab: CentreLab;
  readonly caller: SimulatedParty;
  readonly mobile: () => SimulatedParty | undefined;
  readonly state: (id?: string) => Agent['state'];
}

/** A caller waits; the expert is ready at his mobile. */
async function scene(options: LabOptions = {}, expert = EXPERT): Promise<Scene> {
  const lab = centreLab({ agents: [expert, agent('1002', { service: 8 })], queues: QUEUES, ...options });
  await lab.start();
  await lab.engine.tellAgent('expert', { type: 'LogIn', extension: MOBILE });
  await lab.engine.tellAgent('expert', { type: 'GoReady' });
  const caller = lab.caller();
  await lab.clock.advance(1500);
  caller.press('0');
  await lab.clock.advance(1500);
  return {
    lab,
    caller,
    mobile: () => lab.pbx.dialled(MOBILE),
    state: (id = 'expert') => lab.engine.agents().find((one) => one.id === id)!.state,
  };
}

const phaseOf = ({ lab }: Scene) => lab.engine.liveCalls()[0]!.phase;

describe('an expert elsewhere who answers', () => {
  test('is asked first, while the caller hears music, and has the call when he presses 1', async () => {
    const it = await scene();
    await it.lab.clock.advance(1000);
    expect(it.mobile()?.heard).toEqual(TWICE);
    expect(it.mobile()?.talkingWith).toEqual([]);
    expect(it.caller.heard.at(-1)).toBe('music:waltz');
    expect(it.state().at).toBe('ringing');
    it.mobile()?.press('1');
    await it.lab.clock.advance(50);
    expect(it.mobile()?.talkingWith).toEqual([it.caller.channel]);
    expect(it.state().at).toBe('talking');
    it.caller.hangup();
    await it.lab.clock.advance(50);
    expect(it.state().at).toBe('wrap-up');
  });

  test.each(['', '2', '0', '*', '#'])(
    'and presses "%s" never gets it: as if he had let it ring',
    async (keys) => {
      const it = await scene();
      await it.lab.clock.advance(IN_TIME_MS);
      if (keys !== '') it.mobile()?.press(keys);
      await it.lab.clock.advance(IN_TIME_MS);
      expect(it.lab.types()).not.toContain('CallConnected');
      expect(it.state()).toMatchObject({ at: 'not-ready', reason: 'ring-no-answer' });
      expect(it.mobile()).toBeUndefined();
      expect(phaseOf(it).at).toBe('queued');
    },
  );

  test('and presses 1 too late has nothing', async () => {
    const it = await scene();
    await it.lab.clock.advance(1000);
    const answered = it.mobile();
    await it.lab.clock.advance(10_000);
    answered?.press('1');
    await it.lab.clock.advance(100);
    expect(it.lab.types()).not.toContain('CallConnected');
  });

  test('and hangs up on the question: the next one gets the call, in the place that the caller had', async () => {
    const it = await scene();
    await it.lab.clock.advance(1000);
    const phase = phaseOf(it);
    it.mobile()?.hangup();
    await it.lab.ready('1002');
    await it.lab.clock.advance(3000);
    expect(it.state('1002').at).toBe('talking');
    expect(phaseOf(it)).toMatchObject({ place: { since: phase.at === 'offered' && phase.since } });
  });

  test('given_the_caller_hangs_up_meanwhile_then_nothing_counts_against_him', async () => {
    const it = await scene();
    await it.lab.clock.advance(1000);
    it.caller.hangup();
    await it.lab.clock.advance(50);
    expect(it.state().at).toBe('ready');
    expect(it.mobile()).toBeUndefined();
  });

  test('given_a_new_daemon_meanwhile_then_he_is_asked_again_and_can_take_it', async () => {
    const it = await scene();
    await it.lab.clock.advance(1000);
    await it.lab.restart();
    await it.lab.clock.advance(100);
    expect(it.mobile()?.heard).toEqual([...TWICE, ...TWICE]);
    it.mobile()?.press('1');
    await it.lab.clock.advance(100);
    expect(it.mobile()?.talkingWith).toEqual([it.caller.channel]);
  });
});

test('an expert is not rung while his duty calendar is closed', async () => {
  const it = await scene({}, { ...EXPERT, outside: { number: MOBILE, duty: 'never' } });
  await it.lab.clock.advance(5000);
  expect(it.lab.types()).not.toContain('CallOffered');
  expect(it.state().at).toBe('ready');
});

test('given_a_number_that_class_of_service_forbids_then_it_is_not_dialled_the_next_one_is_asked_and_the_log_says_why', async () => {
  const it = await scene({ classOfService: CLOSED });
  expect(it.mobile()).toBeUndefined();
  expect(it.state()).toMatchObject({ at: 'not-ready', reason: 'not-permitted' });
  const refused = it.lab.store.events.find(({ type }) => type === 'DialRefused');
  expect(refused?.data).toMatchObject({ to: { number: MOBILE }, reason: 'not-permitted' });
  await it.lab.ready('1002');
  await it.lab.clock.advance(3000);
  expect(it.state('1002').at).toBe('talking');
});

/** The expert did not take it, agent 1002 did; the expert is ready again. */
async function talksWithTheOther({ lab, mobile }: Scene): Promise<void> {
  mobile()?.hangup();
  await lab.ready('1002');
  await lab.clock.advance(4000);
  expect(lab.engine.liveCalls()[0]?.phase.at).toBe('connected');
  await lab.engine.tellAgent('expert', { type: 'GoReady' });
}

const transfer = ({ lab }: Scene, to: { agent: string } | { number: string } | { extension: string }) =>
  lab.engine.tellTalk(lab.engine.liveCalls()[0]!.id, { request: { do: 'transfer', to } });

const TO_THE_EXPERT = [{ agent: 'expert' }, { number: MOBILE }, { extension: MOBILE }];

describe.each(TO_THE_EXPERT)('a transfer to an expert elsewhere by %o', (to) => {
  test('rings him as the agent that he is, and he is offered nothing else', async () => {
    const it = await scene();
    await talksWithTheOther(it);
    await transfer(it, to);
    await it.lab.clock.advance(500);
    expect(it.state().at).toMatch(/reserved|ringing/);
    const next = it.lab.caller('13722222222');
    await it.lab.clock.advance(1500);
    next.press('0');
    await it.lab.clock.advance(3000);
    expect(it.lab.pbx.parties().filter((party) => party.to?.kind === 'outside')).toHaveLength(1);
    it.mobile()?.press('1');
    await it.lab.clock.advance(100);
    expect(it.mobile()?.talkingWith).toEqual([it.caller.channel]);
  });

  test('is refused when he is not ready', async () => {
    const it = await scene();
    await talksWithTheOther(it);
    await it.lab.engine.tellAgent('expert', { type: 'GoNotReady', reason: 'break' });
    await expect(transfer(it, to)).rejects.toMatchObject({ id: 'agent-not-available' });
    expect(it.mobile()).toBeUndefined();
    expect(phaseOf(it).at).toBe('connected');
  });
});

test('a transfer to a number of an expert finds him however it is spelled', async () => {
  const it = await scene();
  await talksWithTheOther(it);
  await transfer(it, { number: `+86${MOBILE}` });
  expect(it.state().at).toBe('reserved');
});

test('a transfer to an expert who is off duty is refused', async () => {
  const it = await scene({}, { ...EXPERT, outside: { number: MOBILE, duty: 'never' } });
  await it.lab.ready('1002');
  await it.lab.clock.advance(4000);
  await expect(transfer(it, { agent: 'expert' })).rejects.toMatchObject({ id: 'agent-not-available' });
  expect(it.state().at).toBe('ready');
});

test.each([
  ['changed', { number: '13911111111', duty: '' }],
  ['removed', undefined],
])('the number at which an expert is logged in cannot be %s', async (_what, outside) => {
  const it = await scene();
  const { outside: _was, ...anybody } = EXPERT;
  const saved: Agent = { ...anybody, ...(outside && { outside }) };
  await expect(it.lab.engine.saveAgent(saved)).rejects.toMatchObject({ id: 'agent-logged-in' });
  // His hours can.
  await it.lab.engine.saveAgent({ ...EXPERT, outside: { number: MOBILE, duty: 'never' } });
  it.caller.hangup();
  await it.lab.clock.advance(100);
  await it.lab.engine.tellAgent('expert', { type: 'LogOut' });
  await it.lab.engine.saveAgent(saved);
  expect(it.lab.engine.agents().find(({ id }) => id === 'expert')?.outside).toEqual(outside);
});

test('a phone of ours at which an agent is logged in does not become one elsewhere', async () => {
  const it = await scene();
  await it.lab.ready('1002');
  const saved: Agent = { ...agent('1002', { service: 8 }), outside: { number: '1002', duty: '' } };
  await expect(it.lab.engine.saveAgent(saved)).rejects.toMatchObject({ id: 'agent-logged-in' });
});

test('a transfer to an expert elsewhere asks him as well, a consult does not', async () => {
  const it = await scene({}, EXPERT);
  await talksWithTheOther(it);
  const [call] = it.lab.engine.liveCalls();
  await it.lab.engine.tellTalk(call!.id, { request: { do: 'consult', to: { agent: 'expert' } } });
  await it.lab.clock.advance(2000);
  expect(it.mobile()?.talkingWith).toHaveLength(1);
  await it.lab.engine.tellTalk(call!.id, { request: { do: 'cancel' } });
  await it.lab.clock.advance(11_000);
  await it.lab.engine.tellTalk(call!.id, { request: { do: 'transfer', to: { agent: 'expert' } } });
  await it.lab.clock.advance(2000);
  expect(it.mobile()?.talkingWith).toEqual([]);
  it.mobile()?.press('1');
  await it.lab.clock.advance(50);
  expect(it.mobile()?.talkingWith).toEqual([it.caller.channel]);
});
