import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Matcher } from '../../src/queue/matcher.ts';
import {
  type Condition,
  type LadderStep,
  type Order,
  type Preference,
  type Queue,
  skillAtLeast,
  skillQueue,
  USUAL_LANE,
  type Waiting,
} from '../../src/queue/queue.ts';
import { DelayRatio } from '../../src/queue/service-level.ts';

const NOW = 1_000_000;

const matcherOf = (order: Order = 'service-level'): Matcher => new Matcher(order, new DelayRatio());

function agent(
  matcher: Matcher,
  id: string,
  skills: Record<string, number>,
  readySince: number | undefined,
  more: {
    attributes?: Record<string, string | readonly string[]>;
    present?: boolean;
    working?: boolean;
  } = {},
): void {
  const { attributes = {}, present = true, working = true } = more;
  const ready = readySince === undefined ? {} : { readySince };
  matcher.setAgent({ facts: { id, skills, attributes }, present, working, ...ready });
}

const caller = (
  call: string,
  queue: Queue,
  since: number,
  more: Partial<Waiting> & { tier?: string } = {},
): Waiting => {
  const { tier = '', ...rest } = more;
  return { call, queue, since, caller: { tier, language: 'zh-CN', attributes: {} }, ...rest };
};

const pairs = (matcher: Matcher, now = NOW): string[] =>
  matcher.offers(now).map(({ call, agent: who }) => `${call}>${who}`);

const general = skillQueue('general', { service: 5 });

describe('who of the ready', () => {
  test('given_nobody_fit_then_nobody_is_offered', () => {
    const matcher = matcherOf();
    agent(matcher, 'a', { service: 4.9 }, NOW - 10);
    agent(matcher, 'b', {}, NOW - 10);
    matcher.setWaiting(caller('1', general, NOW));
    expect(pairs(matcher)).toEqual([]);
  });

  test('given_a_score_of_a_fraction_then_exactly_it_is_enough', () => {
    const matcher = matcherOf();
    agent(matcher, 'a', { wealth: 9.4 }, NOW - 20);
    agent(matcher, 'b', { wealth: 9.5 }, NOW - 10);
    matcher.setWaiting(caller('1', skillQueue('vip', { wealth: 9.5 }), NOW));
    expect(pairs(matcher)).toEqual(['1>b']);
  });

  test('given_several_then_the_longest_idle_of_any_profile', () => {
    const matcher = matcherOf();
    agent(matcher, 'a', { service: 9 }, NOW - 10);
    agent(matcher, 'b', { service: 6 }, NOW - 30);
    agent(matcher, 'c', { service: 9 }, NOW - 20);
    matcher.setWaiting(caller('1', general, NOW));
    matcher.setWaiting(caller('2', general, NOW));
    matcher.setWaiting(caller('3', general, NOW));
    expect(pairs(matcher)).toEqual(['1>b', '2>c', '3>a']);
  });

  test('given_a_preference_then_the_best_score_before_the_longest_idle', () => {
    const bySkill: Preference = {
      text: 'skill.service',
      looksAt: [],
      score: ({ skills }) => skills.service ?? 0,
    };
    const matcher = matcherOf();
    agent(matcher, 'idle', { service: 6 }, NOW - 99);
    agent(matcher, 'best', { service: 9 }, NOW - 1);
    matcher.setWaiting(caller('1', skillQueue('q', { service: 5 }, { prefers: [bySkill] }), NOW));
    const [offer] = matcher.offers(NOW);
    expect(offer).toMatchObject({ agent: 'best', why: { rule: 'best-score', score: 9, fit: 2 } });
    expect(offer!.why.considered).toEqual([
      { agent: 'best', alike: 1, score: 9, idleMs: 1 },
      { agent: 'idle', alike: 1, score: 6, idleMs: 99 },
    ]);
  });

  test('given_a_preference_that_looks_at_the_caller_then_high_response_gets_high_skill', () => {
    const sales: Preference = {
      text: 'skill.sales * caller.response',
      looksAt: ['response'],
      score: ({ skills }, { attributes }) => (skills.sales ?? 0) * Number(attributes.response ?? 0),
    };
    const queue = skillQueue('q', {}, { prefers: [sales] });
    const matcher = matcherOf();
    agent(matcher, 'beginner', { sales: 2 }, NOW - 99);
    agent(matcher, 'seller', { sales: 9 }, NOW - 1);
    const of = (response: number) => ({ tier: '', language: '', attributes: { response } });
    matcher.setWaiting({ call: 'cold', queue, since: NOW - 5, caller: of(0) });
    matcher.setWaiting({ call: 'warm', queue, since: NOW, caller: of(0.9) });
    expect(pairs(matcher)).toEqual(['cold>beginner', 'warm>seller']);
  });

  test.each([
    ['a need that throws', { ladder: [{ needs: [throwing()], forMs: 0 }] }, []],
    ['a preference that throws', { prefers: [{ text: 'x', looksAt: [], score: fails }] }, ['1>a']],
    [
      'a preference that is no number',
      { prefers: [{ text: 'x', looksAt: [], score: () => Number.NaN }] },
      ['1>a'],
    ],
  ])('given_%s_then_it_does_not_hold_or_counts_nothing', (_name, rules, expected) => {
    const matcher = matcherOf();
    agent(matcher, 'a', {}, NOW);
    matcher.setWaiting(caller('1', skillQueue('q', {}, rules), NOW));
    expect(pairs(matcher)).toEqual(expected);
  });
});

