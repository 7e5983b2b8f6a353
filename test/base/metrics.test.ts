import { expect, test } from 'vitest';
import { Counter, exposition, Gauge, Histogram } from '../../src/base/metrics.ts';

test('the text is that of Prometheus, with nothing in a label that could end it', () => {
  const calls = new Counter({ name: 'calls_total', help: 'Calls\nand \\ more.', labels: ['queue', 'why'] });
  calls.add(1, 'a "b"\n\\', 'x');
  calls.add(2, 'a "b"\n\\', 'x');
  const never = new Counter({ name: 'never_total', help: 'Never.' });
  const waits = new Histogram({ name: 'wait_seconds', help: 'Waits.', labels: ['queue'] }, [1, 5]);
  for (const seconds of [0.5, 1, 3, 60]) waits.observe(seconds, 'vip');
  const level = new Gauge({ name: 'level', help: 'Level.' }, () => [[[], Number.POSITIVE_INFINITY]]);
  expect(exposition([calls, never, waits, level])).toBe(`# HELP calls_total Calls\\nand \\\\ more.
# TYPE calls_total counter
calls_total{queue="a \\"b\\"\\n\\\\",why="x"} 3
# HELP never_total Never.
# TYPE never_total counter
never_total 0
# HELP wait_seconds Waits.
# TYPE wait_seconds histogram
wait_seconds_bucket{queue="vip",le="1"} 2
wait_seconds_bucket{queue="vip",le="5"} 3
wait_seconds_bucket{queue="vip",le="+Inf"} 4
wait_seconds_sum{queue="vip"} 64.5
wait_seconds_count{queue="vip"} 4
# HELP level Level.
# TYPE level gauge
level +Inf
`);
});

test('labels that come without end are counted together, and none is lost', () => {
  const calls = new Counter({ name: 'calls_total', help: 'Calls.', labels: ['cause'] });
  const waits = new Histogram({ name: 'wait_seconds', help: 'Waits.', labels: ['cause'] }, [1]);
  for (let cause = 0; cause < 5000; cause += 1) {
    calls.add(1, `cause-${cause}`);
    waits.observe(1, `cause-${cause}`);
  }
  expect(calls.lines().length).toBeLessThan(400);
  expect(waits.lines().length).toBeLessThan(1600);
  const sum = (lines: string[]) => lines.reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);
  expect(sum(calls.lines())).toBe(5000);
  expect(sum(waits.lines().filter((line) => line.includes('_count')))).toBe(5000);
});
