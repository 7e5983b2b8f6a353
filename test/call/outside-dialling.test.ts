import { expect, test } from 'vitest';
import type { Call } from '../../src/call/call.ts';
import type { ClassOfService, DialLimits } from '../../src/call/class-of-service.ts';
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
  expect(gate.permit(aCall(), '+44207946', 'flow', NOW)).toEqual({ allowed: true, maxTalkMs: MINUTE });
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
    maxTalkMs: 6 * MINUTE,
  });
  expect(refusalOf(gate, aCall(), NOW + 9 * MINUTE + 1)).toMatchObject({ reason: 'spent' });
});

test('the longest call of the group is the longest there is', () => {
  const gate = gateWith({ minutesPerDay: 600 }, { longestMs: 5 * MINUTE });
  expect(gate.permit(aCall(), '+44207946', 'flow', NOW)).toEqual({ allowed: true, maxTalkMs: 5 * MINUTE });
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

test('an emergency passes every limit and counts for none', () => {
  const gate = gateWith({ atOnce: 0, perHour: 0, minutesPerDay: 0, spendPerDay: 0 });
  expect(gate.permit(aCall(), '110', 'flow', NOW)).toEqual({ allowed: true });
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
  expect(asked(after, NOW + 6 * MINUTE)).toEqual({ allowed: true, maxTalkMs: 9 * MINUTE });
  expect(asked(new OutsideDialling(after.rules, () => ZONE), NOW + 6 * MINUTE)).toEqual({
    allowed: true,
    maxTalkMs: 20 * MINUTE,
  });
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
