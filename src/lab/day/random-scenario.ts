import type { Condition, LadderStep, Preference, Queue } from '../../queue/queue.ts';
import { ORDERS, skillAtLeast, skillQueue } from '../../queue/queue.ts';
import { routingRules } from '../../queue/rules.ts';
import { chanceFor, type Spread } from './chance.ts';
import { type AgentGroup, type CallerGroup, FAULTS, type Fault, type Scenario } from './scenario.ts';

const SKILLS = ['service', 'card', 'wealth', 'loans'];
const TIERS = ['', 'standard', 'gold', 'vip'];
const LANGUAGES = ['zh-CN', 'en'] as const;
const CITIES = ['wuhan', 'xiangyang'];
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** A source of small decisions. */
class Dice {
  readonly chance: () => number;

  constructor(chance: () => number) {
    this.chance = chance;
  }

  /** A whole number from `least` to `most`. */
  int(least: number, most: number): number {
    return least + Math.floor(this.chance() * (most - least + 1));
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.chance() * list.length)]!;
  }

  /** Some of the list, at least one. */
  some<T>(list: readonly T[]): T[] {
    const some = list.filter(() => this.chance() < 0.5);
    return some.length > 0 ? some : [this.pick(list)];
  }

  is(probability: number): boolean {
    return this.chance() < probability;
  }
}

/** A small centre and some minutes of its life, of which everything is told by the seed: rules good and bad, and what goes wrong. */
export function randomScenario(seed: number): Scenario {
  const dice = new Dice(chanceFor(seed, 'scenario'));
  const lastsMs = dice.int(6, 12) * MINUTE_MS;
  const alone = Array.from({ length: dice.int(1, 4) }, (_, index) => randomQueue(dice, index));
  const queues = withRandomOverflow(new Dice(chanceFor(seed, 'overflow')), alone);
  const agents = Array.from({ length: dice.int(1, 4) }, (_, index) => randomTeam(dice, index, lastsMs));
  const staff = agents.reduce((sum, { count }) => sum + count, 0);
  const talkMs = dice.int(10, 90) * 1000;
  const calls = Math.ceil((staff * lastsMs * (0.5 + dice.chance())) / talkMs);
  const groups = dice.int(1, 4);
  return {
    name: `seed ${seed}`,
    seed,
    startAt: Date.UTC(2026, 10, 23, dice.int(0, 12)),
    lastsMs,
    zone: 'Asia/Shanghai',
    rules: routingRules(dice.pick(ORDERS), queues),
    agents,
    callers: Array.from({ length: groups }, (_, index) =>
      randomCallers(dice, index, queues, Math.ceil(calls / groups), talkMs),
    ),
    faults: dice.is(0.3) ? [] : Array.from({ length: dice.int(1, 5) }, () => randomFault(dice, lastsMs)),
  };
}

function randomQueue(dice: Dice, index: number): Queue {
  const skills = dice.some(SKILLS);
  const steps: LadderStep[] = [];
  for (let least = dice.int(5, 9); steps.length < 3; least -= 2) {
    const needs = skills.slice(0, skills.length - steps.length).map((skill) => skillAtLeast(skill, least));
    if (dice.is(0.3)) needs.push(sameOf(dice.pick(['language', 'city'])));
    steps.push({ needs, forMs: dice.int(0, 30) * 1000 });
    if (dice.is(0.5)) break;
  }
  if (dice.is(0.05)) steps.unshift({ needs: [throwing], forMs: 5000 });
  return skillQueue(
    `queue-${index}`,
    {},
    {
      ladder: steps,
      prefers: dice.is(0.4) ? [dice.is(0.2) ? throwingScore : scoreOf(dice.pick(SKILLS))] : [],
      lanes: Object.fromEntries(
        ['', ...dice.some(TIERS.slice(1))].map((tier) => [
          tier,
          {
            goal: 0.8 + dice.chance() * 0.15,
            targetMs: dice.int(5, 60) * 1000,
            priority: dice.int(0, 3),
            bonusMs: dice.int(0, 60) * 1000,
          },
        ]),
      ),
      ringMs: dice.int(5, 20) * 1000,
      wrapUpMs: dice.int(0, 20) * 1000,
      maxWaitMs: dice.int(20, 300) * 1000,
    },
  );
}

/** Some queues overflow to one or two of the others. */
function withRandomOverflow(dice: Dice, queues: readonly Queue[]): Queue[] {
  return queues.map((queue) => {
    const others = queues.filter(({ name }) => name !== queue.name);
    if (others.length === 0 || dice.is(0.5)) return queue;
    const overflow = dice
      .some(others)
      .slice(0, 2)
      .map(({ name }) => ({ afterMs: dice.int(0, 60) * 1000, queue: name }));
    return { ...queue, overflow: overflow.toSorted((a, b) => a.afterMs - b.afterMs) };
  });
}

