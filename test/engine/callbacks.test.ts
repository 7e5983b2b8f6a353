import { expect, test } from 'vitest';
import { reduceCall } from '../../src/call/call-rules.ts';
import { CLOSED, type ClassOfService, type DialLimits } from '../../src/call/class-of-service.ts';
import { ANYWHERE } from '../../src/lab/anywhere.ts';
import { PbxError } from '../../src/pbx/pbx.ts';
import type { Behaviour } from '../../src/pbx/simulated/party.ts';
import { NEVER } from '../../src/queue/callback.ts';
import { agent, type CentreLab, centreLab, queue } from './centre-lab.ts';

const flowWith = (more = '') => `
flow: hotline
numbers: ["95533"]
start: wait
prompts:
  noted: { zh-CN: 我们会回电给您。, en: We will call you back. }
  sorry: { zh-CN: 抱歉。, en: Sorry. }
steps:
  wait:
    queue: { name: general, keys: { 1: callback } }
    then: { done: end }
    otherwise: sorry
  callback:
    callback: { queue: general, tries: 2, again: 5m, ring: 20s${more} }
    then: { done: noted, no-number: sorry }
  noted: { say: noted, then: end }
  sorry: { say: sorry, then: end }
  end: { hangup: {} }
`;

const FLOW = flowWith();

const SHARED = 'zone: Asia/Shanghai\ncalendars: { morning: { open: { mon-sun: 08:00-12:00 } } }\n';

const MINUTE = 60_000;

interface Options {
  /** How outside numbers behave; they answer after a second. */
  readonly trunk?: (number: string) => Behaviour | 'down';
  readonly hours?: string;
  readonly agents?: readonly string[];
  /** How late the PBX tells and does what there is, ms. */
  readonly latencyMs?: number;
  /** How long the customer is rung, s. */
  readonly ringS?: number;
  readonly flow?: string;
  readonly classOfService?: ClassOfService;
}

/** A centre whose agents do not take calls yet. */
async function centre({
  trunk,
  hours = '',
  agents = ['1001'],
  latencyMs,
  ringS = 20,
  flow = FLOW,
  classOfService,
}: Options = {}): Promise<CentreLab> {
  const lab = centreLab({
    files: [
      { file: 'hotline.yaml', text: flow.replace('ring: 20s', `ring: ${ringS}s`) },
      { file: 'shared.yaml', text: SHARED },
    ],
    agents: agents.map((id) => agent(id, { service: 8 })),
    queues: [queue('general', { service: 5 }, { maxWaitMs: 30 * MINUTE, hours })],
    ...(hours !== '' && { startAt: Date.UTC(2026, 10, 23, 2) }),
    ...(classOfService && { classOfService }),
    pbx: { ...(trunk && { trunk }), ...(latencyMs !== undefined && { latencyMs }) },
  });
  await lab.start();
  for (const id of agents) {
    await lab.ready(id);
    await lab.engine.tellAgent(id, { type: 'GoNotReady', reason: 'break' });
  }
  return lab;
}

/** Waits for a minute, then asks to be called back. */
async function asksForCallback(lab: CentreLab, number: string): Promise<void> {
  const caller = lab.caller(number);
  await lab.clock.advance(MINUTE);
  caller.press('1');
  await lab.clock.advance(5000);
  expect(caller.heard).toContain('zh-CN/noted');
  expect(caller.ended).toBe(true);
}

const ready = (lab: CentreLab, id = '1001') => lab.engine.tellAgent(id, { type: 'GoReady' });
/** The customer hangs up: only now it is known how it went. */
async function thanks(lab: CentreLab): Promise<void> {
  lab.pbx.dialled('13811111111')?.hangup();
  await lab.clock.advance(500);
}

const book = (lab: CentreLab) => [...lab.store.callbacks.values()];
const events = (lab: CentreLab, type: string) => lab.store.events.filter((event) => event.type === type);

