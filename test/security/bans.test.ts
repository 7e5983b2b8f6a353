import { describe, expect, test } from 'vitest';
import { type Ban, Bans, MOST_BANS, OFFENCE_LIMITS, REMEMBERED_MS } from '../../src/security/bans.ts';

const START = 1_700_000_000_000;
const ATTACKER = '192.0.2.66';
type Incident = Parameters<Bans['count']>[0];
const WRONG = { offence: 'wrong-login', address: ATTACKER } as const;
const {
  times: LIMIT,
  windowMs: WINDOW,
  firstBanMs: FIRST,
  longestBanMs: LONGEST,
} = OFFENCE_LIMITS['wrong-login'];

/** Offends so often at one instant; gives the last verdict. */
function offend(bans: Bans, times: number, now: number, incident: Incident = WRONG) {
  let ban: Ban | undefined;
  for (let time = 0; time < times; time += 1) {
    const network = bans.count(incident, now);
    ban = network === undefined ? undefined : bans.shutOut(network, incident.offence, now);
  }
  return ban;
}

describe('an address', () => {
  test('is shut out at the limit and not before', () => {
    const bans = new Bans();
    expect(offend(bans, LIMIT - 1, START)).toBeUndefined();
    expect(bans.present(START)).toEqual([]);
    const ban = offend(bans, 1, START);
    expect(ban).toEqual({
      network: ATTACKER,
      why: 'wrong-login',
      since: START,
      until: START + FIRST,
      times: 1,
    });
    expect(bans.present(START)).toEqual([ban]);
  });

  test('is not shut out for what lies outside the window', () => {
    const bans = new Bans();
    offend(bans, LIMIT - 1, START);
    expect(offend(bans, 1, START + WINDOW)).toBeUndefined();
    expect(offend(bans, LIMIT - 2, START + WINDOW)).toBeUndefined();
    expect(offend(bans, 1, START + WINDOW)).toBeDefined();
  });

  test('is told once and in again when its time is over', () => {
    const bans = new Bans();
    offend(bans, LIMIT, START);
    expect(offend(bans, LIMIT * 3, START + 1)).toBeUndefined();
    expect(bans.present(START + FIRST - 1)).toHaveLength(1);
    expect(bans.nextEnd(START + 1)).toBe(START + FIRST);
    expect(bans.present(START + FIRST)).toEqual([]);
    expect(bans.nextEnd(START + FIRST)).toBeUndefined();
  });

  test('that comes back is shut out twice as long each time, up to a day', () => {
    const bans = new Bans();
    const lengths: number[] = [];
    for (let now = START; lengths.length < 12; ) {
      const { since, until } = offend(bans, LIMIT, now)!;
      lengths.push(until - since);
      now = until + 1;
    }
    expect(lengths.slice(0, 3)).toEqual([FIRST, 2 * FIRST, 4 * FIRST]);
    expect(lengths.slice(-2)).toEqual([LONGEST, LONGEST]);
  });

  test('that may be forged is never shut out for long', () => {
    for (const offence of ['unproven-login', 'guest-call'] as const) {
      const bans = new Bans();
      for (let now = START, round = 0; round < 12; round += 1) {
        const { since, until } = bans.shutOut(ATTACKER, offence, now);
        expect(until - since).toBeLessThanOrEqual(10 * 60_000);
        now = until + 1;
      }
    }
  });

  test('that behaved for a week begins anew', () => {
    const bans = new Bans();
    const { until } = offend(bans, LIMIT, START)!;
    expect(offend(bans, LIMIT, until + REMEMBERED_MS - 1)).toMatchObject({ times: 2 });
    const again = new Bans([{ network: ATTACKER, why: 'wrong-login', since: START, until, times: 5 }]);
    expect(again.remembered(until + REMEMBERED_MS)).toEqual([]);
    expect(offend(again, LIMIT, until + REMEMBERED_MS)).toMatchObject({ times: 1 });
  });

  test('of IPv6 is its whole network, however often it changes within', () => {
    const bans = new Bans();
    for (let host = 1; host < LIMIT; host += 1)
      bans.count({ offence: 'wrong-login', address: `2001:db8::${host.toString(16)}` }, START);
    expect(bans.count({ offence: 'wrong-login', address: '2001:db8::ffff' }, START)).toBe('2001:db8::/64');
  });

  test('pays only for itself and for one kind of offence at a time', () => {
    const bans = new Bans();
    offend(bans, LIMIT - 1, START);
    expect(offend(bans, LIMIT - 1, START, { offence: 'wrong-login', address: '192.0.2.67' })).toBeUndefined();
    expect(offend(bans, LIMIT - 1, START, { offence: 'guest-call', address: ATTACKER })).toBeUndefined();
  });

  test('that is let in counts from nothing', () => {
    const bans = new Bans();
    const ban = offend(bans, LIMIT, START);
    expect(bans.lift(ATTACKER, START + 1)).toEqual(ban);
    expect(bans.lift(ATTACKER, START + 1)).toBeUndefined();
    expect(offend(bans, LIMIT - 1, START + 2)).toBeUndefined();
    expect(offend(bans, 1, START + 2)).toMatchObject({ times: 1 });
  });

  test.each(['', 'nonsense', '1.2.3.4/0', '<script>'])('that is none (%j) is not counted', (address) => {
    expect(offend(new Bans(), LIMIT * 2, START, { offence: 'wrong-login', address })).toBeUndefined();
  });
});

test('more bans than can be kept end those that would end first', () => {
  const bans = new Bans();
  for (let index = 0; index <= MOST_BANS; index += 1) {
    const address = `10.0.${index >> 8}.${index & 255}`;
    offend(bans, LIMIT, START + index, { offence: 'wrong-login', address });
  }
  const left = bans.present(START + MOST_BANS).map((ban) => ban.network);
  expect(left).toHaveLength(MOST_BANS);
  expect(left).not.toContain('10.0.0.0');
});
