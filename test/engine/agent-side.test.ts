import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import type { Call } from '../../src/call/call.ts';
import type { ClassOfService } from '../../src/call/class-of-service.ts';
import { readClassOfService } from '../../src/engine/class-of-service-file.ts';
import type { TalkRequest } from '../../src/engine/talk-requests.ts';
import { ANYWHERE } from '../../src/lab/anywhere.ts';
import { PbxError } from '../../src/pbx/pbx.ts';
import type { SimulatedParty } from '../../src/pbx/simulated/party.ts';
import type { SimulatedPbx } from '../../src/pbx/simulated/pbx.ts';
import { inProject } from '../../src/setup/project.ts';
import { agent, type CentreLab, centreLab, queue } from './centre-lab.ts';

const THREE = [agent('1001', { service: 8 }), agent('1002', { service: 8 }), agent('1003', { card: 8 })];
const QUEUES = [
  queue('general', { service: 5 }, { wrapUpMs: 5000, music: 'waltz' }),
  queue('vip', { wealth: 9 }),
  queue('card', { card: 5 }, { music: 'march' }),
];

let lab: CentreLab;
let caller: SimulatedParty;

beforeEach(async () => {
  lab = centreLab({ agents: THREE, queues: QUEUES });
  await lab.start();
  await lab.ready('1001');
});

const call = (): Call => lab.engine.liveCalls()[0]!;
const state = (id: string): Agent['state'] => lab.engine.agents().find((one) => one.id === id)!.state;
const at = (id: string): string => state(id).at;
const partyAt = (extension: string): SimulatedParty => lab.pbx.dialled(extension)!;
const ask = (request: TalkRequest, by = '1001'): Promise<void> =>
  lab.engine.tellTalk(call().id, { request, by });

/** The caller is connected with agent 1001. */
async function talks(): Promise<void> {
  caller = lab.caller();
  await lab.clock.advance(1500);
  caller.press('0');
  await lab.clock.advance(5000);
  expect(call().phase.at).toBe('connected');
}

/** Who hear each other, by phone. */
function together(extension: string): string[] {
  const names = new Map([
    [caller.channel, 'caller'],
    ...['1001', '1002', '1003', '2002', '13900000000'].map(
      (one) => [lab.pbx.dialled(one)?.channel ?? '', one] as const,
    ),
  ]);
  return partyAt(extension)
    .talkingWith.map((other) => names.get(other) ?? other)
    .sort();
}

const types = (): string[] =>
  lab.types().filter((type) => !['StepEntered', 'AgentStateChanged', 'PromptFailed'].includes(type));

describe('from the offer to the talk', () => {
  test('an agent is reserved, then his phone rings, then he talks', async () => {
    lab.pbx.setPhone('1001', { ringAfterMs: 500, answerAfterMs: 2000 });
    caller = lab.caller();
    await lab.clock.advance(1500);
    caller.press('0');
    await lab.clock.advance(1100);
    expect(at('1001')).toBe('reserved');
    await lab.clock.advance(500);
    expect(at('1001')).toBe('ringing');
    await lab.clock.advance(2000);
    expect(at('1001')).toBe('talking');
  });

  test.each([
    ['ring-no-answer', { ringAfterMs: 20 }],
    ['rejected', { ringAfterMs: 20, refuse: { afterMs: 500, sipCode: 603 } }],
    ['busy', { refuse: { afterMs: 500, sipCode: 486 } }],
    ['unreachable', undefined],
  ])(
    'given_%s_then_he_is_not_ready_for_that_reason_and_the_caller_is_offered_to_the_next',
    async (reason, phone) => {
      lab.pbx.setPhone('1001', phone);
      caller = lab.caller();
      await lab.clock.advance(1500);
      caller.press('0');
      await lab.clock.advance(1005);
      const since = lab.clock.now();
      await lab.ready('1002');
      await lab.clock.advance(20_000);
      expect(state('1001')).toMatchObject({ at: 'not-ready', reason });
      expect(at('1002')).toBe('talking');
      const { phase } = call();
      expect(phase.at === 'connected' && phase.place!.since - since).toBeLessThan(100);
    },
  );
});