test('given_a_caller_who_asked_to_be_called_back_when_an_agent_is_ready_then_the_agent_is_rung_first_and_then_the_customer', async () => {
  const lab = await centre();
  await asksForCallback(lab, '13811111111');
  await ready(lab);
  await lab.clock.advance(1000);
  expect(lab.pbx.dialled('1001')).toBeDefined();
  expect(lab.pbx.dialled('13811111111')).toBeUndefined();
  await lab.clock.advance(1500);
  const customer = lab.pbx.dialled('13811111111');
  expect(customer?.talkingWith).toEqual([]);
  expect(lab.pbx.dialled('1001')?.heard).toEqual(['tone:ringback']);
  await lab.clock.advance(2000);
  expect(customer?.talkingWith).toEqual([lab.pbx.dialled('1001')?.channel]);
  expect(lab.engine.agents()[0]?.state.at).toBe('talking');
  expect(book(lab)[0]?.done).toBeUndefined();
  await thanks(lab);
  expect(book(lab)).toMatchObject([{ attempts: 1, done: { by: '1001', outcome: 'reached' } }]);
  expect(lab.engine.agents()[0]?.state.at).toBe('wrap-up');
  expect(lab.engine.liveCalls()).toEqual([]);
  expect(lab.record().legs.map(({ to, outcome }) => [to.kind, outcome])).toEqual([
    ['phone', 'answered'],
    ['outside', 'answered'],
  ]);
});

test('given_a_callback_and_callers_who_wait_when_agents_come_then_everybody_is_served_by_his_place', async () => {
  const lab = await centre({ agents: ['1001', '1002', '1003'] });
  const before = lab.caller('13800000000');
  await lab.clock.advance(1000);
  await asksForCallback(lab, '13811111111');
  const after = lab.caller('13822222222');
  await lab.clock.advance(1000);
  await ready(lab, '1001');
  await lab.clock.advance(5000);
  expect(before.talkingWith).toHaveLength(1);
  expect(events(lab, 'CallbackCalled')).toEqual([]);
  await ready(lab, '1002');
  await lab.clock.advance(5000);
  expect(events(lab, 'CallbackCalled')).toHaveLength(1);
  expect(after.talkingWith).toEqual([]);
  await ready(lab, '1003');
  await lab.clock.advance(5000);
  expect(after.talkingWith).toHaveLength(1);
});

test('given_a_customer_who_does_not_answer_then_he_is_tried_again_later_and_at_last_given_up', async () => {
  const lab = await centre({ trunk: () => ({ ringAfterMs: 50 }) });
  await asksForCallback(lab, '13811111111');
  await ready(lab);
  await lab.clock.advance(MINUTE);
  expect(book(lab)).toMatchObject([{ attempts: 1, dueAt: expect.any(Number) }]);
  expect(book(lab)[0]?.done).toBeUndefined();
  expect(lab.engine.agents()[0]?.state.at).toBe('ready');
  await lab.clock.advance(3 * MINUTE);
  expect(events(lab, 'CallbackCalled')).toHaveLength(1);
  await lab.clock.advance(3 * MINUTE);
  expect(events(lab, 'CallbackCalled')).toHaveLength(2);
  expect(book(lab)).toMatchObject([{ attempts: 2, done: { by: 'carillon', outcome: 'no-answer' } }]);
  await lab.clock.advance(20 * MINUTE);
  expect(events(lab, 'CallbackCalled')).toHaveLength(2);
});

test('given_a_number_that_does_not_exist_then_it_is_dialled_once', async () => {
  const lab = await centre({ trunk: () => ({ refuse: { afterMs: 100, sipCode: 404 } }) });
  await asksForCallback(lab, '13811111111');
  await ready(lab);
  await lab.clock.advance(MINUTE);
  expect(book(lab)).toMatchObject([{ attempts: 1, done: { by: 'carillon', outcome: 'wrong-number' } }]);
});

