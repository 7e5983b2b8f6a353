import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Agent } from '../../src/agent/agent.ts';
import { readRouting } from '../../src/engine/routing-file.ts';
import { agentProblems } from '../../src/engine/routing-names.ts';
import { problemText } from '../../src/ivr/report.ts';
import type { RoutingRules } from '../../src/queue/rules.ts';
import { inProject } from '../../src/setup/project.ts';

const SHIPPED = readFileSync(inProject('routing/routing.yaml'), 'utf8');

const HEAD = `skills: [service, wealth]
attributes:
  agent: { dialects: list, age: { type: number, sensitive: true } }
  caller: { dialect: text }
`;

function rulesOf(text: string): RoutingRules {
  const { rules, problems } = readRouting(text, 'r.yaml');
  if (!rules) throw new Error(problems.map(problemText).join('\n'));
  return rules;
}

const problemsOf = (text: string, ...surroundings: [Parameters<typeof readRouting>[2]?]): string[] =>
  readRouting(text, 'r.yaml', ...surroundings).problems.map(problemText);

test('the shipped file has no problem, and the queues that the shipped flows name', () => {
  const { rules, problems } = readRouting(SHIPPED, 'r.yaml');
  expect(problems).toEqual([]);
  expect([...rules!.queues.keys()]).toEqual(['general', 'vip', 'sales', 'card']);
  expect(rules!.order).toBe('service-level');
  for (const queue of rules!.queues.values())
    expect(queue).toMatchObject({ ringMs: 15_000, wrapUpMs: 10_000, maxWaitMs: 120_000, music: 'default' });
});

test('the examples of the manual are in order', () => {
  const manual = readFileSync(inProject('docs/routing.md'), 'utf8');
  const blocks = [...manual.matchAll(/```yaml\n(.*?)```/gs)].map(([, block]) => block!);
  const rules = blocks.filter((block) => !block.includes('queue:'));
  expect(rules).toHaveLength(3);
  for (const text of rules)
    expect(problemsOf(text.includes('queues:') ? text : `${text}\nqueues: {}`)).toEqual([]);
});

test('a queue is as it is written', () => {
  const { queues } = rulesOf(`order: strict
tiers:
  vip: { target: 90% in 10s, priority: 30, bonus: 1m }
  others: { target: 75.5% in 40s }
${HEAD}queues:
  wealth:
    needs: [skill.wealth >= 9, { service: 5, wealth: 1 }]
    relax:
      - { after: 20s, needs: { wealth: 7 } }
      - { after: 50s, needs: [] }
    prefers:
      - { when: caller.dialect in agent.dialects, score: 30 }
      - { score: skill.wealth * 2 }
      - skill.service
    first: { who: [case-owner, last-agent], for: 15s }
    tiers: { vip: { target: 95% in 5s } }
    ring: 20s
    wrap-up: 0s
    max-wait: 5m
    max-waiting: 50
    music: wealth
    hours: branch-hours
    overflow: [{ after: 60s, queue: help }]
  help: { needs: { service: 5.5 } }
`);
  const wealth = queues.get('wealth')!;
  expect(wealth.ladder.map(({ needs, forMs }) => [needs.map(({ text }) => text), forMs])).toEqual([
    [['skill.wealth >= 9', 'skill.service >= 5', 'skill.wealth >= 1'], 20_000],
    [['skill.wealth >= 7'], 30_000],
    [[], 0],
  ]);
  expect(wealth.prefers.map(({ text }) => text)).toEqual([
    'caller.dialect in agent.dialects ? 30 : 0',
    'skill.wealth * 2',
    'skill.service',
  ]);
  expect(wealth).toMatchObject({
    first: { who: ['case-owner', 'last-agent'], forMs: 15_000 },
    ringMs: 20_000,
    wrapUpMs: 0,
    maxWaitMs: 300_000,
    maxWaiting: 50,
    music: 'wealth',
    hours: 'branch-hours',
    overflow: [{ afterMs: 60_000, queue: 'help' }],
  });
  const others = { goal: 0.755, targetMs: 40_000, priority: 0, bonusMs: 0 };
  expect(wealth.lanes).toEqual({
    vip: { goal: 0.95, targetMs: 5000, priority: 30, bonusMs: 60_000 },
    gold: others,
    standard: others,
    '': others,
  });
  expect(queues.get('help')!.lanes.vip).toEqual({
    goal: 0.9,
    targetMs: 10_000,
    priority: 30,
    bonusMs: 60_000,
  });
});

