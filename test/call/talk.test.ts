import { expect, test } from 'vitest';
import type { Call, CallInput, Phase, Place } from '../../src/call/call.ts';
import type { CallEffect } from '../../src/call/call-effect.ts';
import { reduceCall } from '../../src/call/call-rules.ts';
import type { Leg } from '../../src/call/leg.ts';
import type { TalkInput } from '../../src/call/talk.ts';

const NOW = 100;
const PLACE: Place = { queue: 'q', since: 10, until: 500, music: 'waltz' };
const TALK = { leg: 'l1', since: 60, place: PLACE } as const;
const CONSULT = { at: 'consulting', ...TALK, music: 'waltz' } as const;

const PHASES = {
  flow: { at: 'flow' },
  queued: { at: 'queued', ...PLACE },
  connected: { at: 'connected', ...TALK },
  held: { at: 'held', ...TALK, music: 'waltz' },
  rings: { ...CONSULT, consult: { leg: 'l2', ringUntil: 300 } },
  consults: { ...CONSULT, consult: { leg: 'l2' } },
  conference: { at: 'conference', ...TALK, other: { leg: 'l2' } },
  left: { at: 'left', leg: 'l1', other: 'l2', cause: 'normal' },
} as const satisfies Record<string, Phase>;
type Name = keyof typeof PHASES;

const to = (extension: string) => ({ kind: 'phone', extension }) as const;
const FIRST: Leg = {
  id: 'l1',
  to: to('1001'),
  agent: 'a1',
  queue: 'q',
  plannedAt: 20,
  ringingAt: 21,
  answeredAt: 60,
};
const SECOND: Leg = { id: 'l2', to: to('1002'), agent: 'a2', plannedAt: 70, ringingAt: 71 };

function callIn(name: Name): Call {
  const phase: Phase = PHASES[name];
  const legs =
    name === 'flow' || name === 'queued'
      ? []
      : 'consult' in phase || 'other' in phase
        ? [FIRST, SECOND]
        : [FIRST];
  return {
    id: 'c1',
    channel: 'ch1',
    source: { kind: 'outside' },
    ani: '138',
    aniName: '',
    dnis: '95533',
    startedAt: 0,
    facts: { language: 'zh-CN', persona: '', agentId: 'a1', variables: {} },
    stack: [],
    phase,
    legs,
    connectedAt: 60,
    waitedMs: 50,
    talkedMs: 0,
  };
}

/** An effect in a few words. */
function shown(effect: CallEffect): string {
  switch (effect.do) {
    case 'connect':
      return `connect ${effect.channels.join('+')} in ${effect.bridge}`;
    case 'disconnect':
      return `disconnect ${effect.bridge}`;
    case 'hangup':
      return `hangup ${effect.channel}`;
    case 'release':
      return `release ${effect.leg.id}${effect.gone ? ' gone' : effect.talked ? ' after talk' : ''}`;
    case 'tell':
      return `tell ${effect.leg.id} ${effect.what}`;
    case 'takeExit':
      return `exit ${effect.exit}`;
    case 'originate':
    case 'ringback':
      return `${effect.do} ${typeof effect.leg === 'string' ? effect.leg : effect.leg.id}`;
    default:
      return effect.do;
  }
}

const INPUTS = {
  Hold: { type: 'Hold', music: 'waltz' },
  Resume: { type: 'Resume' },
  Transfer: { type: 'Transfer', leg: 'l3', to: to('1003'), ringMs: 50, music: 'waltz' },
  TransferToQueue: { type: 'TransferToQueue', queue: 'card', maxWaitMs: 1000, music: 'march' },
  Consult: { type: 'Consult', leg: 'l3', to: to('1003'), ringMs: 50, music: 'waltz' },
  Complete: { type: 'Complete' },
  Cancel: { type: 'Cancel' },
  Confer: { type: 'Confer' },
} as const satisfies Record<TalkInput['type'], TalkInput>;

const NOBODY = {
  Hold: '!call-not-connected',
  Resume: '!call-not-connected',
  Transfer: '!call-not-connected',
  TransferToQueue: '!call-not-connected',
  Consult: '!call-not-connected',
  Complete: '!call-not-connected',
  Cancel: '!call-not-connected',
  Confer: '!call-not-connected',
};

const WITH_THIRD = {
  Hold: '!consult-under-way',
  Resume: '!call-not-held',
  Transfer: '!consult-under-way',
  TransferToQueue: '!consult-under-way',
  Consult: '!consult-under-way',
};

