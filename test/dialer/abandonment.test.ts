import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AbandonmentWindows } from '../../src/dialer/abandonment.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Noon in Shanghai. */
const NOON = Date.UTC(2026, 2, 2, 4);
const ZONE = 'Asia/Shanghai';

test('each window counts what is in it', () => {
  const windows = new AbandonmentWindows(ZONE);
  windows.note(true, NOON - 29 * DAY);
  windows.note(true, NOON - 30 * DAY + 29 * DAY);
  windows.note(false, NOON - 61 * MINUTE);
  windows.note(true, NOON - 59 * MINUTE);
  windows.note(false, NOON - 31 * MINUTE);
  windows.note(true, NOON - MINUTE);
  expect(windows.counts(NOON)).toMatchObject({
    last30Min: { answered: 1, abandoned: 1 },
    last60Min: { answered: 3, abandoned: 2 },
    day: { answered: 4, abandoned: 2 },
    thirtyDays: { answered: 6, abandoned: 4 },
    life: { answered: 6, abandoned: 4 },
  });
});

test('the thirty days are today and the 29 before', () => {
  const windows = new AbandonmentWindows(ZONE);
  windows.note(true, NOON - 30 * DAY);
  windows.note(false, NOON - 29 * DAY);
  expect(windows.counts(NOON).thirtyDays).toMatchObject({ answered: 1, abandoned: 0 });
  expect(windows.counts(NOON).life).toMatchObject({ answered: 2, abandoned: 1 });
});

test('a day begins at midnight where the campaign is, also before anybody answers', () => {
  const midnight = Date.UTC(2026, 2, 2, 16);
  const windows = new AbandonmentWindows(ZONE);
  windows.note(true, midnight - 1);
  expect(windows.counts(midnight - 1).day).toMatchObject({ answered: 1, abandoned: 1 });
  expect(windows.counts(midnight).day).toMatchObject({ answered: 0, abandoned: 0 });
  windows.note(false, midnight);
  expect(windows.counts(midnight).day).toMatchObject({ answered: 1, abandoned: 0 });
});

test('a window that began exactly its length ago does not count that moment', () => {
  const windows = new AbandonmentWindows(ZONE);
  windows.note(true, NOON - HOUR);
  windows.note(false, NOON);
  expect(windows.counts(NOON).last60Min).toMatchObject({ answered: 1, abandoned: 0 });
});

test('counts that were handed out do not change any more', () => {
  const windows = new AbandonmentWindows(ZONE);
  windows.note(false, NOON);
  const before = windows.counts(NOON);
  windows.note(true, NOON);
  expect(before.day.answered).toBe(1);
  expect(before.life.answered).toBe(1);
});

test('windows agree with a plain count of all answers, over hours and thousands of answers', () => {
  const answers = fc.array(fc.record({ after: fc.integer({ min: 0, max: 3000 }), lost: fc.boolean() }), {
    minLength: 4000,
    maxLength: 12_000,
  });
  fc.assert(
    fc.property(answers, (all) => {
      const windows = new AbandonmentWindows(ZONE);
      let now = NOON;
      const noted = all.map(({ after, lost }) => {
        now += after;
        windows.note(lost, now);
        return { at: now, lost };
      });
      const counts = windows.counts(now);
      for (const [counted, length] of [
        [counts.last30Min, 30 * MINUTE],
        [counts.last60Min, HOUR],
      ] as const) {
        const inside = noted.filter(({ at }) => at > now - length);
        expect(counted).toEqual({
          answered: inside.length,
          abandoned: inside.filter(({ lost }) => lost).length,
        });
      }
    }),
    { numRuns: 10, seed: 1 },
  );
});