test('what a queue does not say is as usual', () => {
  const queue = rulesOf('queues: { any: { needs: [] } }').queues.get('any')!;
  expect(queue).toMatchObject({
    ladder: [{ needs: [], forMs: 0 }],
    prefers: [],
    first: { who: [], forMs: 0 },
    maxWaiting: 100_000,
    hours: '',
    overflow: [],
  });
  expect(queue.lanes['']).toEqual({ goal: 0.8, targetMs: 20_000, priority: 0, bonusMs: 0 });
});

test('wishes of a call are compiled by what the file declares', () => {
  const { condition, preference } = rulesOf(`${HEAD}queues: {}`);
  expect(condition('skill.wealth >= 9')).toMatchObject({ text: 'skill.wealth >= 9' });
  expect(condition('skill.welth >= 9')).toBe('there is no skill "welth": did you mean "wealth"?');
  expect(preference('skill.wealth')).toMatchObject({ looksAt: [] });
});

const inQueue = (rules: string): string => `${HEAD}queues:\n  q:\n    ${rules}\n`;
const NEEDS = 'needs: []\n    ';

test.each([
  ['', 'r.yaml:1:1 "queues" is missing'],
  ['order: fastest\nqueues: {}', 'r.yaml:1:1 one of service-level, strict, fifo, score'],
  ['quees: {}\nqueues: {}', 'r.yaml:1:1 there is no "quees" here: did you mean "queues"?'],
  ['queues:\n  a: { needs: [] }\n  a: { needs: [] }', 'r.yaml:3:3 "a" is there twice: take one of them out'],
  ['queues:\n  a: {}', 'r.yaml:2:3 "needs" is missing'],
  ['queues:\n  "a b": { needs: [] }', 'r.yaml:2:3 a name of letters, digits, - and _'],
  [
    'queues: &a {}',
    'r.yaml:1:9 an anchor (&) cannot be used here: write it out, or put the text into quotes',
  ],
  ['skills: [a, b, a]\nqueues: {}', 'r.yaml:1:16 "a" is there twice'],
  ['skills: [in]\nqueues: {}', 'r.yaml:1:10 "in" means something else in expressions: take another name'],
  ['skills: [理财]\nqueues: {}', 'r.yaml:1:10 a variable: a small letter, then letters, digits and _'],
  [
    'attributes: { caller: { tier: text } }\nqueues: {}',
    'r.yaml:1:25 every caller has a "tier" already: take it out of here',
  ],
  ['attributes: { agent: { age: numbr } }\nqueues: {}', 'r.yaml:1:24 one of text, number, yes-no, list'],
  [
    'sensitive-use: on\nqueues: {}',
    'r.yaml:1:1 off, or what is permitted and why: { permit: [agent.age], reason: … }',
  ],
  [
    `${HEAD}sensitive-use: { permit: [agent.age] }\nqueues: {}`,
    'r.yaml:5:1 "reason" is missing: say why, and who permitted it',
  ],
  [
    `${HEAD}sensitive-use: { permit: [agent.age], reason: why not }\nqueues: {}`,
    'r.yaml:5:39 say why, and who permitted it',
  ],
  [
    `${HEAD}sensitive-use: { permit: [agent.aeg], reason: asked for by callers }\nqueues: {}`,
    'r.yaml:5:27 there is no attribute "agent.aeg": did you mean "agent.age"?',
  ],
  [
    `${HEAD}sensitive-use: { permit: [agent.dialects], reason: asked for by callers }\nqueues: {}`,
    'r.yaml:5:27 "agent.dialects" is not sensitive: any rule may use it: take it out of here',
  ],
  [
    'tiers: { platinum: {} }\nqueues: {}',
    'r.yaml:1:10 there is no "platinum" here: there is standard, gold, vip, others',
  ],
  [
    'tiers: { vip: { target: 0% in 10s } }\nqueues: {}',
    'r.yaml:1:17 a target of 0% asks for nothing: such as 80% in 20s',
  ],
  [
    'tiers: { vip: { target: 101% in 10s } }\nqueues: {}',
    'r.yaml:1:17 nobody can answer more than 100%: such as 90% in 20s',
  ],
  [
    'tiers: { vip: { target: 80% in 0s } }\nqueues: {}',
    'r.yaml:1:17 nobody is answered in no time: such as 80% in 20s',
  ],
  ['tiers: { vip: { target: 80/20 } }\nqueues: {}', 'r.yaml:1:17 a target such as 85% in 20s'],
  [inQueue('needs: { welth: 9 }'), 'r.yaml:7:14 there is no skill "welth": did you mean "wealth"?'],
  [inQueue('needs: { wealth: 11 }'), 'r.yaml:7:14 at most 10'],
  [inQueue('needs: { wealth: 0 }'), 'r.yaml:7:14 a score above 0'],
  [inQueue('needs: [skill.welth >= 9]'), 'r.yaml:7:13 there is no skill "welth": did you mean "wealth"?'],
  [
    inQueue('needs: [skill.wealth >= 9, agent.age > 30]'),
    /^r.yaml:7:32 agent.age is sensitive, and rules may not use it; .* sensitive-use: \{ permit: \[agent.age\], reason: … \}/,
  ],
  [
    inQueue(`${NEEDS}prefers: [{ when: caller.dialect in agent.dialect, score: 3 }]`),
    'r.yaml:8:17 agent has no "dialect": did you mean "dialects"?',
  ],
  [
    inQueue(`${NEEDS}prefers: [{ score: caller.dialect }]`),
    'r.yaml:8:17 this gives neither a yes or no nor a number',
  ],
  [
    inQueue(`${NEEDS}relax: [{ after: 0s, needs: [] }]`),
    'r.yaml:8:15 a step after no time is there from the beginning: write the steps in the order of their times',
  ],
  [
    inQueue(`${NEEDS}relax: [{ after: 20s, needs: [] }, { after: 20s, needs: [] }]`),
    'r.yaml:8:42 this step comes no later than the one before: write the steps in the order of their times',
  ],
  [
    inQueue(`${NEEDS}tiers: { gold: { target: 200% in 1s } }`),
    'r.yaml:8:22 nobody can answer more than 100%: such as 90% in 20s',
  ],
  [
    inQueue(`${NEEDS}overflow: [{ after: 20s, queue: p }]`),
    'r.yaml:8:30 there is no queue "p": did you mean "q"?',
  ],
  [
    inQueue(`${NEEDS}overflow: [{ after: 20s, queue: q }]`),
    'r.yaml:8:30 a queue cannot help itself: name another one',
  ],
  [
    inQueue(`${NEEDS}first: { who: [friend], for: 10s }`),
    'r.yaml:8:20 one of last-agent, case-owner, account-manager',
  ],
  [inQueue(`${NEEDS}wrapup: 15s`), 'r.yaml:8:5 there is no "wrapup" here: did you mean "wrap-up"?'],
  [
    inQueue(`${NEEDS}tiers: { vip: { taget: 80% in 20s } }`),
    'r.yaml:8:21 there is no "taget" here: did you mean "target"?',
  ],
  [inQueue(`${NEEDS}ring: 15`), 'r.yaml:8:5 a time such as 500ms, 5s or 2m'],
  [inQueue(`${NEEDS}ring: 0s`), 'r.yaml:8:5 at least 3s'],
  [inQueue(`${NEEDS}ring: 6m`), 'r.yaml:8:5 at most 5m'],
  [inQueue(`${NEEDS}max-wait: 0s`), 'r.yaml:8:5 at least 1s'],
  [inQueue(`${NEEDS}max-wait: 99999m`), 'r.yaml:8:5 at most 1440m'],
  [inQueue(`${NEEDS}wrap-up: 61m`), 'r.yaml:8:5 at most 60m'],
  [inQueue(`${NEEDS}first: { who: [last-agent], for: 99999m }`), 'r.yaml:8:33 at most 60m'],
  [inQueue(`${NEEDS}first: { who: [last-agent], for: 0s }`), 'r.yaml:8:33 at least 1s'],
  [inQueue(`${NEEDS}relax: [{ after: 99999m, needs: [] }]`), 'r.yaml:8:15 at most 1440m'],
  [inQueue(`${NEEDS}tiers: { vip: { bonus: 99999m } }`), 'r.yaml:8:21 at most 1440m'],
])('given_%s_then_the_place_and_what_to_do_are_told', (text, says) => {
  const { rules, problems } = readRouting(text, 'r.yaml');
  expect(rules).toBeUndefined();
  const first = problemText(problems[0]!);
  if (typeof says === 'string') expect(first).toBe(says);
  else expect(first).toMatch(says);
});

