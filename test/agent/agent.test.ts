import { expect, test } from 'vitest';
import { type Agent, type AgentInput, type AgentState, reduceAgent } from '../../src/agent/agent.ts';
import { agent } from '../engine/centre-lab.ts';

const at = (state: AgentState): Agent => ({ ...agent('1001', {}), state });
const extension = '1001';
const READY: AgentState = { at: 'ready', extension, since: 10 };
const NOT_READY: AgentState = { at: 'not-ready', extension, reason: 'lunch', since: 10 };
const LOGGED_OUT: AgentState = { at: 'logged-out', since: 10 };
const OFFERED: AgentState = {
  at: 'offered',
  extension,
  call: 'c',
  leg: 'l',
  before: { at: 'ready', since: 10 },
  since: 20,
};
const TALKING: AgentState = {
  at: 'talking',
  extension,
  call: 'c',
  leg: 'l',
  after: { at: 'ready', since: 10 },
  since: 30,
};
const WRAP_UP: AgentState = {
  at: 'wrap-up',
  extension,
  call: 'c',
  until: 90,
  after: { at: 'ready', since: 10 },
  since: 40,
};

test.each<[string, AgentState, AgentInput, object]>([
  [
    'log in',
    LOGGED_OUT,
    { type: 'LogIn', extension: '7' },
    { at: 'not-ready', extension: '7', reason: 'logged-in', since: 100 },
  ],
  ['log in twice', READY, { type: 'LogIn', extension }, READY],
  ['log out', READY, { type: 'LogOut' }, { at: 'logged-out', since: 100 }],
  ['ready', NOT_READY, { type: 'GoReady' }, { at: 'ready', since: 100 }],
  ['ready again keeps the place', READY, { type: 'GoReady' }, READY],
  [
    'not ready',
    READY,
    { type: 'GoNotReady', reason: 'lunch' },
    { at: 'not-ready', reason: 'lunch', since: 100 },
  ],
  [
    'offer',
    READY,
    { type: 'Offer', call: 'c', leg: 'l' },
    { at: 'offered', before: { at: 'ready', since: 10 } },
  ],
  ['answer', OFFERED, { type: 'Answer', leg: 'l' }, { at: 'talking', since: 100 }],
  ['answer of another leg', OFFERED, { type: 'Answer', leg: 'x' }, OFFERED],
  [
    'reception in wrap-up',
    WRAP_UP,
    { type: 'Offer', call: 'd', leg: 'm' },
    { at: 'offered', call: 'd', before: { at: 'wrap-up', until: 90 } },
  ],
  [
    'the caller left while it rang: back in the old place',
    OFFERED,
    { type: 'OfferEnded', leg: 'l', by: 'caller', reason: '' },
    { at: 'ready', since: 10 },
  ],
  [
    'did not answer',
    OFFERED,
    { type: 'OfferEnded', leg: 'l', by: 'agent', reason: 'ring-no-answer' },
    { at: 'not-ready', reason: 'ring-no-answer' },
  ],
  ['talk over', TALKING, { type: 'TalkEnded', leg: 'l', wrapUpMs: 50 }, { at: 'wrap-up', until: 150 }],
  [
    'talk over without wrap-up',
    TALKING,
    { type: 'TalkEnded', leg: 'l', wrapUpMs: 0 },
    { at: 'ready', since: 100 },
  ],
  [
    'not ready in mid-call is noted',
    TALKING,
    { type: 'GoNotReady', reason: 'lunch' },
    { at: 'talking', after: { at: 'not-ready', reason: 'lunch' } },
  ],
  [
    'log out in mid-call is noted',
    TALKING,
    { type: 'LogOut' },
    { at: 'talking', after: { at: 'logged-out' } },
  ],
  ['wrap-up over', WRAP_UP, { type: 'TimeUp' }, { at: 'ready', since: 100 }],
  ['wrap-up ended by hand', WRAP_UP, { type: 'GoReady' }, { at: 'ready', since: 100 }],
  ['wrap-up then not ready', WRAP_UP, { type: 'GoNotReady', reason: 'x' }, { at: 'not-ready', reason: 'x' }],
  ['time means nothing when ready', READY, { type: 'TimeUp' }, READY],
])('%s', (_name, state, input, expected) => {
  expect(reduceAgent(at(state), input, 100).state).toMatchObject(expected);
});

test('after a call to which he said not ready, he is not ready', () => {
  const told = reduceAgent(at(TALKING), { type: 'GoNotReady', reason: 'lunch' }, 50);
  const done = reduceAgent(told, { type: 'TalkEnded', leg: 'l', wrapUpMs: 10 }, 60);
  expect(reduceAgent(done, { type: 'TimeUp' }, 70).state).toMatchObject({ at: 'not-ready', reason: 'lunch' });
});

test('the end of wrap-up does not come early', () => {
  expect(reduceAgent(at(WRAP_UP), { type: 'TimeUp' }, 89).state).toEqual(WRAP_UP);
});

test.each<[string, AgentState, AgentInput, string]>([
  ['ready while logged out', LOGGED_OUT, { type: 'GoReady' }, 'agent-logged-out'],
  ['log in elsewhere', READY, { type: 'LogIn', extension: '7' }, 'agent-logged-in'],
  ['offer while talking', TALKING, { type: 'Offer', call: 'd', leg: 'm' }, 'agent-not-idle'],
])('%s is refused', (_name, state, input, id) => {
  expect(() => reduceAgent(at(state), input, 100)).toThrow(expect.objectContaining({ id }));
});
