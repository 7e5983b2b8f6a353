import { expect, test } from 'vitest';
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
