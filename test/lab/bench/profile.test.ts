import type { Profiler } from 'node:inspector';
import { expect, test } from 'vitest';
import { costliest } from '../../../src/lab/bench/profile.ts';

function node(id: number, functionName: string, url: string, children: number[] = []): Profiler.ProfileNode {
  return { id, children, callFrame: { functionName, url, scriptId: '0', lineNumber: 9, columnNumber: 0 } };
}

const PROFILE: Profiler.Profile = {
  nodes: [
    node(1, '(root)', '', [2, 6]),
    node(2, '(idle)', ''),
    node(6, 'work', 'file:///somewhere/src/engine/engine.ts', [3]),
    node(3, 'turn', 'file:///somewhere/src/engine/turn.ts', [4]),
    node(4, 'send', 'file:///somewhere/node_modules/ws/lib/sender.js', [5]),
    node(5, 'writev', ''),
  ],
  startTime: 0,
  endTime: 100,
  samples: [2, 3, 5, 5, 4],
  timeDeltas: [50, 10, 10, 10, 10],
};

test('the time of libraries and of the system counts for the function of ours that asked for it; waiting counts for nobody', () => {
  expect(costliest(PROFILE, 1000)).toBe(
    'by place, µs per call\n   500.0  native\n   250.0  src/engine\n   250.0  ws\n\n' +
      'by function, its own time, µs per call\n   500.0  writev  native:10\n   250.0  turn  src/engine/turn.ts:10\n   250.0  send  ws:10\n\n' +
      'by function of ours, with what it calls in libraries, Node and the system, µs per call\n  1000.0  turn  src/engine/turn.ts:10\n',
  );
});