describe('relaxing', () => {
  const ladder: LadderStep[] = [
    { needs: [skillAtLeast('wealth', 9)], forMs: 20_000 },
    { needs: [skillAtLeast('wealth', 7)], forMs: 30_000 },
    { needs: [], forMs: 0 },
  ];
  const vip = skillQueue('vip', {}, { ladder });

  test('given_steps_then_each_joins_in_its_time_and_says_when', () => {
    const matcher = matcherOf();
    agent(matcher, 'nine', { wealth: 9 }, undefined);
    agent(matcher, 'seven', { wealth: 7 }, NOW);
    agent(matcher, 'none', {}, NOW);
    matcher.setWaiting(caller('1', vip, NOW));
    expect(pairs(matcher)).toEqual([]);
    expect(matcher.nextDue(NOW)).toBe(NOW + 20_000);
    matcher.timePassed();
    expect(pairs(matcher, NOW + 19_999)).toEqual([]);
    matcher.timePassed();
    expect(pairs(matcher, NOW + 20_000)).toEqual(['1>seven']);
  });

  test('given_a_step_that_nobody_logged_in_could_meet_then_it_takes_no_time', () => {
    const matcher = matcherOf();
    agent(matcher, 'nine', { wealth: 9 }, undefined, { present: false });
    agent(matcher, 'none', {}, NOW);
    matcher.setWaiting(caller('1', vip, NOW));
    expect(matcher.hopeless()).toEqual([]);
    expect(pairs(matcher)).toEqual(['1>none']);
  });

  test('given_the_last_who_fits_logs_out_then_the_next_step_begins_at_once', () => {
    const matcher = matcherOf();
    agent(matcher, 'nine', { wealth: 9 }, undefined);
    agent(matcher, 'seven', { wealth: 7 }, NOW);
    matcher.setWaiting(caller('1', vip, NOW));
    expect(pairs(matcher)).toEqual([]);
    agent(matcher, 'nine', { wealth: 9 }, undefined, { present: false });
    expect(pairs(matcher)).toEqual(['1>seven']);
  });

  test('given_nobody_at_any_step_then_he_cannot_be_served', () => {
    const matcher = matcherOf();
    agent(matcher, 'a', { card: 9 }, NOW);
    matcher.setWaiting(caller('1', skillQueue('vip', { wealth: 9 }), NOW));
    expect(matcher.hopeless()).toEqual(['1']);
    agent(matcher, 'b', { wealth: 9 }, undefined);
    expect(matcher.hopeless()).toEqual([]);
    agent(matcher, 'b', { wealth: 9 }, undefined, { present: false });
    expect(matcher.hopeless()).toEqual(['1']);
    matcher.remove('1');
    expect(matcher.hopeless()).toEqual([]);
  });

  test('given_a_later_step_then_an_agent_of_it_who_becomes_ready_is_not_his_yet', () => {
    const matcher = matcherOf();
    agent(matcher, 'nine', { wealth: 9 }, undefined);
    agent(matcher, 'seven', { wealth: 7 }, undefined);
    matcher.setWaiting(caller('1', vip, NOW));
    agent(matcher, 'seven', { wealth: 7 }, NOW + 5);
    expect(pairs(matcher, NOW + 5)).toEqual([]);
    agent(matcher, 'nine', { wealth: 9 }, NOW + 6);
    const [offer] = matcher.offers(NOW + 6);
    expect(offer).toMatchObject({ agent: 'nine', why: { step: 0, fit: 1, ready: 2 } });
    expect(offer!.why.removed).toEqual([{ agent: 'seven', alike: 1, by: 'later' }]);
  });
});

