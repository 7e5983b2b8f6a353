import { expect, test } from 'vitest';
import { type Agent, type AgentInput, type AgentState, reduceAgent } from '../../src/agent/agent.ts';
import { storedState } from '../../src/agent/stored-state.ts';
import { agent } from '../engine/centre-lab.ts';

const at = (state: AgentState): Agent => ({ ...agent('1001', {}), state });
const extension = '1001';
const NOW = 100;
const inHand = { extension, call: 'c', leg: 'l', after: { at: 'ready', since: 10 }, since: 20 } as const;

const STATES = {
  'logged-out': { at: 'logged-out', since: 10 },
  'not-ready': { at: 'not-ready', extension, reason: 'lunch', since: 10 },
  ready: { at: 'ready', extension, since: 10 },
  reserved: { at: 'reserved', ...inHand },
  ringing: { at: 'ringing', ...inHand },
  talking: { at: 'talking', ...inHand },
  hold: { at: 'hold', ...inHand },
  'wrap-up': { at: 'wrap-up', extension, call: 'c', until: 90, after: { at: 'ready', since: 10 }, since: 20 },
} as const satisfies Record<AgentState['at'], AgentState>;

const INPUTS = {
  LogIn: { type: 'LogIn', extension: '7' },
  LogOut: { type: 'LogOut' },
  GoReady: { type: 'GoReady' },
  GoNotReady: { type: 'GoNotReady', reason: 'meeting' },
  Offer: { type: 'Offer', call: 'd', leg: 'm' },
  Ring: { type: 'Ring', leg: 'l' },
  Answer: { type: 'Answer', leg: 'l' },
  OfferEnded: { type: 'OfferEnded', leg: 'l', by: 'agent', reason: 'ring-no-answer' },
  Hold: { type: 'Hold', leg: 'l' },
  Resume: { type: 'Resume', leg: 'l' },
  TalkEnded: { type: 'TalkEnded', leg: 'l', wrapUpMs: 50 },
  PhoneGone: { type: 'PhoneGone', leg: 'l' },
  Reseat: { type: 'Reseat', leg: 'l', to: 'n' },
  ExtendWrapUp: { type: 'ExtendWrapUp', byMs: 30 },
  TimeUp: { type: 'TimeUp' },
} as const satisfies Record<AgentInput['type'], AgentInput>;

/** `=`: nothing changes. `!…`: refused with that id. `…, then …`: noted, and what follows the call. Else the state, and its reason. */
type Row = Record<AgentInput['type'], string>;

const LATE = {
  Ring: '=',
  Answer: '=',
  OfferEnded: '=',
  Hold: '=',
  Resume: '=',
  TalkEnded: '=',
  PhoneGone: '=',
  Reseat: '=',
  ExtendWrapUp: '!no-wrap-up',
  TimeUp: '=',
};

const MATRIX: Record<AgentState['at'], Row> = {
  'logged-out': {
    ...LATE,
    LogIn: 'not-ready logged-in',
    LogOut: '=',
    GoReady: '!agent-logged-out',
    GoNotReady: '!agent-logged-out',
    Offer: '!agent-not-idle',
  },
  'not-ready': {
    ...LATE,
    LogIn: '!agent-logged-in',
    LogOut: 'logged-out',
    GoReady: 'ready',
    GoNotReady: 'not-ready meeting',
    Offer: 'reserved',
  },
  ready: {
    ...LATE,
    LogIn: '!agent-logged-in',
    LogOut: 'logged-out',
    GoReady: '=',
    GoNotReady: 'not-ready meeting',
    Offer: 'reserved',
  },
  reserved: {
    ...LATE,
    LogIn: '!agent-logged-in',
    LogOut: 'reserved, then logged-out',
    GoReady: '=',
    GoNotReady: 'reserved, then not-ready meeting',
    Offer: '!agent-not-idle',
    Ring: 'ringing',
    Answer: 'talking',
    OfferEnded: 'not-ready ring-no-answer',
    Reseat: 'reserved, then ready',
  },
  ringing: {
    ...LATE,
    LogIn: '!agent-logged-in',
    LogOut: 'ringing, then logged-out',
    GoReady: '=',
    GoNotReady: 'ringing, then not-ready meeting',
    Offer: '!agent-not-idle',
    Answer: 'talking',
    OfferEnded: 'not-ready ring-no-answer',
    Reseat: 'ringing, then ready',
  },
  talking: {
    ...LATE,
    LogIn: '!agent-logged-in',
    LogOut: 'talking, then logged-out',
    GoReady: '=',
    GoNotReady: 'talking, then not-ready meeting',
    Offer: '!agent-not-idle',
    OfferEnded: 'not-ready ring-no-answer',
    Hold: 'hold',
    TalkEnded: 'wrap-up',
    PhoneGone: 'not-ready phone-gone',
    Reseat: 'talking, then ready',
  },
  hold: {
    ...LATE,
    LogIn: '!agent-logged-in',
    LogOut: 'hold, then logged-out',
    GoReady: '=',
    GoNotReady: 'hold, then not-ready meeting',
    Offer: '!agent-not-idle',
    Resume: 'talking',
    TalkEnded: 'wrap-up',
    PhoneGone: 'not-ready phone-gone',
    Reseat: 'hold, then ready',
  },
  'wrap-up': {
    ...LATE,
    LogIn: '!agent-logged-in',
    LogOut: 'logged-out',
    GoReady: 'ready',
    GoNotReady: 'not-ready meeting',
    Offer: 'reserved',
    ExtendWrapUp: 'wrap-up, then ready',
    TimeUp: 'ready',
  },
};

