import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { LogDestination } from '../../src/setup/log-destination.ts';
import { temporaryFolder } from './temporary-folder.ts';

const FULL_DISK = '/dev/full';

test('given_a_full_disk_then_whoever_logs_goes_on', () => {
  const fd = openSync(FULL_DISK, 'w');
  const log = pino(new LogDestination(fd));
  for (let line = 0; line < 100; line += 1) log.error({ line }, 'the database takes no writes');
  closeSync(fd);
});

test('lines_that_were_lost_are_told_when_there_is_room_again', () => {
  const file = join(temporaryFolder(), 'daemon.log');
  const fd = openSync(file, 'a');
  const destination = new LogDestination(fd);
  destination.write('one\n');
  closeSync(fd);
  destination.write('two\n');
  destination.write('three\n');
  // The next file gets the number that has become free.
  expect(openSync(file, 'a')).toBe(fd);
  destination.write('four\n');
  closeSync(fd);
  const [first, told, last] = readFileSync(file, 'utf8').split('\n');
  expect([first, last]).toEqual(['one', 'four']);
  expect(JSON.parse(told ?? '')).toMatchObject({ level: 40, dropped: 2 });
});
