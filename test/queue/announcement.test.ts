import { expect, test } from 'vitest';
import { announcementOf } from '../../src/queue/announcement.ts';

const MINUTE = 60_000;

test.each([
  ['everything, the first time', {}, { position: 3, expectedMs: 3 * MINUTE }, { position: 3, wait: 3 }],
  ['no wait that nobody knows', {}, { position: 3 }, { position: 3 }],
  ['a better place', { position: 3 }, { position: 2 }, { position: 2 }],
  ['the same place', { position: 3 }, { position: 3 }, { position: 3 }],
  ['not a worse one', { position: 3 }, { position: 4 }, {}],
  ['the same wait', { wait: 2 }, { position: 1, expectedMs: 2 * MINUTE }, { position: 1, wait: 2 }],
  ['not a longer one', { wait: 2 }, { position: 1, expectedMs: 5 * MINUTE }, { position: 1 }],
  ['nor "more than 30" after 30', { wait: 30 }, { position: 1, expectedMs: 90 * MINUTE }, { position: 1 }],
])('what is told: %s', (_what, told, place, wanted) => {
  const before = { ...told, ...('wait' in told && { wait: { minutes: told.wait ?? 0, over: false } }) };
  const { position, wait } = announcementOf(before as Parameters<typeof announcementOf>[0], place);
  expect({ ...(position !== undefined && { position }), ...(wait && { wait: wait.minutes }) }).toEqual(
    wanted,
  );
});

test('after "more than 30 minutes" any wait is told', () => {
  const told = { position: 40, wait: { minutes: 30, over: true } };
  expect(announcementOf(told, { position: 30, expectedMs: 20 * MINUTE }).wait?.minutes).toBe(20);
  expect(announcementOf(told, { position: 40, expectedMs: 90 * MINUTE }).wait?.over).toBe(true);
});
