import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { CLOSED, judge } from '../../src/call/class-of-service.ts';
import { OutsideDialling } from '../../src/call/outside-dialling.ts';
import { ClassOfServiceWatch } from '../../src/engine/class-of-service-watch.ts';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';
import { inProject } from '../../src/setup/project.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';

const TEXT = readFileSync(inProject('dialplan/class-of-service.yaml'), 'utf8');

async function watched(text: string | undefined) {
  const file = join(temporaryFolder(), 'class-of-service.yaml');
  if (text !== undefined) writeFileSync(file, text);
  const outside = new OutsideDialling(CLOSED, () => 'UTC');
  const clock = new VirtualClock();
  const known = async () => ({ phone: ['1001'], flow: ['hotline'], campaign: [] });
  const watch = new ClassOfServiceWatch({ file, outside, clock, log: silentLog, known });
  await watch.start();
  const reaches = (number: string) => judge(outside.rules, number, [{ kind: 'flow', name: 'x' }]).is;
  /** Lets it look again, until what it does holds. */
  const after = (change: () => void, expected: () => void) => {
    change();
    return vi.waitFor(async () => {
      await clock.advance(2000);
      await sleep(5);
      expected();
    });
  };
  return { file, watch, reaches, after };
}

test('given_good_rules_then_they_are_in_force_and_nothing_is_wrong', async () => {
  const { watch, reaches } = await watched(TEXT);
  expect(reaches('13800138000')).toBe('permitted');
  expect(watch.problems()).toEqual([]);
  watch.close();
});

test.each([
  ['a mistake', TEXT.replace('callers: domestic', 'callers: domestc'), /112:3 there is no class "domestc"/],
  ['nothing', '', /"home" is missing/],
  ['no file', undefined, /cannot be read/],
])(
  'given_%s_at_the_start_then_only_emergency_numbers_are_dialled_and_that_is_said',
  async (_what, text, says) => {
    const { watch, reaches } = await watched(text);
    expect(['110', '13800138000', '95533'].map(reaches)).toEqual(['emergency', 'denied', 'denied']);
    expect(watch.problems()).toEqual([expect.stringMatching(says)]);
    expect(watch.problems()[0]).toContain('only emergency numbers are dialled outside');
    watch.close();
  },
);

test('given_a_mistake_while_it_runs_then_the_rules_from_before_stay_until_it_is_mended', async () => {
  const { file, watch, reaches, after } = await watched(TEXT);
  const broken = () => writeFileSync(file, TEXT.replace('classes:', 'clases:'));
  await after(broken, () => expect(watch.problems()[0]).toContain('rules from before stay in force'));
  expect(reaches('13800138000')).toBe('permitted');
  await after(
    () => rmSync(file),
    () => expect(watch.problems()[0]).toContain('cannot be read'),
  );
  expect(reaches('13800138000')).toBe('permitted');
  const stricter = TEXT.replace('flows: { default: domestic }', 'flows: { default: none }');
  await after(
    () => writeFileSync(file, stricter),
    () => expect(watch.problems()).toEqual([]),
  );
  expect(reaches('13800138000')).toBe('denied');
  watch.close();
});

test('given_a_file_that_is_larger_than_any_rules_then_it_is_not_read', async () => {
  const { watch } = await watched(`# ${'x'.repeat(1_000_001)}\n${TEXT}`);
  expect(watch.problems()[0]).toContain('larger than 1 MB');
  watch.close();
});

test('given_a_file_that_was_too_large_when_it_is_mended_then_nothing_is_wrong_any_more', async () => {
  const { file, watch, after } = await watched(TEXT);
  await after(
    () => writeFileSync(file, `${TEXT}#${'x'.repeat(1_100_000)}`),
    () => expect(watch.problems()[0]).toContain('larger than 1 MB'),
  );
  await after(
    () => writeFileSync(file, TEXT),
    () => expect(watch.problems()).toEqual([]),
  );
  watch.close();
});

test('given_a_class_for_names_that_do_not_exist_then_that_is_said_until_it_is_mended', async () => {
  const named = (flow: string) =>
    TEXT.replace('flows: { default: domestic }', `flows: { default: domestic, ${flow}: none }`).replace(
      'phones: { default: domestic }',
      'phones: { default: domestic, "1001": abroad, "1": none }',
    );
  const { file, watch, reaches, after } = await watched(named('hotlin'));
  expect(watch.problems()).toEqual([
    expect.stringContaining('the class none is given to nobody: there is no phone "1"'),
    expect.stringContaining('there is no flow "hotlin": did you mean "hotline"?'),
  ]);
  expect(reaches('13800138000')).toBe('permitted');
  await after(
    () => writeFileSync(file, named('hotline').replace(', "1": none', '')),
    () => expect(watch.problems()).toEqual([]),
  );
  watch.close();
});