/** The phase that follows and what is done, or the id of the refusal. */
const MATRIX: Record<Name, Record<TalkInput['type'], string>> = {
  flow: NOBODY,
  queued: NOBODY,
  left: NOBODY,
  connected: {
    Hold: 'held: disconnect l1-b, music, tell l1 Hold',
    Resume: '!call-not-held',
    Transfer: 'dialing: disconnect l1-b, music, hangup l1, release l1 after talk, originate l3',
    TransferToQueue: 'queued: disconnect l1-b, music, hangup l1, release l1 after talk',
    Consult: 'consulting: disconnect l1-b, music, tell l1 Hold, ringback l1, originate l3',
    Complete: '!no-consult',
    Cancel: '!no-consult',
    Confer: '!no-consult',
  },
  held: {
    Hold: '!call-already-held',
    Resume: 'connected: stopMusic, connect ch1+l1 in l1-b, tell l1 Resume',
    Transfer: 'dialing: music, hangup l1, release l1 after talk, originate l3',
    TransferToQueue: 'queued: music, hangup l1, release l1 after talk',
    Consult: 'consulting: ringback l1, originate l3',
    Complete: '!no-consult',
    Cancel: '!no-consult',
    Confer: '!no-consult',
  },
  rings: {
    ...WITH_THIRD,
    Complete: 'dialing: quiet, release l1 after talk, hangup l1',
    Cancel: 'connected: hangup l2, stopMusic, quiet, connect ch1+l1 in l1-b, release l2, tell l1 Resume',
    Confer: '!consult-not-answered',
  },
  consults: {
    ...WITH_THIRD,
    Complete: 'connected: stopMusic, connect ch1+l2 in l2-b, release l1 after talk, hangup l1',
    Cancel:
      'connected: hangup l2, stopMusic, disconnect l2-b, connect ch1+l1 in l1-b, release l2 after talk, tell l1 Resume',
    Confer: 'conference: stopMusic, connect ch1+l1+l2 in l2-b, tell l1 Resume',
  },
  conference: {
    ...WITH_THIRD,
    Complete: 'connected: release l1 after talk, hangup l1',
    Cancel: 'connected: hangup l2, release l2 after talk',
    Confer: '=',
  },
};

const wishes = Object.entries(MATRIX).flatMap(([phase, row]) =>
  Object.entries(row).map(([input, becomes]) => [phase, input, becomes] as const),
) as (readonly [Name, TalkInput['type'], string])[];

test.each(wishes)('%s × %s: %s', (phase, type, becomes) => {
  const call = callIn(phase);
  if (becomes.startsWith('!')) {
    expect(() => reduceCall(call, INPUTS[type], NOW)).toThrow(
      expect.objectContaining({ id: becomes.slice(1) }),
    );
    return;
  }
  const [next, effects] = reduceCall(call, INPUTS[type], NOW);
  if (becomes === '=') expect([next, effects]).toEqual([call, []]);
  else expect(`${next.phase.at}: ${effects.map(shown).join(', ')}`).toBe(becomes);
});

const normal = (leg: string): CallInput => ({ type: 'LegEnded', leg, cause: 'normal' });
const lost = (leg: string): CallInput => ({ type: 'LegEnded', leg, cause: 'failure' });
const CALLER: CallInput = { type: 'CallerEnded', cause: 'normal' };
const FAILED = (leg: string): CallInput => ({ type: 'ConnectFailed', leg });

