import { expect, test } from 'vitest';
import type { Call, CallInput, HandOver, Phase } from '../../src/call/call.ts';
import type { CallEffect } from '../../src/call/call-effect.ts';
import { reduceCall } from '../../src/call/call-rules.ts';

const CALL: Call = {
  id: 'c1',
  channel: 'ch1',
  source: { kind: 'outside' },
  ani: '138',
  aniName: '',
  dnis: '95533',
  startedAt: 0,
  facts: { language: 'zh-CN', persona: '', variables: {} },
  stack: [],
  phase: { at: 'flow' },
  legs: [],
  waitedMs: 0,
  talkedMs: 0,
};
const LEG = {
  id: 'l1',
  to: { kind: 'phone', extension: '1001' },
  agent: '1001',
  plannedAt: 50,
  ringingAt: 55,
} as const;
const { ringingAt: _rang, ...SILENT_LEG } = LEG;
const withPhase = (phase: Phase): Call => ({
  ...CALL,
  phase,
  legs: phase.at === 'flow' || phase.at === 'queued' ? [] : [LEG],
});
const FLOW = withPhase({ at: 'flow' });
const QUEUED = withPhase({ at: 'queued', queue: 'q', since: 10, until: 500, music: 'm' });
const OFFERED = withPhase({
  at: 'offered',
  queue: 'q',
  since: 10,
  until: 500,
  music: 'm',
  leg: 'l1',
  ringUntil: 200,
});
const DIALING = withPhase({ at: 'dialing', leg: 'l1', until: 300, music: 'm' });
const CONNECTED = withPhase({ at: 'connected', leg: 'l1', since: 60 });
const QUEUE: HandOver = { kind: 'queue', queue: 'q', maxWaitMs: 400, music: 'm' };
const DIAL: HandOver = { kind: 'dial', leg: 'l1', to: LEG.to, ringMs: 200, music: 'm' };

const does = (effects: readonly CallEffect[]): string[] =>
  effects.map((effect) => {
    if (effect.do === 'takeExit') return `exit ${effect.exit}`;
    if (effect.do === 'hangup') return `hangup ${effect.channel}`;
    if (effect.do === 'release')
      return effect.gone ? 'phone gone' : effect.talked ? 'release after talk' : 'release';
    if (effect.do === 'tell') return `tell ${effect.what}`;
    return effect.do;
  });