test('given_an_agent_who_does_not_take_it_then_the_next_one_is_asked_and_no_try_is_lost', async () => {
  const lab = await centre({ agents: ['1001', '1002'] });
  await asksForCallback(lab, '13811111111');
  lab.pbx.setPhone('1001', { ringAfterMs: 20 });
  await ready(lab, '1001');
  await lab.clock.advance(20_000);
  expect(lab.engine.agents()[0]?.state).toMatchObject({ at: 'not-ready', reason: 'ring-no-answer' });
  expect(book(lab)).toMatchObject([{ attempts: 0, calls: 1 }]);
  await ready(lab, '1002');
  await lab.clock.advance(6000);
  await thanks(lab);
  expect(book(lab)).toMatchObject([{ attempts: 1, calls: 2, done: { by: '1002' } }]);
  const [first, second] = events(lab, 'CallbackCalled');
  expect(first?.call).not.toBe(second?.call);
});

test('given_an_agent_who_hangs_up_while_the_customer_is_rung_then_the_customer_is_let_go_and_called_later', async () => {
  const lab = await centre({ trunk: () => ({ ringAfterMs: 50, answerAfterMs: 15_000 }) });
  await asksForCallback(lab, '13811111111');
  await ready(lab);
  await lab.clock.advance(4000);
  expect(lab.pbx.dialled('13811111111')).toBeDefined();
  lab.pbx.dialled('1001')?.hangup();
  await lab.clock.advance(500);
  expect(lab.pbx.dialled('13811111111')).toBeUndefined();
  expect(lab.engine.agents()[0]?.state.at).toBe('wrap-up');
  expect(book(lab)).toMatchObject([{ attempts: 0, dueAt: expect.any(Number) }]);
  expect(book(lab)[0]?.done).toBeUndefined();
  expect(events(lab, 'CallbackFailed')).toMatchObject([{ data: { reason: 'broken-off', attempts: 0 } }]);
  await lab.clock.advance(4 * MINUTE);
  expect(events(lab, 'CallbackCalled')).toHaveLength(1);
  await lab.clock.advance(2 * MINUTE);
  expect(events(lab, 'CallbackCalled')).toHaveLength(2);
  await thanks(lab);
  expect(book(lab)).toMatchObject([{ attempts: 1, done: { outcome: 'reached' } }]);
});

/** The agent has the callback, and the customer is dialled now. */
async function atTheDial(lab: CentreLab): Promise<void> {
  await asksForCallback(lab, '13811111111');
  await ready(lab);
  await lab.clock.advance(1000);
}

test.each<[string, (lab: CentreLab) => Promise<void>]>([
  [
    'the_daemon_is_killed_before_it_dials',
    async (lab) => {
      const { pbx } = lab;
      const originate = pbx.originate.bind(pbx);
      const phonesOnly: typeof pbx.originate = async (leg) => {
        if (leg.to.kind === 'phone') await originate(leg);
      };
      Object.assign(pbx, { originate: phonesOnly });
      await lab.clock.advance(1200);
      Object.assign(pbx, { originate });
      await lab.restart();
    },
  ],
  ['the_pbx_takes_no_calls_any_more', async (lab) => lab.pbx.setDraining(true)],
])('given_%s_then_it_is_no_try_of_his_and_he_is_called_later', async (_what, trouble) => {
  const lab = await centre({ flow: FLOW.replace('tries: 2', 'tries: 1') });
  await atTheDial(lab);
  await trouble(lab);
  await lab.clock.advance(3000);
  expect(events(lab, 'CallbackCalled')).toHaveLength(1);
  expect(events(lab, 'CallbackFailed')).toMatchObject([{ data: { reason: 'broken-off', attempts: 0 } }]);
  expect(book(lab)[0]?.done).toBeUndefined();
  lab.pbx.setDraining(false);
  await lab.clock.advance(6 * MINUTE);
  await thanks(lab);
  expect(book(lab)).toMatchObject([{ attempts: 1, done: { outcome: 'reached', by: '1001' } }]);
});

test.each<[string, Behaviour]>([
  ['is_busy', { refuse: { afterMs: 100, sipCode: 486 } }],
  ['rejects_it', { ringAfterMs: 50, refuse: { afterMs: 900, sipCode: 603 } }],
  ['cannot_be_reached_in_his_network', { refuse: { afterMs: 100, sipCode: 480 } }],
])('given_a_customer_who_%s_then_it_is_a_try', async (_what, phone) => {
  const lab = await centre({ flow: FLOW.replace('tries: 2', 'tries: 1'), trunk: () => phone });
  await atTheDial(lab);
  await lab.clock.advance(5000);
  expect(book(lab)).toMatchObject([{ attempts: 1, done: { outcome: 'no-answer' } }]);
});