test('overflow in a circle is an error at each end of it', () => {
  const overflow = (queue: string) => `{ needs: [], overflow: [{ after: 9s, queue: ${queue} }] }`;
  const text = `queues:\n  a: ${overflow('b')}\n  b: ${overflow('c')}\n  c: ${overflow('a')}\n  d: ${overflow('a')}\n`;
  const hint = 'take one of the two out, or give a step of relax the needs of the other';
  expect(problemsOf(text)).toEqual([
    `r.yaml:2:43 a overflows to b, and b to a in the end: ${hint}`,
    `r.yaml:3:43 b overflows to c, and c to b in the end: ${hint}`,
    `r.yaml:4:43 c overflows to a, and a to c in the end: ${hint}`,
  ]);
});

test('all mistakes are told at once', () => {
  const text = `${HEAD}queues:\n  q:\n    needs: [skill.a > 1, skill.b > 1]\n    overflow: [{ after: 1s, queue: x }]\n`;
  expect(problemsOf(text)).toHaveLength(3);
});

test('mistakes of grammar hide none of the others', () => {
  const text = [
    'order: luck',
    'skills: [service]',
    'attributes: {}',
    'queues:',
    '  a:',
    '    needs: { servce: 5 }',
    '    relax: [{ afer: 20s, needs: [] }]',
    '  b:',
    '    needs: service',
    '    wrapup: 10s',
    '    prefers: [skill.servic]',
    '    overflow: [{ after: 9s, queue: a }, { after: 10s, queue: c }]',
    '',
  ].join('\n');
  expect(problemsOf(text)).toEqual([
    'r.yaml:1:1 one of service-level, strict, fifo, score',
    'r.yaml:6:14 there is no skill "servce": did you mean "service"?',
    'r.yaml:7:13 "after" is missing: a time such as 500ms, 5s or 2m: you wrote "afer"',
    'r.yaml:7:15 there is no "afer" here: did you mean "after"?',
    'r.yaml:9:5 this has to be keys with values, such as { key: value }',
    'r.yaml:10:5 there is no "wrapup" here: did you mean "wrap-up"?',
    'r.yaml:11:15 there is no skill "servic": did you mean "service"?',
    'r.yaml:12:55 there is no queue "c": did you mean "a"?',
  ]);
});