const pairs = Object.entries(MATRIX).flatMap(([state, row]) =>
  Object.entries(row).map(([input, becomes]) => [state, input, becomes] as const),
) as (readonly [AgentState['at'], AgentInput['type'], string])[];

test.each(pairs)('%s × %s: %s', (from, type, becomes) => {
  const before = at(STATES[from]);
  const input = INPUTS[type];
  if (becomes.startsWith('!')) {
    expect(() => reduceAgent(before, input, NOW)).toThrow(expect.objectContaining({ id: becomes.slice(1) }));
    return;
  }
  const after = reduceAgent(before, input, NOW);
  if (becomes === '=') expect(after).toBe(before);
  else expect(shown(after.state, from)).toBe(becomes);
});

function shown(state: AgentState, from: AgentState['at']): string {
  const named = (one: { readonly at: string; readonly reason?: string }): string =>
    one.reason === undefined ? one.at : `${one.at} ${one.reason}`;
  return state.at === from && 'after' in state ? `${state.at}, then ${named(state.after)}` : named(state);
}

test.each(
  pairs
    .filter(([, type]) => 'leg' in INPUTS[type] && type !== 'Offer')
    .map(([from, type]) => [from, type] as const),
)('%s × %s of another leg changes nothing', (from, type) => {
  const before = at(STATES[from]);
  expect(reduceAgent(before, { ...INPUTS[type], leg: 'x' } as AgentInput, NOW)).toBe(before);
});

test.each<[string, AgentState, AgentInput, object]>([
  ['a page that was loaded anew', STATES.talking, INPUTS.Reseat, { ...STATES.talking, leg: 'n' }],
  ['log in twice', STATES.ready, { type: 'LogIn', extension }, STATES.ready],
  [
    'an offer keeps the place among the idle',
    STATES.ready,
    INPUTS.Offer,
    { call: 'd', leg: 'm', after: { at: 'ready', since: 10 } },
  ],
  [
    'reception in wrap-up: the rest of it follows',
    STATES['wrap-up'],
    INPUTS.Offer,
    { at: 'reserved', after: { at: 'wrap-up', until: 90 } },
  ],
  [
    'the caller left while it rang: back in the old place',
    STATES.ringing,
    { type: 'OfferEnded', leg: 'l', by: 'caller', reason: '' },
    { at: 'ready', since: 10 },
  ],
  [
    'trouble of the PBX: ready again soon, in the old place',
    STATES.reserved,
    { type: 'OfferEnded', leg: 'l', by: 'trouble', reason: 'failed' },
    { at: 'not-ready', reason: 'failed', back: { at: 10_100, since: 10 } },
  ],
  ['wrap-up has a limit', STATES.talking, INPUTS.TalkEnded, { at: 'wrap-up', until: 150 }],
  ['no wrap-up', STATES.hold, { type: 'TalkEnded', leg: 'l', wrapUpMs: 0 }, { at: 'ready', since: 100 }],
  ['wrap-up over: idle from now on', STATES['wrap-up'], INPUTS.TimeUp, { at: 'ready', since: 100 }],
  [
    'a phone that is gone, of one who wanted to leave',
    { ...STATES.talking, after: { at: 'logged-out' } },
    INPUTS.PhoneGone,
    { at: 'logged-out' },
  ],
])('%s', (_name, state, input, expected) => {
  expect(reduceAgent(at(state), input, NOW).state).toMatchObject(expected);
});

