import { expect, test } from 'vitest';
import { beginsOf } from '../../src/queue/line.ts';
import { withHelp } from '../../src/queue/overflow.ts';
import { type Queue, skillAtLeast, skillQueue } from '../../src/queue/queue.ts';

const step = (skill: string, least: number, forMs: number) => ({
  needs: [skillAtLeast(skill, least)],
  forMs,
});
const general = skillQueue('general', { service: 5 });
const vip = (overflow: Queue['overflow'], ladder = [step('wealth', 9, 60_000), step('wealth', 7, 0)]) =>
  skillQueue('vip', {}, { ladder, overflow });
const QUEUES = new Map([general, skillQueue('card', { card: 5 })].map((queue) => [queue.name, queue]));
const shown = (queue: Queue) =>
  queue.ladder.map(({ needs, forMs }) => `${needs.map(({ text }) => text).join(' ')} for ${forMs}`);

test.each<[string, Queue, string[]]>([
  ['nobody helps where none is named', vip([]), ['skill.wealth >= 9 for 60000', 'skill.wealth >= 7 for 0']],
  [
    'after the ladder',
    vip([{ afterMs: 90_000, queue: 'general' }]),
    ['skill.wealth >= 9 for 60000', 'skill.wealth >= 7 for 30000', 'skill.service >= 5 for 0'],
  ],
  [
    'between its steps',
    vip([{ afterMs: 20_000, queue: 'general' }]),
    ['skill.wealth >= 9 for 20000', 'skill.service >= 5 for 40000', 'skill.wealth >= 7 for 0'],
  ],
  [
    'one after the other',
    vip(
      [
        { afterMs: 10_000, queue: 'card' },
        { afterMs: 30_000, queue: 'general' },
      ],
      [step('wealth', 9, 0)],
    ),
    ['skill.wealth >= 9 for 10000', 'skill.card >= 5 for 20000', 'skill.service >= 5 for 0'],
  ],
  [
    'a queue that is not there helps nobody',
    vip([{ afterMs: 10_000, queue: 'gone' }]),
    ['skill.wealth >= 9 for 60000', 'skill.wealth >= 7 for 0'],
  ],
])('%s', (_name, queue, wanted) => {
  expect(shown(withHelp(queue, QUEUES))).toEqual(wanted);
});

const NEVER = Number.POSITIVE_INFINITY;
const general20 = { afterMs: 20_000, queue: 'general' };
const card10 = { afterMs: 10_000, queue: 'card' };

test.each<[string, Queue['overflow'], boolean[], number[]]>([
  ['everybody is there', [general20], [true, true, true], [0, 20_000, 60_000]],
  ['nobody who helps is there: as without help', [general20], [true, false, true], [0, NEVER, 60_000]],
  [
    'nobody of the first step is there: the next is not kept waiting',
    [general20],
    [false, true, true],
    [NEVER, 0, 0],
  ],
  ['only who helps is there', [general20], [false, true, false], [NEVER, 0, NEVER]],
  ['only the last step is met', [general20], [false, false, true], [NEVER, NEVER, 0]],
  [
    'of two who help the first is away',
    [card10, general20],
    [true, false, true, true],
    [0, NEVER, 20_000, 60_000],
  ],
  ['only two who help are there', [card10, general20], [false, true, true, false], [NEVER, 0, 10_000, NEVER]],
  [
    'only the second who helps is there',
    [card10, general20],
    [false, false, true, false],
    [NEVER, NEVER, 0, NEVER],
  ],
  [
    'after a last step that nobody meets',
    [{ afterMs: 90_000, queue: 'general' }],
    [true, false, true],
    [0, NEVER, 60_000],
  ],
])('steps with help begin when %s', (_name, overflow, met, wanted) => {
  expect(beginsOf(withHelp(vip(overflow), QUEUES).ladder, met, 0)).toEqual(wanted);
});
