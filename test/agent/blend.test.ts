import { expect, test } from 'vitest';
import { lendable, usualKeepBack } from '../../src/agent/blend.ts';

test.each([
  ['more are ready than are kept back', { mayDial: 10, ready: 10, keepBack: 3, waiting: 0 }, 7],
  ['no more than may dial', { mayDial: 2, ready: 10, keepBack: 3, waiting: 0 }, 2],
  ['others are kept back', { mayDial: 3, ready: 10, keepBack: 8, waiting: 0 }, 2],
  ['just as many', { mayDial: 3, ready: 3, keepBack: 3, waiting: 0 }, 0],
  ['fewer', { mayDial: 2, ready: 2, keepBack: 3, waiting: 0 }, 0],
  ['nothing is kept back', { mayDial: 4, ready: 4, keepBack: 0, waiting: 0 }, 4],
  ['somebody waits', { mayDial: 4, ready: 4, keepBack: 0, waiting: 1 }, 0],
  ['nobody is ready', { mayDial: 0, ready: 0, keepBack: 0, waiting: 0 }, 0],
])('lent to outbound calls: %s', (_name, counts, lent) => {
  expect(lendable(counts)).toBe(lent);
});

test.each([
  [0, 0],
  [1, 1],
  [10, 3],
  [100, 5],
  [1000, 7],
  [10_000, 10],
])('of %i agents, %i are kept back', (agents, kept) => {
  expect(usualKeepBack(agents)).toBe(kept);
});