describe('a phone that is gone in the talk', () => {
  test('brings the caller to the front of his queue, with music, and its agent is not ready', async () => {
    await talks();
    const first = call().phase;
    const earlier = lab.caller('13711111111');
    await lab.clock.advance(1500);
    earlier.press('0');
    await lab.clock.advance(20_000);
    partyAt('1001').vanish();
    await lab.clock.advance(100);
    expect(state('1001')).toMatchObject({ at: 'not-ready', reason: 'phone-gone' });
    expect(call().phase).toMatchObject({ at: 'queued', queue: 'general' });
    expect(caller.heard.at(-1)).toBe('music:waltz');
    await lab.ready('1002');
    await lab.clock.advance(4000);
    expect(call().phase).toMatchObject({
      at: 'connected',
      place: { since: (first as { place: { since: number } }).place.since },
    });
    expect(earlier.talkingWith).toEqual([]);
    expect(types()).toContain('CallRequeued');
  });

  test('counts neither the talk as wait nor the old limit against him', async () => {
    await talks();
    const { waitedMs } = call();
    await lab.clock.advance(200_000);
    partyAt('1001').vanish();
    await lab.clock.advance(10_000);
    await lab.ready('1002');
    await lab.clock.advance(4000);
    expect(call().phase.at).toBe('connected');
    expect(call().waitedMs - waitedMs).toBeGreaterThan(10_000);
    expect(call().waitedMs - waitedMs).toBeLessThan(15_000);
  });

  test('given_a_caller_who_gives_up_after_that_then_he_has_not_abandoned_a_queue', async () => {
    await talks();
    partyAt('1001').vanish();
    await lab.clock.advance(3000);
    caller.hangup();
    await lab.clock.advance(100);
    const ended = lab.store.events.find(({ type }) => type === 'CallEnded');
    expect(ended?.data).toMatchObject({ by: 'caller', abandoned: false });
  });

  test('is something else than an agent who hangs up', async () => {
    await talks();
    partyAt('1001').hangup();
    await lab.clock.advance(100);
    expect(at('1001')).toBe('wrap-up');
    expect(types()).not.toContain('CallRequeued');
  });

  test('leads to the way out for failure where no queue sent the caller', async () => {
    caller = lab.phone('1009', '1002');
    await lab.ready('1002');
    await lab.clock.advance(5000);
    expect(call().phase.at).toBe('connected');
    partyAt('1002').vanish();
    await lab.clock.advance(100);
    expect(state('1002')).toMatchObject({ at: 'not-ready', reason: 'phone-gone' });
    expect(lab.store.stepsLeft.map(({ exit }) => exit)).toContain('failed');
  });
});

describe('a connection that the PBX refuses', () => {
  const refuse = async (passes: () => Promise<void>): Promise<void> => {
    const { connect } = lab.pbx;
    lab.pbx.connect = async () => {
      throw new PbxError('refused', 'no bridge');
    };
    await passes();
    lab.pbx.connect = connect;
  };

  test('brings the caller back to his queue, with music', async () => {
    caller = lab.caller();
    await lab.clock.advance(1500);
    caller.press('0');
    await refuse(() => lab.clock.advance(4500));
    expect(call().phase.at).toBe('queued');
    expect(caller.heard.at(-1)).toBe('music:waltz');
  });

  test('after a transfer leaves him the time and the waits that he had', async () => {
    await talks();
    await lab.clock.advance(200_000);
    const { waitedMs } = call();
    lab.pbx.setPhone('2002', { ringAfterMs: 20, answerAfterMs: 500 });
    await refuse(async () => {
      await ask({ do: 'transfer', to: { extension: '2002' } });
      await lab.clock.advance(800);
    });
    expect(call().waitedMs).toBe(waitedMs);
    expect(caller.heard.at(-1)).toBe('music:waltz');
    await lab.clock.advance(10_000);
    expect(together('1001')).toEqual(['caller']);
  });

  test('of a talk that was on hold does not count against the agent', async () => {
    await talks();
    await ask({ do: 'hold' });
    await refuse(async () => {
      await ask({ do: 'resume' });
      await lab.clock.advance(100);
    });
    expect(state('1001')).toMatchObject({ at: 'not-ready', reason: 'failed' });
    expect(caller.heard.at(-1)).toBe('music:waltz');
    await lab.clock.advance(15_000);
    expect(together('1001')).toEqual(['caller']);
  });
});

