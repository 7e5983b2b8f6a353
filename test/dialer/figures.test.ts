import { expect, test } from 'vitest';
import { type AttemptCount, figuresOf } from '../../src/dialer/figures.ts';

function counted(
  outcome: AttemptCount['outcome'],
  attempts: number,
  more: Partial<AttemptCount> = {},
): AttemptCount {
  return {
    list: 'l1',
    hour: 0,
    mode: 'predictive',
    outcome,
    result: '',
    attempts,
    waited: ['connected', 'abandoned', 'hung-up'].includes(outcome) && more.mode !== 'preview' ? attempts : 0,
    ringMs: 0,
    talkMs: 0,
    ...more,
  };
}

test('counts are summed up, whatever they are of', () => {
  const figures = figuresOf([
    counted('connected', 30, { result: 'sale', ringMs: 100, talkMs: 7000 }),
    counted('connected', 60, { list: 'l2', ringMs: 50, talkMs: 1000 }),
    counted('abandoned', 5),
    counted('hung-up', 5),
    counted('machine', 20),
    counted('no-answer', 80, { ringMs: 900 }),
    counted('not-dialled', 7),
  ]);
  expect(figures).toEqual({
    attempts: 200,
    answered: 120,
    live: 100,
    connected: 90,
    abandoned: 5,
    hitRate: 0.45,
    liveRate: 0.5,
    abandonment: 0.05,
    ringMs: 1050,
    talkMs: 8000,
    outcomes: { connected: 90, abandoned: 5, 'hung-up': 5, machine: 20, 'no-answer': 80, 'not-dialled': 7 },
    results: { sale: 30 },
  });
});

test('calls that agents made themselves make the share of the abandoned no smaller', () => {
  const figures = figuresOf([
    counted('connected', 9),
    counted('abandoned', 1),
    counted('connected', 90, { mode: 'preview' }),
  ]);
  expect([figures.abandonment, figures.live]).toEqual([0.1, 100]);
});

test('shares of nothing are nothing, and what was taken back does not show', () => {
  const { hitRate, liveRate, abandonment, results, outcomes } = figuresOf([
    counted('busy', 0, { result: 'sale' }),
  ]);
  expect({ hitRate, liveRate, abandonment, results, outcomes }).toEqual({
    hitRate: 0,
    liveRate: 0,
    abandonment: 0,
    results: {},
    outcomes: {},
  });
});
