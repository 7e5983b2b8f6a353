import { expect, test } from 'vitest';
import { CLOSED, type ClassOfService } from '../../src/call/class-of-service.ts';
import type { Behaviour } from '../../src/pbx/simulated/party.ts';
import { agent, type CentreLab, centreLab, queue } from './centre-lab.ts';

const FLOW = `
flow: hotline
numbers: ["95533"]
start: wait
steps:
  wait:
    queue: { name: general }
    then: { done: survey }
    otherwise: end
  survey: { say: { en: How was it?, zh-CN: 您满意吗。 }, then: end }
  end: { hangup: {} }
`;
const NUMBER = '13811111111';

async function centre(
  options: {
    readonly trunk?: (number: string) => Behaviour | 'down';
    readonly classOfService?: ClassOfService;
  } = {},
): Promise<CentreLab> {
  const { trunk, classOfService } = options;
  const lab = centreLab({
    flows: [FLOW],
    agents: [agent('1001', { service: 8 })],
    queues: [queue('general', { service: 5 })],
    ...(classOfService && { classOfService }),
    ...(trunk && { pbx: { trunk } }),
  });
  await lab.start();
  await lab.ready('1001');
  return lab;
}

const stateOf = (lab: CentreLab) => lab.engine.agent('1001')?.state;
const types = (lab: CentreLab) => lab.store.events.map(({ type }) => type);

test('an agent who dials is rung first, then the one whom he calls', async () => {
  const lab = await centre();
  const id = await lab.engine.dial('1001', NUMBER);
  await lab.clock.advance(1000);
  expect(lab.pbx.dialled('1001')).toBeDefined();
  expect(lab.pbx.dialled(NUMBER)).toBeUndefined();
  await lab.clock.advance(4000);
  const called = lab.pbx.dialled(NUMBER);
  expect(called?.talkingWith).toEqual([lab.pbx.dialled('1001')?.channel]);
  expect(stateOf(lab)).toMatchObject({ at: 'talking', call: id });
  called?.hangup();
  await lab.clock.advance(500);
  expect(stateOf(lab)?.at).toBe('wrap-up');
  expect(lab.engine.liveCalls()).toEqual([]);
  expect(types(lab)).toContain('AgentDialled');
});

test('whoever does not answer ends the call, and nobody waits for him', async () => {
  const lab = await centre({ trunk: () => ({ refuse: { afterMs: 2000, sipCode: 486 } }) });
  await lab.engine.dial('1001', NUMBER);
  await lab.clock.advance(90_000);
  expect(lab.engine.liveCalls()).toEqual([]);
  expect(stateOf(lab)?.at).toBe('ready');
});

test('what his phone may not dial, he may not', async () => {
  const lab = await centre({ classOfService: CLOSED });
  await expect(lab.engine.dial('1001', NUMBER)).rejects.toMatchObject({ id: 'number-not-permitted' });
  expect(lab.engine.liveCalls()).toEqual([]);
  expect(stateOf(lab)?.at).toBe('ready');
});

test.each([
  ['nobody', 'nobody', 'agent-unknown'],
  ['who is logged out', '1001', 'agent-logged-out'],
])('%s dials nobody', async (_who, id, refusal) => {
  const lab = await centre();
  await lab.engine.tellAgent('1001', { type: 'LogOut' });
  await expect(lab.engine.dial(id, NUMBER)).rejects.toMatchObject({ id: refusal });
});

test('who has a call dials nobody besides', async () => {
  const lab = await centre();
  await lab.engine.dial('1001', NUMBER);
  await expect(lab.engine.dial('1001', NUMBER)).rejects.toMatchObject({ id: 'agent-not-idle' });
});

test('a phone that is gone in such a call ends it: there is no queue to wait in', async () => {
  const lab = await centre();
  await lab.engine.dial('1001', NUMBER);
  await lab.clock.advance(5000);
  const called = lab.pbx.dialled(NUMBER);
  lab.pbx.dialled('1001')?.vanish();
  await lab.clock.advance(120_000);
  expect(lab.engine.liveCalls()).toEqual([]);
  expect(called?.ended).toBe(true);
});

test('an agent hangs up through the API: the caller goes on in his flow', async () => {
  const lab = await centre();
  const caller = lab.caller('13700137000', '95533');
  await lab.clock.advance(5000);
  const [call] = lab.engine.liveCalls();
  expect(stateOf(lab)?.at).toBe('talking');
  await expect(
    lab.engine.tellTalk(call!.id, { request: { do: 'release' }, by: '1002' }),
  ).rejects.toMatchObject({ id: 'call-not-connected' });
  await lab.engine.tellTalk(call!.id, { request: { do: 'release' }, by: '1001' });
  await lab.clock.advance(200);
  expect(stateOf(lab)?.at).toBe('wrap-up');
  expect(caller.heard.some((heard) => heard.includes('您满意吗'))).toBe(true);
});

test('one of our phones is rung where whoever has that extension sits now', async () => {
  const lab = centreLab({
    flows: [FLOW],
    agents: [agent('1001', { service: 8 }), agent('1002', { service: 8 })],
    queues: [queue('general', { service: 5 })],
    classOfService: CLOSED,
  });
  await lab.start();
  await lab.ready('1001');
  await lab.ready('1002', 'web-1002');
  await lab.engine.dial('1001', '1002', true);
  await lab.clock.advance(5000);
  expect(lab.pbx.dialled('web-1002')?.talkingWith).toEqual([lab.pbx.dialled('1001')?.channel]);
  await expect(lab.engine.dial('1001', '1002', true)).rejects.toMatchObject({ id: 'agent-not-idle' });
  lab.pbx.dialled('web-1002')?.hangup();
  await lab.clock.advance(500);
  expect(lab.engine.liveCalls()).toEqual([]);
});

test('nobody calls himself, nor a phone that is in use', async () => {
  const lab = await centre();
  await expect(lab.engine.dial('1001', '1001', true)).rejects.toMatchObject({ id: 'phone-busy' });
  await lab.engine.tellAgent('1001', { type: 'GoNotReady', reason: 'paperwork' });
  lab.phone('1009', '95533');
  await lab.clock.advance(200);
  await expect(lab.engine.dial('1001', '1009', true)).rejects.toMatchObject({ id: 'phone-busy' });
});