describe('hold', () => {
  test('lets the caller hear music and the agent nothing, until it is resumed', async () => {
    await talks();
    await ask({ do: 'hold' });
    await lab.clock.advance(100);
    expect(together('1001')).toEqual([]);
    expect(caller.heard.at(-1)).toBe('music:waltz');
    expect(at('1001')).toBe('hold');
    await ask({ do: 'resume' });
    await lab.clock.advance(100);
    expect(together('1001')).toEqual(['caller']);
    expect(caller.heard.at(-1)).toBe('music-stopped');
    expect(at('1001')).toBe('talking');
    expect(types().slice(-2)).toEqual(['CallHeld', 'CallResumed']);
  });

  test('given_an_agent_who_hangs_up_then_the_flow_goes_on', async () => {
    await talks();
    await ask({ do: 'hold' });
    partyAt('1001').hangup();
    await lab.clock.advance(100);
    expect(at('1001')).toBe('wrap-up');
    expect(lab.store.stepsLeft.map(({ exit }) => exit)).toContain('done');
  });
});

describe('a blind transfer', () => {
  test('to a phone: the agent goes to wrap-up, the others talk', async () => {
    await talks();
    lab.pbx.setPhone('2002', { answerAfterMs: 1000 });
    await ask({ do: 'transfer', to: { extension: '2002' } });
    await lab.clock.advance(100);
    expect(at('1001')).toBe('wrap-up');
    expect(caller.heard.at(-1)).toBe('music:waltz');
    await lab.clock.advance(2000);
    expect(together('2002')).toEqual(['caller']);
    const told = lab.store.events.find(({ type }) => type === 'CallTransferred');
    expect(told?.data).toEqual({ kind: 'blind', to: { kind: 'phone', extension: '2002' }, by: '1001' });
  });

  test('to an agent: he is reserved, rings, talks and wraps up as with any call', async () => {
    await talks();
    await lab.ready('1003');
    await ask({ do: 'transfer', to: { agent: '1003' } });
    expect(at('1003')).toBe('reserved');
    await lab.clock.advance(4000);
    expect(at('1003')).toBe('talking');
    expect(call().facts.agentId).toBe('1003');
    caller.hangup();
    await lab.clock.advance(100);
    expect(at('1003')).toBe('wrap-up');
  });

  test('to an outside number', async () => {
    await talks();
    await ask({ do: 'transfer', to: { number: '13900000000' } });
    await lab.clock.advance(3000);
    expect(together('13900000000')).toEqual(['caller']);
  });

  test('to a queue: he waits there anew', async () => {
    await talks();
    await lab.engine.tellAgent('1003', { type: 'LogIn', extension: '1003' });
    const asked = lab.clock.now();
    await ask({ do: 'transfer', to: { queue: 'card' } });
    expect(call().phase).toMatchObject({ at: 'queued', queue: 'card', since: asked });
    await lab.ready('1003');
    await lab.clock.advance(4000);
    expect(together('1003')).toEqual(['caller']);
  });

  test('to a queue: the queue step that he came from tells him nothing there, nor does it take his keys', async () => {
    const flow = `
flow: hotline
numbers: ["95533"]
start: wait
steps:
  wait:
    queue: { name: general, keys: { 1: key } }
    then: { done: end }
    otherwise: end
  key: { pause: 20m, then: end }
  end: { hangup: {} }
`;
    const waiting = async (): Promise<void> => {
      lab = centreLab({ agents: THREE, queues: QUEUES, files: [{ file: 'hotline.yaml', text: flow }] });
      await lab.start();
      await lab.ready('1003');
      await lab.engine.tellAgent('1003', { type: 'GoNotReady', reason: 'break' });
      await lab.ready('1001');
      caller = lab.caller();
      await lab.clock.advance(5000);
    };
    const pressed = async (): Promise<string> => {
      await lab.clock.advance(3000);
      caller.press('1');
      await lab.clock.advance(3000);
      return call().phase.at;
    };
    await waiting();
    await ask({ do: 'transfer', to: { queue: 'card' } });
    expect(await pressed()).toBe('queued');
    await lab.restart();
    expect(await pressed()).toBe('queued');
    // In the queue of the step itself the key is his.
    await waiting();
    partyAt('1001').vanish();
    expect(await pressed()).toBe('flow');
  });

  test('that nobody answers brings the caller to the front of the queue that he came from', async () => {
    await talks();
    const { phase } = call();
    lab.pbx.setPhone('2002', { ringAfterMs: 20 });
    await ask({ do: 'transfer', to: { extension: '2002' } });
    await lab.clock.advance(34_000);
    expect(call().phase).toMatchObject({ at: 'connected' });
    expect(call().phase).toMatchObject({ place: { since: phase.at === 'connected' && phase.place!.since } });
    expect(together('1001')).toEqual(['caller']);
  });

  test('that nobody answers, of a call that came by no queue, takes the way out "no-answer"', async () => {
    caller = lab.phone('1009', '1001');
    await lab.clock.advance(5000);
    lab.pbx.setPhone('2002', { ringAfterMs: 20 });
    await ask({ do: 'transfer', to: { extension: '2002' } });
    await lab.clock.advance(31_000);
    expect(lab.store.stepsLeft.map(({ exit }) => exit)).toContain('no-answer');
  });

  test('to a queue where nobody comes, of a call that came by no queue, takes a way out that its step has', async () => {
    caller = lab.phone('1009', '1001');
    await lab.clock.advance(5000);
    await lab.ready('1003');
    await lab.engine.tellAgent('1003', { type: 'GoNotReady', reason: 'break' });
    await ask({ do: 'transfer', to: { queue: 'card' } });
    await lab.clock.advance(121_000);
    expect(lab.store.stepsLeft.map(({ exit }) => exit)).toContain('no-answer');
    expect(types()).not.toContain('StepFailed');
  });
});

