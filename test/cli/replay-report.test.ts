import { expect, test } from 'vitest';
import { figureLines } from '../../src/cli/replay-report.ts';

const row = (name: string) => ({ name, kind: 'count', better: 'more', values: [3, 3, 4] }) as const;

test.each(['answered', 'answered by who knows him', 'a name that is longer than its column is wide'])(
  'a row named "%s" has its figures after its name',
  (name) => {
    const lines = figureLines(['as it was', 'same rules', 'changed'], [{ targets: [], rows: [row(name)] }]);
    expect(lines.join('\n')).toMatch(new RegExp(`^  ${name} +3 +3 +4 +\\S*\\+1`, 'm'));
  },
);

test('what is longest of the figures of a day keeps the table within 80 columns', () => {
  const lines = figureLines(
    ['as it was', 'same rules', 'changed'],
    [{ targets: [], rows: [row('answered by who knows him'), row('waited')] }],
  );
  expect(new Set(lines.slice(2, 4).map((line) => line.length)).size).toBe(1);
  expect(lines[2]!.length).toBeLessThanOrEqual(80);
});