test('given_a_callback_that_is_open_when_its_number_asks_again_then_there_is_one', async () => {
  const lab = await centre();
  await asksForCallback(lab, '13811111111');
  await asksForCallback(lab, '13811111111');
  expect(book(lab)).toHaveLength(1);
  await ready(lab);
  await lab.clock.advance(10_000);
  expect(events(lab, 'CallbackCalled')).toHaveLength(1);
});

test('given_callbacks_when_the_daemon_is_restarted_then_places_are_kept', async () => {
  const lab = await centre({ agents: ['1001', '1002'] });
  await asksForCallback(lab, '13811111111');
  const caller = lab.caller('13822222222');
  await lab.clock.advance(1000);
  await lab.restart();
  await ready(lab, '1001');
  await lab.clock.advance(6000);
  await thanks(lab);
  expect(book(lab)).toMatchObject([{ done: { by: '1001', outcome: 'reached' } }]);
  expect(caller.talkingWith).toEqual([]);
});

/** Where a restart may fall, ms after the agent became ready: his phone rings, the customer's rings, they talk. */
const MOMENTS = [1, 500, 1900, 2010, 2100, 2900, 3010, 3100, 4500];

test.each(MOMENTS)(
  'given_a_restart_%i_ms_into_a_callback_then_the_customer_is_dialled_once_and_reached',
  async (ms) => {
    const dialled: string[] = [];
    const lab = await centre({
      trunk: (number) => {
        dialled.push(number);
        return { ringAfterMs: 50, answerAfterMs: 1000 };
      },
    });
    await asksForCallback(lab, '13811111111');
    await ready(lab);
    await lab.clock.advance(ms);
    await lab.restart(300);
    await lab.clock.advance(6000);
    expect(dialled).toEqual(['13811111111']);
    expect(lab.pbx.dialled('13811111111')?.talkingWith).toHaveLength(1);
    await thanks(lab);
    expect(book(lab)).toMatchObject([{ attempts: 1, calls: 1, done: { outcome: 'reached', by: '1001' } }]);
  },
);

/** What the agent does with the customer when it is told once more that he has answered. */
test.each(['talks', 'hold', 'consult'] as const)(
  'given_a_customer_whose_answer_is_told_twice_when_his_agent_is_at_%s_then_he_stays_on_the_line',
  async (wish) => {
    const lab = await centre();
    await asksForCallback(lab, '13811111111');
    await ready(lab);
    await lab.clock.advance(6000);
    const [call] = lab.engine.liveCalls();
    if (wish === 'hold') await lab.engine.tellTalk(call!.id, { request: { do: 'hold' } });
    if (wish === 'consult')
      await lab.engine.tellTalk(call!.id, { request: { do: 'consult', to: { number: '13900000000' } } });
    const before = lab.engine.liveCalls()[0]!;
    const told = reduceCall(before, { type: 'LegAnswered', leg: before.channel }, lab.clock.now());
    expect(told).toEqual([before, []]);
  },
);

test('given_a_customer_who_answered_and_cannot_be_connected_then_he_waits_in_front_with_music_and_loses_no_wait', async () => {
  const lab = await centre({ trunk: () => ({ ringAfterMs: 50, answerAfterMs: 15_000 }) });
  await asksForCallback(lab, '13811111111');
  await ready(lab);
  await lab.clock.advance(10_000);
  const { waitedMs } = lab.engine.liveCalls()[0]!;
  const { connect } = lab.pbx;
  lab.pbx.connect = async () => {
    throw new PbxError('refused', 'no bridge');
  };
  await lab.clock.advance(8000);
  lab.pbx.connect = connect;
  const [call] = lab.engine.liveCalls();
  expect(call).toMatchObject({ phase: { at: 'queued', from: expect.any(Number) }, waitedMs });
  expect(lab.pbx.dialled('13811111111')?.heard.at(-1)).toMatch(/^music:/);
  await lab.clock.advance(15_000);
  expect(lab.pbx.dialled('13811111111')?.talkingWith).toHaveLength(1);
});