test.each<[string, Call, CallInput, number, string, string[]]>([
  ['into the queue', FLOW, { type: 'HandedOver', request: QUEUE }, 100, 'queued', ['music']],
  ['dialled', FLOW, { type: 'HandedOver', request: DIAL }, 100, 'dialing', ['music', 'originate']],
  ['a second hand-over', QUEUED, { type: 'HandedOver', request: DIAL }, 100, 'queued', []],
  [
    'offered',
    QUEUED,
    { type: 'Offered', leg: 'l1', agent: '1001', to: LEG.to, ringMs: 150 },
    100,
    'offered',
    ['originate'],
  ],
  [
    'an offer too late',
    FLOW,
    { type: 'Offered', leg: 'l1', agent: '1001', to: LEG.to, ringMs: 150 },
    100,
    'flow',
    [],
  ],
  [
    'rings',
    { ...OFFERED, legs: [SILENT_LEG] },
    { type: 'LegRinging', leg: 'l1' },
    100,
    'offered',
    ['tell Ring'],
  ],
  ['rings again', OFFERED, { type: 'LegRinging', leg: 'l1' }, 100, 'offered', []],
  [
    'agent answers',
    OFFERED,
    { type: 'LegAnswered', leg: 'l1' },
    100,
    'connected',
    ['tell Answer', 'stopMusic', 'connect'],
  ],
  [
    'dialled party answers',
    DIALING,
    { type: 'LegAnswered', leg: 'l1' },
    100,
    'connected',
    ['tell Answer', 'stopMusic', 'connect'],
  ],
  ['answered twice', CONNECTED, { type: 'LegAnswered', leg: 'l1' }, 100, 'connected', []],
  [
    'a leg that nobody awaits answers',
    QUEUED,
    { type: 'LegAnswered', leg: 'l1' },
    100,
    'queued',
    ['hangup l1'],
  ],
  ['agent rejects', OFFERED, { type: 'LegEnded', leg: 'l1', cause: 'busy' }, 100, 'queued', ['release']],
  [
    'dialled party is busy',
    DIALING,
    { type: 'LegEnded', leg: 'l1', cause: 'busy' },
    100,
    'flow',
    ['stopMusic', 'release', 'exit busy'],
  ],
  [
    'dialled party declines',
    DIALING,
    { type: 'LegEnded', leg: 'l1', cause: 'rejected' },
    100,
    'flow',
    ['stopMusic', 'release', 'exit busy'],
  ],
  [
    'the network gives up',
    DIALING,
    { type: 'LegEnded', leg: 'l1', cause: 'no-answer' },
    100,
    'flow',
    ['stopMusic', 'release', 'exit no-answer'],
  ],
  [
    'no such number',
    DIALING,
    { type: 'LegEnded', leg: 'l1', cause: 'unallocated-number' },
    100,
    'flow',
    ['stopMusic', 'release', 'exit failed'],
  ],
  [
    'nobody at the far end',
    { ...DIALING, legs: [SILENT_LEG] },
    { type: 'LegEnded', leg: 'l1', cause: 'no-answer', sipCode: 408 },
    100,
    'flow',
    ['stopMusic', 'release', 'exit failed'],
  ],
  [
    'dials too long and never rang',
    { ...DIALING, legs: [SILENT_LEG] },
    { type: 'TimeUp' },
    300,
    'flow',
    ['hangup l1', 'stopMusic', 'release', 'exit failed'],
  ],
  [
    'phone not registered',
    DIALING,
    { type: 'LegRefused', leg: 'l1', unreachable: true },
    100,
    'flow',
    ['stopMusic', 'release', 'exit failed'],
  ],
  [
    'agent phone not registered',
    OFFERED,
    { type: 'LegRefused', leg: 'l1', unreachable: true },
    100,
    'queued',
    ['release'],
  ],
  ['an unknown leg ends', DIALING, { type: 'LegEnded', leg: 'x', cause: 'busy' }, 100, 'dialing', []],
  ['rings too long', OFFERED, { type: 'TimeUp' }, 200, 'queued', ['hangup l1', 'release']],
  ['not yet too long', OFFERED, { type: 'TimeUp' }, 199, 'offered', []],
  [
    'dials too long',
    DIALING,
    { type: 'TimeUp' },
    300,
    'flow',
    ['hangup l1', 'stopMusic', 'release', 'exit no-answer'],
  ],
  ['waits too long', QUEUED, { type: 'TimeUp' }, 500, 'flow', ['stopMusic', 'exit timeout']],
  [
    'nobody could serve him',
    QUEUED,
    { type: 'LeftQueue', exit: 'no-agents' },
    100,
    'flow',
    ['stopMusic', 'exit no-agents'],
  ],
  [
    'the partner hangs up',
    CONNECTED,
    { type: 'LegEnded', leg: 'l1', cause: 'normal' },
    100,
    'flow',
    ['disconnect', 'release after talk', 'exit done'],
  ],
  [
    'the caller hangs up in the flow',
    FLOW,
    { type: 'CallerEnded', cause: 'normal' },
    100,
    'ended',
    ['stopFlow'],
  ],
  [
    'the caller hangs up while it rings',
    OFFERED,
    { type: 'CallerEnded', cause: 'normal' },
    100,
    'ended',
    ['stopFlow', 'hangup l1', 'release'],
  ],
  [
    'the caller hangs up in the talk',
    CONNECTED,
    { type: 'CallerEnded', cause: 'normal' },
    100,
    'ended',
    ['stopFlow', 'disconnect', 'hangup l1', 'release after talk'],
  ],
  [
    'ended by us',
    CONNECTED,
    { type: 'HungUp' },
    100,
    'ended',
    ['stopFlow', 'disconnect', 'hangup l1', 'release after talk', 'hangup ch1'],
  ],
])('%s', (_name, call, input, now, phase, effects) => {
  const [next, wanted] = reduceCall(call, input, now);
  expect(next.phase.at).toBe(phase);
  expect(does(wanted)).toEqual(effects);
});

test('waiting and talking are counted in ms, also when the caller ends it', () => {
  const [talking] = reduceCall(OFFERED, { type: 'LegAnswered', leg: 'l1' }, 110);
  const [over] = reduceCall(talking, { type: 'CallerEnded', cause: 'normal' }, 500);
  expect(over).toMatchObject({
    waitedMs: 100,
    talkedMs: 390,
    connectedAt: 110,
    endedAt: 500,
    endedBy: 'caller',
    facts: { agentId: '1001' },
  });
  const [abandoned] = reduceCall(QUEUED, { type: 'CallerEnded', cause: 'normal' }, 60);
  expect(abandoned.waitedMs).toBe(50);
});

test('an agent who lets it ring leaves the caller his place in the queue', () => {
  const [back] = reduceCall(OFFERED, { type: 'TimeUp' }, 200);
  expect(back.phase).toEqual({ at: 'queued', queue: 'q', since: 10, until: 500, music: 'm' });
  expect(back.legs).toMatchObject([{ outcome: 'no-answer', endedAt: 200 }]);
});

test('what comes after the end changes nothing, and a late answer is hung up', () => {
  const [over] = reduceCall(CONNECTED, { type: 'CallerEnded', cause: 'normal' }, 100);
  for (const input of [
    { type: 'TimeUp' },
    { type: 'HungUp' },
    { type: 'LegEnded', leg: 'l1', cause: 'busy' },
  ] as const) {
    expect(reduceCall(over, input, 200)).toEqual([over, []]);
  }
  expect(does(reduceCall(over, { type: 'LegAnswered', leg: 'l2' }, 200)[1])).toEqual(['hangup l2']);
});
