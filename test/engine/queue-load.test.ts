import { expect, test } from 'vitest';
import { QueueLoads } from '../../src/engine/queue-load.ts';
import type { CentreState } from '../../src/engine/state.ts';
import { aCall, START } from '../store/examples.ts';

const QUEUES = ['cards', 'loans', 'vip'];

test('who waits is told by queue, those who are offered too, and each call is looked at once', () => {
  const phases = [
    { at: 'queued', queue: 'cards', since: START },
    { at: 'offered', queue: 'vip', since: START + 1 },
    { at: 'flow' },
    { at: 'queued', queue: 'cards', since: START + 2 },
    { at: 'queued', queue: 'gone', since: START + 3 },
  ];
  let looks = 0;
  const calls = new Map(
    phases.map((phase, at) => {
      const call = aCall({ id: `c${at}` });
      const looked = () => {
        looks += 1;
        return phase;
      };
      return [call.id, Object.defineProperty(call, 'phase', { get: looked })] as const;
    }),
  );
  const strength = { working: 1, ready: 0, loggedIn: 1 };
  const state = {
    calls,
    floor: {
      rules: { queues: new Map(QUEUES.map((name) => [name, { name, wrapUpMs: 0 }])) },
      strengthOf: () => strength,
    },
    lineIn: () => ({ waiting: 0 }),
  } as unknown as CentreState;
  const all = new QueueLoads(state).all(START);
  expect(all.map(({ queue, waiting }) => [queue.name, waiting.map(({ call }) => call)])).toEqual([
    ['cards', ['c0', 'c3']],
    ['loans', []],
    ['vip', ['c1']],
  ]);
  expect(looks).toBe(phases.length);
});