describe('those who know the caller', () => {
  const first = { who: ['last-agent'], forMs: 10_000 } as const;
  const queue = skillQueue('q', { service: 5 }, { first });

  test('given_him_at_work_then_he_is_waited_for_and_no_longer_than_that', () => {
    const matcher = matcherOf();
    agent(matcher, 'his', { service: 1 }, undefined);
    agent(matcher, 'other', { service: 9 }, NOW);
    matcher.setWaiting(caller('1', queue, NOW, { familiar: ['his'] }));
    expect(pairs(matcher)).toEqual([]);
    expect(matcher.nextDue(NOW)).toBe(NOW + 10_000);
    matcher.timePassed();
    expect(pairs(matcher, NOW + 10_000)).toEqual(['1>other']);
  });

  test('given_him_ready_then_at_once_whatever_his_skills', () => {
    const matcher = matcherOf();
    agent(matcher, 'his', { service: 1 }, NOW);
    agent(matcher, 'other', { service: 9 }, NOW - 50);
    matcher.setWaiting(caller('1', queue, NOW, { familiar: ['his'] }));
    const [offer] = matcher.offers(NOW);
    expect(offer).toMatchObject({ agent: 'his', why: { rule: 'familiar', step: -1 } });
    const considered = [{ agent: 'his', alike: 1, score: 0, idleMs: 0 }];
    expect(offer!.why).toMatchObject({ fit: 1, considered, removed: [] });
  });

  test('given_him_ready_in_time_then_before_callers_who_are_more_urgent', () => {
    const matcher = matcherOf();
    agent(matcher, 'his', { service: 9 }, undefined);
    matcher.setWaiting(caller('old', queue, NOW - 60_000));
    matcher.setWaiting(caller('1', queue, NOW, { familiar: ['his'] }));
    agent(matcher, 'his', { service: 9 }, NOW + 1);
    expect(pairs(matcher, NOW + 1)).toEqual(['1>his']);
  });

  test.each([
    ['not logged in', { present: false, working: false }],
    ['at lunch', { working: false }],
  ])('given_him_%s_then_everybody_is_asked_at_once', (_name, how) => {
    const matcher = matcherOf();
    agent(matcher, 'his', { service: 9 }, undefined, how);
    agent(matcher, 'other', { service: 9 }, NOW);
    matcher.setWaiting(caller('1', queue, NOW, { familiar: ['his'] }));
    expect(pairs(matcher)).toEqual(['1>other']);
  });

  test('given_nobody_else_then_he_is_waited_for_beyond_that', () => {
    const matcher = matcherOf();
    agent(matcher, 'his', {}, undefined);
    matcher.setWaiting(caller('1', queue, NOW, { familiar: ['his'] }));
    expect(matcher.hopeless()).toEqual([]);
    agent(matcher, 'his', {}, NOW + 60_000);
    expect(pairs(matcher, NOW + 60_000)).toEqual(['1>his']);
  });

  test('given_him_leaving_then_nobody_waits_for_him', () => {
    const matcher = matcherOf();
    agent(matcher, 'his', { service: 9 }, undefined);
    agent(matcher, 'other', { service: 9 }, NOW);
    matcher.setWaiting(caller('1', queue, NOW, { familiar: ['his'] }));
    expect(pairs(matcher)).toEqual([]);
    agent(matcher, 'his', { service: 9 }, undefined, { working: false });
    expect(pairs(matcher)).toEqual(['1>other']);
  });

  describe('when he is kept for one agent, who goes', () => {
    const kept = { familiar: ['his'], keptFor: 'chief' } as const;
    const released = (at: number): Matcher => {
      const matcher = matcherOf();
      agent(matcher, 'chief', {}, undefined);
      agent(matcher, 'his', { service: 1 }, undefined);
      agent(matcher, 'other', { service: 9 }, NOW);
      matcher.setWaiting(caller('1', queue, NOW, kept));
      expect(pairs(matcher, at)).toEqual([]);
      agent(matcher, 'chief', {}, undefined, { working: false });
      return matcher;
    };

    test('then_those_who_know_him_are_asked_first_again', () => {
      const matcher = released(NOW);
      expect(pairs(matcher)).toEqual([]);
      agent(matcher, 'his', { service: 1 }, NOW + 1);
      expect(matcher.offers(NOW + 1)).toMatchObject([{ agent: 'his', why: { rule: 'familiar' } }]);
    });

    test('then_everybody_is_once_their_time_is_over', () => {
      expect(pairs(released(NOW + 20_000), NOW + 20_000)).toEqual(['1>other']);
    });

    test('then_he_is_not_before_somebody_who_is_kept_for_that_one', () => {
      const matcher = released(NOW);
      matcher.setWaiting(caller('2', queue, NOW + 1, { keptFor: 'his' }));
      expect(pairs(matcher, NOW + 1)).toEqual([]);
      agent(matcher, 'his', { service: 1 }, NOW + 2);
      expect(pairs(matcher, NOW + 2)).toEqual(['2>his']);
    });
  });
});

