import { expect, test } from 'vitest';
import { ratioCandidates, vicidialCandidates } from '../../src/lab/bench/dialer/candidates.ts';
import { readOptions, SIZES } from '../../src/lab/bench/dialer/options.ts';
import { rowsText } from '../../src/lab/bench/dialer/report.ts';
import { rowOf } from '../../src/lab/bench/dialer/rows.ts';
import {
  contestantFor,
  DIALING_POLICIES,
  makePolicy,
  TUNED_POLICIES,
  WINNERS,
} from '../../src/lab/dialing/contestants.ts';
import { daysOver, figuresOf, type ShiftFigures } from '../../src/lab/dialing/figures.ts';
import { playShift } from '../../src/lab/dialing/play-shift.ts';
import { predicted, predictShift } from '../../src/lab/dialing/prediction.ts';
import { DIALING_SCENARIOS } from '../../src/lab/dialing/scenario.ts';
import { referenceSetup } from '../../src/lab/dialing/setup.ts';

const day = (answers: number, abandoned: number): Pick<ShiftFigures, 'answers' | 'abandoned'> => ({
  answers,
  abandoned,
});
const days = (count: number, answers: number, abandoned: number) =>
  Array.from({ length: count }, () => day(answers, abandoned));

test.each([
  ['all is well', [...days(3, 1000, 30)], 0],
  ['one day is over', [day(1000, 31), ...days(3, 1000, 20)], 1],
  ['one day is over, and takes all days together with it', [day(1000, 60), day(1000, 29)], 2],
  ['nobody answered', days(2, 0, 0), 0],
  [
    'thirty days in a row are one window, and the next days make others',
    [...days(20, 100, 4), ...days(20, 100, 2)],
    25,
  ],
])('%s', (_name, seen, over) => {
  expect(daysOver(seen)).toBe(over);
});

test('a row is the mean of its days, with the error of the mean', () => {
  const usual = { over30: 0, over60: 0, meanWaitS: 10, dialsPerAgentHour: 80, cancels: 0.1, answers: 100 };
  const seen: ShiftFigures[] = [
    { ...usual, talkShare: 0.7, abandoned: 2, abandonment: 0.02, worst30: 0.04, worst60: 0.03 },
    { ...usual, talkShare: 0.8, abandoned: 4, abandonment: 0.04, worst30: 0.08, worst60: 0.05 },
  ];
  expect(rowOf(seen)).toMatchObject({
    talkShare: 75,
    stdErr: 5,
    abandonment: 3,
    abandonmentMax: 4,
    worst30: 6,
    worst60: 4,
    worst30Max: 8,
    worst60Max: 5,
    daysOver: 1,
    cancelShare: 10,
    seeds: 2,
  });
});

test('the bench has a policy for every name, scenario and size', () => {
  for (const scenario of DIALING_SCENARIOS)
    for (const agents of SIZES)
      for (const policy of DIALING_POLICIES)
        expect(() => makePolicy(contestantFor(policy, scenario, agents))).not.toThrow();
});

test('what was best in hindsight is one of those that were tried, for every scenario and size', () => {
  expect(WINNERS).toHaveLength(DIALING_SCENARIOS.length * SIZES.length * TUNED_POLICIES.length);
  for (const { agents, policy, contestant } of WINNERS) {
    const tried = policy === 'ratio' ? ratioCandidates(agents) : vicidialCandidates(agents);
    expect(tried).toContainEqual(contestant);
  }
});

test('at least 200 settings of VICIdial are tried, each once', () => {
  for (const agents of SIZES) {
    const tried = vicidialCandidates(agents).map((candidate) => JSON.stringify(candidate));
    expect(new Set(tried).size).toBe(tried.length);
    expect(tried.length).toBeGreaterThanOrEqual(200);
  }
});

test.each(DIALING_POLICIES)('%s plays the same shift again, and lets nobody go early', (policy) => {
  const setup = { ...referenceSetup('all', 10), lastsMs: 1_800_000 };
  const play = () => playShift(setup, 11, makePolicy(contestantFor(policy, 'all', 10)));
  const tally = play();
  expect(play()).toEqual(tally);
  expect(tally.connects).toBeGreaterThan(20);
  expect(tally.leastRingMs).toBeGreaterThanOrEqual(15_000);
});

test('the table names every row and the bound', () => {
  const setup = { ...referenceSetup('flat', 10), lastsMs: 600_000 };
  const row = rowOf(
    [1, 2].map((seed) => figuresOf(playShift(setup, seed, makePolicy({ kind: 'progressive' })))),
  );
  const text = rowsText([{ scenario: 'flat', agents: 10, policy: 'progressive', ...row }]);
  expect(text).toContain('flat, 10 agents, 2 days');
  expect(text).toContain(row.talkShare.toFixed(2));
  expect(text).toContain('85.70');
});

test.each([
  [['--scenario', 'all,flat'], { scenarios: ['flat', 'all'], sizes: [10, 50, 300] }],
  [
    ['--agents', '50', '--policy', 'carillon', '--json'],
    { sizes: [50], policies: ['carillon'], isJson: true },
  ],
  [['--seeds', '3'], { seeds: [1, 2, 3], does: 'compare' }],
  [['--tune'], { does: 'tune' }],
  [['--predict', '--agents', '7', '--minutes', '2'], { does: 'predict', sizes: [7], minutes: 2 }],
])('options %j', (args, expected) => {
  expect(readOptions(args)).toMatchObject(expected);
});

test.each([
  [['--scenario', 'flot'], '--scenario flot: choose from flat, drift'],
  [['--agents', '20'], '--agents 20: choose from 10, 50, 300'],
  [['--seeds', '1'], '--seeds 1: give a whole number, at least 2'],
  [['--seeds', '2.5'], '--seeds 2.5'],
  [['--no-such'], '--no-such'],
])('options %j are refused with a reason', (args, reason) => {
  expect(() => readOptions(args)).toThrow(reason);
});

test('an interval of prediction cuts 2.5 % of the runs off at either end', () => {
  const values = Array.from({ length: 399 }, (_, index) => 399 - index);
  expect(predicted(values)).toEqual({ mean: 200, low: 10, high: 390 });
});

test('about one run in twenty of other seeds is outside of its interval', () => {
  const setup = { ...referenceSetup('flat', 10), lastsMs: 600_000 };
  const { connects } = predictShift(
    setup,
    makePolicy({ kind: 'fixed-level', level: 1.2, availableOnly: false }),
    200,
  );
  let outside = 0;
  for (let seed = 1001; seed <= 1200; seed += 1) {
    const tally = playShift(
      setup,
      seed,
      makePolicy({ kind: 'fixed-level', level: 1.2, availableOnly: false }),
    );
    if (tally.connects < connects.low || tally.connects > connects.high) outside += 1;
  }
  expect(outside).toBeGreaterThan(0);
  expect(outside).toBeLessThan(24);
});