test.each([
  ['skills', 'skills: service\nqueues: { q: { needs: { service: 5 } } }', 1],
  ['a word for skills', 'skils: [service]\nqueues: { q: { needs: { service: 5 } } }', 1],
  ['a queue that is no map', 'skills: [a]\nqueues: { q: 5, p: { needs: { b: 5 } } }', 2],
  ['a file that is a list', '[a]', 1],
])('given_%s_that_is_not_understood_then_only_what_is_sure_is_told', (_what, text, count) => {
  expect(problemsOf(text)).toHaveLength(count);
});

test.each([
  ['large', `# ${'x'.repeat(10_000_000)}\nqueues: {}`, 'the file is larger than 1 MB'],
  ['deep', `queues: ${'['.repeat(5000)}`, 'there are too many levels'],
  ['no text', 'queues: \u0000', 'the file is not UTF-8 text'],
])('a %s file is refused', (_what, text, says) => {
  expect(problemsOf(text)[0]).toContain(says);
});

test('a sensitive attribute that is permitted carries its name through the rules', () => {
  const permit = 'sensitive-use: { permit: [agent.age], reason: asked for by the callers }\n';
  const rules = rulesOf(permit + inQueue('needs: [agent.age > 30]'));
  expect(rules.sensitiveUse).toEqual({ permitted: ['agent.age'], reason: 'asked for by the callers' });
  expect(rules.queues.get('q')!.ladder[0]!.needs[0]!.sensitive).toEqual(['agent.age']);
});

