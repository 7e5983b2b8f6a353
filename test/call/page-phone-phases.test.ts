import { describe, expect, test } from 'vitest';
import type { Call, CallInput, Phase, Place } from '../../src/call/call.ts';
import { reduceCall } from '../../src/call/call-rules.ts';
import { callDeadline } from '../../src/call/deadline.ts';
import type { Leg } from '../../src/call/leg.ts';
import type { Outcome } from '../../src/call/leg-rules.ts';
import { roomOf } from '../../src/call/room.ts';

/*
 * A page that is loaded anew, in every phase in which an agent's leg can be: whenever the old leg ends, and whenever the page is loaded anew
 * once more, nobody else notices.
 */

const NOW = 100_000;
const LATER = 400_000;
const PLACE: Place = { queue: 'q', since: 10, until: LATER, music: 'waltz' };
const TALK = { leg: 'l1', since: 60, place: PLACE } as const;
const CONSULT = { at: 'consulting', ...TALK, music: 'waltz' } as const;

const page = (agent: string) => ({ kind: 'phone', extension: `web-${agent}` }) as const;
const FIRST: Leg = { id: 'l1', to: page('a1'), agent: 'a1', queue: 'q', plannedAt: 20, answeredAt: 60 };
const SECOND: Leg = { id: 'l2', to: page('a2'), agent: 'a2', plannedAt: 70, answeredAt: 80 };
const { answeredAt: _no, ...FIRST_RINGS } = FIRST;
const { answeredAt: _neither, ...SECOND_RINGS } = SECOND;
const CUSTOMER: Leg = { id: 'ch1', to: { kind: 'outside', number: '138' }, plannedAt: 90 };

function callIn(phase: Phase, legs: readonly Leg[]): Call {
  const calls = phase.at === 'calling';
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
    ...(calls && { callback: { id: 'c1', ringMs: 60_000 } }),
  };
}

const BOTH = [FIRST, SECOND];

/** A phase, and the leg whose page is loaded anew in it: one that has been answered. */
const TALKS: readonly [string, string, Call][] = [
  ['connected', 'l1', callIn({ at: 'connected', ...TALK }, [FIRST])],
  ['held', 'l1', callIn({ at: 'held', ...TALK, music: 'waltz' }, [FIRST])],
  ['asking', 'l1', callIn({ ...CONSULT, consult: { leg: 'l2', ringUntil: LATER } }, [FIRST, SECOND_RINGS])],
  ['consulting', 'l1', callIn({ ...CONSULT, consult: { leg: 'l2' } }, BOTH)],
  ['consulted', 'l2', callIn({ ...CONSULT, consult: { leg: 'l2' } }, BOTH)],
  ['in conference', 'l1', callIn({ at: 'conference', ...TALK, other: { leg: 'l2' } }, BOTH)],
  ['in conference as the other', 'l2', callIn({ at: 'conference', ...TALK, other: { leg: 'l2' } }, BOTH)],
  ['left', 'l1', callIn({ at: 'left', leg: 'l1', other: 'l2', cause: 'normal' }, BOTH)],
  ['left as the other', 'l2', callIn({ at: 'left', leg: 'l1', other: 'l2', cause: 'normal' }, BOTH)],
  ['calling', 'l1', callIn({ at: 'calling', leg: 'l1', until: LATER, place: PLACE }, [FIRST, CUSTOMER])],
];

/** The same with one that rings. */
const RINGS: readonly [string, string, Call][] = [
  ['offered', 'l1', callIn({ at: 'offered', ...PLACE, leg: 'l1', ringUntil: LATER }, [FIRST_RINGS])],
  ['dialling', 'l1', callIn({ at: 'dialing', leg: 'l1', until: LATER, music: 'waltz' }, [FIRST_RINGS])],
  ['asked', 'l2', callIn({ ...CONSULT, consult: { leg: 'l2', ringUntil: LATER } }, [FIRST, SECOND_RINGS])],
];

const tell = (call: Call, ...inputs: CallInput[]): Outcome => {
  let all: Outcome = [call, []];
  for (const [index, input] of inputs.entries()) {
    const [next, effects] = reduceCall(all[0], input, NOW + index * 100);
    all = [next, [...all[1], ...effects]];
  }
  return all;
};
const rejoin = (leg: string, replaces: string): CallInput => ({ type: 'Rejoin', leg, replaces });
const rings = (leg: string): CallInput => ({ type: 'LegRinging', leg });
const answers = (leg: string): CallInput => ({ type: 'LegAnswered', leg });
const ends = (leg: string): CallInput => ({ type: 'LegEnded', leg, cause: 'failure' });

const openLegs = ({ legs }: Call): string[] =>
  legs.filter(({ endedAt }) => endedAt === undefined).map(({ id }) => id);
const hungUp = ([, effects]: Outcome): string[] =>
  effects.flatMap((effect) => (effect.do === 'hangup' ? [effect.channel] : []));
/** A leg that answers too late is nobody's: it is let go, again, and nothing else happens. */
function expectNobody(call: Call, leg: string): void {
  const [next, effects] = reduceCall(call, answers(leg), NOW + 500);
  expect(next.phase).toEqual(call.phase);
  expect(openLegs(next)).toEqual(openLegs(call));
  expect(effects.filter((effect) => effect.do !== 'hangup' || effect.channel !== leg)).toEqual([]);
}

