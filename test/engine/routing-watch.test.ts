import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import { silentLog } from '../../src/base/log.ts';
import type { LogEvent } from '../../src/engine/changes.ts';
import type { RoutingSurroundings } from '../../src/engine/routing-names.ts';
import { RoutingWatch } from '../../src/engine/routing-watch.ts';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';

const GOOD =
  'skills: [service]\nqueues: { general: { needs: { service: 5 } }, vip: { needs: { service: 9 } } }\n';
const OTHER = GOOD.replace('service: 5', 'service: 6').replace('vip:', 'card:');
const BAD = GOOD.replace('service: 9', 'servce: 9');

interface Place {
  readonly folder?: string;
  readonly text?: string;
  readonly around?: RoutingSurroundings;
  readonly commit?: () => void;
}

async function watched({ folder = temporaryFolder(), text, around = {}, commit }: Place) {
  const file = join(folder, 'routing.yaml');
  const copy = join(folder, 'last-good.yaml');
  if (text !== undefined) writeFileSync(file, text);
  const clock = new VirtualClock();
  const events: LogEvent[] = [];
  const changes: string[][] = [];
  const watch = new RoutingWatch({
    file,
    copy,
    clock,
    log: silentLog,
    events: { commit: (work) => (commit ? commit() : events.push(...work())) },
    surroundings: async () => around,
  });
  watch.onChange(({ queues }) => changes.push([...queues.keys()]));
  onTestFinished(() => watch.close());
  await watch.start();
  const queues = () => [...watch.current().queues.keys()];
  /** Saves a text and lets it look again, until what it does holds. */
  const after = (saved: string | undefined, expected: () => void) => {
    if (saved === undefined) rmSync(file);
    else writeFileSync(file, saved);
    return vi.waitFor(async () => {
      await clock.advance(2000);
      await sleep(5);
      expected();
    });
  };
  return { folder, file, copy, watch, events, changes, queues, after };
}

test('given_callbacks_of_a_queue_that_is_gone_then_health_names_it_until_it_is_back', async () => {
  const callbacks = new Map([
    ['vip', 3],
    ['general', 9],
    ['loan desk', 1],
  ]);
  const { watch, after } = await watched({ text: OTHER, around: { callbacks } });
  expect(watch.problems()).toEqual([
    'routing: 3 callbacks wait for queue "vip", which is gone: put it back into the file, or close them: GET /api/callbacks?queue=vip',
    'routing: 1 callback waits for queue "loan desk", which is gone: put it back into the file, or close them: GET /api/callbacks?queue=loan%20desk',
  ]);
  callbacks.delete('loan desk');
  await after(GOOD, () => expect(watch.problems()).toEqual([]));
});

test('given_good_rules_then_they_are_in_force_told_and_copied', async () => {
  const { watch, queues, events, changes, copy } = await watched({ text: GOOD });
  expect(queues()).toEqual(['general', 'vip']);
  expect(watch.problems()).toEqual([]);
  expect(changes).toEqual([['general', 'vip']]);
  expect(readFileSync(copy, 'utf8')).toBe(GOOD);
  expect(events).toMatchObject([
    {
      type: 'RoutingRulesChanged',
      data: { order: 'service-level', added: ['general', 'vip'], removed: [], changed: [] },
    },
  ]);
});

test('given_other_rules_while_it_runs_then_they_are_in_force_and_the_event_says_what_changed', async () => {
  const { queues, events, changes, after } = await watched({ text: GOOD });
  await after(OTHER, () => expect(queues()).toEqual(['general', 'card']));
  expect(changes).toHaveLength(2);
  expect(events[1]).toMatchObject({
    type: 'RoutingRulesChanged',
    data: { added: ['card'], removed: ['vip'], changed: ['general'] },
  });
  expect(events[1]!.data.digest).not.toBe(events[0]!.data.digest);
});

test('given_a_mistake_while_it_runs_then_the_rules_from_before_stay_until_it_is_mended', async () => {
  const { watch, queues, events, changes, copy, file, after } = await watched({ text: GOOD });
  const before = watch.current();
  await after(BAD, () => expect(watch.problems()).toHaveLength(1));
  expect(watch.problems()).toEqual([
    `routing: ${file}:2:63 there is no skill "servce": did you mean "service"?; the rules from before stay in force. ` +
      `Mend ${file} and run: npx carillon routing check`,
  ]);
  expect(watch.current()).toBe(before);
  expect(readFileSync(copy, 'utf8')).toBe(GOOD);
  await after(OTHER, () => expect(watch.problems()).toEqual([]));
  expect(queues()).toEqual(['general', 'card']);
  expect([events.length, changes.length]).toEqual([2, 2]);
});