test('given_a_customer_who_cannot_be_connected_and_hangs_up_in_line_then_he_is_called_again', async () => {
  const lab = await centre();
  await asksForCallback(lab, '13811111111');
  await ready(lab);
  const { connect } = lab.pbx;
  lab.pbx.connect = async () => {
    throw new PbxError('refused', 'no bridge');
  };
  await lab.clock.advance(6000);
  lab.pbx.connect = connect;
  expect(lab.engine.liveCalls()).toMatchObject([{ phase: { at: 'queued' } }]);
  expect(events(lab, 'CallbackDone')).toEqual([]);
  await thanks(lab);
  expect(events(lab, 'CallbackCalled')).toHaveLength(1);
  expect(book(lab)).toMatchObject([{ attempts: 0, calls: 1 }]);
  await lab.clock.advance(6 * MINUTE);
  expect(lab.pbx.dialled('13811111111')?.talkingWith).toHaveLength(1);
  await thanks(lab);
  expect(book(lab)).toMatchObject([{ attempts: 1, calls: 2, done: { outcome: 'reached' } }]);
});

test('given_a_customer_who_is_offered_twice_in_one_callback_then_it_counts_as_one_call', async () => {
  const lab = await centre({ agents: ['1001', '1002'] });
  await asksForCallback(lab, '13811111111');
  await ready(lab);
  const { connect } = lab.pbx;
  lab.pbx.connect = async () => {
    throw new PbxError('refused', 'no bridge');
  };
  await lab.clock.advance(6000);
  lab.pbx.connect = connect;
  await ready(lab, '1002');
  await lab.clock.advance(6000);
  expect(lab.pbx.dialled('13811111111')?.talkingWith).toHaveLength(1);
  await thanks(lab);
  expect(events(lab, 'CallbackCalled')).toHaveLength(1);
  expect(book(lab)).toMatchObject([{ attempts: 1, calls: 1, done: { outcome: 'reached', by: '1002' } }]);
});

/** The customer talks; what happens then must not tear him from it. */
async function inTheTalk(): Promise<CentreLab> {
  const lab = await centre({ agents: ['1001', '1002'] });
  await asksForCallback(lab, '13811111111');
  await ready(lab);
  await lab.clock.advance(6000);
  expect(lab.pbx.dialled('13811111111')?.talkingWith).toHaveLength(1);
  return lab;
}

test('given_a_customer_in_his_callback_when_he_calls_and_is_served_besides_then_both_talks_go_on', async () => {
  const lab = await inTheTalk();
  await ready(lab, '1002');
  const again = lab.caller('13811111111');
  await lab.clock.advance(6000);
  expect(again.talkingWith).toHaveLength(1);
  expect(lab.pbx.dialled('13811111111')?.talkingWith).toHaveLength(1);
  again.hangup();
  await thanks(lab);
  expect(events(lab, 'CallbackDone')).toHaveLength(1);
  await lab.clock.advance(20 * MINUTE);
  expect(events(lab, 'CallbackCalled')).toHaveLength(1);
});

test('given_a_customer_in_his_callback_when_somebody_closes_it_then_they_talk_on', async () => {
  const lab = await inTheTalk();
  await lab.engine.callbackClosed(book(lab)[0]!.id);
  await lab.clock.advance(1000);
  expect(lab.pbx.dialled('13811111111')?.talkingWith).toHaveLength(1);
  await thanks(lab);
  expect(lab.engine.liveCalls()).toEqual([]);
});

test('given_snapshots_that_overtake_an_answer_then_the_customer_stays_on_the_line', async () => {
  for (let answerAfterMs = 10_000; answerAfterMs < 40_000; answerAfterMs += 400) {
    const lab = await centre({
      trunk: () => ({ ringAfterMs: 50, answerAfterMs }),
      latencyMs: 500,
      ringS: 60,
    });
    await asksForCallback(lab, '13811111111');
    await ready(lab);
    await lab.clock.advance(answerAfterMs + 8000);
    expect(lab.pbx.dialled('13811111111')?.talkingWith, `answered after ${answerAfterMs} ms`).toHaveLength(1);
    await lab.engine.stop();
  }
});

