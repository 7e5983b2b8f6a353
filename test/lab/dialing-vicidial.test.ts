import { expect, test } from 'vitest';
import { VicidialPacer } from '../../src/lab/dialing/vicidial.ts';
import {
  type LevelFacts,
  linesToDial,
  nextLevel,
  VICIDIAL_DEFAULT,
  type VicidialSettings,
} from '../../src/lab/dialing/vicidial-level.ts';

const QUIET: LevelFacts = {
  level: 2,
  ready: 0,
  waiting: 0,
  agents: 10,
  dialsLastMinute: 0,
  dropsLastMinute: 0,
  dialsToday: 0,
  dropsToday: 0,
  answersToday: 0,
  hhmm: 1300,
};
const OVER = { dialsToday: 1000, dropsToday: 31, answersToday: 1000 };

test.each<[string, Partial<LevelFacts>, Partial<VicidialSettings>, number]>([
  ['balanced, it stays', {}, {}, 2],
  ['agents who wait raise it by their share', { ready: 2 }, {}, 2.4],
  ['calls that wait lower it', { waiting: 2 }, {}, 1.6],
  ['a difference that is meant moves the balance', { ready: 1 }, { diffTarget: -1 }, 2],
  ['more intensity is faster up', { ready: 2 }, { intensity: 40 }, 2.56],
  ['and slower down', { waiting: 2 }, { intensity: 40 }, 1.76],
  ['less intensity is slower up', { ready: 2 }, { intensity: -80 }, 2.08],
  ['and faster down', { waiting: 2 }, { intensity: -80 }, 1.28],
  ['never above the maximum', { ready: 10 }, {}, 3],
  ['never below one', { waiting: 10 }, {}, 1],
  ['without agents it stays', { ready: 0, agents: 0, level: 1.5 }, {}, 1.5],
  ['a flood halves it', { level: 2.5, dialsLastMinute: 21, dropsLastMinute: 11 }, {}, 1.25],
  ['half of the dials is no flood', { dialsLastMinute: 22, dropsLastMinute: 11 }, {}, 2],
  ['nor are few dials', { dialsLastMinute: 20, dropsLastMinute: 20 }, {}, 2],
  ['over the limit, a hard one is one', OVER, {}, 1],
  ['average halves', { ...OVER, level: 2.8 }, { method: 'average' }, 1.4],
  ['tapered takes the clock for a number', { ...OVER, hhmm: 1530 }, { method: 'tapered' }, 1.14],
  ['early it cuts nothing', { ...OVER, hhmm: 900 }, { method: 'tapered' }, 2],
  ['late it is one', { ...OVER, hhmm: 2130 }, { method: 'tapered' }, 1],
  ['at the limit nothing is cut', { ...OVER, dropsToday: 30 }, {}, 2],
  ['a limit of its own counts', { ...OVER, dropsToday: 26 }, { dropPercent: 2.5 }, 1],
  ['fifty calls are too few to judge', { ...OVER, dialsToday: 50 }, {}, 2],
])('the level: %s', (_name, facts, settings, expected) => {
  expect(nextLevel({ ...QUIET, ...facts }, { ...VICIDIAL_DEFAULT, ...settings })).toBeCloseTo(expected, 10);
});

test.each([
  ['all who are not paused count', 1.5, { ready: 2, talking: 8, dialling: 0, waiting: 0 }, false, 7],
  ['what is under way is there already', 1.5, { ready: 2, talking: 8, dialling: 5, waiting: 1 }, false, 1],
  ['never less than none', 1, { ready: 0, talking: 8, dialling: 5, waiting: 0 }, false, 0],
  ['only those who wait', 2.5, { ready: 3, talking: 8, dialling: 4, waiting: 1 }, true, 3],
  ['nobody waits', 3, { ready: 0, talking: 8, dialling: 0, waiting: 0 }, true, 0],
])('the lines: %s', (_name, level, facts, availableOnly, expected) => {
  expect(linesToDial(level, facts, availableOnly)).toBe(expected);
});

test('it dials every 2.5 seconds and adapts every 15', () => {
  const pacer = new VicidialPacer(VICIDIAL_DEFAULT, 0);
  for (let agent = 0; agent < 10; agent += 1) pacer.setAgent(`a${agent}`, 'idle');
  const dials: [number, number][] = [];
  for (let now = 0; now <= 20_000; now += 500) {
    const { dial } = pacer.decide(now);
    if (dial.length > 0) dials.push([now, dial.length]);
  }
  // Nobody takes note of the dials here, so that each time all lines of the level are asked for: ten at level 1, twenty at level 2.
  expect(dials).toEqual([
    [0, 10],
    [2500, 10],
    [5000, 10],
    [7500, 10],
    [10_000, 10],
    [12_500, 10],
    [15_000, 20],
    [17_500, 20],
    [20_000, 20],
  ]);
});