test('given_what_the_call_itself_needs_then_it_holds_for_those_who_know_him_too', () => {
  const first = { who: ['last-agent'], forMs: 10_000 } as const;
  const matcher = matcherOf();
  agent(matcher, 'his', { service: 9 }, NOW);
  agent(matcher, 'other', { service: 6, wealth: 9 }, NOW);
  const needs = [skillAtLeast('wealth', 9)];
  matcher.setWaiting(
    caller('1', skillQueue('q', { service: 5 }, { first }), NOW, { familiar: ['his'], needs }),
  );
  expect(pairs(matcher)).toEqual(['1>other']);
});

test('given_a_place_in_line_that_lies_ahead_then_he_is_served_all_the_same', () => {
  const matcher = matcherOf();
  agent(matcher, 'a', { service: 9 }, NOW);
  matcher.setWaiting(caller('1', general, NOW + 3_600_000));
  expect(matcher.offers(NOW)).toMatchObject([{ agent: 'a', why: { waitedMs: 0 } }]);
});

test('given_an_agent_whose_scores_change_all_the_time_then_what_he_was_is_forgotten', () => {
  const matcher = matcherOf();
  matcher.setWaiting(caller('1', general, NOW));
  for (let change = 0; change < 5000; change += 1)
    agent(matcher, 'a', { service: change / 5000 }, NOW + change);
  agent(matcher, 'b', { service: 9 }, undefined);
  expect(matcher.profiles).toBeLessThanOrEqual(3);
  agent(matcher, 'a', { service: 9 }, NOW + 5000);
  expect(pairs(matcher, NOW + 5000)).toEqual(['1>a']);
});

