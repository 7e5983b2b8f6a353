import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import { fits, match, type Waiting } from '../../src/queue/queue.ts';
import { agent, queue } from '../engine/centre-lab.ts';

const general = queue('general', { service: 5 });
const ready = (id: string, since: number, skills: Record<string, number> = { service: 8 }): Agent => ({
  ...agent(id, skills),
  state: { at: 'ready', extension: id, since },
});
const waiting = (call: string, since: number, rank = 0): Waiting => ({ call, queue: general, since, rank });
const pairs = (callers: Waiting[], agents: Agent[]) =>
  match(callers, agents, 1000).map((offer) => [offer.call, offer.agent]);

test.each<[string, Waiting[], Agent[], string[][]]>([
  ['nobody waits', [], [ready('a', 1)], []],
  ['nobody is ready', [waiting('c1', 1)], [], []],
  ['the longest idle first', [waiting('c1', 1)], [ready('a', 9), ready('b', 3)], [['c1', 'b']]],
  ['the longest waiting first', [waiting('c1', 5), waiting('c2', 2)], [ready('a', 1)], [['c2', 'a']]],
  ['the higher tier first', [waiting('c1', 1), waiting('c2', 9, 2)], [ready('a', 1)], [['c2', 'a']]],
  ['skill too low', [waiting('c1', 1)], [ready('a', 1, { service: 4.9 })], []],
  ['skill just enough', [waiting('c1', 1)], [ready('a', 1, { service: 5 })], [['c1', 'a']]],
  ['skill missing', [waiting('c1', 1)], [ready('a', 1, { card: 10 })], []],
])('%s', (_name, callers, agents, expected) => {
  expect(pairs(callers, agents)).toEqual(expected);
});

test('an offer says who was considered and why', () => {
  const [offer] = match([waiting('c1', 400)], [ready('a', 9), ready('b', 3), ready('c', 1, {})], 1000);
  expect(offer?.why).toEqual({
    rule: 'longest-idle',
    waitedMs: 600,
    rank: 0,
    ready: 3,
    fit: 2,
    first: ['b', 'a'],
  });
});

test('nobody is offered twice, everybody offered fits, and nobody is left waiting beside a fit ready agent', () => {
  const skill = fc.record({ service: fc.integer({ min: 0, max: 10 }) });
  fc.assert(
    fc.property(
      fc.array(fc.nat(100), { maxLength: 12 }),
      fc.array(fc.tuple(fc.nat(100), skill), { maxLength: 12 }),
      (callers, agents) => {
        const people = agents.map(([since, skills], at) => ready(`a${at}`, since, skills));
        const offers = match(
          callers.map((since, at) => waiting(`c${at}`, since, since % 3)),
          people,
          1000,
        );
        expect(new Set(offers.map((offer) => offer.agent)).size).toBe(offers.length);
        expect(new Set(offers.map((offer) => offer.call)).size).toBe(offers.length);
        const fit = people.filter((one) => fits(one, general));
        expect(offers.every((offer) => fit.some((one) => one.id === offer.agent))).toBe(true);
        expect(offers.length).toBe(Math.min(callers.length, fit.length));
      },
    ),
  );
});
