import { describe, expect, test } from 'vitest';
import type { Call, Phase, Place } from '../../src/call/call.ts';
import type { CallEffect } from '../../src/call/call-effect.ts';
import { reduceCall } from '../../src/call/call-rules.ts';
import { callDeadline } from '../../src/call/deadline.ts';
import type { Leg } from '../../src/call/leg.ts';
import type { Outcome } from '../../src/call/leg-rules.ts';
import { PAGE_LOST_MS, REJOIN_MS } from '../../src/call/page-phone.ts';
import { pagesLeft } from '../../src/call/page-phone-rules.ts';
import { roomOf } from '../../src/call/room.ts';

const NOW = 100_000;
const PLACE: Place = { queue: 'q', since: 10, until: 500_000, music: 'waltz' };
const TALK = { leg: 'l1', since: 60, place: PLACE } as const;
const CONSULT = { at: 'consulting', ...TALK, music: 'waltz' } as const;

const TALKS = {
  connected: { at: 'connected', ...TALK },
  held: { at: 'held', ...TALK, music: 'waltz' },
  asks: { ...CONSULT, consult: { leg: 'l2', ringUntil: 300_000 } },
  consults: { ...CONSULT, consult: { leg: 'l2' } },
  conference: { at: 'conference', ...TALK, other: { leg: 'l2' } },
  left: { at: 'left', leg: 'l1', other: 'l2', cause: 'normal' },
} as const satisfies Record<string, Phase>;

const page = (extension: string) => ({ kind: 'phone', extension: `web-${extension}` }) as const;
const FIRST: Leg = { id: 'l1', to: page('a1'), agent: 'a1', queue: 'q', plannedAt: 20, answeredAt: 60 };
const SECOND: Leg = { id: 'l2', to: page('a2'), agent: 'a2', plannedAt: 70, answeredAt: 80 };