const agent = (id: string, over: Partial<Agent> = {}): Agent => ({
  id,
  name: `N${id}`,
  homeExtension: id,
  skills: { service: 5 },
  state: { at: 'logged-out', since: 0 },
  ...over,
});

test.each([
  [
    'a calendar that is not there',
    { calendars: ['branch-hours'] },
    `${NEEDS}hours: brunch-hours`,
    [
      'r.yaml:8:5 warning: there is no calendar "brunch-hours", so the queue counts as closed: did you mean "branch-hours"?',
    ],
  ],
  [
    'a queue that nobody can serve',
    { agents: [agent('1')] },
    'needs: { service: 6 }',
    [
      'r.yaml:7:5 warning: no agent on file could ever take a call from here: lower its needs, add a step of relax, or give agents what it needs',
    ],
  ],
  [
    'a queue that somebody can serve after a while',
    { agents: [agent('1')] },
    'needs: { service: 6 }\n    relax: [{ after: 9s, needs: { service: 5 } }]',
    [],
  ],
  [
    'a queue that depends on the caller',
    { agents: [agent('1')] },
    'needs: [caller.dialect in agent.dialects]',
    [],
  ],
  ['nothing known of agents and calendars', {}, 'needs: { wealth: 9 }\n    hours: x', []],
  [
    'a step after the longest wait',
    {},
    `${NEEDS}relax: [{ after: 120s, needs: [] }]`,
    [
      'r.yaml:8:15 warning: nobody waits so long here: after 120s (max-wait) the flow goes on, unless its queue step says more',
    ],
  ],
  [
    'a target of all',
    {},
    `${NEEDS}tiers: { vip: { target: 100% in 20s } }`,
    ['r.yaml:8:21 warning: 100% is never reached for long: 98% in a longer time says the same'],
  ],
])('given_%s_then_the_rules_hold_and_warnings_are_as_they_should', (_what, surroundings, rules, warnings) => {
  const read = readRouting(inQueue(rules), 'r.yaml', surroundings);
  expect(read.problems.map(problemText)).toEqual(warnings);
  expect(read.rules).toBeDefined();
});

test('what is wrong with the agents on file is told with their names', () => {
  const agents = [
    agent('1', { skills: { service: 11, welth: 5 }, attributes: { dialects: '粤语', sitte: 'x' } }),
    agent('2', { homeExtension: '1' }),
    agent('3', { homeExtension: '' }),
    agent('4', { homeExtension: '' }),
  ];
  const found = agentProblems(agents, rulesOf(`${HEAD}queues: {}`));
  expect(found.map(({ severity, message }) => `${severity} ${message}`)).toEqual([
    'error agent 1 (N1): the score in "service" has to be 0 to 10',
    'warning agent 1 (N1): there is no skill "welth": did you mean "wealth"?',
    'warning agent 1 (N1): "dialects" has to be a list of at most 50 texts',
    'warning agent 1 (N1): there is no attribute "sitte" of agents: there is dialects, age',
    'error agents 1 (N1) and 2 (N2) have the same home phone 1: give one of them another',
  ]);
});
