import { beforeEach, describe, expect, test } from 'vitest';
import type { Call } from '../../src/call/call.ts';
import type { Direction } from '../../src/engine/direction.ts';
import type { SimulatedParty } from '../../src/pbx/simulated/party.ts';
import type { Order } from '../../src/queue/queue.ts';
import { ORDERS } from '../../src/queue/queue.ts';
import { fixedRouting } from '../../src/queue/rules.ts';
import { agent, type CentreLab, centreLab, queue } from '../engine/centre-lab.ts';

const CHIEF = { id: 'u1', name: 'Wang Fang' };
const AGENTS = [
  agent('1001', { service: 8 }),
  agent('1002', { service: 8 }),
  agent('1003', { card: 8 }),
  agent('1004', { wealth: 1 }),
];

let lab: CentreLab;

async function begin(order: Order = 'fifo'): Promise<void> {
  lab = centreLab({
    agents: AGENTS,
    routing: fixedRouting(
      [queue('general', { service: 5 }, { music: 'waltz' }), queue('card', { card: 5 }, { music: 'march' })],
      order,
    ),
  });
  await lab.start();
  // Somebody is logged in for each queue, so that nobody is sent away; nobody is ready.
  for (const { id } of AGENTS) await lab.engine.tellAgent(id, { type: 'LogIn', extension: id });
}

beforeEach(() => begin());

const callOf = (party: SimulatedParty): Call =>
  lab.engine.liveCalls().find(({ channel }) => channel === party.channel)!;
const direct = (party: SimulatedParty, request: Direction): Promise<void> =>
  lab.engine.direct(callOf(party).id, { request, by: CHIEF });
const ready = async (id: string): Promise<void> => {
  await lab.ready(id);
  await lab.clock.advance(3000);
};
const told = (type: string) =>
  lab.store.events.filter((event) => event.type === type).map(({ data }) => data);

/** Callers who wait in the queue `general`, the first for longest. */
async function waiting(count: number): Promise<SimulatedParty[]> {
  const parties: SimulatedParty[] = [];
  for (let index = 0; index < count; index += 1) {
    const party = lab.caller(`1380000000${index}`);
    await lab.clock.advance(1500);
    party.press('0');
    await lab.clock.advance(1500);
    parties.push(party);
  }
  expect(parties.map((party) => callOf(party).phase.at)).toEqual(parties.map(() => 'queued'));
  return parties;
}

describe('somebody who waits', () => {
  test('goes on waiting for another queue with the wait that he has', async () => {
    const [party] = (await waiting(1)) as [SimulatedParty];
    const { since } = callOf(party).phase as { since: number };
    await lab.clock.advance(10_000);
    await direct(party, { do: 'move', queue: 'card' });
    expect(callOf(party)).toMatchObject({ phase: { queue: 'card', since }, facts: { queue: 'card' } });
    await lab.clock.advance(100);
    expect(party.heard.at(-1)).toBe('music:march');
    await ready('1003');
    expect(callOf(party).phase.at).toBe('connected');
    expect(told('CallMoved')).toEqual([{ from: 'general', to: 'card', by: 'u1', name: 'Wang Fang' }]);
    expect(told('CallLeftQueue')).toEqual([{ queue: 'general', why: 'moved' }]);
    expect(told('CallConnected')[0]!.queueWaitedMs).toBeGreaterThan(10_000);
  });

  test('is moved away from a phone that rings for him, which is no fault of the agent’s', async () => {
    const [party] = (await waiting(1)) as [SimulatedParty];
    lab.pbx.setPhone('1001', { ringAfterMs: 20 });
    await lab.engine.tellAgent('1001', { type: 'GoReady' });
    await lab.clock.advance(500);
    expect(callOf(party).phase.at).toBe('offered');
    await direct(party, { do: 'move', queue: 'card' });
    await lab.clock.advance(500);
    expect(callOf(party).phase).toMatchObject({ at: 'queued', queue: 'card' });
    expect(lab.engine.agents().find(({ id }) => id === '1001')?.state.at).toBe('ready');
  });

  test.each(ORDERS)('is served before all others once he is put first (%s)', async (order) => {
    await begin(order);
    const [, , last] = (await waiting(3)) as [SimulatedParty, SimulatedParty, SimulatedParty];
    await direct(last, { do: 'first' });
    await ready('1001');
    expect(callOf(last).phase.at).toBe('connected');
    expect(told('CallPutFirst')).toEqual([{ queue: 'general', by: 'u1', name: 'Wang Fang' }]);
  });

  test('is offered to the agent for whom he is kept, and to nobody else, though that one does not fit', async () => {
    const [first, second] = (await waiting(2)) as [SimulatedParty, SimulatedParty];
    await lab.ready('1004');
    await lab.clock.advance(1000);
    await direct(second, { do: 'keep', agent: '1004' });
    await lab.clock.advance(3000);
    expect(callOf(second)).toMatchObject({ phase: { at: 'connected' }, facts: { agentId: '1004' } });
    expect(callOf(first).phase.at).toBe('queued');
    expect(told('CallOffered')[0]).toMatchObject({ rule: 'kept' });
  });

  test('waits for the agent for whom he is kept though another one is ready, and is given back to all when that one goes', async () => {
    const [busy, party] = (await waiting(2)) as [SimulatedParty, SimulatedParty];
    await ready('1002');
    expect(callOf(busy).facts.agentId).toBe('1002');
    await direct(party, { do: 'keep', agent: '1002' });
    await ready('1001');
    expect(callOf(party).phase.at).toBe('queued');
    await lab.engine.tellAgent('1002', { type: 'LogOut' });
    busy.hangup();
    await lab.clock.advance(15_000);
    expect(callOf(party)).toMatchObject({ phase: { at: 'connected' }, facts: { agentId: '1001' } });
  });

  test('keeps what was said of him over a restart', async () => {
    const [, party] = (await waiting(2)) as [SimulatedParty, SimulatedParty];
    await direct(party, { do: 'first' });
    await lab.engine.stop();
    await lab.succeed();
    await ready('1001');
    expect(callOf(party).phase.at).toBe('connected');
  });

  test.each([
    ['queue-unknown', { do: 'move', queue: 'nowhere' }],
    ['agent-unknown', { do: 'keep', agent: '9999' }],
    ['agent-not-available', { do: 'keep', agent: '1002' }],
    ['not-supervised', { do: 'leave' }],
    ['call-not-supervisable', { do: 'supervise', mode: 'listen', extension: '2009' }],
  ] as const)('is left alone: %s', async (id, request) => {
    const [party] = (await waiting(1)) as [SimulatedParty];
    await expect(direct(party, request)).rejects.toMatchObject({ id });
    expect(callOf(party).phase).toMatchObject({ at: 'queued', queue: 'general' });
  });
});

test('an agent whom a supervisor moves has it noted who it was', async () => {
  await lab.engine.tellAgent('1001', { type: 'GoNotReady', reason: 'coaching' }, CHIEF);
  const directed = lab.store.events.filter(({ type }) => type === 'AgentDirected');
  expect(directed).toMatchObject([
    { agent: '1001', data: { asked: 'GoNotReady', reason: 'coaching', by: 'u1', name: 'Wang Fang' } },
  ]);
  await lab.engine.tellAgent('1001', { type: 'GoReady' });
  expect(told('AgentDirected')).toHaveLength(1);
});
