import { expect, test } from 'vitest';
import { loadResultIn } from '../../../src/lab/bench/sipp-figures.ts';

const TITLES = [
  'ElapsedTime(C)',
  'OutgoingCall(C)',
  'SuccessfulCall(C)',
  'FailedCall(C)',
  'Retransmissions(C)',
  'CallLength(C)',
];
const counts = (...rows: (readonly [elapsed: string, made: number])[]): string =>
  [TITLES, ...rows.map(([elapsed, made]) => [elapsed, made, made - 1, 1, 2, '00:00:00:204500'])]
    .map((row) => `${row.join(';')};`)
    .join('\n');

test('the rate that was offered is the one at which calls were made, not that of the answers, nor over the time after the last', () => {
  const result = loadResultIn({
    counts: counts(
      ['00:00:01:000000', 200],
      ['00:00:02:000000', 400],
      ['00:00:03:000000', 500],
      ['00:00:09:000000', 500],
    ),
    answers: 'Date_ms;response_time_ms;rtd_no\n1000;4;1\n1500;8;1\n3000;12;1\n',
    errors: '',
  });
  expect(result).toEqual({
    completed: 499,
    failed: 1,
    firstFailure: '',
    retransmissions: 2,
    callMs: 204.5,
    offeredRate: 200,
    rate: 1,
    setupMs: { mean: 8, p50: 8, p95: 8, max: 12 },
  });
});

test('a load of which nothing was counted has no figures', () => {
  expect(loadResultIn({ counts: '', answers: '', errors: '' })).toBeUndefined();
});
