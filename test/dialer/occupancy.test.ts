import { expect, test } from 'vitest';
import { OccupancyMeter } from '../../src/dialer/occupancy.ts';

const MINUTE = 60_000;
const NOBODY = { idle: 0, reserved: 0, talking: 0, 'wrap-up': 0, away: 0 };

test('time is shared out by how many were in each phase for how long; away is no work', () => {
  const meter = new OccupancyMeter();
  meter.note({ ...NOBODY, idle: 1, talking: 3, away: 5 }, 0);
  meter.note({ ...NOBODY, idle: 2, reserved: 1, 'wrap-up': 1 }, 3 * MINUTE);
  expect(meter.lastHour(4 * MINUTE)).toEqual({
    agentMs: 16 * MINUTE,
    talkShare: 9 / 16,
    occupancy: 11 / 16,
  });
});

test('before anybody was there, shares are nothing', () => {
  expect(new OccupancyMeter().lastHour(MINUTE)).toEqual({ agentMs: 0, talkShare: 0, occupancy: 0 });
});

test('what is more than an hour ago is forgotten, minute by minute', () => {
  const meter = new OccupancyMeter();
  meter.note({ ...NOBODY, talking: 1 }, 0);
  meter.note({ ...NOBODY, idle: 1 }, 10 * MINUTE);
  expect(meter.lastHour(60 * MINUTE).talkShare).toBeCloseTo(10 / 60);
  expect(meter.lastHour(65 * MINUTE).talkShare).toBeCloseTo(5 / 60);
  expect(meter.lastHour(70 * MINUTE).talkShare).toBe(0);
});

test('a centre to which nothing happened for a day costs an hour, no more', () => {
  const meter = new OccupancyMeter();
  meter.note({ ...NOBODY, talking: 2 }, 0);
  expect(meter.lastHour(24 * 60 * MINUTE)).toEqual({ agentMs: 120 * MINUTE, talkShare: 1, occupancy: 1 });
});
