import { expect, test } from 'vitest';
import type { Call, CallInput, Phase } from '../../src/call/call.ts';
import { reduceCall } from '../../src/call/call-rules.ts';
import type { Leg } from '../../src/call/leg.ts';

const PLACE = { queue: 'q', since: 10, until: 90_000, music: 'waltz' } as const;
const RINGS: Phase = { at: 'offered', ...PLACE, leg: 'l1', ringUntil: 15_000, maxTalkMs: 60_000 };
const ASKED: Phase = { ...RINGS, confirmUntil: 11_000 };
const LEG: Leg = {
  id: 'l1',
  to: { kind: 'outside', number: '13800000001' },
  agent: 'expert',
  queue: 'q',
  plannedAt: 100,
  ringingAt: 200,
};
const ANSWERED: Leg = { ...LEG, answeredAt: 1000 };

const callIn = (phase: Phase, leg: Leg): Call => ({
  id: 'c1',
  channel: 'ch1',
  source: { kind: 'outside' },
  ani: '138',
  aniName: '',
  dnis: '95533',
  startedAt: 0,
  facts: { language: 'en', persona: '', variables: {} },
  stack: [],
  phase,
  legs: [leg],
  waitedMs: 0,
  talkedMs: 0,
});
const answers: CallInput = { type: 'LegAnswered', leg: 'l1' };
const presses = (digit: string, leg = 'l1'): CallInput => ({ type: 'LegPressed', leg, digit });

test.each<[string, Phase, Leg, CallInput, number, Phase['at'], string[]]>([
  ['what answers is asked', RINGS, LEG, answers, 1000, 'offered', ['ask']],
  ['and only once', ASKED, ANSWERED, answers, 2000, 'offered', []],
  [
    '1 takes the call',
    ASKED,
    ANSWERED,
    presses('1'),
    5000,
    'connected',
    ['quiet', 'tell', 'stopMusic', 'connect'],
  ],
  ['another key does not', ASKED, ANSWERED, presses('2'), 5000, 'offered', []],
  ['1 of somebody else does not', ASKED, ANSWERED, presses('1', 'l9'), 5000, 'offered', []],
  ['1 before the answer does not', RINGS, LEG, presses('1'), 900, 'offered', []],
  ['1 too late does not', ASKED, ANSWERED, presses('1'), 11_000, 'offered', []],
  ['not yet too late', ASKED, ANSWERED, { type: 'TimeUp' }, 10_999, 'offered', []],
  [
    'too late: as if he let it ring',
    ASKED,
    ANSWERED,
    { type: 'TimeUp' },
    11_000,
    'queued',
    ['hangup', 'release'],
  ],
  [
    'a phone of the house is not asked',
    RINGS,
    { ...LEG, to: { kind: 'phone', extension: '1001' } },
    answers,
    1000,
    'connected',
    ['tell', 'stopMusic', 'connect'],
  ],
])('%s', (_name, phase, leg, input, now, at, effects) => {
  const [next, wanted] = reduceCall(callIn(phase, leg), input, now);
  expect(next.phase.at).toBe(at);
  expect(wanted.map((effect) => effect.do)).toEqual(effects);
});

test('the time to press runs from the answer, and so does what the carrier charges', () => {
  const [asked] = reduceCall(callIn(RINGS, LEG), answers, 1000);
  expect(asked.phase).toMatchObject({ confirmUntil: 11_000 });
  expect(reduceCall(asked, answers, 3000)[0].phase).toMatchObject({ confirmUntil: 11_000 });
  const [taken] = reduceCall(asked, presses('1'), 5000);
  expect(taken).toMatchObject({ phase: { since: 5000, until: 61_000 }, waitedMs: 4990 });
});

test('a mailbox counts as nobody there', () => {
  const [back] = reduceCall(callIn(ASKED, ANSWERED), { type: 'TimeUp' }, 11_000);
  expect(back.legs[0]).toMatchObject({ outcome: 'no-answer' });
});