test('after trouble he is ready again in the place that he had, not before its time', () => {
  const trouble = at({
    at: 'not-ready',
    extension,
    reason: 'failed',
    since: 50,
    back: { at: 10_050, since: 10 },
  });
  expect(reduceAgent(trouble, INPUTS.TimeUp, 10_049)).toBe(trouble);
  expect(reduceAgent(trouble, INPUTS.TimeUp, 10_050).state).toEqual({ at: 'ready', extension, since: 10 });
});

test.each<[string, number, AgentInput, object]>([
  [
    'its caller left before that time',
    60,
    { type: 'OfferEnded', leg: 'm', by: 'caller', reason: '' },
    { at: 'not-ready', reason: 'failed', back: { at: 10_050, since: 10 } },
  ],
  [
    'its caller left after that time',
    10_060,
    { type: 'OfferEnded', leg: 'm', by: 'caller', reason: '' },
    { at: 'ready', since: 10 },
  ],
  [
    'he talked: idle from then on',
    60,
    { type: 'TalkEnded', leg: 'm', wrapUpMs: 0 },
    { at: 'not-ready', reason: 'failed', back: { at: 10_050, since: 60 } },
  ],
  [
    'he talked for long: ready at once',
    10_060,
    { type: 'TalkEnded', leg: 'm', wrapUpMs: 0 },
    { at: 'ready', since: 10_060 },
  ],
])(
  'a call in the time after trouble does not keep him from being ready again: %s',
  (_what, now, input, becomes) => {
    const back = { at: 10_050, since: 10 };
    const trouble = at({ at: 'not-ready', extension, reason: 'failed', since: 50, back });
    const offered = reduceAgent(trouble, INPUTS.Offer, 55);
    const told =
      input.type === 'TalkEnded' ? reduceAgent(offered, { type: 'Answer', leg: 'm' }, 56) : offered;
    expect(reduceAgent(told, input, now).state).toMatchObject(becomes);
  },
);

test('who presses ready with a call in hand takes back what he wished before', () => {
  const wished = reduceAgent(at(STATES.ringing), { type: 'GoNotReady', reason: 'lunch' }, 50);
  const ready = reduceAgent(wished, { type: 'GoReady' }, 60);
  expect(shown(ready.state, 'ringing')).toBe('ringing, then ready');
});

test('after a call to which he said not ready, he is not ready', () => {
  const told = reduceAgent(at(STATES.hold), { type: 'GoNotReady', reason: 'lunch' }, 50);
  const done = reduceAgent(told, { type: 'TalkEnded', leg: 'l', wrapUpMs: 10 }, 60);
  expect(reduceAgent(done, INPUTS.TimeUp, 70).state).toMatchObject({ at: 'not-ready', reason: 'lunch' });
});

test('the end of wrap-up does not come early', () => {
  expect(reduceAgent(at(STATES['wrap-up']), INPUTS.TimeUp, 89).state).toEqual(STATES['wrap-up']);
});

test('more time for a wrap-up is given once, a call in between or not', () => {
  const longer = reduceAgent(at(STATES['wrap-up']), INPUTS.ExtendWrapUp, 80);
  expect(longer.state).toMatchObject({ at: 'wrap-up', until: 120, since: 20 });
  expect(reduceAgent(longer, INPUTS.TimeUp, 119)).toBe(longer);
  const again = expect.objectContaining({ id: 'wrap-up-extended' });
  expect(() => reduceAgent(longer, INPUTS.ExtendWrapUp, 90)).toThrow(again);
  const rung = reduceAgent(longer, INPUTS.Offer, 95);
  const back = reduceAgent(rung, { type: 'OfferEnded', leg: 'm', by: 'caller', reason: '' }, 100);
  expect(back.state).toMatchObject({ at: 'wrap-up', until: 120 });
  expect(() => reduceAgent(back, INPUTS.ExtendWrapUp, 101)).toThrow(again);
});

test('an offer that an earlier version stored is a phone that rings', () => {
  const { after, ...rest } = inHand;
  const stored = { at: 'offered', ...rest, before: after } as const;
  expect(storedState(stored)).toEqual(STATES.ringing);
  expect(storedState(STATES.hold)).toBe(STATES.hold);
});