describe('a consulted transfer', () => {
  const consult = async (): Promise<void> => {
    await talks();
    await lab.ready('1003');
    await ask({ do: 'consult', to: { agent: '1003' } });
    await lab.clock.advance(100);
    expect([at('1001'), at('1003')]).toEqual(['hold', 'ringing']);
    expect(partyAt('1001').heard.at(-1)).toBe('tone:ringback');
    await lab.clock.advance(3000);
    expect(together('1001')).toEqual(['1003']);
    expect(caller.heard.at(-1)).toBe('music:waltz');
  };

  test('completed: the caller talks with the one who was asked, the first agent wraps up', async () => {
    await consult();
    await ask({ do: 'complete' });
    await lab.clock.advance(100);
    expect(together('1003')).toEqual(['caller']);
    expect([at('1001'), at('1003')]).toEqual(['wrap-up', 'talking']);
    expect(call().facts.agentId).toBe('1003');
    expect(types().slice(-6)).toEqual([
      'CallHeld',
      'ConsultStarted',
      'ConsultAnswered',
      'ConsultEnded',
      'CallTransferred',
      'CallConnected',
    ]);
  });

  test('completed by hanging up', async () => {
    await consult();
    partyAt('1001').hangup();
    await lab.clock.advance(100);
    expect(together('1003')).toEqual(['caller']);
    expect([at('1001'), at('1003')]).toEqual(['wrap-up', 'talking']);
  });

  test('cancelled: the agent is back with the caller', async () => {
    await consult();
    await ask({ do: 'cancel' });
    await lab.clock.advance(100);
    expect(together('1001')).toEqual(['caller']);
    expect([at('1001'), at('1003')]).toEqual(['talking', 'wrap-up']);
  });

  test('given_the_one_who_is_asked_hangs_up_then_the_caller_is_on_hold_still', async () => {
    await consult();
    partyAt('1003').hangup();
    await lab.clock.advance(100);
    expect(call().phase.at).toBe('held');
    expect(together('1001')).toEqual([]);
    await ask({ do: 'resume' });
    await lab.clock.advance(100);
    expect(together('1001')).toEqual(['caller']);
  });

  test('given_the_one_who_is_asked_does_not_answer_then_the_caller_is_on_hold_still', async () => {
    await talks();
    lab.pbx.setPhone('2002', { ringAfterMs: 20 });
    await ask({ do: 'consult', to: { extension: '2002' } });
    await lab.clock.advance(31_000);
    expect(call().phase.at).toBe('held');
    expect(at('1001')).toBe('hold');
  });

  test('completed while it rings: it becomes a blind one', async () => {
    await talks();
    lab.pbx.setPhone('2002', { ringAfterMs: 20, answerAfterMs: 3000 });
    await ask({ do: 'consult', to: { extension: '2002' } });
    await lab.clock.advance(500);
    await ask({ do: 'complete' });
    expect(call().phase.at).toBe('dialing');
    await lab.clock.advance(3000);
    expect(together('2002')).toEqual(['caller']);
  });

  test('given_the_phone_of_the_agent_is_gone_then_the_caller_is_in_front_again_and_the_other_is_let_go', async () => {
    await consult();
    partyAt('1001').vanish();
    await lab.clock.advance(100);
    expect(call().phase).toMatchObject({ at: 'queued', queue: 'general' });
    expect(state('1001')).toMatchObject({ at: 'not-ready', reason: 'phone-gone' });
    expect(at('1003')).toBe('wrap-up');
    expect(lab.pbx.dialled('1003')).toBeUndefined();
  });

  test('given_the_caller_hangs_up_then_the_two_go_on', async () => {
    await consult();
    caller.hangup();
    await lab.clock.advance(100);
    expect(together('1001')).toEqual(['1003']);
    expect([at('1001'), at('1003')]).toEqual(['talking', 'talking']);
    await lab.clock.advance(70_000);
    expect(together('1001')).toEqual(['1003']);
    partyAt('1003').hangup();
    await lab.clock.advance(100);
    expect([at('1001'), at('1003')]).toEqual(['wrap-up', 'wrap-up']);
    expect(lab.record()).toMatchObject({ endedBy: 'caller', endCause: 'normal' });
  });
});

