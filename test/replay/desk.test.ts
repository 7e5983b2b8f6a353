import { expect, test } from 'vitest';
import { Desk } from '../../src/replay/desk.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

function ready(missed: { at: number; ringMs: number; awayMs: number }[] = []): Desk {
  const desk = new Desk({ id: 'a1', wishes: [], missed }, { from: 0, to: 100 * SECOND });
  desk.wishes({ at: 1 * SECOND, to: 'ready', facts: { id: 'a1', skills: { service: 8 }, attributes: {} } });
  return desk;
}

test.each(['wrap-up', 'missing'] as const)(
  'to wish to be ready does not end %s, to wish a break does',
  (doing) => {
    const desk = ready();
    desk.does(doing, 5 * SECOND);
    desk.wishes({ at: 6 * SECOND, to: 'ready' });
    expect(desk.isDoing(doing)).toBe(true);
    desk.wishes({ at: 7 * SECOND, to: 'away' });
    expect(desk.candidate).toMatchObject({ present: true, working: false });
  },
);

test('what is wished with a call in hand follows it; who was let go is as idle as before', () => {
  const desk = ready();
  desk.does('ringing', 5 * SECOND);
  expect(desk.candidate).toMatchObject({ present: true, working: true });
  expect(desk.candidate).not.toHaveProperty('readySince');
  desk.settle(8 * SECOND, undefined);
  expect(desk.candidate.readySince).toBe(1 * SECOND);
  desk.does('talking', 9 * SECOND);
  desk.wishes({ at: 10 * SECOND, to: 'out' });
  expect(desk.candidate.present).toBe(true);
  desk.settle(12 * SECOND, 12 * SECOND);
  expect(desk.candidate).toMatchObject({ present: false, working: false });
});

test('he misses the first call that he is offered about when he missed one, and no other', () => {
  const missed = [30 * MINUTE, 60 * MINUTE].map((at) => ({ at, ringMs: 15 * SECOND, awayMs: MINUTE }));
  const desk = ready(missed);
  const at = (ms: number) => desk.misses(ms)?.at;
  expect(at(29 * MINUTE)).toBeUndefined();
  expect(at(29.5 * MINUTE)).toBe(30 * MINUTE);
  expect(at(31 * MINUTE)).toBeUndefined();
  expect(at(76 * MINUTE)).toBeUndefined();
});

test('his time counts as far as it belongs to the day', () => {
  const desk = ready();
  desk.does('ringing', 21 * SECOND);
  desk.does('talking', 25 * SECOND);
  desk.does('wrap-up', 61 * SECOND);
  desk.settle(71 * SECOND, 71 * SECOND);
  desk.close(500 * SECOND);
  expect([desk.idleMs, desk.busyMs]).toEqual([49 * SECOND, 50 * SECOND]);
});
