import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Call } from '../../src/call/call.ts';
import { CLOSED, type ClassOfService, type DialLimits } from '../../src/call/class-of-service.ts';
import { refusalText } from '../../src/call/dial-refusal.ts';
import { outsideLegs } from '../../src/call/dial-source.ts';
import { readPattern } from '../../src/call/dialled-number.ts';
import { OutsideDialling } from '../../src/call/outside-dialling.ts';
import { ANYWHERE } from '../../src/lab/anywhere.ts';

const ZONE = 'Asia/Shanghai';
/** Ten in the morning in Shanghai. */
const NOW = Date.UTC(2026, 10, 22, 2);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Whole minutes, ended in time not to be charged for another. */
const minutes = (count: number) => count * MINUTE - 2000;

const NO_LIMITS = { all: {}, phone: {}, flow: {}, campaign: {}, caller: {} };

/** Everybody may dial +…, at `rate` a minute. */
function rulesWith(
  limits: Partial<ClassOfService['limits']>,
  group: Partial<ClassOfService['groups'][number]> = {},
): ClassOfService {
  return {
    ...ANYWHERE,
    emergency: ['110'],
    groups: [{ name: 'anywhere', patterns: [readPattern('+...')!], rate: 100, ...group }],
    limits: { ...NO_LIMITS, ...limits },
  };
}

const gateWith = (limits: DialLimits, group = {}, whose: keyof ClassOfService['limits'] = 'all') =>
  new OutsideDialling(rulesWith({ [whose]: limits }, group), () => ZONE);

let count = 0;

/** A caller's call in a flow that dials. */
function aCall(ani = '13800138000', more: Partial<Call> = {}): Call {
  count += 1;
  return {
    id: `c${count}`,
    channel: `ch${count}`,
    source: { kind: 'outside' },
    ani,
    aniName: '',
    dnis: '95533',
    startedAt: NOW,
    facts: { language: 'en', persona: '', variables: {} },
    entered: { flow: 'hotline', version: 'v' },
    cursor: { flow: 'hotline', version: 'v', step: 's', run: 1, entry: 1, since: NOW },
    stack: [],
    phase: { at: 'flow' },
    legs: [],
    waitedMs: 0,
    talkedMs: 0,
    ...more,
  };
}

/** `call` with a leg that was planned, answered and ended so. */
const dialled = (
  call: Call,
  plannedAt: number,
  answeredAt?: number,
  endedAt?: number,
  number = '+4420',
): Call => ({
  ...call,
  legs: [
    {
      id: `leg-${call.id}`,
      to: { kind: 'outside', number: `${number}7946` },
      plannedAt,
      ...(answeredAt === undefined ? {} : { answeredAt }),
      ...(endedAt === undefined ? {} : { endedAt }),
    },
  ],
});

/** Lets a whole call through, if it may; returns why not. */
function talk(gate: OutsideDialling, call: Call, at: number, ms: number): string | undefined {
  const permission = gate.permit(call, '+44207946', 'flow', at);
  if (!permission.allowed) return permission.refusal.reason;
  gate.noted(dialled(call, at), at);
  gate.noted(dialled(call, at, at), at);
  gate.noted(dialled(call, at, at, at + ms), at + ms);
  // Later changes of a call say again how its legs ended.
  gate.noted(dialled(call, at, at, at + ms), at + ms);
  return undefined;
}

const refusalOf = (gate: OutsideDialling, call: Call, at: number, number = '+44207946') => {
  const permission = gate.permit(call, number, 'flow', at);
  return permission.allowed ? undefined : permission.refusal;
};

test('so many at once, and another when one has ended', () => {
  const gate = gateWith({ atOnce: 2 });
  const [first, second] = [aCall(), aCall()];
  gate.noted(dialled(first, NOW), NOW);
  gate.noted(dialled(second, NOW), NOW);
  expect(refusalOf(gate, aCall(), NOW)).toMatchObject({ reason: 'too-many', limit: 'atOnce', most: 2 });
  gate.noted(dialled(first, NOW, undefined, NOW + 1), NOW + 1);
  expect(refusalOf(gate, aCall(), NOW + 1)).toBeUndefined();
});