describe('a conference', () => {
  const confer = async (): Promise<void> => {
    await talks();
    await lab.ready('1003');
    await ask({ do: 'consult', to: { agent: '1003' } });
    await lab.clock.advance(3000);
    await ask({ do: 'confer' });
    await lab.clock.advance(100);
    expect(together('1001')).toEqual(['1003', 'caller']);
    expect([at('1001'), at('1003')]).toEqual(['talking', 'talking']);
  };

  test.each([
    ['the agent', '1001', '1003', ['caller']],
    ['the one who was asked', '1003', '1001', ['caller']],
  ])('given_%s_hangs_up_then_the_other_two_go_on', async (_who, leaves, stays, others) => {
    await confer();
    partyAt(leaves).hangup();
    await lab.clock.advance(100);
    expect(together(stays)).toEqual(others);
    expect([at(leaves), at(stays)]).toEqual(['wrap-up', 'talking']);
  });

  test('given_the_caller_hangs_up_then_the_other_two_go_on', async () => {
    await confer();
    caller.hangup();
    await lab.clock.advance(100);
    expect(together('1001')).toEqual(['1003']);
  });

  test('of which one has left can be held and resumed', async () => {
    await confer();
    await ask({ do: 'cancel' });
    await ask({ do: 'hold' });
    await lab.clock.advance(100);
    expect(together('1001')).toEqual([]);
    await ask({ do: 'resume' });
    await lab.clock.advance(100);
    expect(together('1001')).toEqual(['caller']);
    expect((await lab.pbx.snapshot()).bridges).toHaveLength(1);
  });
});

