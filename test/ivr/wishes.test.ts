import { expect, test } from 'vitest';
import { VERBS } from '../../src/engine/verbs.ts';
import { crossCheck } from '../../src/ivr/cross-check.ts';
import { digest } from '../../src/ivr/flow-files.ts';
import { FlowReader } from '../../src/ivr/flow-set.ts';
import { problemText } from '../../src/ivr/report.ts';
import { ExpressionCompiler } from '../../src/queue/expression.ts';
import { routingRules, wrongWish } from '../../src/queue/rules.ts';

const DECLARED = {
  skills: ['english'],
  attributes: { agent: {}, caller: { dialect: { type: 'text', sensitive: false } } },
  sensitiveUse: { permitted: [], reason: '' },
} as const;
const RULES = routingRules('fifo', [], DECLARED, new ExpressionCompiler(DECLARED));

function problemsOf(more: string): string[] {
  const text = [
    'flow: line',
    'numbers: ["1"]',
    'start: wait',
    'steps:',
    '  wait:',
    `    queue: { name: general, ${more} }`,
    '    then: { done: end, timeout: end, no-agents: end }',
    '  end: { hangup: {} }',
    '',
  ].join('\n');
  const knowledge = {
    names: () => undefined,
    isRecorded: () => false,
    wrongWish: (wish: Parameters<typeof wrongWish>[1]) => wrongWish(RULES, wish),
    now: () => 0,
  };
  const set = new FlowReader(VERBS, digest).read([{ file: 'line.yaml', text }], knowledge);
  const flows = set.flows.flatMap(({ flow }) => flow ?? []);
  return [...set.flows.flatMap(({ problems }) => problems), ...crossCheck(flows, set.shared, knowledge)].map(
    problemText,
  );
}

test.each(['needs: [skill.english >= 7]', 'prefers: [skill.english]', 'with: { dialect: \'"fujian"\' }'])(
  'a queue step with %s is in order',
  (more) => {
    expect(problemsOf(more)).toEqual([]);
  },
);

test.each([
  ['needs: [skill.klingon >= 7]', 'skill.klingon >= 7'],
  ['needs: [skill.english]', 'skill.english'],
  ['prefers: ["caller.hair == 1"]', 'caller.hair == 1'],
  ['needs: ["1 +"]', '1 +'],
])('%s is named with its line', (more, wish) => {
  const [problem, ...others] = problemsOf(more);
  expect(others).toEqual([]);
  expect(problem).toMatch(/^line\.yaml:5:3 the routing rules do not understand /);
  expect(problem).toContain(`"${wish}"`);
});