test('given_more_kinds_of_callers_than_are_remembered_then_those_who_come_often_are_not_evaluated_anew', () => {
  let evaluated = 0;
  const need: Condition = {
    text: 'city',
    looksAt: ['city'],
    holds: () => {
      evaluated += 1;
      return true;
    },
  };
  const queue = skillQueue('q', {}, { ladder: [{ needs: [need], forMs: 0 }] });
  const matcher = matcherOf();
  agent(matcher, 'a', {}, undefined);
  const visit = (city: string): number => {
    const before = evaluated;
    matcher.setWaiting({
      call: city,
      queue,
      since: NOW,
      caller: { tier: '', language: '', attributes: { city } },
    });
    matcher.remove(city);
    return evaluated - before;
  };
  for (let rare = 0; rare < 1000; rare += 1) {
    visit(`rare-${rare}`);
    if (rare > 0) expect(visit('shanghai')).toBeLessThanOrEqual(rare === 1 ? 1 : 0);
    else visit('shanghai');
  }
  expect(visit('rare-0')).toBe(1);
});

describe('who of the waiting', () => {
  const lanes = {
    '': USUAL_LANE,
    vip: { goal: 0.85, targetMs: 20_000, priority: 2, bonusMs: 60_000 },
    gold: { goal: 0.85, targetMs: 60_000, priority: 1, bonusMs: 30_000 },
  };
  const queue = skillQueue('q', {}, { lanes });

  test.each([
    // 30/60 against 11/20: the vip has used more of his target.
    ['service-level', 11_000, 'v'],
    ['service-level', 9_000, 'g'],
    ['strict', 0, 'v'],
    ['fifo', 29_000, 'g'],
    ['score', 1_000, 'v'],
  ] as const)('given_%s_and_a_vip_after_%s_ms_then_%s', (order, waited, first) => {
    const matcher = matcherOf(order);
    agent(matcher, 'a', {}, undefined);
    matcher.setWaiting(caller('g', queue, NOW - 30_000, { tier: 'gold' }));
    matcher.setWaiting(caller('v', queue, NOW - waited, { tier: 'vip' }));
    agent(matcher, 'a', {}, NOW);
    expect(pairs(matcher)).toEqual([`${first}>a`]);
  });

  test('given_known_patience_then_his_own_target_is_tighter', () => {
    const matcher = matcherOf();
    matcher.setWaiting(caller('calm', queue, NOW - 20_000, { tier: 'gold' }));
    matcher.setWaiting(caller('hasty', queue, NOW - 12_000, { tier: 'gold', patienceMs: 30_000 }));
    agent(matcher, 'a', {}, NOW);
    expect(pairs(matcher)).toEqual(['hasty>a']);
  });

  test('given_a_place_of_old_then_he_is_before_those_who_came_later', () => {
    const matcher = matcherOf('fifo');
    for (const [call, since] of [
      ['1', NOW - 50],
      ['2', NOW - 40],
      ['back', NOW - 60],
    ] as const)
      matcher.setWaiting(caller(call, queue, since));
    agent(matcher, 'a', {}, NOW);
    const [offer] = matcher.offers(NOW);
    expect(offer).toMatchObject({ call: 'back' });
    expect(matcher.waiting).toBe(2);
  });

  test('given_other_callers_whom_he_could_have_served_then_they_are_named', () => {
    const matcher = matcherOf('fifo');
    matcher.setWaiting(caller('g', queue, NOW - 30, { tier: 'gold' }));
    matcher.setWaiting(caller('v', queue, NOW - 10, { tier: 'vip' }));
    agent(matcher, 'a', {}, NOW);
    expect(matcher.offers(NOW)[0]!.why.rivals).toEqual([{ call: 'v', queue: 'q', tier: 'vip', urgency: 10 }]);
  });
});