test.each<[Name, string, CallInput, string]>([
  [
    'connected',
    'the agent hangs up',
    normal('l1'),
    'flow: disconnect l1-b, release l1 after talk, exit done',
  ],
  ['connected', "the agent's phone is gone", lost('l1'), 'queued: disconnect l1-b, release l1 gone, music'],
  ['held', 'the agent hangs up', normal('l1'), 'flow: stopMusic, release l1 after talk, exit done'],
  ['held', "the agent's phone is gone", lost('l1'), 'queued: stopMusic, release l1 gone, music'],
  ['held', 'the caller hangs up', CALLER, 'ended: stopFlow, hangup l1, release l1 after talk'],
  ['rings', 'the agent hangs up: a blind transfer', normal('l1'), 'dialing: quiet, release l1 after talk'],
  [
    'rings',
    "the agent's phone is gone",
    lost('l1'),
    'queued: hangup l2, release l2, stopMusic, quiet, release l1 gone, music',
  ],
  [
    'rings',
    'the one who is asked is busy',
    { type: 'LegEnded', leg: 'l2', cause: 'busy' },
    'held: quiet, release l2',
  ],
  [
    'rings',
    'his phone is not there',
    { type: 'LegRefused', leg: 'l2', unreachable: true },
    'held: quiet, release l2',
  ],
  [
    'rings',
    'he answers',
    { type: 'LegAnswered', leg: 'l2' },
    'consulting: tell l2 Answer, quiet, connect l1+l2 in l2-b',
  ],
  [
    'rings',
    'the caller hangs up',
    CALLER,
    'ended: stopFlow, hangup l1, release l1 after talk, hangup l2, release l2',
  ],
  [
    'consults',
    'the agent hangs up: it is completed',
    normal('l1'),
    'connected: stopMusic, connect ch1+l2 in l2-b, release l1 after talk',
  ],
  [
    'consults',
    "the agent's phone is gone",
    lost('l1'),
    'queued: hangup l2, release l2 after talk, stopMusic, disconnect l2-b, release l1 gone, music',
  ],
  ['consults', 'the other hangs up', normal('l2'), 'held: disconnect l2-b, release l2 after talk'],
  ['consults', "the other's phone is gone", lost('l2'), 'held: disconnect l2-b, release l2 gone'],
  ['consults', 'the caller hangs up', CALLER, 'left: tell l1 Resume'],
  ['consults', 'they cannot be connected', FAILED('l2'), 'held: hangup l2, disconnect l2-b, release l2'],
  ['conference', 'the agent hangs up', normal('l1'), 'connected: release l1 after talk'],
  ['conference', 'the third one hangs up', normal('l2'), 'connected: release l2 after talk'],
  ['conference', "the third one's phone is gone", lost('l2'), 'connected: release l2 gone'],
  ['conference', 'the caller hangs up', CALLER, 'left: '],
  [
    'conference',
    'it cannot be made: the third one goes',
    FAILED('l2'),
    'connected: hangup l2, connect ch1+l1 in l2-b, release l2 after talk',
  ],
  [
    'left',
    'one hangs up: the call is over',
    normal('l1'),
    'ended: stopFlow, disconnect l2-b, hangup l2, release l2 after talk, release l1 after talk',
  ],
  ['left', 'the caller is said to have ended once more', CALLER, 'left: '],
  [
    'left',
    'a supervisor ends it',
    { type: 'HungUp' },
    'ended: stopFlow, disconnect l2-b, hangup l1, release l1 after talk, hangup l2, release l2 after talk, hangup ch1',
  ],
])('%s: %s', (phase, _what, input, becomes) => {
  const call = callIn(phase);
  const legs = phase === 'left' ? [FIRST, SECOND] : call.legs;
  const [next, effects] = reduceCall({ ...call, legs }, input, NOW);
  expect(`${next.phase.at}: ${effects.map(shown).join(', ')}`).toBe(becomes);
});

test.each<[string, Partial<Leg>, CallInput & { type: 'LegEnded' }, string]>([
  ['RTP is lost', {}, { type: 'LegEnded', leg: 'l1', cause: 'failure' }, 'queued'],
  [
    'it does not answer any more',
    {},
    { type: 'LegEnded', leg: 'l1', cause: 'no-answer', sipCode: 408 },
    'queued',
  ],
  ['it hangs up', {}, { type: 'LegEnded', leg: 'l1', cause: 'normal' }, 'flow'],
  ['it hangs up oddly', {}, { type: 'LegEnded', leg: 'l1', cause: 'busy' }, 'flow'],
  [
    'a dialled party outside: its network',
    { to: { kind: 'outside', number: '138' }, agent: undefined as unknown as string },
    { type: 'LegEnded', leg: 'l1', cause: 'failure' },
    'flow',
  ],
])('a phone is gone or not: %s', (_what, more, input, at) => {
  const call = callIn('connected');
  const [next] = reduceCall({ ...call, legs: [{ ...FIRST, ...more }] }, input, NOW);
  expect(next.phase.at).toBe(at);
});

test('whoever comes back to the front keeps his place, has all the time again, and no talk counts as wait', () => {
  const [back] = reduceCall(callIn('connected'), lost('l1'), 5000);
  expect(back.phase).toEqual({ at: 'queued', ...PLACE, from: 5000, until: 5490 });
  const offer: CallInput = { type: 'Offered', leg: 'l4', agent: 'a4', to: to('1004'), ringMs: 100 };
  const [offered] = reduceCall(back, offer, 5100);
  const [served] = reduceCall(offered, { type: 'LegAnswered', leg: 'l4' }, 5200);
  expect(served).toMatchObject({ waitedMs: 50 + 200, talkedMs: 4940, phase: { place: { since: 10 } } });
  const [again] = reduceCall(served, lost('l4'), 6000);
  expect(again.phase).toMatchObject({ since: 10, from: 6000, until: 6490 });
});

test('a transfer counts as talk until the agent leaves, a consult to its end', () => {
  const [blind] = reduceCall(callIn('held'), INPUTS.Transfer, 160);
  expect(blind.talkedMs).toBe(100);
  const [completed] = reduceCall(callIn('consults'), INPUTS.Complete, 160);
  const [over] = reduceCall(completed, normal('l2'), 260);
  expect(over.talkedMs).toBe(200);
});

