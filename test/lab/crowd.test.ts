import { expect, test } from 'vitest';
import { playDay } from '../../src/lab/day/day.ts';
import { skillQueue } from '../../src/queue/queue.ts';
import { routingRules } from '../../src/queue/rules.ts';
import { callers, scenario, team } from './day-scenario.ts';

/** By hand: `LAB_CROWD=100000 npx vitest run test/lab/crowd.test.ts`. */
const CROWD = Number(process.env.LAB_CROWD ?? 10_000);

test('given_a_crowd_that_waits_for_ten_agents_then_the_first_come_first_and_everybody_leaves_in_time', async () => {
  const { figures, broken } = await playDay(
    scenario({
      rules: routingRules('service-level', [skillQueue('general', { service: 5 }, { maxWaitMs: 900_000 })]),
      callers: [
        callers('crowd', { calls: CROWD, tier: '', patience: { meanMs: 3_600_000, law: 'fixed', cv: 0 } }),
      ],
      agents: [team('few', { count: 10 })],
    }),
  );
  const { offered, answered, sentAway } = figures.total;
  expect(broken).toEqual([]);
  expect(offered).toBe(CROWD);
  expect(answered).toBeGreaterThan(100);
  expect(answered + sentAway).toBe(CROWD);
}, 300_000);