test('given_the_file_goes_away_then_the_rules_stay_and_that_is_said', async () => {
  const { watch, queues, after } = await watched({ text: GOOD });
  await after(undefined, () => expect(watch.problems()[0]).toContain('cannot be read'));
  expect(queues()).toEqual(['general', 'vip']);
  await after(GOOD, () => expect(watch.problems()).toEqual([]));
});

test.each([
  ['a mistake', BAD],
  ['no file', undefined],
])('given_%s_at_a_start_then_the_rules_that_were_good_last_are_in_force', async (_what, text) => {
  const { folder, file } = await watched({ text: GOOD });
  rmSync(file);
  const again = await watched({ folder, ...(text === undefined ? {} : { text }) });
  expect(again.queues()).toEqual(['general', 'vip']);
  expect(again.watch.problems()).toEqual([expect.stringContaining('the rules from before stay in force')]);
});

test.each([
  ['a mistake', BAD],
  ['no file', undefined],
])('given_%s_at_the_first_start_then_there_are_no_queues_and_that_is_said', async (_what, text) => {
  const { watch, queues, copy } = await watched(text === undefined ? {} : { text });
  expect(queues()).toEqual([]);
  expect(watch.problems()).toEqual([expect.stringContaining('there are no queues')]);
  expect(existsSync(copy)).toBe(false);
});

test('given_no_rules_because_of_a_mistake_then_nothing_is_told_that_only_follows_from_it', async () => {
  const around = { agents: [agent('1', '1001'), agent('2', '1001')], calendars: [] };
  const { watch, file, after } = await watched({ text: BAD, around });
  expect(watch.hasRules()).toBe(false);
  expect(watch.problems()).toEqual([
    `routing: ${file}:2:63 there is no skill "servce": did you mean "service"?; there are no queues. ` +
      `Mend ${file} and run: npx carillon routing check`,
  ]);
  await after(GOOD, () => expect(watch.problems()).toEqual([expect.stringContaining('home phone 1001')]));
  expect(watch.hasRules()).toBe(true);
});

test('given_a_start_with_the_rules_of_before_then_no_event_says_that_they_changed', async () => {
  const { folder } = await watched({ text: GOOD });
  const again = await watched({ folder });
  expect([again.queues(), again.events]).toEqual([['general', 'vip'], []]);
});

test('given_a_log_that_takes_nothing_then_the_rules_are_in_force_all_the_same', async () => {
  const refuse = () => {
    throw new Error('the disk is full');
  };
  const { queues } = await watched({ text: GOOD, commit: refuse });
  expect(queues()).toEqual(['general', 'vip']);
});

const agent = (id: string, homeExtension: string): Agent => ({
  id,
  name: `N${id}`,
  homeExtension,
  skills: { service: 9 },
  state: { at: 'logged-out', since: 0 },
});

test('given_agents_with_one_phone_and_a_queue_without_a_calendar_then_both_are_said', async () => {
  const around = { agents: [agent('1', '1001'), agent('2', '1001')], calendars: [] };
  const { watch, file } = await watched({
    text: GOOD.replace('needs: { service: 5 }', 'needs: [], hours: day'),
    around,
  });
  expect(watch.problems()).toEqual([
    `routing: queue general: there is no calendar "day", so the queue counts as closed. Mend ${file}`,
    'routing: agents 1 (N1) and 2 (N2) have the same home phone 1001: give one of them another',
  ]);
});

test('given_a_rule_that_failed_in_use_then_it_is_told', async () => {
  const { watch } = await watched({
    text: 'skills: [service]\nqueues: { q: { needs: [1 / 0 > skill.service] } }',
  });
  const { holds } = watch.current().queues.get('q')!.ladder[0]!.needs[0]!;
  expect(watch.problems()).toEqual([]);
  expect(holds({ id: 'a', skills: {}, attributes: {} }, { tier: '', language: '', attributes: {} })).toBe(
    false,
  );
  expect(watch.problems()).toEqual([
    'routing: "1 / 0 > skill.service" failed once, first for agent a: division by zero',
  ]);
});