describe('what cannot be is refused, and changes nothing', () => {
  test.each<[string, TalkRequest, string]>([
    ['resume of a talk', { do: 'resume' }, 'call-not-held'],
    ['completing nothing', { do: 'complete' }, 'no-consult'],
    ['cancelling nothing', { do: 'cancel' }, 'no-consult'],
    ['a conference of two', { do: 'confer' }, 'no-consult'],
    ['a transfer to himself', { do: 'transfer', to: { agent: '1001' } }, 'transfer-to-self'],
    ['a transfer to his own phone', { do: 'transfer', to: { extension: '1001' } }, 'transfer-to-self'],
    ['a transfer to nobody', { do: 'transfer', to: { agent: '9' } }, 'agent-unknown'],
    ['a transfer to a queue that is not there', { do: 'transfer', to: { queue: '9' } }, 'queue-unknown'],
    ['a transfer to who is not there', { do: 'consult', to: { agent: '1003' } }, 'agent-logged-out'],
    ['a transfer to a busy agent', { do: 'transfer', to: { agent: '1002' } }, 'agent-busy'],
    ['a transfer to a busy phone', { do: 'transfer', to: { extension: '2002' } }, 'phone-busy'],
  ])('%s', async (_name, request, id) => {
    await talks();
    await lab.ready('1002');
    lab.phone('2002', '1002');
    await lab.clock.advance(4000);
    const before = call();
    await expect(ask(request)).rejects.toMatchObject({ id });
    expect(call()).toBe(before);
    expect(together('1001')).toEqual(['caller']);
  });

  test('holding what is held, consulting while consulting, a conference with who has not answered', async () => {
    await talks();
    await ask({ do: 'hold' });
    await expect(ask({ do: 'hold' })).rejects.toMatchObject({ id: 'call-already-held' });
    lab.pbx.setPhone('2002', { ringAfterMs: 20 });
    await ask({ do: 'consult', to: { extension: '2002' } });
    await expect(ask({ do: 'hold' })).rejects.toMatchObject({ id: 'consult-under-way' });
    await expect(ask({ do: 'consult', to: { extension: '1002' } })).rejects.toMatchObject({
      id: 'consult-under-way',
    });
    await expect(ask({ do: 'confer' })).rejects.toMatchObject({ id: 'consult-not-answered' });
  });

  test("another agent's call, a call with nobody, and a call that is over", async () => {
    await talks();
    await expect(ask({ do: 'hold' }, '1002')).rejects.toMatchObject({ id: 'forbidden' });
    const waiting = lab.caller('13711111111');
    await lab.clock.advance(1000);
    const [, second] = lab.engine.liveCalls();
    await expect(lab.engine.tellTalk(second!.id, { request: { do: 'hold' } })).rejects.toMatchObject({
      id: 'call-not-connected',
    });
    waiting.hangup();
    await lab.clock.advance(100);
    await expect(lab.engine.tellTalk(second!.id, { request: { do: 'hold' } })).rejects.toMatchObject({
      id: 'call-not-live',
    });
  });
});

describe('a transfer to an outside number', () => {
  const rules = (): ClassOfService => {
    const file = inProject('dialplan/class-of-service.yaml');
    const text = readFileSync(file, 'utf8').replace('phones: {', 'phones: { "1001": none,');
    return readClassOfService(text, file).rules!;
  };

  test('passes class of service as a call of the phone at which the agent sits', async () => {
    lab = centreLab({ agents: THREE, queues: QUEUES, classOfService: rules() });
    await lab.start();
    await lab.ready('1001');
    await talks();
    const mobile: TalkRequest = { do: 'transfer', to: { number: '13900139000' } };
    await expect(ask(mobile)).rejects.toMatchObject({ id: 'number-not-permitted' });
    await lab.ready('1002');
    await ask({ do: 'transfer', to: { agent: '1002' } });
    await lab.clock.advance(3000);
    await expect(ask({ do: 'consult', to: { number: '0044207946000' } }, '1002')).rejects.toMatchObject({
      id: 'number-not-permitted',
    });
    await ask(mobile, '1002');
    await lab.clock.advance(2000);
    // The longest call that the shipped rules permit there, less the time to hang up in.
    const answeredAt = call().legs.at(-1)!.answeredAt!;
    expect(call().phase).toMatchObject({ at: 'connected', until: answeredAt + 3_598_000 });
  });

  test.each([false, true])(
    'counts for the phone at which the agent sits, and so does a consult (restart: %s)',
    async (restart) => {
      const limits = { all: {}, phone: { perHour: 2 }, flow: {}, campaign: {}, caller: {} };
      lab = centreLab({ agents: THREE, queues: QUEUES, classOfService: { ...ANYWHERE, limits } });
      await lab.start();
      await lab.ready('1001');
      const mobile = { number: '13900139000' };
      for (const request of [
        { do: 'transfer', to: mobile },
        { do: 'consult', to: mobile },
      ] as const) {
        await talks();
        await ask(request);
        await lab.clock.advance(3000);
        caller.hangup();
        await lab.clock.advance(100);
        for (const { id } of lab.engine.liveCalls()) await lab.engine.hangUp(id);
        await lab.clock.advance(20_000);
      }
      if (restart) await lab.restart();
      await talks();
      await expect(ask({ do: 'transfer', to: mobile })).rejects.toThrow(/phone 1001/);
      await lab.ready('1002');
      await ask({ do: 'transfer', to: { agent: '1002' } });
      await lab.clock.advance(3000);
      await ask({ do: 'transfer', to: mobile }, '1002');
    },
  );

  test('never reaches those who help in an emergency for a caller from outside', async () => {
    lab = centreLab({ agents: THREE, queues: QUEUES, classOfService: rules() });
    await lab.start();
    await lab.ready('1002');
    await talks();
    await expect(ask({ do: 'transfer', to: { number: '110' } }, '1002')).rejects.toMatchObject({
      id: 'number-not-permitted',
    });
  });
});

