import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Call } from '../../src/call/call.ts';
import { stateAt } from '../../src/ivr/calendar.ts';
import { problemText } from '../../src/ivr/report.ts';
import { NO_SHARED, readShared, sharedFile } from '../../src/ivr/shared.ts';
import type { StepRun } from '../../src/ivr/step.ts';
import { hoursStep } from '../../src/ivr/steps/hours.ts';

const problemsOf = (text: string, now?: number): string[] =>
  readShared(text, 'shared.yaml', now).problems.map(problemText);

const GOOD = `zone: Asia/Shanghai
holidays: { 2026: [01-01] }
calendars:
  desk:
    open: { mon-fri: 09:00-17:00 }
personas:
  wealth: { prompts: wealth, music: wealth, voices: { en: { voice: en-us+f3, speed: 140, pitch: 45 } } }
prompts:
  bye: { zh-CN: 再见, en: "Good bye, {customer.id}" }
limits: { menu-keys: 9 }
`;

test('a good file is read whole', () => {
  const { shared, problems } = readShared(GOOD, 'shared.yaml');
  expect(problems).toEqual([]);
  const nineToFive = [{ from: 540, to: 1020 }];
  expect(shared).toEqual({
    zone: 'Asia/Shanghai',
    calendars: {
      desk: {
        zone: 'Asia/Shanghai',
        week: [nineToFive, nineToFive, nineToFive, nineToFive, nineToFive, [], []],
        holidayHours: [],
        workdayHours: nineToFive,
        lists: { holidays: [{ first: '2026-01-01', last: '2026-01-01' }], workdays: [], years: [2026] },
        specialDays: [],
      },
    },
    personas: {
      wealth: {
        prompts: 'wealth',
        music: 'wealth',
        voices: { en: { voice: 'en-us+f3', speed: 140, pitch: 45 } },
      },
    },
    prompts: { bye: { 'zh-CN': '再见', en: 'Good bye, {customer.id}' } },
    limits: { menuDepth: 4, menuKeys: 9, promptSeconds: 30 },
  });
});

test('a zone alone is enough', () => {
  expect(readShared('zone: Europe/Berlin', 'shared.yaml').shared).toEqual({
    ...NO_SHARED,
    zone: 'Europe/Berlin',
  });
});

test.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
  'nothing is found under the name %s',
  (name) => {
    for (const { calendars, personas, prompts } of [NO_SHARED, readShared(GOOD, 'shared.yaml').shared!])
      expect([calendars[name], personas[name], prompts[name]]).toEqual([undefined, undefined, undefined]);
  },
);

const ZONE = 'zone: Asia/Shanghai\n';

test('a year without holidays is a warning, once for each list', () => {
  const text = `${ZONE}holidays: { 2026: [01-01] }
calendars:
  a: { open: { mon: closed } }
  b: { open: { mon: closed } }
  c: { open: { mon: closed }, holidays: { 2026: [05-01], 2027: [] } }
  d: { open: { mon: closed }, holidays: { 2025: [05-01], 2026: [] } }
  e: { open: { mon: closed }, holidays: {} }
`;
  expect(problemsOf(text, Date.parse('2026-11-30T12:00:00Z'))).toEqual([]);
  const december = Date.parse('2026-12-01T12:00:00Z');
  expect(problemsOf(text, december)).toEqual([
    'shared.yaml:2:1 warning: there are no holidays of 2027 here: add them, [] if there are none',
    'shared.yaml:7:31 warning: there are no holidays of 2027 here: add them, [] if there are none',
  ]);
  expect(readShared(text, 'shared.yaml', december).shared).toBeDefined();
});

test('editors get a schema in which every field is described', () => {
  const { properties = {} } = z.toJSONSchema(sharedFile, { io: 'input' });
  expect(Object.keys(properties)).toEqual([
    'zone',
    'holidays',
    'workdays',
    'calendars',
    'personas',
    'prompts',
    'limits',
  ]);
  for (const field of Object.values(properties)) expect(field).toHaveProperty('description');
});

const shipped = readShared(
  readFileSync(new URL('../../ivr-flows/shared.yaml', import.meta.url), 'utf8'),
  'shared.yaml',
);

/** By the State Council's notice of November 2025; the rest of the year follows the week. */
test.each([
  ['holiday', '01-01 01-02 01-03 02-15 02-16 02-17 02-18 02-19 02-20 02-21 02-22 02-23 04-04 04-05 04-06'],
  ['holiday', '05-01 05-02 05-03 05-04 05-05 06-19 06-20 06-21 09-25 09-26 09-27'],
  ['holiday', '10-01 10-02 10-03 10-04 10-05 10-06 10-07'],
  ['open', '01-04 02-14 02-28 05-09 09-20 10-10'],
  ['open', '01-05 02-13 02-24 04-03 04-07 04-30 05-06 06-18 06-22 09-24 09-28 09-30 10-08 10-09 12-31'],
  ['closed', '01-10 01-11 02-07 02-08 03-01 05-10 09-19 10-11 10-17 10-18'],
])('the branches that we ship are %s at four in the afternoon of these days of 2026: %s', (state, days) => {
  const branch = shipped.shared!.calendars['branch-hours']!;
  const states = days
    .split(' ')
    .map((day) => [day, stateAt(branch, Date.parse(`2026-${day}T16:00:00+08:00`))]);
  expect(states).toEqual(days.split(' ').map((day) => [day, state]));
});

test('the file that we ship has everything in both languages', () => {
  expect(shipped.problems).toEqual([]);
  const { zone, personas, prompts, limits } = shipped.shared!;
  expect(zone).toBe('Asia/Shanghai');
  expect(Object.keys(personas)).toEqual(['standard', 'wealth']);
  for (const texts of Object.values(prompts)) expect(Object.keys(texts).sort()).toEqual(['en', 'zh-CN']);
  expect(limits).toEqual(NO_SHARED.limits);
});

test.each(['open', 'closed', 'holiday'] as const)(
  'the step "hours" goes by its calendar at this moment: %s',
  async (state) => {
    const step = hoursStep((calendar, now) => (calendar === 'desk' && now === 42 ? state : 'closed'));
    const args = step.args.parse('desk');
    expect(step.exits(args)).toContain(state);
    expect(step.mentions?.(args)).toEqual([{ kind: 'calendar', name: 'desk' }]);
    expect(step.args.safeParse({ calendar: 'desk' }).success).toBe(false);
    const run = { call: {} as Call, now: () => 42 } as StepRun;
    expect(await step.run(run, args)).toEqual({ exit: state });
  },
);