function fails(): never {
  throw new Error('bad rule');
}

function throwing(): Condition {
  return { text: 'bad', looksAt: [], holds: fails };
}

// ── against a judge who looks at everything anew each time ───────────────────────────────────────────────────────────

const SKILLS = ['x', 'y'];
const queues: readonly Queue[] = [
  skillQueue('x', { x: 5 }),
  skillQueue(
    'xy',
    {},
    {
      ladder: [
        { needs: [skillAtLeast('x', 5), skillAtLeast('y', 5)], forMs: 10 },
        { needs: [skillAtLeast('y', 3)], forMs: 10 },
        { needs: [], forMs: 0 },
      ],
      lanes: { '': USUAL_LANE, vip: { goal: 0.9, targetMs: 5000, priority: 1, bonusMs: 100 } },
    },
  ),
  skillQueue('any', {}, { first: { who: ['last-agent'], forMs: 15 } }),
];

interface Judged {
  id: string;
  skills: Record<string, number>;
  state: 'away' | 'paused' | 'busy' | 'ready';
}

interface Asking {
  readonly waiting: Waiting;
  /** Somebody who knows him was at work when he came, and is still. */
  asksFirst: boolean;
}

const atWork = ({ state }: Judged): boolean => state === 'busy' || state === 'ready';

/** When each step of the ladder begins for this caller, ms of wait. */
function beginsOf(waiting: Waiting, agents: readonly Judged[], asksFirst: boolean): number[] {
  const fits = (one: Judged, step: number): boolean =>
    waiting.queue.ladder[step]!.needs.every((need) =>
      need.holds({ id: '', skills: one.skills, attributes: {} }, waiting.caller),
    );
  const firstStep = (one: Judged): number => waiting.queue.ladder.findIndex((_, step) => fits(one, step));
  let begin = asksFirst ? waiting.queue.first.forMs : 0;
  return waiting.queue.ladder.map(({ forMs }, step) => {
    if (!agents.some((one) => one.state !== 'away' && firstStep(one) === step))
      return Number.POSITIVE_INFINITY;
    const from = begin;
    begin += forMs;
    return from;
  });
}

function couldServe(
  one: Judged,
  { waiting, asksFirst }: Asking,
  agents: readonly Judged[],
  now: number,
): boolean {
  if (one.state !== 'ready') return false;
  const begins = beginsOf(waiting, agents, asksFirst);
  const wait = now - waiting.since;
  return waiting.queue.ladder.some(
    ({ needs }, step) =>
      wait >= begins[step]! &&
      needs.every((need) => need.holds({ id: '', skills: one.skills, attributes: {} }, waiting.caller)),
  );
}

const action = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      queue: fc.nat(2),
      vip: fc.boolean(),
      knows: fc.nat(9),
      early: fc.nat(40),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), which: fc.nat(30) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('agent' as const),
      who: fc.nat(5),
      state: fc.constantFrom(
        'away' as const,
        'paused' as const,
        'busy' as const,
        'ready' as const,
        'ready' as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 20 }) }),
  },
);

