import { expect, test } from 'vitest';
import { playDay } from '../../src/lab/day/day.ts';
import { firstFit, soonestMs, withOverflow } from '../../src/lab/day/fit.ts';
import { randomScenario } from '../../src/lab/day/random-scenario.ts';
import { type Queue, skillAtLeast, skillQueue } from '../../src/queue/queue.ts';
import { routingRules } from '../../src/queue/rules.ts';
import { callers, scenario, team } from './day-scenario.ts';

const card = skillQueue('card', { card: 5 }, { overflow: [{ afterMs: 10_000, queue: 'general' }] });
const general = skillQueue('general', { service: 5 });
/** Too few for cards, and enough for everybody else. */
const day = scenario({
  rules: routingRules('service-level', [general, card]),
  callers: [callers('cards', { queue: 'card', calls: 60 })],
  agents: [team('service', { count: 3 }), team('cards', { count: 1, skills: { card: 8 } })],
});

test('who helps another queue when it overflows fits its callers', async () => {
  const { broken, brokenCount } = await playDay(day);
  expect(broken).toEqual([]);
  expect(brokenCount).toBe(0);
});

test('given_an_engine_that_lets_help_whoever_fits_no_queue_of_his_then_it_is_seen_and_all_of_it_counted', async () => {
  const { rules } = day;
  const anybody: Queue = { ...card, ladder: [{ needs: [], forMs: 0 }] };
  const wrong = { ...rules, helped: (queue: Queue) => (queue.name === 'card' ? anybody : queue) };
  const { broken, brokenCount } = await playDay({ ...day, rules: wrong });
  expect(broken.map(({ invariant }) => invariant)).toContain('unfit-offer');
  expect(brokenCount).toBeGreaterThan(broken.length);
});

test('help begins at its wait, between the steps of the queue, and a queue that is not there helps nobody', () => {
  const steps = [
    { needs: card.ladder[0]!.needs, forMs: 30_000 },
    { needs: [], forMs: 0 },
  ];
  const overflow = [...card.overflow, { afterMs: 5000, queue: 'nowhere' }];
  const helped = withOverflow({ ...card, ladder: steps, overflow }, new Map([['general', general]]));
  expect(helped.ladder.map(({ forMs }) => forMs)).toEqual([10_000, 20_000, 0]);
  const helper = { id: 'h', skills: { service: 8 }, attributes: {} };
  expect(firstFit(helper, { tier: '', language: 'en', attributes: {} }, helped, [])).toBe(1);
});

/** Nobody is there who could help; who knows cards less well is asked after 40 s. */
const nobodyHelps = () => {
  const wide = skillQueue(
    'card',
    {},
    {
      ladder: [
        { needs: [skillAtLeast('card', 8)], forMs: 40_000 },
        { needs: [skillAtLeast('card', 5)], forMs: 0 },
      ],
      overflow: [{ afterMs: 10_000, queue: 'general' }],
    },
  );
  return scenario({
    rules: routingRules('service-level', [general, wide]),
    callers: [callers('cards', { queue: 'card', calls: 60 })],
    agents: [
      team('cards', { count: 1, skills: { card: 8 } }),
      team('others', { count: 3, skills: { card: 6 } }),
    ],
  });
};

test('given nobody who helps then the steps of the queue begin as without help', async () => {
  const { broken } = await playDay(nobodyHelps());
  expect(broken).toEqual([]);
});

test('given_an_engine_that_skips_time_of_the_queue_with_who_does_not_help_then_it_is_seen', async () => {
  const early = nobodyHelps();
  const { rules } = early;
  const asOwn = (queue: Queue): Queue => ({
    ...queue,
    ladder: rules.helped(queue).ladder.map(({ needs, forMs }) => ({ needs, forMs })),
  });
  const { broken } = await playDay({ ...early, rules: { ...rules, helped: asOwn } });
  expect(broken.map(({ invariant }) => invariant)).toContain('unfit-offer');
});

test.each<[string, number[], number[], number]>([
  ['everybody is there', [0, 1, 2], [], 30_000],
  ['nobody helps', [0, 2], [], 30_000],
  ['its first step is not met', [1, 2], [], 0],
  ['only who helps is there', [1], [], 20_000],
  ['somebody of its own may be there besides', [1], [2], 0],
])('the last step of a queue with help begins at the soonest when %s', (_who, there, perhaps, wanted) => {
  const steps = [{ needs: card.ladder[0]!.needs, forMs: 30_000 }, ...general.ladder];
  const helped = withOverflow({ ...card, ladder: steps }, new Map([['general', general]]));
  expect(soonestMs(helped, 2, new Set(there), new Set(perhaps))).toBe(wanted);
});

test('some of the small centres have queues that overflow', () => {
  const seeds = Array.from({ length: 30 }, (_, seed) => randomScenario(seed));
  const overflowing = seeds.filter(({ rules }) =>
    [...rules.queues.values()].some((one) => one.overflow.length > 0),
  );
  expect(overflowing.length).toBeGreaterThan(5);
});