describe('a new daemon takes over', () => {
  const nothing = async (): Promise<void> => undefined;

  const lose = async (
    request: TalkRequest,
    more: Partial<SimulatedPbx> = {},
    meanwhile: () => void = () => undefined,
  ): Promise<void> => {
    const { pbx } = lab;
    const { connect, disconnect, startMusic, stopMusic, originate, play } = pbx;
    Object.assign(pbx, {
      connect: nothing,
      disconnect: nothing,
      startMusic: nothing,
      stopMusic: nothing,
      ...more,
    });
    await ask(request);
    await lab.clock.advance(50);
    Object.assign(pbx, { connect, disconnect, startMusic, stopMusic, originate, play });
    await lab.engine.stop();
    meanwhile();
    await lab.clock.advance(500);
    await lab.succeed();
    await lab.clock.advance(50);
  };

  test('a hold that was committed and not carried out is carried out', async () => {
    await talks();
    await lose({ do: 'hold' });
    expect(together('1001')).toEqual([]);
    expect(caller.heard.at(-1)).toBe('music:waltz');
    await ask({ do: 'resume' });
    await lab.clock.advance(50);
    expect(together('1001')).toEqual(['caller']);
  });

  test('a resume that was committed and not carried out is carried out', async () => {
    await talks();
    await ask({ do: 'hold' });
    await lab.clock.advance(50);
    await lose({ do: 'resume' });
    expect(together('1001')).toEqual(['caller']);
    expect(caller.heard.at(-1)).toBe('music-stopped');
  });

  test('a conference that was committed and not carried out is carried out', async () => {
    await talks();
    await lab.ready('1003');
    await ask({ do: 'consult', to: { agent: '1003' } });
    await lab.clock.advance(3000);
    await lose({ do: 'confer' });
    expect(together('1001')).toEqual(['1003', 'caller']);
  });

  test('a consult goes on, and can be completed', async () => {
    await talks();
    await lab.ready('1003');
    await ask({ do: 'consult', to: { agent: '1003' } });
    await lab.clock.advance(3000);
    await lab.restart();
    await lab.clock.advance(50);
    expect(together('1001')).toEqual(['1003']);
    await ask({ do: 'complete' });
    await lab.clock.advance(50);
    expect(together('1003')).toEqual(['caller']);
  });

  test('an agent who waits for the one whom he asks hears it ring', async () => {
    await talks();
    lab.pbx.setPhone('2002', { ringAfterMs: 20 });
    await ask({ do: 'consult', to: { extension: '2002' } });
    await lab.clock.advance(1000);
    await lab.restart();
    await lab.clock.advance(50);
    expect(partyAt('1001').heard).toEqual(['tone:ringback', 'tone:ringback']);
  });

  test('given_a_consult_of_which_nothing_was_carried_out_then_the_caller_hears_music_while_he_is_held', async () => {
    await talks();
    await lose({ do: 'consult', to: { extension: '2002' } }, { originate: nothing, play: nothing });
    await lab.clock.advance(60_000);
    expect(call().phase.at).toBe('held');
    expect(together('1001')).toEqual([]);
    expect(caller.heard.at(-1)).toBe('music:waltz');
  });

  test('given_a_conference_that_was_not_carried_out_and_the_third_one_left_then_the_other_two_talk', async () => {
    await talks();
    await lab.ready('1003');
    await ask({ do: 'consult', to: { agent: '1003' } });
    await lab.clock.advance(3000);
    await lose({ do: 'confer' }, {}, () => partyAt('1003').hangup());
    expect(together('1001')).toEqual(['caller']);
    expect(caller.heard.at(-1)).toBe('music-stopped');
  });

  test('given_a_link_that_is_down_when_the_agent_asks_somebody_then_the_caller_hears_music_when_it_is_back', async () => {
    await talks();
    lab.pbx.setLink(false);
    await ask({ do: 'consult', to: { extension: '2002' } });
    await lab.clock.advance(2000);
    lab.pbx.setLink(true);
    await lab.clock.advance(60_000);
    expect(call().phase.at).toBe('held');
    expect(caller.heard.at(-1)).toBe('music:waltz');
  });

  test('given_a_queue_whose_music_and_ring_were_not_carried_out_then_the_caller_hears_music', async () => {
    caller = lab.caller();
    await lab.clock.advance(1500);
    const { startMusic, originate } = lab.pbx;
    Object.assign(lab.pbx, { startMusic: nothing, originate: nothing });
    caller.press('0');
    await lab.clock.advance(1010);
    expect(call().phase.at).toBe('offered');
    Object.assign(lab.pbx, { startMusic, originate });
    await lab.engine.tellAgent('1001', { type: 'GoNotReady', reason: 'break' });
    await lab.restart();
    await lab.clock.advance(50);
    expect(call().phase.at).toBe('queued');
    expect(caller.heard.at(-1)).toBe('music:waltz');
  });

  test('given_a_step_that_what_was_missed_has_begun_then_it_is_begun_once', async () => {
    await talks();
    await lab.engine.stop();
    partyAt('1001').hangup();
    await lab.clock.advance(500);
    await lab.succeed();
    await lab.clock.advance(3000);
    const entered = lab.store.events
      .filter(({ type }) => type === 'StepEntered')
      .map(({ data }) => data.step);
    expect(new Set(entered).size).toBe(entered.length);
  });

  test('given_a_wait_that_what_was_missed_has_begun_then_its_music_begins_once', async () => {
    await talks();
    lab.pbx.setPhone('2002', { ringAfterMs: 20, refuse: { afterMs: 600, sipCode: 486 } });
    await ask({ do: 'transfer', to: { extension: '2002' } });
    await lab.clock.advance(100);
    const heard = caller.heard.length;
    await lab.restart(1000);
    await lab.clock.advance(50);
    expect(call().phase).toMatchObject({ at: 'queued', from: expect.any(Number) });
    expect(caller.heard.slice(heard)).toEqual(['music:waltz']);
  });

  test('given_everybody_of_those_whom_the_caller_left_went_meanwhile_then_the_call_ends_once', async () => {
    await talks();
    await lab.ready('1003');
    await ask({ do: 'consult', to: { agent: '1003' } });
    await lab.clock.advance(3000);
    caller.hangup();
    await lab.clock.advance(100);
    await lab.engine.stop();
    partyAt('1003').hangup();
    partyAt('1001').hangup();
    await lab.clock.advance(500);
    await lab.succeed();
    await lab.clock.advance(100);
    expect(lab.engine.liveCalls()).toEqual([]);
    expect(types().filter((type) => type === 'CallEnded')).toHaveLength(1);
  });

  test('given_two_whom_the_caller_left_and_one_of_them_went_meanwhile_then_the_call_is_over', async () => {
    await talks();
    await lab.ready('1003');
    await ask({ do: 'consult', to: { agent: '1003' } });
    await lab.clock.advance(3000);
    caller.hangup();
    await lab.clock.advance(100);
    await lab.engine.stop();
    partyAt('1003').hangup();
    await lab.clock.advance(500);
    await lab.succeed();
    await lab.clock.advance(100);
    expect(lab.engine.liveCalls()).toEqual([]);
    expect(lab.pbx.dialled('1001')).toBeUndefined();
  });

  test('given_the_agent_hung_up_meanwhile_then_it_counts_as_the_end_of_the_talk', async () => {
    await talks();
    await lab.engine.stop();
    partyAt('1001').hangup();
    await lab.clock.advance(500);
    await lab.succeed();
    await lab.clock.advance(50);
    expect(lab.store.stepsLeft.map(({ exit }) => exit)).toContain('done');
    expect(state('1001')).not.toMatchObject({ reason: 'phone-gone' });
  });
});
