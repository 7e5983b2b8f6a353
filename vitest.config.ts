import { defineConfig } from 'vitest/config';

/** Tests of the whole centre: what they promise holds with each PBX. */
const CENTRE = 'test/centre/**/*.test.ts';
/** Tests that start a real PBX, phones, callers or a browser: in these folders, or named so. */
const REAL = [
  CENTRE,
  'test/asterisk/**/*.test.ts',
  'test/console/!(texts).test.ts',
  'test/**/*.real.test.ts',
];
/** Those of them that are run once more on FreeSWITCH; a page is one of its phones. */
const ON_FREESWITCH = [CENTRE, 'test/console/phone.test.ts', 'test/console/listening.test.ts'];

const real = {
  // One at a time: two PBXes and their callers on two cores would measure each other.
  fileParallelism: false,
  maxWorkers: 1,
  // Keys and sounds are in real time: a caller whom the machine held up may try once more. A fault of ours fails both times.
  retry: 1,
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

const onFreeswitch = {
  test: {
    ...real,
    name: 'freeswitch',
    include: ON_FREESWITCH,
    env: { PBX_UNDER_TEST: 'freeswitch' },
    sequence: { groupOrder: 2 },
  },
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: REAL,
          // Some start programs; on a crowded machine that takes its time.
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      { test: { ...real, name: 'real', include: REAL, sequence: { groupOrder: 1 } } },
      // Nobody but its users installs a FreeSWITCH; FREESWITCH_HOME is the folder of one.
      ...(process.env.FREESWITCH_HOME ? [onFreeswitch] : []),
    ],
  },
});
