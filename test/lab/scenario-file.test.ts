import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readRouting } from '../../src/engine/routing-file.ts';
import type { Scenario } from '../../src/lab/day/scenario.ts';
import { readScenario } from '../../src/lab/day/scenario-file.ts';
import { NOTHING_DECLARED } from '../../src/queue/declarations.ts';
import { skillQueue } from '../../src/queue/queue.ts';
import { routingRules } from '../../src/queue/rules.ts';

const RULES = routingRules('fifo', [skillQueue('general', { service: 5 })], {
  ...NOTHING_DECLARED,
  skills: ['service'],
});

const fileWith = (lines: string): string => `name: a day
date: "2026-11-23"
hours: 08:00-20:00
${lines}`;
const ONE = `callers:
  all: { queue: general, calls: 100, patience: 3m, talk: { mean: 4m, cv: 0.9 } }
agents:
  some: { count: 2, skills: { service: 8 } }
`;

function read(text: string): { scenario?: Scenario; texts: string[] } {
  const { draft, problems } = readScenario(text, 'day.yaml');
  const together = draft?.with(RULES);
  const all = [...problems, ...(together?.problems ?? [])];
  return {
    ...(together?.scenario && { scenario: together.scenario }),
    texts: all.map(({ line, column, message, hint }) => `${line}:${column} ${message}${hint && `; ${hint}`}`),
  };
}

test('given_a_short_file_then_what_it_does_not_say_is_as_usual', () => {
  const { scenario, texts } = read(fileWith(ONE));
  expect(texts).toEqual([]);
  expect(scenario).toMatchObject({
    seed: 1,
    // Eight in the morning in China.
    startAt: Date.UTC(2026, 10, 23, 0),
    lastsMs: 12 * 3_600_000,
    zone: 'Asia/Shanghai',
    faults: [],
  });
  expect(scenario?.callers[0]).toMatchObject({
    tier: '',
    calls: 100,
    menuMs: 0,
    patience: { meanMs: 180_000, law: 'exponential', cv: 1 },
    talk: { meanMs: 240_000, law: 'lognormal', cv: 0.9 },
    redial: { chance: 0 },
  });
  expect(scenario?.agents[0]).toMatchObject({ fromMs: 0, toMs: 12 * 3_600_000, pace: 1, misses: 0 });
});

test('given_times_of_day_then_they_count_from_the_beginning', () => {
  const { scenario, texts } = read(
    fileWith(`callers: {}
agents:
  some:
    count: 1
    skills: {}
    shift: 07:30-12:00
    breaks: [{ at: "10:00", for: 15m }, { at: "07:45", for: 5m }]
    misses: 1.5%
faults:
  - { what: clock-step, at: "09:30", for: 0s, by: -60m }
  - { what: link-cut, times: 3 }
`),
  );
  expect(texts).toEqual([]);
  expect(scenario?.agents[0]).toMatchObject({
    fromMs: 0,
    toMs: 4 * 3_600_000,
    breaks: [{ atMs: 2 * 3_600_000, forMs: 900_000 }],
    misses: 0.015,
  });
  const [step, ...cuts] = scenario?.faults ?? [];
  expect(step).toEqual({ what: 'clock-step', atMs: 5_400_000, forMs: 0, byMs: -3_600_000 });
  expect(cuts).toHaveLength(3);
  expect(new Set(cuts.map(({ atMs }) => atMs)).size).toBe(3);
});

test.each([
  ['an unknown word', `${ONE}color: red\n`, '8:1 there is no "color" here'],
  [
    'an unknown queue',
    ONE.replace('general', 'generl'),
    '5:10 the routing rules have no queue "generl"; did you mean "general"?',
  ],
  [
    'an unknown skill',
    ONE.replace('service: 8', 'servce: 8'),
    '7:31 the routing rules have no skill "servce"; did you mean "service"?',
  ],
  [
    'nobody who calls',
    ONE.replace('calls: 100, ', ''),
    '5:3 it does not say how many call; write calls: 5000',
  ],
  [
    'too many who call',
    ONE.replace('calls: 100', 'calls: 100, expected: [1]'),
    '5:3 "calls" and "expected" are there both',
  ],
  ['a fault that there is not', `${ONE}faults: [{ what: flood }]\n`, '8:12 one of daemon-death'],
  ['a share that is none', ONE.replace('count: 2', 'count: 2, misses: 0.1'), 'a share such as 2%'],
  ['a day that ends before it begins', ONE, 'the end comes after the beginning'],
  ['a skill beyond ten', ONE.replace('service: 8', 'service: 11'), 'a score from 0 to 10'],
])('given_%s_then_the_place_and_what_to_do_are_told', (what, lines, text) => {
  const whole = fileWith(lines);
  const { scenario, texts } = read(
    what.startsWith('a day that') ? whole.replace('08:00-20:00', '20:00-08:00') : whole,
  );
  expect(scenario).toBeUndefined();
  expect(texts.join('\n')).toContain(text);
});

test.each(['', 'x', '[]', '{', 'name: [', '\u0000', `${'a'.repeat(1_000_001)}`])(
  'given_the_text_%j_then_there_are_problems_and_no_scenario',
  (text) => {
    const { scenario, texts } = read(text);
    expect(scenario).toBeUndefined();
    expect(texts.length).toBeGreaterThan(0);
  },
);

const shipped = new URL('../../lab/', import.meta.url);

test.each(readdirSync(shipped).filter((name) => name.endsWith('.yaml')))(
  'given_the_scenario_%s_that_is_shipped_then_it_goes_with_its_rules',
  (name) => {
    const { draft, problems } = readScenario(readFileSync(new URL(name, shipped), 'utf8'), name);
    expect(problems).toEqual([]);
    const rulesFile = new URL(draft?.routing ?? '../routing/routing.yaml', shipped);
    const { rules } = readRouting(readFileSync(rulesFile, 'utf8'), 'routing.yaml');
    expect(draft?.with(rules!).problems).toEqual([]);
  },
);