function callIn(phase: Phase, legs: readonly Leg[] = [FIRST, SECOND]): Call {
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

function shown(effect: CallEffect): string {
  switch (effect.do) {
    case 'connect':
      return `connect ${effect.channels.join('+')} in ${effect.bridge}`;
    case 'hangup':
      return `hangup ${effect.channel} ${effect.cause}`;
    case 'reseat':
      return `reseat ${effect.from} to ${effect.leg.id}`;
    case 'release':
      return `release ${effect.leg.id}${effect.gone ? ' gone' : ''}`;
    case 'originate':
      return `originate ${effect.leg.id} for ${effect.ringMs}`;
    case 'ringback':
      return `ringback ${effect.leg} as ${effect.playback}`;
    case 'quiet':
      return `quiet ${effect.playbacks.join()}`;
    default:
      return effect.do;
  }
}

const done = ([, effects]: Outcome): string[] => effects.map(shown);
const legOf = (call: Call, id: string): Leg => call.legs.find((leg) => leg.id === id)!;

/** The page of `replaces` was loaded anew, asked for its sound, and has answered. */
function rejoined(call: Call, replaces: string): Outcome {
  const [asked] = reduceCall(call, { type: 'Rejoin', leg: 'n', replaces }, NOW);
  return reduceCall(asked, { type: 'LegAnswered', leg: 'n' }, NOW + 200);
}

describe('a page that was loaded anew', () => {
  test('is rung for its talk, and until it answers nothing changes', () => {
    const before = callIn(TALKS.connected, [FIRST]);
    const [after, effects] = reduceCall(before, { type: 'Rejoin', leg: 'n', replaces: 'l1' }, NOW);
    expect(effects.map(shown)).toEqual([`originate n for ${REJOIN_MS}`]);
    expect(after.phase).toBe(before.phase);
    expect(legOf(after, 'n')).toEqual({
      id: 'n',
      to: FIRST.to,
      agent: 'a1',
      queue: 'q',
      replaces: 'l1',
      plannedAt: NOW,
    });
  });

  test.each<[string, Phase, string, string[]]>([
    ['talks', TALKS.connected, 'l1', ['connect ch1+n in l1-b', 'hangup l1 normal']],
    ['has put the caller on hold', TALKS.held, 'l1', ['hangup l1 normal']],
    ['waits for the one whom he asks', TALKS.asks, 'l1', ['ringback n as l2-ringback', 'hangup l1 normal']],
    ['asks somebody', TALKS.consults, 'l1', ['connect n+l2 in l2-b', 'hangup l1 normal']],
    ['is asked', TALKS.consults, 'l2', ['connect l1+n in l2-b', 'hangup l2 normal']],
    ['is in a conference', TALKS.conference, 'l1', ['connect ch1+n+l2 in l2-b', 'hangup l1 normal']],
    [
      'was brought into a conference',
      TALKS.conference,
      'l2',
      ['connect ch1+l1+n in l2-b', 'hangup l2 normal'],
    ],
    ['was left by the caller', TALKS.left, 'l1', ['connect n+l2 in l2-b', 'hangup l1 normal']],
    ['was left with a colleague', TALKS.left, 'l2', ['connect l1+n in l2-b', 'hangup l2 normal']],
  ])('whose agent %s takes its old place in the same bridge', (_who, phase, leg, effects) => {
    const outcome = rejoined(callIn(phase), leg);
    expect(done(outcome)).toEqual([`reseat ${leg} to n`, ...effects]);
    const [call] = outcome;
    expect(call.phase.at).toBe(phase.at);
    expect(legOf(call, leg)).toMatchObject({ endedAt: NOW + 200, outcome: 'answered', cause: 'normal' });
    expect(legOf(call, 'n')).toMatchObject({ answeredAt: NOW + 200 });
  });

  test.each<[string, Phase]>([
    ['connected', TALKS.connected],
    ['conference', TALKS.conference],
    ['consults', TALKS.consults],
    ['left', TALKS.left],
  ])(
    '%s: the bridge stays the same when it happens twice, and the end of old legs is nobody’s end',
    (_at, phase) => {
      const before = callIn(phase);
      const own = 'l1';
      const [once] = rejoined(before, own);
      const [asked] = reduceCall(once, { type: 'Rejoin', leg: 'm', replaces: 'n' }, NOW + 1000);
      const [twice] = reduceCall(asked, { type: 'LegAnswered', leg: 'm' }, NOW + 1200);
      expect(roomOf(twice)?.bridge).toBe(roomOf(before)?.bridge);
      expect(roomOf(twice)?.channels).toContain('m');
      const [after, effects] = reduceCall(
        twice,
        { type: 'LegEnded', leg: 'l1', cause: 'failure' },
        NOW + 1300,
      );
      expect(after).toBe(twice);
      expect(effects).toEqual([]);
    },
  );

  test('goes on with what a conference becomes: its talk stays in the bridge', () => {
    const [call] = rejoined(callIn(TALKS.conference), 'l2');
    const [two] = reduceCall(call, { type: 'LegEnded', leg: 'n', cause: 'normal' }, NOW + 500);
    expect(roomOf(two)).toMatchObject({ bridge: 'l2-b', channels: ['ch1', 'l1'] });
    const [handed] = reduceCall(call, { type: 'Complete' }, NOW + 500);
    expect(roomOf(handed)).toMatchObject({ bridge: 'l2-b', channels: ['ch1', 'n'] });
    const [alone] = reduceCall(call, { type: 'CallerEnded', cause: 'normal' }, NOW + 500);
    expect(roomOf(alone)).toMatchObject({ bridge: 'l2-b', channels: ['l1', 'n'] });
  });

  test('of a consult that becomes a conference keeps its bridge too', () => {
    const [call] = rejoined(callIn(TALKS.consults), 'l2');
    const [all] = reduceCall(call, { type: 'Confer' }, NOW + 500);
    expect(roomOf(all)).toMatchObject({ bridge: 'l2-b', channels: ['ch1', 'l1', 'n'] });
  });

  test('that asks twice is rung once: the first leg is given up', () => {
    const [asked] = reduceCall(
      callIn(TALKS.connected, [FIRST]),
      { type: 'Rejoin', leg: 'n', replaces: 'l1' },
      NOW,
    );
    const [again, effects] = reduceCall(asked, { type: 'Rejoin', leg: 'm', replaces: 'l1' }, NOW + 100);
    expect(effects.map(shown)).toEqual(['hangup n cancelled', `originate m for ${REJOIN_MS}`]);
    const [late] = reduceCall(again, { type: 'LegAnswered', leg: 'n' }, NOW + 150);
    expect(late.phase).toEqual(TALKS.connected);
  });

  test.each(['LegEnded', 'LegRefused'] as const)(
    'that cannot be rung (%s) changes nothing for the talk',
    (type) => {
      const [asked] = reduceCall(
        callIn(TALKS.connected, [FIRST]),
        { type: 'Rejoin', leg: 'n', replaces: 'l1' },
        NOW,
      );
      const how =
        type === 'LegEnded'
          ? ({ type, leg: 'n', cause: 'busy' } as const)
          : ({ type, leg: 'n', unreachable: true } as const);
      const [after, effects] = reduceCall(asked, how, NOW + 100);
      expect(after.phase).toBe(asked.phase);
      expect(effects).toEqual([]);
      expect(callDeadline(after)).toBeUndefined();
    },
  );

  test('that does not answer is not waited for', () => {
    const [asked] = reduceCall(
      callIn(TALKS.connected, [FIRST]),
      { type: 'Rejoin', leg: 'n', replaces: 'l1' },
      NOW,
    );
    expect(callDeadline(asked)).toBe(NOW + REJOIN_MS);
    const outcome = reduceCall(asked, { type: 'TimeUp' }, NOW + REJOIN_MS);
    expect(done(outcome)).toEqual(['hangup n cancelled']);
    expect(outcome[0].phase).toBe(asked.phase);
  });

  test('whose talk ends while it is rung is let go, and the talk is over as it would have been', () => {
    const [asked] = reduceCall(
      callIn(TALKS.connected, [FIRST]),
      { type: 'Rejoin', leg: 'n', replaces: 'l1' },
      NOW,
    );
    const [over, effects] = reduceCall(asked, { type: 'LegEnded', leg: 'l1', cause: 'normal' }, NOW + 100);
    expect(over.phase.at).toBe('flow');
    expect(effects.map(shown)).toContain('hangup n cancelled');
    expect(legOf(over, 'n').endedAt).toBe(NOW + 100);
  });

  test.each<[string, Phase, string[]]>([
    [
      'a call from the queue',
      { at: 'offered', ...PLACE, leg: 'l1', ringUntil: NOW + 7000 },
      ['hangup l1 cancelled', 'originate n for 7000'],
    ],
    [
      'a call to his extension',
      { at: 'dialing', leg: 'l1', until: NOW + 9000, music: 'waltz' },
      ['hangup l1 cancelled', 'originate n for 9000'],
    ],
  ])('while it rang for %s rings again, no longer than it would have', (_what, phase, effects) => {
    const ringing: Leg = { id: 'l1', to: page('a1'), agent: 'a1', queue: 'q', plannedAt: NOW - 1000 };
    const outcome = reduceCall(callIn(phase, [ringing]), { type: 'Rejoin', leg: 'n', replaces: 'l1' }, NOW);
    expect(done(outcome)).toEqual(['reseat l1 to n', ...effects]);
    const [call] = outcome;
    expect(call.phase).toEqual({ ...phase, leg: 'n' });
    const [answered] = reduceCall(call, { type: 'LegAnswered', leg: 'n' }, NOW + 500);
    expect(answered.phase).toMatchObject({ at: 'connected', leg: 'n' });
  });

  test('while a colleague asked him rings again, and the colleague goes on hearing it', () => {
    const { answeredAt: _not, ...ringing } = SECOND;
    const outcome = reduceCall(
      callIn(TALKS.asks, [FIRST, ringing]),
      { type: 'Rejoin', leg: 'n', replaces: 'l2' },
      NOW,
    );
    expect(done(outcome)).toEqual([
      'reseat l2 to n',
      'hangup l2 cancelled',
      'quiet l2-ringback',
      'ringback l1 as n-ringback',
      'originate n for 200000',
    ]);
  });

  test.each([
    ['over', { ...FIRST, endedAt: 70 }],
    ['of another call', { ...FIRST, id: 'x' }],
  ])('with a leg that is %s gets nothing', (_what, leg) => {
    const before = callIn({ at: 'queued', ...PLACE }, [leg]);
    expect(reduceCall(before, { type: 'Rejoin', leg: 'n', replaces: 'l1' }, NOW)).toEqual([before, []]);
  });
});

describe('a page that is gone', () => {
  const gone = (phase: Phase, leg: string): Call =>
    reduceCall(callIn(phase), { type: 'PhoneLeft', leg }, NOW)[0];

  test('is waited for, and forgotten when it is back in time', () => {
    const left = gone(TALKS.connected, 'l1');
    expect(callDeadline(left)).toBe(NOW + PAGE_LOST_MS);
    expect(left.phase).toEqual(TALKS.connected);
    const [back] = reduceCall(left, { type: 'PhoneCame', leg: 'l1' }, NOW + 9000);
    expect(callDeadline(back)).toBeUndefined();
  });

  test('is not waited for anew when it is said once more', () => {
    const left = gone(TALKS.connected, 'l1');
    const [again] = reduceCall(left, { type: 'PhoneLeft', leg: 'l1' }, NOW + 5000);
    expect(callDeadline(again)).toBe(NOW + PAGE_LOST_MS);
  });

  test('and stays away has lost its leg: the caller is in front of his queue, the agent’s phone is gone', () => {
    const left = gone(TALKS.connected, 'l1');
    const [early] = reduceCall(left, { type: 'TimeUp' }, NOW + PAGE_LOST_MS - 1);
    expect(early).toBe(left);
    const outcome = reduceCall(left, { type: 'TimeUp' }, NOW + PAGE_LOST_MS);
    expect(done(outcome)).toEqual(['hangup l1 normal', 'disconnect', 'release l1 gone', 'music']);
    expect(outcome[0].phase).toMatchObject({ at: 'queued', queue: 'q', since: 10 });
  });

  test('of the one who was asked leaves the caller with his agent', () => {
    const outcome = reduceCall(gone(TALKS.conference, 'l2'), { type: 'TimeUp' }, NOW + PAGE_LOST_MS);
    expect(done(outcome)).toEqual(['hangup l2 normal', 'release l2 gone']);
    expect(outcome[0].phase).toMatchObject({ at: 'connected', leg: 'l1', bridgeOf: 'l2' });
  });

  test('that was loaded anew, and whose old leg ends then, keeps the one who is being rung', () => {
    const calling: Phase = { at: 'calling', leg: 'l1', until: NOW + 60_000, place: PLACE };
    const customer: Leg = { id: 'ch1', to: { kind: 'outside', number: '138' }, plannedAt: 90 };
    const call: Call = { ...callIn(calling, [FIRST, customer]), callback: { id: 'c1', ringMs: 60_000 } };
    const [asked] = reduceCall(call, { type: 'Rejoin', leg: 'n', replaces: 'l1' }, NOW);
    const [back] = reduceCall(asked, { type: 'LegAnswered', leg: 'n' }, NOW + 100);
    expect(back.phase).toMatchObject({ at: 'calling', leg: 'n' });
    const [after, effects] = reduceCall(back, { type: 'LegEnded', leg: 'l1', cause: 'normal' }, NOW + 200);
    expect(after.phase).toEqual(back.phase);
    expect(effects).toEqual([]);
  });

  test('ends a call that the agent himself makes, before anybody answered', () => {
    const calling: Phase = { at: 'calling', leg: 'l1', until: NOW + 60_000, place: PLACE };
    const customer: Leg = { id: 'ch1', to: { kind: 'outside', number: '138' }, plannedAt: 90 };
    const call: Call = { ...callIn(calling, [FIRST, customer]), callback: { id: 'c1', ringMs: 60_000 } };
    const [left] = reduceCall(call, { type: 'PhoneLeft', leg: 'l1' }, NOW);
    const [over, effects] = reduceCall(left, { type: 'TimeUp' }, NOW + PAGE_LOST_MS);
    expect(over.phase.at).toBe('ended');
    expect(effects.map(shown)).toContain('hangup ch1 cancelled');
  });

  test('and asks for its sound is there', () => {
    const [asked] = reduceCall(
      gone(TALKS.connected, 'l1'),
      { type: 'Rejoin', leg: 'n', replaces: 'l1' },
      NOW + 3000,
    );
    expect(legOf(asked, 'l1').goneAt).toBeUndefined();
  });

  test('while nobody talks at it is waited for by nobody', () => {
    const before = callIn({ at: 'queued', ...PLACE }, [FIRST]);
    expect(reduceCall(before, { type: 'PhoneLeft', leg: 'l1' }, NOW)).toEqual([before, []]);
  });

  test('because the daemon died: all of them are, desk phones are not', () => {
    const desk: Leg = { ...SECOND, to: { kind: 'phone', extension: '1002' } };
    const taken = pagesLeft(
      callIn(TALKS.conference, [FIRST, desk]),
      (extension) => extension.startsWith('web-'),
      NOW,
    );
    expect(taken.legs.map(({ goneAt }) => goneAt)).toEqual([NOW, undefined]);
  });
});