test.each([
  ['perMinute', { perMinute: 3 }, MINUTE],
  ['perHour', { perHour: 3 }, HOUR],
] as const)('%s holds for as long as its name says', (limit, limits, ms) => {
  const gate = gateWith(limits);
  for (let at = 0; at < 3; at += 1) expect(talk(gate, aCall(), NOW + at * 1000, 10)).toBeUndefined();
  expect(refusalOf(gate, aCall(), NOW + ms - 1)).toMatchObject({ reason: 'too-many', limit, most: 3 });
  expect(refusalOf(gate, aCall(), NOW + ms)).toBeUndefined();
});

test.each(['phone', 'caller', 'flow', 'campaign'] as const)(
  'a limit of each %s leaves the others alone',
  (kind) => {
    const gate = gateWith({ perHour: 1 }, {}, kind);
    const one = {
      phone: () => aCall('1001', { source: { kind: 'phone', extension: '1001' } }),
      caller: () => aCall('13811111111'),
      flow: () => aCall(),
      campaign: () => aCall('138', { facts: { ...aCall().facts, campaignId: 'spring' } }),
    }[kind];
    const other = {
      phone: () => aCall('1002', { source: { kind: 'phone', extension: '1002' } }),
      caller: () => aCall('13822222222'),
      flow: () => aCall('138', { entered: { flow: 'other', version: 'v' } }),
      campaign: () => aCall('138', { facts: { ...aCall().facts, campaignId: 'autumn' } }),
    }[kind];
    expect(talk(gate, one(), NOW, 10)).toBeUndefined();
    expect(talk(gate, one(), NOW + 1, 10)).toBe('too-many');
    expect(talk(gate, other(), NOW + 2, 10)).toBeUndefined();
  },
);

test('only a phone calls for help: neither a caller nor a campaign can flood those who help', () => {
  const gate = gateWith({});
  const phone = aCall('1001', {
    source: { kind: 'phone', extension: '1001' },
    facts: { ...aCall().facts, campaignId: 'spring' },
  });
  expect(gate.permit(phone, '110', 'flow', NOW)).toEqual({ allowed: true });
  for (const permission of [
    gate.permit(phone, '110', 'campaign', NOW),
    gate.permit(aCall(), '110', 'flow', NOW),
  ])
    expect(permission).toMatchObject({ refusal: { reason: 'not-permitted', group: 'emergency' } });
});

test('a caller is one caller however his number is spelled, and guests are one whatever they show', () => {
  const gate = gateWith({ perHour: 4 }, {}, 'caller');
  for (const ani of ['13800138000', '+8613800138000', '008613800138000', '8613800138000'])
    expect(talk(gate, aCall(ani), NOW, 10)).toBeUndefined();
  expect(talk(gate, aCall('013800138000'), NOW, 10)).toBe('too-many');
  expect(talk(gate, aCall('13800138001'), NOW, 10)).toBeUndefined();
  const guest = (ani: string) => aCall(ani, { source: { kind: 'outside', guest: true } });
  for (const ani of ['139', '', '+4420', '5']) expect(talk(gate, guest(ani), NOW, 10)).toBeUndefined();
  expect(refusalOf(gate, guest('138'), NOW)).toMatchObject({ of: { kind: 'caller', name: '' } });
});

test('callers who hide their number count as one', () => {
  const gate = gateWith({ perHour: 1 }, {}, 'caller');
  expect(talk(gate, aCall(''), NOW, 10)).toBeUndefined();
  expect(refusalOf(gate, aCall(''), NOW)).toMatchObject({ of: { kind: 'caller', name: '' } });
});

test('a minute that has begun is paid, a call that nobody answered is not', () => {
  const gate = gateWith({ spendPerDay: 400 });
  gate.noted(dialled(aCall(), NOW), NOW);
  const unanswered = aCall();
  gate.noted(dialled(unanswered, NOW), NOW);
  gate.noted(dialled(unanswered, NOW, undefined, NOW + 20_000), NOW + 20_000);
  expect(talk(gate, aCall(), NOW, MINUTE + 1)).toBeUndefined();
  // 100 for the one that rings, 200 for the one that talked: 100 are left.
  expect(gate.permit(aCall(), '+44207946', 'flow', NOW)).toEqual({ allowed: true, maxTalkMs: minutes(1) });
  expect(talk(gate, aCall(), NOW, 1)).toBeUndefined();
  expect(refusalOf(gate, aCall(), NOW)).toMatchObject({ reason: 'spent', limit: 'spendPerDay', most: 400 });
});