/** What a phase is, whichever leg it is about. */
const shape = (phase: Phase, own: string, now: string): unknown =>
  JSON.parse(JSON.stringify(phase).replaceAll(`"${now}"`, `"${own}"`), (key, value: unknown) =>
    key === 'bridgeOf' || key === 'again' ? undefined : value,
  );

describe.each(TALKS)('a page whose agent is %s (%s) is loaded anew', (_at, own, before) => {
  test.each([
    ['was asked for', [rejoin('n', own)]],
    ['rings', [rejoin('n', own), rings('n')]],
  ])(
    'and the old leg ends while the new one %s: as without it, and the new one is let go',
    (_when, inputs) => {
      const outcome = tell(before, ...inputs, ends(own));
      const [without] = tell(before, ends(own));
      expect(outcome[0].phase.at).toBe(without.phase.at);
      expect(openLegs(outcome[0])).toEqual(openLegs(without));
      expect(hungUp(outcome)).toContain('n');
      expectNobody(outcome[0], 'n');
    },
  );

  test('and the old leg ends after that: nothing happens', () => {
    const [there] = tell(before, rejoin('n', own), answers('n'));
    expect(shape(there.phase, own, 'n')).toEqual(shape(before.phase, own, own));
    expect(reduceCall(there, ends(own), NOW + 500)).toEqual([there, []]);
    expect(reduceCall(there, { type: 'PhoneLeft', leg: own }, NOW + 500)).toEqual([there, []]);
  });

  test.each([
    ['was asked for', []],
    ['rings', [rings('n')]],
  ])('twice, the second time while the first leg %s: that one is let go', (_when, between) => {
    const asked = tell(before, rejoin('n', own), ...between, rejoin('m', own));
    expect(hungUp(asked)).toEqual(['n']);
    expect(asked[0].phase).toEqual(before.phase);
    const [there, effects] = tell(asked[0], answers('m'), answers('n'), ends('n'), ends(own));
    expect(shape(there.phase, own, 'm')).toEqual(shape(before.phase, own, own));
    expect(effects.filter((effect) => effect.do === 'reseat')).toHaveLength(1);
    expect(roomOf(there)?.bridge).toBe(roomOf(before)?.bridge);
  });

  test('twice, the second time after the first leg was there: it has the same place and bridge', () => {
    const twice = tell(before, rejoin('n', own), answers('n'), rejoin('m', 'n'), answers('m'));
    const [there] = twice;
    expect(shape(there.phase, own, 'm')).toEqual(shape(before.phase, own, own));
    expect(roomOf(there)?.bridge).toBe(roomOf(before)?.bridge);
    expect(hungUp(twice)).toEqual([own, 'n']);
    expect(tell(there, ends('n'), ends(own))).toEqual([there, []]);
    expect(openLegs(there).toSorted()).toEqual(
      openLegs(before)
        .map((leg) => (leg === own ? 'm' : leg))
        .toSorted(),
    );
  });

  test('and it is asked for once more in the name of the old leg: that is over', () => {
    const [there] = tell(before, rejoin('n', own), answers('n'));
    expect(reduceCall(there, rejoin('m', own), NOW + 500)).toEqual([there, []]);
  });

  test('and neither the first nor the second leg is answered: nothing waits for them any more', () => {
    const [asked] = tell(before, rejoin('n', own), rejoin('m', own));
    const due = callDeadline(asked)!;
    const [over] = reduceCall(asked, { type: 'TimeUp' }, due);
    expect(over.phase).toEqual(before.phase);
    expect(openLegs(over)).toEqual(openLegs(before));
    expect(callDeadline(over)).toBe(callDeadline(before));
  });
});

describe.each(RINGS)('a page that rings (%s, %s) is loaded anew', (_at, own, before) => {
  test('and the old leg ends: the new one goes on ringing', () => {
    const [again] = tell(before, rejoin('n', own));
    expect(shape(again.phase, own, 'n')).toEqual(shape(before.phase, own, own));
    expect(callDeadline(again)).toBe(callDeadline(before));
    expect(reduceCall(again, ends(own), NOW + 500)).toEqual([again, []]);
    expectNobody(again, own);
  });

  test('twice: only the last one rings', () => {
    const twice = tell(before, rejoin('n', own), rings('n'), rejoin('m', 'n'));
    expect(hungUp(twice)).toEqual([own, 'n']);
    expect(shape(twice[0].phase, own, 'm')).toEqual(shape(before.phase, own, own));
    expect(tell(twice[0], ends('n'), ends(own))).toEqual([twice[0], []]);
    expect(reduceCall(twice[0], rejoin('x', 'n'), NOW + 500)).toEqual([twice[0], []]);
  });

  test('and answers: it is where the old one would have been', () => {
    const [there] = tell(before, rejoin('n', own), answers('n'));
    const [without] = tell(before, answers(own));
    expect(there.phase.at).toBe(without.phase.at);
    expect(tell(there, ends(own))).toEqual([there, []]);
  });
});