test.each(['service-level', 'strict', 'fifo', 'score'] as const)(
  'given_whatever_happens_in_order_%s_then_nobody_fit_is_ready_while_somebody_waits_and_nobody_is_taken_twice',
  (order) => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record(Object.fromEntries(SKILLS.map((skill) => [skill, fc.integer({ min: 0, max: 9 })]))),
          { minLength: 6, maxLength: 6 },
        ),
        fc.array(action, { maxLength: 80 }),
        (skillsOf, actions) => {
          const matcher = matcherOf(order);
          const agents: Judged[] = skillsOf.map((skills, index) => ({
            id: `a${index}`,
            skills,
            state: 'away',
          }));
          const waiting = new Map<string, Asking>();
          let now = NOW;
          let due: number | undefined;
          actions.forEach((one, index) => {
            if (one.do === 'wait') {
              const queue = queues[one.queue]!;
              const familiar = queue.first.forMs > 0 && one.knows < 6 ? { familiar: [`a${one.knows}`] } : {};
              const entry = caller(`c${index}`, queue, now - one.early, {
                tier: one.vip ? 'vip' : '',
                ...familiar,
              });
              const asksFirst = agents.some((who) => entry.familiar?.includes(who.id) && atWork(who));
              waiting.set(entry.call, { waiting: entry, asksFirst });
              matcher.setWaiting(entry);
            } else if (one.do === 'leave') {
              const call = [...waiting.keys()][one.which];
              if (call !== undefined) {
                waiting.delete(call);
                matcher.remove(call);
              }
            } else if (one.do === 'agent') {
              const who = agents[one.who]!;
              who.state = one.state;
              for (const asking of waiting.values())
                if (asking.waiting.familiar?.includes(who.id) && !atWork(who)) asking.asksFirst = false;
              agent(matcher, who.id, who.skills, one.state === 'ready' ? now : undefined, {
                present: one.state !== 'away',
                working: one.state === 'busy' || one.state === 'ready',
              });
            } else {
              now += one.ms;
              if (due !== undefined && due <= now) matcher.timePassed();
            }
            for (const offer of matcher.offers(now)) {
              const who = agents.find(({ id }) => id === offer.agent)!;
              const whom = waiting.get(offer.call)!;
              expect(whom).toBeDefined();
              const known = whom.asksFirst && whom.waiting.familiar?.includes(who.id);
              expect(known || couldServe(who, whom, agents, now)).toBe(true);
              who.state = 'busy';
              waiting.delete(offer.call);
            }
            due = matcher.nextDue(now);
            for (const whom of waiting.values())
              for (const who of agents)
                expect(couldServe(who, whom, agents, now) && [who.id, whom.waiting.call]).toBe(false);
            expect(matcher.waiting).toBe(waiting.size);
            expect(matcher.idle).toBe(agents.filter(({ state }) => state === 'ready').length);
          });
        },
      ),
      { numRuns: 300 },
    );
  },
);

/** One agent with talks of 10 s; a vip every 9 s and an ordinary caller every 45 s, for two hours. How many of the latter were served. */
function ordinaryServed(order: Order): number {
  const lanes = {
    '': { ...USUAL_LANE, targetMs: 60_000 },
    vip: { ...USUAL_LANE, targetMs: 10_000, priority: 1 },
  };
  const queue = skillQueue('q', {}, { lanes });
  const matcher = matcherOf(order);
  let served = 0;
  let freeAt = NOW;
  for (let now = NOW; now < NOW + 7_200_000; now += 1000) {
    const passed = now - NOW;
    if (passed % 9000 === 0) matcher.setWaiting(caller(`vip-${now}`, queue, now, { tier: 'vip' }));
    if (passed % 45_000 === 0) matcher.setWaiting(caller(`ordinary-${now}`, queue, now));
    if (now === freeAt) agent(matcher, 'a', {}, now);
    for (const { call, waiting, why } of matcher.offers(now)) {
      freeAt = now + 10_000;
      matcher.served(queue, waiting.caller.tier, why.waitedMs);
      if (call.startsWith('ordinary')) served += 1;
    }
    if (freeAt <= now) freeAt = now + 1000;
  }
  return served;
}

test('given_more_vips_than_can_be_served_then_ordinary_callers_do_not_starve_as_with_strict_priority', () => {
  expect(ordinaryServed('strict')).toBeLessThanOrEqual(1);
  expect(ordinaryServed('service-level')).toBeGreaterThan(20);
});