test('what a live call has cost until now counts', () => {
  const gate = gateWith({ minutesPerDay: 10 });
  const live = aCall();
  gate.noted(dialled(live, NOW), NOW);
  gate.noted(dialled(live, NOW, NOW), NOW);
  expect(gate.permit(aCall(), '+44207946', 'flow', NOW + 4 * MINUTE)).toEqual({
    allowed: true,
    maxTalkMs: minutes(6),
  });
  expect(refusalOf(gate, aCall(), NOW + 9 * MINUTE + 1)).toMatchObject({ reason: 'spent' });
});

test('the longest call of the group is the longest there is', () => {
  const gate = gateWith({ minutesPerDay: 600 }, { longestMs: 5 * MINUTE });
  expect(gate.permit(aCall(), '+44207946', 'flow', NOW)).toEqual({ allowed: true, maxTalkMs: minutes(5) });
  expect(gateWith({}).permit(aCall(), '+44207946', 'flow', NOW)).toEqual({ allowed: true });
});

test('the day begins at midnight of the centre, and what was spent the day before is forgotten', () => {
  const gate = gateWith({ minutesPerDay: 5 });
  const midnight = Date.UTC(2026, 10, 22, 16);
  expect(talk(gate, aCall(), midnight - HOUR, 5 * MINUTE)).toBeUndefined();
  expect(refusalOf(gate, aCall(), midnight - 1)).toMatchObject({ reason: 'spent' });
  expect(refusalOf(gate, aCall(), midnight)).toBeUndefined();
});

test('the minutes of a call before midnight are forgotten though it began within the hour', () => {
  const gate = gateWith({ minutesPerDay: 5, perHour: 2 });
  const midnight = Date.UTC(2026, 10, 22, 16);
  expect(talk(gate, aCall(), midnight - 10 * MINUTE, 5 * MINUTE)).toBeUndefined();
  expect(refusalOf(gate, aCall(), midnight - 1)).toMatchObject({ reason: 'spent' });
  expect(talk(gate, aCall(), midnight + 1, 1)).toBeUndefined();
  expect(refusalOf(gate, aCall(), midnight + 2)).toMatchObject({ limit: 'perHour' });
});

test('limits of a minute and of an hour hold side by side', () => {
  const gate = gateWith({ perMinute: 1, perHour: 2 });
  expect(talk(gate, aCall(), NOW, 10)).toBeUndefined();
  expect(refusalOf(gate, aCall(), NOW + 1000)).toMatchObject({ limit: 'perMinute' });
  expect(talk(gate, aCall(), NOW + 2 * MINUTE, 10)).toBeUndefined();
  expect(refusalOf(gate, aCall(), NOW + 4 * MINUTE)).toMatchObject({ limit: 'perHour' });
});

/** Talks that were permitted, each for as long as it was granted. */
function talkToTheEnd(
  gate: OutsideDialling,
  kinds: { readonly at: number; readonly late: number }[],
): number {
  const up = kinds.flatMap(({ at, late }) => {
    const permission = gate.permit(aCall(), '+44207946', 'flow', at);
    if (!permission.allowed) return [];
    const { maxTalkMs } = permission;
    const dialing = { at: 'dialing', until: at, music: '', ...(maxTalkMs && { maxTalkMs }) } as const;
    const call = dialled(aCall(), at);
    gate.noted({ ...call, phase: { ...dialing, leg: call.legs[0]!.id } }, at);
    return [{ call, at, end: at + (maxTalkMs ?? 0) + late }];
  });
  for (const { call, at } of up) gate.noted(dialled(call, at, at), at);
  for (const { call, at, end } of up.toSorted((a, b) => a.end - b.end))
    gate.noted(dialled(call, at, at, end), end);
  return up.reduce((sum, { at, end }) => sum + Math.ceil((end - at) / MINUTE), 0);
}

