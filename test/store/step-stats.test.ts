import { expect, test } from 'vitest';
import { callersIn } from '../../src/ivr/statistics.ts';
import { StepStats } from '../../src/ivr/store.ts';
import { aCall, aStepLeft, openStore, START, theChanges } from './examples.ts';

const HOUR = 3_600_000;
/** Everything that these tests commit. */
const ALL = { flow: 'hotline', from: START - HOUR, to: START + 10 * HOUR };

/** Statistics over steps that were left, in one commit per list. */
async function statsAfter(...commits: ReturnType<typeof aStepLeft>[][]) {
  const { database, store } = openStore();
  for (const stepsLeft of commits) await store.commit(theChanges({ stepsLeft }));
  return { database, stats: new StepStats(database) };
}

test('what became of callers in a step is summed over a commit and over commits', async () => {
  const { stats } = await statsAfter(
    [aStepLeft({ ms: 1000 }), aStepLeft({ ms: 3000 }), aStepLeft({ exit: 'hung-up', ms: 8000 })],
    [aStepLeft({ exit: 'silence', ms: 0 }), aStepLeft({ step: 'welcome', exit: 'next', ms: 2500 })],
  );
  expect(await stats.of(ALL)).toEqual([
    {
      step: 'main',
      entered: 4,
      live: 0,
      byExit: { '1': 2, silence: 1, 'hung-up': 1 },
      hungUp: 1,
      dropOff: 0.25,
      meanMs: 3000,
    },
    { step: 'welcome', entered: 1, live: 0, byExit: { next: 1 }, hungUp: 0, dropOff: 0, meanMs: 2500 },
  ]);
});

test('one row stands for an hour, however many callers there were', async () => {
  const crowd = Array.from({ length: 500 }, (_, index) => aStepLeft({ at: START + index }));
  const { database, stats } = await statsAfter(crowd, crowd, [aStepLeft({ at: START + HOUR })]);
  expect(database.prepare('select hour, count, total_ms from step_stat order by hour').all()).toEqual([
    { hour: START, count: 1000, total_ms: 1_000_000 },
    { hour: START + HOUR, count: 1, total_ms: 1000 },
  ]);
  expect(await stats.of(ALL)).toMatchObject([{ entered: 1001, byExit: { '1': 1001 } }]);
});

test('a question names a flow, a span of whole hours and, if it likes, a version', async () => {
  const { stats } = await statsAfter([
    aStepLeft({ at: START - 1 }),
    aStepLeft({ at: START }),
    aStepLeft({ at: START + HOUR - 1, version: 'v2' }),
    aStepLeft({ at: START + HOUR }),
    aStepLeft({ flow: 'other' }),
  ]);
  const enteredIn = async (query: object) => (await stats.of({ ...ALL, ...query })).map((one) => one.entered);
  expect(await enteredIn({})).toEqual([4]);
  expect(await enteredIn({ version: 'v2' })).toEqual([1]);
  expect(await enteredIn({ from: START + 1, to: START + 2 })).toEqual([2]);
  expect(await enteredIn({ from: START, to: START + HOUR })).toEqual([2]);
  expect(await enteredIn({ from: START + HOUR, to: START + HOUR })).toEqual([]);
  expect(await enteredIn({ flow: "hotline' or 1=1 --" })).toEqual([]);
});

test('who is in a step now has entered it, and has not dropped off', async () => {
  const { stats } = await statsAfter([aStepLeft({ exit: 'hung-up' })]);
  const live = new Map([
    ['main', 3],
    ['agent', 2],
  ]);
  expect(await stats.of(ALL, live)).toMatchObject([
    { step: 'main', entered: 4, live: 3, hungUp: 1, dropOff: 1 },
    { step: 'agent', entered: 2, live: 2, byExit: {}, hungUp: 0, dropOff: 0 },
  ]);
  expect((await stats.of(ALL, live))[1]).not.toHaveProperty('meanMs');
});

test('a way out may have any name', async () => {
  const exits = ['constructor', 'toString', 'hung-up', '好'];
  const { stats } = await statsAfter(exits.map((exit) => aStepLeft({ exit })));
  const [main] = await stats.of(ALL);
  expect(Object.keys(main!.byExit).sort()).toEqual([...exits].sort());
});

test('live callers are counted in their step and in those that called the flow they are in', () => {
  const at = (flow: string, step: string, version = 'v1') =>
    ({ flow, version, step, run: 1, entry: 1, since: START }) as const;
  const calls = [
    aCall({ cursor: at('hotline', 'main') }),
    aCall({ cursor: at('hotline', 'main', 'v2') }),
    aCall({ cursor: at('pin', 'ask'), stack: [{ cursor: at('hotline', 'identify'), variables: {} }] }),
    aCall(),
  ];
  expect([...callersIn(calls, 'hotline')]).toEqual([
    ['main', 2],
    ['identify', 1],
  ]);
  expect([...callersIn(calls, 'hotline', 'v2')]).toEqual([['main', 1]]);
  expect([...callersIn(calls, 'pin')]).toEqual([['ask', 1]]);
});