function randomTeam(dice: Dice, index: number, lastsMs: number): AgentGroup {
  const isHostile = dice.is(0.3);
  return {
    name: `team-${index}`,
    count: dice.int(1, 6),
    skills: Object.fromEntries(dice.some(SKILLS).map((skill) => [skill, dice.int(8, 20) / 2])),
    attributes: { languages: dice.some(LANGUAGES), city: dice.pick(CITIES) },
    fromMs: dice.is(0.3) ? dice.int(0, lastsMs / 2) : 0,
    toMs: dice.is(0.3) ? dice.int(lastsMs / 2, lastsMs) : lastsMs + HOUR_MS,
    jitterMs: 20_000,
    breaks: dice.is(0.3) ? [{ atMs: dice.int(0, lastsMs), forMs: dice.int(30, 200) * 1000 }] : [],
    pace: 0.5 + dice.chance(),
    answersAfter: spread('lognormal', dice.int(1, 5) * 1000, 0.5),
    ...(dice.is(0.4) && { wrapUp: spread('lognormal', 8000, 1) }),
    misses: isHostile ? 0.2 : 0.02,
    rejects: isHostile ? 0.1 : 0.01,
    phoneLost: isHostile ? 0.05 : 0,
    backAfter: spread('exponential', 15_000, 1),
    sharesPhone: dice.is(0.1),
  };
}

function randomCallers(
  dice: Dice,
  index: number,
  queues: readonly Queue[],
  calls: number,
  talkMs: number,
): CallerGroup {
  return {
    name: `callers-${index}`,
    queue: dice.pick(queues).name,
    tier: dice.pick(TIERS),
    calls: Math.min(400, calls),
    weights: Array.from({ length: 6 }, () => dice.chance()),
    language: dice.pick(LANGUAGES),
    attributes: { city: dice.pick(CITIES) },
    menuMs: dice.pick([0, 0, 3000]),
    patience: spread(dice.pick(['exponential', 'lognormal']), dice.int(5, 180) * 1000, 1),
    talk: spread('lognormal', talkMs, 1),
    redial: { chance: dice.is(0.3) ? 0.5 : 0, after: spread('exponential', 20_000, 1) },
    ...(dice.is(0.3) && { callback: { chance: 0.5, after: spread('exponential', 10_000, 1) } }),
  };
}

/** Within the first four fifths: what comes after it has to show. */
function randomFault(dice: Dice, lastsMs: number): Fault {
  const when = { atMs: dice.int(0, lastsMs * 0.8), forMs: dice.int(1, 40) * 1000 };
  const what = dice.pick(FAULTS);
  switch (what) {
    case 'daemon-death':
      return { ...when, what, moment: dice.pick(['now', 'before-commit', 'after-commit']) };
    case 'late-snapshots':
      return { ...when, what, byMs: dice.int(100, 9000), lost: dice.pick([0, 0.3, 0.8]) };
    case 'commands':
      return { ...when, what, refused: dice.pick([0, 0.1, 0.5]), lost: dice.pick([0, 0.1, 0.5]) };
    case 'clock-step':
      return { atMs: when.atMs, forMs: dice.pick([0, 60_000]), what, byMs: dice.pick([-HOUR_MS, HOUR_MS]) };
    case 'phones-lost':
      return { ...when, what, share: dice.chance() };
    default:
      return { ...when, what };
  }
}

function spread(law: Spread['law'], meanMs: number, cv: number): Spread {
  return { law, meanMs, cv };
}

function sameOf(what: 'language' | 'city'): Condition {
  if (what === 'city')
    return {
      text: 'agent.city == caller.city',
      looksAt: ['city'],
      holds: (agent, caller) => agent.attributes.city === caller.attributes.city,
    };
  return {
    text: 'agent.languages has caller.language',
    looksAt: ['language'],
    holds: ({ attributes: { languages } }, { language }) =>
      Array.isArray(languages) && languages.includes(language),
  };
}

function scoreOf(skill: string): Preference {
  return { text: `skill.${skill}`, looksAt: [], score: (agent) => agent.skills[skill] ?? 0 };
}

const throwing: Condition = {
  text: 'a condition that throws',
  looksAt: [],
  holds: () => {
    throw new Error('this condition throws');
  },
};

const throwingScore: Preference = {
  text: 'a preference that throws',
  looksAt: [],
  score: () => {
    throw new Error('this preference throws');
  },
};