test('however many talk side by side, each as long as it may, the limits of the day are not passed', () => {
  const oneCall = fc.record({
    at: fc.integer({ min: 0, max: 600_000 }),
    late: fc.integer({ min: 0, max: 1500 }),
  });
  const property = fc.property(
    fc.array(oneCall, { minLength: 1, maxLength: 40 }),
    fc.integer({ min: 1, max: 200 }),
    fc.option(fc.integer({ min: 1, max: 3 * HOUR }), { nil: undefined }),
    (calls, most, longestMs) => {
      const inOrder = calls.toSorted((a, b) => a.at - b.at).map(({ at, late }) => ({ at: NOW + at, late }));
      const group = longestMs === undefined ? {} : { longestMs: Math.ceil(longestMs / MINUTE) * MINUTE };
      expect(talkToTheEnd(gateWith({ spendPerDay: most * 100 }, group), inOrder)).toBeLessThanOrEqual(most);
      expect(talkToTheEnd(gateWith({ minutesPerDay: most }, group), inOrder)).toBeLessThanOrEqual(most);
    },
  );
  fc.assert(property, { numRuns: 300 });
});

test('a call that ends gives back what it was granted and did not use', () => {
  const gate = gateWith({ minutesPerDay: 100 }, { longestMs: 60 * MINUTE });
  const granted = () => {
    const permission = gate.permit(aCall(), '+44207946', 'flow', NOW);
    return permission.allowed ? permission.maxTalkMs : 0;
  };
  const call = dialled(aCall(), NOW, NOW);
  const leg = call.legs[0]!.id;
  gate.noted({ ...call, phase: { at: 'connected', leg, since: NOW, until: NOW + minutes(60) } }, NOW);
  expect(granted()).toBe(minutes(40));
  gate.noted(dialled(call, NOW, NOW, NOW + 5 * MINUTE), NOW);
  expect(granted()).toBe(minutes(60));
});

test('one number is called so often in an hour, however it is spelled', () => {
  const gate = gateWith({}, { sameNumberPerHour: 2 });
  for (const number of ['+4420', '0044 20'])
    gate.noted(dialled(aCall(), NOW, undefined, undefined, number), NOW);
  expect(refusalOf(gate, aCall(), NOW, '0044-20-7946')).toMatchObject({
    reason: 'too-many',
    of: { kind: 'number', name: '+44207946' },
  });
  expect(refusalOf(gate, aCall(), NOW, '+44207947')).toBeUndefined();
});

test('an emergency of a phone passes every limit and counts for none', () => {
  const gate = gateWith({ atOnce: 0, perHour: 0, minutesPerDay: 0, spendPerDay: 0 });
  const phone = aCall('1001', { source: { kind: 'phone', extension: '1001' } });
  expect(gate.permit(phone, '110', 'flow', NOW)).toEqual({ allowed: true });
  expect(refusalOf(gate, aCall(), NOW)).toBeDefined();
  const open = gateWith({ atOnce: 1 });
  const emergency = {
    ...aCall(),
    legs: [{ id: 'e', to: { kind: 'outside', number: '110' } as const, plannedAt: NOW }],
  };
  open.noted(emergency, NOW);
  expect(refusalOf(open, aCall(), NOW)).toBeUndefined();
});

test('a restart forgets nothing: neither what was used nor what is up', () => {
  const limits = { atOnce: 2, perHour: 4, minutesPerDay: 20 };
  const before = gateWith(limits);
  const live = dialled(aCall(), NOW, NOW);
  const ended = dialled(aCall(), NOW, NOW, NOW + 5 * MINUTE);
  const yesterday = dialled(aCall(), NOW - 20 * HOUR, NOW - 20 * HOUR, NOW - 19 * HOUR);
  for (const call of [live, ended]) {
    before.noted({ ...call, legs: call.legs.map((leg) => ({ ...leg, endedAt: undefined }) as never) }, NOW);
    before.noted(call, NOW + 5 * MINUTE);
  }
  const after = gateWith(limits);
  after.remember([yesterday, ended, live].flatMap(outsideLegs), NOW + 5 * MINUTE);
  const asked = (gate: OutsideDialling, at: number) => gate.permit(aCall(), '+44207946', 'flow', at);
  for (const at of [NOW + 5 * MINUTE, NOW + 8 * MINUTE, NOW + 16 * MINUTE, NOW + 2 * HOUR])
    expect(asked(after, at)).toEqual(asked(before, at));
  expect(asked(after, NOW + 6 * MINUTE)).toEqual({ allowed: true, maxTalkMs: minutes(9) });
  expect(asked(new OutsideDialling(after.rules, () => ZONE), NOW + 6 * MINUTE)).toEqual({
    allowed: true,
    maxTalkMs: minutes(20),
  });
});

