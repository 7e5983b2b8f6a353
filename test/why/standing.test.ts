import { expect, test } from 'vitest';
import type { Agent, AgentState } from '../../src/agent/agent.ts';
import type { Call } from '../../src/call/call.ts';
import { skillAtLeast, skillQueue, USUAL_LANE } from '../../src/queue/queue.ts';
import { routingRules } from '../../src/queue/rules.ts';
import { standingOf } from '../../src/why/standing.ts';
import { agent } from '../engine/centre-lab.ts';
import { aCall } from '../store/examples.ts';

const NOW = 100_000;
const needs = (least: number) => [skillAtLeast('wealth', least)];
/** Three steps, at 0 s, 20 s and 60 s. */
const VIP = skillQueue(
  'vip',
  {},
  {
    ladder: [
      { needs: needs(9), forMs: 20_000 },
      { needs: needs(7), forMs: 40_000 },
      { needs: needs(4), forMs: 0 },
    ],
    lanes: { '': { ...USUAL_LANE, targetMs: 40_000 } },
    first: { who: ['case-owner'], forMs: 10_000 },
  },
);
const RULES = routingRules('fifo', [VIP]);

const is = (id: string, wealth: number, state: AgentState): Agent => ({ ...agent(id, { wealth }), state });
const inHand = { extension: '1', call: 'x', leg: 'y', after: { at: 'ready', since: 0 } } as const;
const STAFF = [
  is('best', 9.5, { at: 'talking', ...inHand, since: 70_000 }),
  is('last', 4, { at: 'ready', extension: '2', since: 40_000 }),
  is('owner', 1, { at: 'not-ready', extension: '3', reason: 'lunch', since: 10_000 }),
  is('other', 1, { at: 'ready', extension: '4', since: 10_000 }),
  is('home', 9.9, { at: 'logged-out', since: 0 }),
];

const waiting = (id: string, since: number, more: Partial<Call> = {}): Call =>
  aCall({ id, phase: { at: 'queued', queue: 'vip', since, until: NOW * 2, music: '' }, ...more });
const MINE = waiting('mine', 70_000);
const standing = (
  call: Call,
  agents = STAFF,
  calls = [call, waiting('before', 60_000), waiting('after', 80_000)],
) => standingOf(call, { agents, calls, rules: RULES }, NOW);

test('who waits sees his place, his step, when the next begins, who could serve him and what they do', () => {
  expect(standing(MINE)).toEqual({
    queue: 'vip',
    tier: '',
    waitedMs: 30_000,
    targetMs: 40_000,
    position: 2,
    step: 2,
    steps: 3,
    able: [
      { agent: 'best', step: 0, score: 0, knowsHim: false, state: 'talking', forMs: 30_000 },
      { agent: 'last', step: 2, score: 0, knowsHim: false, state: 'ready', forMs: 60_000 },
    ],
    unable: [{ by: 'skill.wealth >= 4', agents: 2 }],
  });
});

test('a step that somebody there could meet takes its time', () => {
  const seven = [...STAFF, is('seven', 7, { at: 'ready', extension: '5', since: 0 })];
  expect(standing(MINE, seven)).toMatchObject({ step: 1, nextStepInMs: 30_000 });
});

test('before the steps, only those who know him are asked, as long as they are at work', () => {
  const known = { ...MINE.facts, customer: { attributes: {}, agents: { 'case-owner': 'owner' } } };
  const call = waiting('mine', 95_000, { facts: known });
  const back = STAFF.map((one) =>
    one.id === 'owner' ? is('owner', 1, { at: 'talking', ...inHand, since: 90_000 }) : one,
  );
  expect(standing(call, back)).toMatchObject({
    step: -1,
    nextStepInMs: 5000,
    able: [{ agent: 'owner', knowsHim: true }, {}, {}],
  });
  expect(standing(call)).toMatchObject({
    step: 0,
    able: [{ agent: 'owner', state: 'not-ready (lunch)' }, {}, {}],
  });
});

test('of those who know him only who meets the needs of this call is asked first', () => {
  const rules = {
    ...RULES,
    condition: (text: string) => ({ ...skillAtLeast('english', 6), text }),
  };
  const known = { ...MINE.facts, customer: { attributes: {}, agents: { 'case-owner': 'owner' } } };
  const wishing = waiting('mine', 95_000, { facts: known });
  const call: Call = {
    ...wishing,
    phase: { ...wishing.phase, wishes: { needs: ['skill.english >= 6'] } } as Call['phase'],
  };
  const owner = (english: number): Agent => ({
    ...agent('owner', { english }),
    state: { at: 'ready', extension: '3', since: 10_000 },
  });
  const stand = (english: number) =>
    standingOf(call, { agents: [owner(english)], calls: [call], rules }, NOW);
  expect(stand(5)).toMatchObject({ able: [], unable: [{ by: 'skill.wealth >= 4', agents: 1 }] });
  expect(stand(6)).toMatchObject({ able: [{ agent: 'owner', knowsHim: true }], unable: [] });
});

test('while a phone rings for him he has no place in line; who does not wait has none at all', () => {
  const phase = { at: 'offered', leg: 'l1', ringUntil: NOW * 2, ...place() } as const;
  const leg = { id: 'l1', to: { kind: 'phone', extension: '1' }, agent: 'best', plannedAt: 0 } as const;
  const rung = standing(aCall({ id: 'mine', phase, legs: [leg] }));
  expect(rung).toMatchObject({ ringsAt: 'best' });
  expect(rung).not.toHaveProperty('position');
  expect(standing(aCall({ id: 'mine', phase: { at: 'flow' } }))).toBeUndefined();
});

function place() {
  return { queue: 'vip', since: 70_000, until: NOW * 2, music: '' };
}