test('given_a_queue_that_is_closed_then_nobody_is_called_back_until_it_opens', async () => {
  const lab = await centre({ hours: 'morning' });
  await asksForCallback(lab, '13811111111');
  // Closed from twelve on.
  await lab.clock.advance(3 * 60 * MINUTE);
  await ready(lab);
  await lab.clock.advance(10 * MINUTE);
  expect(events(lab, 'CallbackCalled')).toEqual([]);
  expect(lab.engine.agents()[0]?.state.at).toBe('ready');
  await lab.clock.advance(22 * 60 * MINUTE);
  await thanks(lab);
  expect(events(lab, 'CallbackDone')).toMatchObject([{ data: { outcome: 'reached' } }]);
});

test('given_a_customer_who_is_served_before_his_turn_then_nobody_calls_him_back', async () => {
  const lab = await centre({ trunk: () => ({ refuse: { afterMs: 100, sipCode: 486 } }) });
  await asksForCallback(lab, '13811111111');
  await ready(lab);
  // Busy: he is calling us just then. He is tried again in five minutes.
  await lab.clock.advance(5000);
  expect(book(lab)).toMatchObject([{ attempts: 1 }]);
  const again = lab.caller('+8613811111111');
  await lab.clock.advance(5000);
  expect(again.talkingWith).toHaveLength(1);
  expect(book(lab)).toMatchObject([{ done: { by: '1001', outcome: 'reached' } }]);
  again.hangup();
  await lab.clock.advance(20 * MINUTE);
  expect(events(lab, 'CallbackCalled')).toHaveLength(1);
});

test('given_a_callback_that_somebody_closes_while_the_customer_is_rung_then_he_is_let_go', async () => {
  const lab = await centre({ trunk: () => ({ ringAfterMs: 50 }) });
  await asksForCallback(lab, '13811111111');
  await ready(lab);
  await lab.clock.advance(4000);
  expect(lab.pbx.dialled('13811111111')).toBeDefined();
  await lab.engine.callbackClosed(book(lab)[0]!.id);
  await lab.clock.advance(500);
  expect(lab.pbx.dialled('13811111111')).toBeUndefined();
  expect(lab.engine.agents()[0]?.state.at).toBe('ready');
  await lab.clock.advance(20 * MINUTE);
  expect(events(lab, 'CallbackCalled')).toHaveLength(1);
});

test('given_a_number_that_may_not_be_dialled_then_no_agent_is_rung_and_it_is_left_to_people', async () => {
  const lab = centreLab({
    flows: [FLOW],
    agents: [agent('1001', { service: 8 })],
    queues: [queue('general', { service: 5 }, { maxWaitMs: 30 * MINUTE })],
    classOfService: CLOSED,
  });
  await lab.start();
  await lab.ready('1001');
  await lab.engine.tellAgent('1001', { type: 'GoNotReady', reason: 'break' });
  await asksForCallback(lab, '13811111111');
  const caller = lab.caller('13822222222');
  await lab.clock.advance(100);
  await ready(lab);
  await lab.clock.advance(5000);
  expect(caller.talkingWith).toHaveLength(1);
  expect(events(lab, 'DialRefused')).toMatchObject([{ data: { reason: 'not-permitted' } }]);
  expect(book(lab)).toMatchObject([{ attempts: 0, calls: 0, dueAt: NEVER }]);
});

test('given_the_number_that_he_dialled_then_it_is_what_the_customer_sees_and_the_agent_sees_his', async () => {
  const lab = await centre({ trunk: () => ({ ringAfterMs: 50 }) });
  await asksForCallback(lab, '13811111111');
  await ready(lab);
  await lab.clock.advance(3000);
  const { channels } = await lab.pbx.snapshot();
  expect(channels.map(({ dnis, ani }) => [dnis, ani])).toEqual([
    ['1001', '13811111111'],
    ['13811111111', '95533'],
  ]);
});

