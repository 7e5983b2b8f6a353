import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { PolicyWatch } from '../../src/contact/policy-watch.ts';
import type { LogEvent } from '../../src/engine/changes.ts';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';

const shipped = join(import.meta.dirname, '../../dialer/regulators');
const GOOD = 'usual: a\npolicies: { a: { regulator: us }, b: { regulator: uk } }\n';
const OTHER = GOOD.replace('usual: a', 'usual: b');
const BAD = GOOD.replace('regulator: uk', 'regulator: ukk');

interface Place {
  readonly folder?: string;
  readonly text?: string;
  /** UTC ms. */
  readonly start?: number;
}

async function watched({ folder = temporaryFolder(), text, start }: Place) {
  const file = join(folder, 'contact-policy.yaml');
  const copy = join(folder, 'last-good.json');
  mkdirSync(join(folder, 'regulators'), { recursive: true });
  cpSync(shipped, join(folder, 'regulators'), { recursive: true });
  if (text !== undefined) writeFileSync(file, text);
  const clock = new VirtualClock(start);
  const events: LogEvent[] = [];
  const watch = new PolicyWatch({
    file,
    copy,
    clock,
    log: silentLog,
    events: { commit: (work) => void events.push(...work()) },
  });
  onTestFinished(() => watch.close());
  await watch.start();
  /** Lets it look again, until what it does holds. */
  const until = (expected: () => void) =>
    vi.waitFor(async () => {
      await clock.advance(2000);
      await sleep(5);
      expected();
    });
  const after = (saved: string | undefined, expected: () => void) => {
    if (saved === undefined) rmSync(file);
    else writeFileSync(file, saved);
    return until(expected);
  };
  return { folder, file, copy, watch, clock, events, until, after };
}

test('given_good_policies_then_they_are_in_force_told_and_copied', async () => {
  const { watch, events, copy } = await watched({ text: GOOD });
  expect(watch.names()).toEqual(['a', 'b']);
  expect(watch.policy('')?.name).toBe('a');
  expect(watch.policy('b')?.regulator).toBe('uk');
  expect(watch.policy('c')).toBeUndefined();
  expect(watch.problems()).toEqual([]);
  expect(events).toMatchObject([
    {
      type: 'ContactPoliciesChanged',
      data: {
        usual: 'a',
        policies: [
          { name: 'a', regulator: 'us' },
          { name: 'b', regulator: 'uk' },
        ],
      },
    },
  ]);
  expect(existsSync(copy)).toBe(true);
});

test('given_a_change_then_it_counts_without_a_restart', async () => {
  const { watch, after, events } = await watched({ text: GOOD });
  await after(OTHER, () => expect(watch.policy('')?.name).toBe('b'));
  expect(events).toHaveLength(2);
});

test('given_a_change_of_a_regulator_then_it_counts_too', async () => {
  const { watch, folder, until } = await watched({ text: GOOD });
  const file = join(folder, 'regulators/uk.yaml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('minimum-ring: 15s', 'minimum-ring: 20s'));
  await until(() => expect(watch.policy('b')?.conduct.minRingMs).toBe(20_000));
});

test.each([
  ['a mistake', BAD, /p?olicy\.yaml:2:\d+ there is no regulator "ukk"/],
  ['no file any more', undefined, /it cannot be read/],
])('given_%s_then_the_policies_from_before_stay', async (_name, text, problem) => {
  const { watch, after } = await watched({ text: GOOD });
  await after(text, () => expect(watch.problems()).toEqual([expect.stringMatching(problem)]));
  expect(watch.problems()[0]).toContain('the policies from before stay in force');
  expect(watch.names()).toEqual(['a', 'b']);
  await after(GOOD, () => expect(watch.problems()).toEqual([]));
});

test('given_a_mistake_at_a_restart_then_the_last_good_ones_hold', async () => {
  const { folder } = await watched({ text: GOOD });
  const { watch, events } = await watched({ folder, text: BAD });
  expect(watch.names()).toEqual(['a', 'b']);
  expect(watch.problems()).toHaveLength(1);
  expect(events).toEqual([]);
});

test('given_a_mistake_at_the_first_start_then_nobody_is_called', async () => {
  const { watch, after } = await watched({ text: BAD });
  expect(watch.names()).toEqual([]);
  expect(watch.policy('')).toBeUndefined();
  expect(watch.problems()[0]).toContain('nobody is called');
  await after(GOOD, () => expect(watch.names()).toEqual(['a', 'b']));
});

test('given_a_copy_that_is_damaged_then_the_file_counts', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'last-good.json'), '{"policies": 3');
  const { watch } = await watched({ folder, text: GOOD });
  expect(watch.names()).toEqual(['a', 'b']);
});

test('given_a_year_that_nobody_listed_then_it_is_told_when_december_comes', async () => {
  const text = 'usual: c\npolicies: { c: { regulator: cn } }\n';
  const { watch, until } = await watched({ text, start: Date.UTC(2026, 10, 30, 23, 59, 55) });
  expect(watch.problems()).toEqual([]);
  await until(() => expect(watch.problems()).toEqual([expect.stringContaining('the holidays of 2027')]));
});
