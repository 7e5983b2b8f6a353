import { defineConfig } from 'vitest/config';

/** Tests that start a real PBX, phones, callers or a browser: in test/asterisk and test/console, or named so. */
const REAL = ['test/asterisk/**/*.test.ts', 'test/console/!(texts).test.ts', 'test/**/*.real.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: REAL,
          testTimeout: 10_000,
          hookTimeout: 10_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'real',
          include: REAL,
          // One at a time: two PBXes and their callers on two cores would measure each other.
          fileParallelism: false,
          maxWorkers: 1,
          // Keys and sounds are in real time: a caller whom the machine held up may try once more. A fault of ours fails both times.
          retry: 1,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