test('what was used is remembered though the rules could not be read at the start', () => {
  const limits = { spendPerDay: 1000, atOnce: 2 };
  const gate = new OutsideDialling(CLOSED, () => ZONE);
  const ended = dialled(aCall(), NOW - HOUR, NOW - HOUR, NOW - HOUR + 9 * MINUTE);
  const [first, second] = [dialled(aCall(), NOW - HOUR, NOW - HOUR), dialled(aCall(), NOW, NOW)];
  gate.remember([ended, first, second].flatMap(outsideLegs), NOW);
  gate.noted(dialled(first, NOW - HOUR, undefined, NOW), NOW);
  gate.change(rulesWith({ all: limits }, { sameNumberPerHour: 2 }));
  expect(refusalOf(gate, aCall(), NOW)).toMatchObject({ limit: 'spendPerDay' });
  gate.change(rulesWith({ all: { ...limits, spendPerDay: 1100 } }));
  expect(gate.permit(aCall(), '+44207946', 'flow', NOW)).toEqual({ allowed: true, maxTalkMs: minutes(1) });
});

test.each([
  ['another zone where it is the day before', 'America/New_York', NOW],
  ['another zone where it is the day after', 'Pacific/Kiritimati', NOW],
  ['a clock that is set back over midnight', ZONE, Date.UTC(2026, 10, 21, 15)],
])('%s gives no fresh money', (_what, zone, at) => {
  let here = ZONE;
  const gate = new OutsideDialling(rulesWith({ all: { minutesPerDay: 5 } }), () => here);
  expect(talk(gate, aCall(), NOW, 4 * MINUTE)).toBeUndefined();
  here = zone;
  expect(talk(gate, aCall(), at, 1)).toBeUndefined();
  expect(refusalOf(gate, aCall(), at)).toMatchObject({ reason: 'spent' });
  expect(refusalOf(gate, aCall(), Date.UTC(2026, 10, 22, 16))).toBeUndefined();
});

test('a clock that was wrong by days is no reason to wait for them', () => {
  const gate = gateWith({ minutesPerDay: 1 });
  expect(talk(gate, aCall(), NOW + 1000 * HOUR, 1)).toBeUndefined();
  expect(refusalOf(gate, aCall(), NOW)).toBeUndefined();
});

test('new rules hold at once, for what was used before too', () => {
  const gate = gateWith({ perHour: 10 });
  expect(talk(gate, aCall(), NOW, 10)).toBeUndefined();
  gate.change(rulesWith({ all: { perHour: 1 } }));
  expect(refusalOf(gate, aCall(), NOW)).toMatchObject({ reason: 'too-many' });
});

test.each([
  [{ reason: 'not-permitted', group: '' }, 'the number is in no group'],
  [
    {
      reason: 'not-permitted',
      group: 'premium',
      by: { kind: 'caller', name: '13800138000' },
      class: 'domestic',
    },
    'caller 138****8000 has class domestic, which does not have premium',
  ],
  [
    {
      reason: 'too-many',
      group: 'g',
      limit: 'perHour',
      most: 4,
      of: { kind: 'number', name: '+442079460000' },
    },
    'number +44****0000: the limit of 4 calls an hour is reached',
  ],
  [
    { reason: 'spent', group: 'g', limit: 'minutesPerDay', most: 60, of: { kind: 'all', name: '' } },
    'all together: the limit of 60 minutes a day is reached',
  ],
] as const)('a refusal is told without full numbers: %j', (refusal, text) => {
  expect(refusalText(refusal)).toBe(text);
});