test('who was asked has the call, with his own limit and not that of the one who left', () => {
  const phase: Phase = { ...PHASES.consults, until: 900, consult: { leg: 'l2', until: 700 } };
  const [completed] = reduceCall({ ...callIn('consults'), phase }, INPUTS.Complete, NOW);
  expect(completed.phase).toEqual({
    at: 'connected',
    leg: 'l2',
    since: 60,
    place: PLACE,
    until: 700,
    again: true,
  });
  expect(completed.facts.agentId).toBe('a2');
});

test.each<[string, Phase, number, string]>([
  ['the ring of the one who is asked', PHASES.rings, 300, 'held'],
  ['his talk', { ...PHASES.consults, consult: { leg: 'l2', until: 300 } }, 300, 'held'],
  ["the agent's talk", { ...PHASES.consults, until: 300 }, 300, 'connected'],
  ['a held talk', { ...PHASES.held, until: 300 }, 300, 'flow'],
  [
    'the third one of a conference',
    { ...PHASES.conference, other: { leg: 'l2', until: 300 } },
    300,
    'connected',
  ],
  ['those whom the caller left', { ...PHASES.left, until: 300 }, 300, 'ended'],
])('time is up for %s', (_what, phase, at, becomes) => {
  const call = { ...callIn('consults'), phase };
  expect(reduceCall(call, { type: 'TimeUp' }, at - 1)).toEqual([call, []]);
  expect(reduceCall(call, { type: 'TimeUp' }, at)[0].phase.at).toBe(becomes);
});

test('those whom the caller left have as long as the first of them may talk', () => {
  const phase: Phase = { ...PHASES.conference, until: 900, other: { leg: 'l2', until: 700 } };
  const [left] = reduceCall({ ...callIn('conference'), phase }, CALLER, NOW);
  expect(left.phase).toEqual({ ...PHASES.left, until: 700 });
});

test('who is held hears the same music on', () => {
  const [held] = reduceCall(callIn('held'), { ...INPUTS.Consult, music: 'march' }, NOW);
  expect(held.phase).toMatchObject({ at: 'consulting', music: 'waltz' });
});

test('somebody who could not be connected has talked with nobody', () => {
  const [back] = reduceCall(callIn('connected'), FAILED('l1'), NOW);
  expect(back).toMatchObject({ phase: { at: 'queued', since: 10 }, waitedMs: 0, talkedMs: 0 });
  expect(back).not.toHaveProperty('connectedAt');
  const again: Phase = { ...PHASES.connected, again: true };
  const [lostAgain] = reduceCall({ ...callIn('connected'), phase: again }, FAILED('l1'), NOW);
  expect(lostAgain).toMatchObject({
    phase: { at: 'queued', from: NOW },
    waitedMs: 50,
    talkedMs: 40,
    connectedAt: 60,
  });
});

/** Put through by an agent of his queue: the wait there was over long before. */
const DIALLED: Phase = { at: 'dialing', leg: 'l2', until: 300, music: 'waltz', place: PLACE };

test.each<[string, Call, string]>([
  [
    'from the queue: he waits on as if that leg had never answered',
    callIn('connected'),
    'queued: hangup l1, disconnect l1-b, release l1, music',
  ],
  [
    'who had talked: the agent is not to blame',
    { ...callIn('connected'), phase: { ...PHASES.connected, again: true } },
    'queued: hangup l1, disconnect l1-b, release l1, music',
  ],
  [
    'who was put through',
    reduceCall(
      { ...callIn('connected'), legs: [FIRST, SECOND], phase: DIALLED },
      { type: 'LegAnswered', leg: 'l2' },
      NOW,
    )[0],
    'queued: hangup l2, disconnect l2-b, release l2, music',
  ],
])('a caller who cannot be connected is back in the queue with music: %s', (_what, call, becomes) => {
  const { leg } = call.phase as { leg: string };
  const [next, effects] = reduceCall(call, FAILED(leg), NOW);
  expect(`${next.phase.at}: ${effects.map(shown).join(', ')}`).toBe(becomes);
});

test('who was put through and could not be connected is in front, with all the time, and loses no wait', () => {
  const dialled: Call = { ...callIn('connected'), legs: [FIRST, SECOND], phase: DIALLED };
  const [connected] = reduceCall(dialled, { type: 'LegAnswered', leg: 'l2' }, 5000);
  const [back] = reduceCall(connected, FAILED('l2'), 5010);
  expect(back.phase).toEqual({ at: 'queued', ...PLACE, from: 5010, until: 5500 });
  expect(back).toMatchObject({ waitedMs: 50, connectedAt: 60 });
});

test('a restart of the PBX leaves nobody behind', () => {
  const [over] = reduceCall(callIn('conference'), { type: 'CallerEnded', cause: 'system-failure' }, NOW);
  expect(over).toMatchObject({ phase: { at: 'ended' }, endedBy: 'carillon', endCause: 'system-failure' });
});
