import { expect, test } from 'vitest';
import { forgetAttempts } from '../../src/dialer/attempt-retention.ts';
import { AttemptStore, attemptWriter } from '../../src/dialer/store.ts';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';
import { openStore, START } from '../store/examples.ts';
import { anAttempt, anEndedAttempt } from './examples.ts';

const DAY = 86_400_000;

function aStore(old: number) {
  const { database } = openStore();
  const write = attemptWriter(database);
  database.unit(() => {
    write(anAttempt({ id: 'open', at: START - 9 * DAY }));
    for (let at = 0; at < old; at += 1) write(anEndedAttempt({ id: `old-${at}`, at: START - 2 * DAY + at }));
    write(anEndedAttempt({ id: 'young', at: START }));
  });
  return new AttemptStore(database);
}

const idsOf = async (attempts: AttemptStore) => (await attempts.list({ limit: 100 })).map(({ id }) => id);

test('all that are old enough go, few at a time; what is open or younger stays', async () => {
  const attempts = aStore(35);
  const clock = new VirtualClock(START);
  const pieces: number[] = [];
  const gone = forgetAttempts({
    before: START - DAY,
    deleteBefore: (before, limit) => {
      pieces.push(clock.now());
      return attempts.deleteBefore(before, limit);
    },
    clock,
    goesOn: () => true,
  });
  await clock.advance(1000);
  expect(await gone).toBe(35);
  expect(await idsOf(attempts)).toEqual(['young', 'open']);
  expect(new Set(pieces).size).toBe(pieces.length);
});

test('it ends with the centre', async () => {
  const attempts = aStore(35);
  const clock = new VirtualClock(START);
  let goesOn = true;
  const gone = forgetAttempts({
    before: START - DAY,
    deleteBefore: (before, limit) => {
      goesOn = false;
      return attempts.deleteBefore(before, limit);
    },
    clock,
    goesOn: () => goesOn,
  });
  await clock.advance(1000);
  expect(await gone).toBeLessThan(35);
  expect((await idsOf(attempts)).length).toBeGreaterThan(2);
});
