import { expect, test } from 'vitest';
import type { LogEvent } from '../../src/engine/changes.ts';
import { dayPicture } from '../../src/lab/day/day-picture.ts';
import { bar, intervalRows, laneRows } from '../../src/lab/day/day-report.ts';
import { DayStatistics } from '../../src/lab/day/statistics.ts';
import { skillQueue, USUAL_LANE } from '../../src/queue/queue.ts';

const START = Date.UTC(2026, 10, 23, 0);
const QUARTER_MS = 900_000;
const QUEUE = skillQueue('general', {}, { lanes: { gold: { ...USUAL_LANE, goal: 0.9, targetMs: 20_000 } } });

const event = (type: string, atS: number, about: Partial<LogEvent>): LogEvent => ({
  type,
  version: 1,
  at: START + atS * 1000,
  data: {},
  ...about,
});
const queued = (call: string, atS: number) =>
  event('CallQueued', atS, { call, data: { queue: 'general', tier: 'gold' } });
const connected = (call: string, atS: number, queueWaitedMs: number) =>
  event('CallConnected', atS, { call, data: { queueWaitedMs } });
const ended = (call: string, atS: number, waitedMs: number, abandoned: boolean) =>
  event('CallEnded', atS, { call, data: { waitedMs, abandoned } });
const became = (agent: string, atS: number, state: string) =>
  event('AgentStateChanged', atS, { agent, data: { state } });

function figuresOf(events: readonly LogEvent[], nowS: number) {
  const statistics = new DayStatistics(START, QUARTER_MS, [QUEUE]);
  for (const one of events) statistics.take(one);
  return statistics.figures(START + nowS * 1000);
}

const DAY = [
  became('a1', 0, 'not-ready'),
  became('a1', 0, 'ready'),
  queued('c1', 10),
  connected('c1', 25, 15_000),
  became('a1', 25, 'talking'),
  queued('c2', 30),
  queued('c3', 880),
  ended('c2', 90, 60_000, true),
  event('CallRequeued', 100, { call: 'c1', data: { queue: 'general' } }),
  connected('c1', 110, 95_000),
  became('a1', 925, 'wrap-up'),
  became('a1', 1000, 'logged-out'),
  connected('c3', 950, 70_000),
  queued('c4', 960),
  event('CallLeftQueue', 1000, { call: 'c4', data: {} }),
  ended('c4', 1000, 40_000, false),
];

test('given_the_events_of_a_day_then_callers_count_once_and_where_they_were_queued', () => {
  const { intervals, total, lanes } = figuresOf(DAY, 1800);
  expect(intervals[0]).toMatchObject({ offered: 3, answered: 2, inTarget: 1, abandoned: 1, sentAway: 0 });
  expect(intervals[1]).toMatchObject({ offered: 1, answered: 0, sentAway: 1 });
  expect(total).toMatchObject({ offered: 4, answered: 2, waitMs: 85_000, longestMs: 70_000 });
  expect(lanes).toMatchObject([{ queue: 'general', tier: 'gold', goal: 0.9, targetMs: 20_000, offered: 4 }]);
});

test('given_an_agent_whose_talk_crosses_a_quarter_hour_then_each_has_its_part_of_his_time', () => {
  const { intervals } = figuresOf(DAY, 1800);
  expect(intervals.map(({ loggedInMs }) => loggedInMs)).toEqual([900_000, 100_000]);
  expect(intervals.map(({ busyMs }) => busyMs)).toEqual([875_000, 100_000]);
});

test.each([
  [0, ''],
  [1, '█████'],
  [0.5, '██▌'],
  [0.001, '▏'],
  [7, '█████'],
])('given_a_bar_for_%d_of_one_then_it_is_%s', (value, text) => {
  expect(bar(value, 1, 5)).toBe(text);
});

test('given_a_day_then_its_rows_tell_it_and_missed_goals_are_marked', () => {
  const figures = figuresOf(DAY, 1800);
  expect(intervalRows(figures, 'Asia/Shanghai').slice(1)).toEqual([
    ['08:00', '3', '█'.repeat(20), '2', '1', '0', '33.3%', '42.5s', '70.0s', '97.2%', '1'],
    ['08:15', '1', '██████▋', '0', '0', '1', '0.0%', '-', '40.0s', '100.0%', '0'],
    ['all day 全天', '4', '', '2', '1', '1', '25.0%', '42.5s', '70.0s', '97.5%', ''],
  ]);
  expect(laneRows(figures.lanes).slice(1)).toEqual([
    { cells: ['general', 'gold', '90.0% in 20s', '25.0%', '4', '2', '1', '42.5s', '70.0s'], isMissed: true },
  ]);
});

test('given_a_day_on_which_nobody_called_then_it_has_rows_and_a_picture_all_the_same', () => {
  const figures = figuresOf([became('a1', 0, 'ready')], 1800);
  expect(intervalRows(figures, 'UTC')[1]).toEqual([
    '00:00',
    '0',
    '',
    '0',
    '0',
    '0',
    '-',
    '-',
    '-',
    '0.0%',
    '1',
  ]);
  expect(dayPicture('nobody', figures, 'UTC')).not.toMatch(/NaN|Infinity|undefined/);
  expect(dayPicture('nothing', figuresOf([], 0), 'UTC')).not.toMatch(/NaN|Infinity|undefined/);
});

test('given_a_name_with_signs_of_xml_then_the_picture_shows_them_as_they_are', () => {
  const picture = dayPicture('<script> & "day"', figuresOf(DAY, 1800), 'Asia/Shanghai');
  expect(picture).toContain('&#60;script&#62; &#38; &#34;day&#34;');
  expect(picture.match(/<rect [^>]*fill="#b3261e"/g)).toHaveLength(2);
  expect(picture).not.toMatch(/NaN|undefined/);
});
