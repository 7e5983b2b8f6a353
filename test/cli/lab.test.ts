import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { inProject } from '../../src/setup/project.ts';
import { Place } from './carillon.ts';

// Each starts a process or several.
vi.setConfig({ testTimeout: 60_000 });

const DAY = `name: a quarter of an hour
date: "2026-11-23"
hours: 08:00-08:15
routing: ${inProject('routing/routing.yaml')}
callers:
  all: { queue: general, calls: 20, patience: 3m, talk: 30s }
agents:
  some: { count: 3, skills: { service: 8 } }
`;

const run = (args: readonly string[], day = DAY) => {
  const place = new Place({ 'day.yaml': day });
  return { place, done: place.run(['lab', 'flows/day.yaml', ...args]) };
};

test('given_a_scenario_then_its_day_is_shown_and_drawn_and_the_exit_code_is_0', async () => {
  const { place, done } = run(['--svg', 'day.svg']);
  const { code, out } = await done;
  expect(code).toBe(0);
  expect(out).toContain('a quarter of an hour (seed 种子 1)\n20 calls 来电, 3 agents 座席');
  expect(out).toMatch(/\n08:00 +20 +█+ +\d+/);
  expect(out).toMatch(/\ngeneral +- +80\.0% in 30s/);
  expect(out).toContain('0 broken invariants');
  const picture = join(place.folder, 'day.svg');
  expect(existsSync(picture) && readFileSync(picture, 'utf8')).toMatch(/^<svg .*<\/svg>\n$/s);
});

test('given_a_seed_then_json_tells_the_same_day_each_time_and_another_one_for_another_seed', async () => {
  const figuresOf = async (seed: string) =>
    JSON.parse((await run(['--json', '--seed', seed]).done).out).figures;
  const one = await figuresOf('5');
  expect(await figuresOf('5')).toEqual(one);
  expect(await figuresOf('6')).not.toEqual(one);
});

test('given_a_file_with_a_mistake_then_its_place_is_told_and_the_exit_code_is_1', async () => {
  const { code, out } = await run([], DAY.replace('queue: general', 'queue: genral')).done;
  expect(code).toBe(1);
  expect(out).toContain('flows/day.yaml:6:10 ');
  expect(out).toContain('did you mean "general"?');
});

test.each([
  ['a seed that is none', ['--seed', 'x'], '--seed takes a whole number'],
  ['an interval that is none', ['--per', '0'], '--per takes minutes'],
  ['rules that are not there', ['--routing', 'nowhere.yaml'], 'There is no file of routing rules'],
])('given_%s_then_it_is_told_what_is_right_and_the_exit_code_is_2', async (_what, args, text) => {
  const { code, err } = await run(args).done;
  expect(code).toBe(2);
  expect(err).toContain(text);
});

test('given_seeds_then_they_are_played_and_counted', async () => {
  const place = new Place({});
  const { code, out } = await place.run(['lab', 'seeds', '2', '--from', '3', '--json']);
  expect(JSON.parse(out)).toMatchObject({ from: 3, seeds: 2, broken: 0, brokenSeeds: [] });
  expect(code).toBe(0);
  expect((await place.run(['lab', 'seeds', 'many'])).code).toBe(2);
});
