import { describe, expect, test } from 'vitest';
import { agentsFor, erlangA, erlangAWithin, erlangB, erlangC, erlangCWithin } from '../../src/base/erlang.ts';

describe('Erlang C gives the numbers of the tables', () => {
  test.each([
    // Calls per hour, handle time s, agents: delayed, mean wait s, answered within 20 s.
    [60, 180, 4, '.509434', '91.698', '.544138'],
    [100, 180, 6, '.587516', '105.753', '.474267'],
    [100, 180, 8, '.167267', '10.036', '.880148'],
    [360, 240, 28, '.333139', '19.988', '.761296'],
    [360, 240, 29, '.24227', '11.629', '.84028'],
    [1000, 300, 87, '.593382', '48.549', '.535299'],
    [1000, 300, 91, '.30945', '12.109', '.81438'],
    [6000, 240, 410, '.510215', '12.245', '.778262'],
    [6000, 240, 420, '.230285', '2.763', '.956505'],
  ])('%d calls an hour of %d s, %d agents', (callsPerHour, handleS, agents, delayed, waitS, within) => {
    const pool = { callsPerHour, handleMs: handleS * 1000, agents };
    const forecast = erlangC(pool);
    expectDigits(forecast.delayed, delayed);
    expectDigits(forecast.waitMs / 1000, waitS);
    expectDigits(erlangCWithin(pool, 20_000), within);
    expect(forecast.abandoned).toBe(0);
  });

  test.each([
    [100, 180, 8],
    [360, 240, 29],
    [1000, 300, 91],
    [6000, 240, 411],
  ])('80 %% within 20 s of %d calls an hour of %d s take %d agents', (callsPerHour, handleS, agents) => {
    expect(agentsFor({ callsPerHour, handleMs: handleS * 1000 }, 0.8, 20_000)).toBe(agents);
  });

  test('a pool that cannot keep up never answers', () => {
    const pool = { callsPerHour: 60, handleMs: 180_000, agents: 3 };
    expect(erlangC(pool)).toEqual({
      delayed: 1,
      waitMs: Number.POSITIVE_INFINITY,
      abandoned: 0,
      occupancy: 1,
    });
    expect(erlangCWithin(pool, 3_600_000)).toBe(0);
  });

  test('without calls nobody waits', () => {
    expect(erlangC({ callsPerHour: 0, handleMs: 180_000, agents: 3 }).delayed).toBe(0);
    expect(agentsFor({ callsPerHour: 0, handleMs: 180_000 }, 0.8, 20_000)).toBe(1);
  });
});

describe('Erlang A gives the numbers of the tables', () => {
  test.each([
    // Calls per hour, handle time s, agents, patience s: delayed, mean wait s, abandoned, answered within 20 s of all and of the answered,
    // occupancy.
    [100, 180, 5, 120, '.517074', '23.0844', '.192370', '.579988', '.718136', '.807630'],
    [360, 240, 24, 180, '.493491', '15.6471', '.086928', '.665468', '.728824', '.913072'],
    [360, 240, 22, 180, '.644343', '24.2029', '.134461', '.515884', '.596026', '.944225'],
    [1000, 300, 83, 120, '.417163', '6.6679', '.055566', '.826524', '.875153', '.948227'],
    [6000, 240, 400, 180, '.471245', '3.8473', '.021374', '.953682', '.974511', '.978626'],
    [6000, 240, 380, 180, '.802761', '9.9452', '.055251', '.804976', '.852053', '.994472'],
  ])('%d calls an hour of %d s, %d agents, patience %d s', (perHour, handleS, agents, patienceS, ...rest) => {
    const pool = {
      callsPerHour: perHour,
      handleMs: handleS * 1000,
      agents,
      patienceMs: patienceS * 1000,
    };
    const [delayed, waitS, abandoned, ofAll, ofAnswered, occupancy] = rest;
    const forecast = erlangA(pool);
    const within = erlangAWithin(pool, 20_000);
    expectDigits(forecast.delayed, delayed);
    expectDigits(forecast.waitMs / 1000, waitS);
    expectDigits(forecast.abandoned, abandoned);
    expectDigits(within, ofAll);
    expectDigits(within / (1 - forecast.abandoned), ofAnswered);
    expectDigits(forecast.occupancy, occupancy);
  });

  test('callers with endless patience make it Erlang C', () => {
    const pool = { callsPerHour: 360, handleMs: 240_000, agents: 29 };
    const patient = { ...pool, patienceMs: 1e13 };
    expect(erlangA(patient).waitMs).toBeCloseTo(erlangC(pool).waitMs, 2);
    expect(erlangAWithin(patient, 20_000)).toBeCloseTo(erlangCWithin(pool, 20_000), 6);
  });

  test('a pool that is far too small answers what it can', () => {
    const pool = { callsPerHour: 6000, handleMs: 240_000, agents: 40, patienceMs: 60_000 };
    const forecast = erlangA(pool);
    expect(forecast.abandoned).toBeCloseTo(0.9, 6);
    expect(forecast.occupancy).toBeCloseTo(1, 6);
  });

  test('without calls nobody waits', () => {
    const pool = { callsPerHour: 0, handleMs: 240_000, agents: 2, patienceMs: 60_000 };
    expect(erlangA(pool)).toEqual({ delayed: 0, waitMs: 0, abandoned: 0, occupancy: 0 });
    expect(erlangAWithin(pool, 0)).toBe(1);
  });
});

test('Erlang B: ten erlangs on ten lines lose 21.5 percent', () => {
  expect(erlangB(10, 10)).toBeCloseTo(0.2146, 4);
});

/** Equal to as many digits as the table gives. */
function expectDigits(value: number, text: string): void {
  const digits = text.length - 1 - text.indexOf('.');
  expect(value.toFixed(digits).replace(/^0/, '')).toBe(text);
}