const LIMITS = { all: {}, phone: {}, flow: {}, campaign: {}, caller: {} };
const limited = (limits: Partial<Record<keyof typeof LIMITS, DialLimits>>): ClassOfService => ({
  ...ANYWHERE,
  limits: { ...LIMITS, ...limits },
});
const outsideCalls = (lab: CentreLab) => lab.pbx.parties().filter(({ to }) => to?.kind === 'outside');

test.each<[string, DialLimits, number]>([
  ['none', {}, 3],
  ['one_at_once', { atOnce: 1 }, 1],
  ['one_an_hour', { perHour: 1 }, 1],
  ['three_minutes_a_day', { minutesPerDay: 3 }, 1],
])(
  'given_agents_who_take_three_callbacks_at_once_and_a_limit_of_%s_then_it_holds_for_the_customers',
  async (_limit, all, most) => {
    const agents = ['1001', '1002', '1003'];
    const lab = await centre({
      agents,
      classOfService: limited({ all }),
      trunk: () => ({ ringAfterMs: 50, answerAfterMs: 3000 }),
    });
    for (const number of ['13811111111', '13822222222', '13833333333']) await asksForCallback(lab, number);
    await Promise.all(agents.map((id) => ready(lab, id)));
    await lab.clock.advance(3000);
    expect(outsideCalls(lab)).toHaveLength(most);
    // Who could not be called is called later, and the agents who had taken it are ready.
    const later = book(lab).filter(({ dueAt }) => dueAt > lab.clock.now());
    expect(later.map(({ attempts }) => attempts)).toEqual(Array(3 - most).fill(0));
    const failed = events(lab, 'CallbackFailed').map(({ data }) => data.reason);
    expect(failed).toEqual(Array(3 - most).fill('broken-off'));
    expect(lab.engine.agents().filter(({ state }) => state.at === 'ready')).toHaveLength(3 - most);
    expect(lab.engine.liveCalls()).toHaveLength(most);
  },
);

const ELSEWHERE = flowWith(`, number: '"13900000001"'`);

test('given_a_caller_who_may_not_reach_a_number_when_he_has_it_called_back_then_it_is_not_dialled', async () => {
  const barred: ClassOfService = {
    ...ANYWHERE,
    classes: new Map([...ANYWHERE.classes, ['none', new Set<string>()]]),
    sources: {
      ...ANYWHERE.sources,
      caller: { ordinary: 'everything', own: new Map([['13811111111', 'none']]) },
    },
  };
  const lab = await centre({ flow: ELSEWHERE, classOfService: barred });
  await asksForCallback(lab, '13811111111');
  await ready(lab);
  await lab.clock.advance(6000);
  expect(outsideCalls(lab)).toEqual([]);
  expect(events(lab, 'DialRefused')).toMatchObject([
    { data: { by: { kind: 'caller', name: '13811111111' } } },
  ]);
  // The same number for somebody who may.
  const other = await centre({ flow: ELSEWHERE, classOfService: barred });
  await asksForCallback(other, '13822222222');
  await ready(other);
  await other.clock.advance(6000);
  expect(outsideCalls(other)).toHaveLength(1);
});

test.each([false, true])(
  'given_a_limit_of_each_caller_then_a_callback_counts_for_who_asked_and_not_for_whom_it_calls (restart: %s)',
  async (restart) => {
    const lab = await centre({ flow: ELSEWHERE, classOfService: limited({ caller: { perHour: 1 } }) });
    const calledBack = async (number: string): Promise<void> => {
      await asksForCallback(lab, number);
      await ready(lab);
      await lab.clock.advance(6000);
      lab.pbx.dialled('13900000001')?.hangup();
      await lab.engine.tellAgent('1001', { type: 'GoNotReady', reason: 'break' });
      await lab.clock.advance(1000);
    };
    await calledBack('13811111111');
    if (restart) await lab.restart();
    await calledBack('13822222222');
    expect(events(lab, 'CallbackDone')).toHaveLength(2);
    await calledBack('13811111111');
    expect(events(lab, 'CallbackDone')).toHaveLength(2);
    expect(events(lab, 'DialRefused')).toMatchObject([
      { data: { limit: 'perHour', of: { kind: 'caller', name: '13811111111' } } },
    ]);
  },
);
