import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AttributeValue } from '../../src/base/attributes.ts';
import type { Declarations } from '../../src/queue/declarations.ts';
import { ExpressionCompiler } from '../../src/queue/expression.ts';
import type { AgentFacts, CallerFacts, Condition, Preference } from '../../src/queue/queue.ts';

const DECLARED: Declarations = {
  skills: ['service', 'wealth'],
  attributes: {
    agent: {
      dialects: { type: 'list', sensitive: false },
      site: { type: 'text', sensitive: false },
      nights: { type: 'yes-no', sensitive: false },
      years: { type: 'number', sensitive: false },
      age: { type: 'number', sensitive: true },
      gender: { type: 'text', sensitive: true },
    },
    caller: {
      dialect: { type: 'text', sensitive: false },
      city: { type: 'text', sensitive: false },
      languages: { type: 'list', sensitive: false },
      risk: { type: 'number', sensitive: false },
      gender: { type: 'text', sensitive: true },
    },
  },
  sensitiveUse: { permitted: ['agent.age'], reason: 'asked for by the callers of the line for the young' },
};

const ANNA: AgentFacts = {
  id: 'anna',
  skills: { wealth: 9.5 },
  attributes: { dialects: ['闽南语', '粤语'], site: 'fuzhou', nights: true, age: 30 },
};
const NEWCOMER: AgentFacts = { id: 'newcomer', skills: {}, attributes: {} };
const SUN: CallerFacts = { tier: 'vip', language: 'en', attributes: { dialect: '闽南语', risk: 0.5 } };
const STRANGER: CallerFacts = { tier: '', language: '', attributes: {} };

const compiler = new ExpressionCompiler(DECLARED);

function condition(text: string, from = compiler): Condition {
  const compiled = from.condition(text);
  if (typeof compiled === 'string') throw new Error(compiled);
  return compiled;
}

function preference(text: string, from = compiler): Preference {
  const compiled = from.preference(text);
  if (typeof compiled === 'string') throw new Error(compiled);
  return compiled;
}

test.each([
  ['skill.wealth >= 9.5', true, false],
  ['skill.wealth >= 9', true, false],
  ['skill.wealth > 9.5', false, false],
  ['skill.service >= 1', false, false],
  ['skill.wealth == 9.5 && skill.service == 0', true, false],
  ['9 <= skill.wealth', true, false],
  ['caller.dialect in agent.dialects', true, false],
  ['"粤语" in agent.dialects', true, false],
  ['agent.dialects.overlaps(["粤语", "武汉话"])', true, false],
  ['agent.site in ["fuzhou", "xiamen"]', true, false],
  ['agent.site.startsWith("fu")', true, false],
  ['agent.nights', true, false],
  ['!agent.nights', false, true],
  ['size(agent.dialects) > 1', true, false],
  ['caller.tier == "vip"', true, true],
  ['caller.tier != "gold" && caller.language == "en"', true, true],
  ['caller.risk * 10 >= 5', true, true],
  ['agent.years - caller.risk < 0', true, true],
])('%s holds for whom it should', (text, forAnna, forNewcomer) => {
  expect(condition(text).holds(ANNA, SUN)).toBe(forAnna);
  expect(condition(text).holds(NEWCOMER, SUN)).toBe(forNewcomer);
});

test.each([
  ['caller.dialect in agent.dialects', false],
  ['caller.languages.overlaps(agent.dialects)', false],
  ['caller.risk > 0', false],
  ['caller.risk == 0', true],
  ['caller.tier == ""', true],
  ['agent.site == caller.city', false],
])('what is not known of a caller is empty: %s', (text, holds) => {
  expect(condition(text).holds(ANNA, STRANGER)).toBe(holds);
});

test('an empty text of a flow counts as not known, also where a number is wanted', () => {
  const caller = { ...STRANGER, attributes: { dialect: '', risk: '', languages: '' } };
  expect(condition('caller.dialect in agent.dialects').holds(ANNA, caller)).toBe(false);
  expect(condition('caller.risk == 0').holds(ANNA, caller)).toBe(true);
  expect(condition('size(caller.languages) == 0').holds(ANNA, caller)).toBe(true);
});

test.each([
  ['skill.wealth', 9.5],
  ['skill.wealth * 2 + 1', 20],
  ['skill.wealth >= 9', 10],
  ['skill.wealth >= 9.6', 0],
  ['caller.tier == "vip" ? 30 : 0', 30],
  ['size(agent.dialects)', 2],
  ['-skill.wealth', -9.5],
])('%s scores %d', (text, score) => {
  expect(preference(text).score(ANNA, SUN)).toBe(score);
});

test('a bonus is worth its score where its condition holds', () => {
  const bonus = compiler.bonus('caller.dialect in agent.dialects', 25) as Preference;
  expect(bonus).toMatchObject({ text: 'caller.dialect in agent.dialects ? 25 : 0', looksAt: ['dialect'] });
  expect([bonus.score(ANNA, SUN), bonus.score(NEWCOMER, SUN)]).toEqual([25, 0]);
});

test.each([
  ['skill.welth >= 9', 'there is no skill "welth": did you mean "wealth"?'],
  ['skill.toString >= 9', 'there is no skill "toString": there is service, wealth'],
  ['agent.dialect == "x"', 'agent has no "dialect": did you mean "dialects"?'],
  ['agent.id == "anna"', 'agent has no "id": there is dialects, site, nights, years, age, gender'],
  ['caller.teir == "vip"', 'caller has no "teir": did you mean "tier"?'],
  ['caller.tier == "gld"', 'there is no tier "gld": did you mean "gold"?'],
  ['"vpi" != caller.tier', 'there is no tier "vpi": did you mean "vip"?'],
  ['skil.wealth > 3', 'there is no "skil": did you mean "skill"?; a text stands in quotes'],
  ['caller.tier == vip', 'there is no "vip": there is agent, skill, caller; a text stands in quotes'],
  ['agent["site"] == "x"', 'write agent. and a name: the rule has to show what it looks at'],
  ['agent == caller', 'write agent. and a name: the rule has to show what it looks at'],
  ['caller.dialect > 3', 'these do not go together: a text > a number'],
  ['caller.dialect in agent.site', 'these do not go together: a text in a text'],
  ['agent.years >= "5"', 'these do not go together: a number >= a text'],
  ['skill.wealth', 'this is a number, but a yes or no is needed here, such as skill.wealth >= 9'],
  ['caller.dialect', 'this gives neither a yes or no nor a number'],
  ['skill.wealth = 9', 'write == to compare'],
  ['skill.wealth >= 9 and agent.nights', 'write && for and, || for or, ! for not'],
  ['skill.wealth && agent.nights', '&&, || and ! want a yes or no on each side, such as skill.wealth >= 9'],
  ['caller.tier == “vip”', 'there is a “ here: take the signs of an English keyboard, such as " and >='],
  ['skill.wealth ＞ 9', 'there is a ＞ here: take the signs of an English keyboard, such as " and >='],
  ['skill.wealth in [9, 9.5]', 'a list holds one kind of thing: write [9.0, 9.5]'],
  ['agent.nights ? 1 : 2.5', 'both values after ? have to be of one kind: write 30.0 beside 2.5'],
  [
    'agent.site.matches("a+")',
    'there is no matches(…) here: use size, startsWith, endsWith, contains, overlaps',
  ],
  ['[1].all(x, x > 0)', 'there is no all(…) here: use size, startsWith, endsWith, contains, overlaps'],
  ['skill.wealth >=', 'it ends too early: look at what stands last, and for a missing bracket'],
  ['', 'it ends too early: look at what stands last, and for a missing bracket'],
  [`${'('.repeat(60)}true${')'.repeat(60)}`, 'it is nested too deeply: use fewer brackets'],
  [Array(150).fill('1').join('+'), 'it is too long: make several of it'],
  [`caller.city == "${'x'.repeat(500)}"`, 'it has 517 characters, and may have 500: make several of it'],
])('%s is refused with a sentence', (text, sentence) => {
  expect(compiler.condition(text)).toBe(sentence);
});

test('a sensitive attribute is refused with how to permit it, and named by what may use one', () => {
  expect(compiler.condition('agent.gender == "f"')).toBe(
    'agent.gender is sensitive, and rules may not use it; who has the right to permit it writes ' +
      'sensitive-use: { permit: [agent.gender], reason: … }, and each use is kept in the event log',
  );
  expect(compiler.preference('caller.gender == "f"')).toContain('caller.gender is sensitive');
  expect(condition('agent.age >= 27 && agent.age <= 32').sensitive).toEqual(['agent.age']);
  expect(condition('skill.wealth >= 9').sensitive).toEqual([]);
});

test('what a rule looks at in the caller is read from the rule', () => {
  expect(condition('caller.dialect in agent.dialects || caller.tier == "vip"').looksAt).toEqual([
    'dialect',
    'tier',
  ]);
  expect(condition('skill.wealth >= 9 && agent.site == "x"').looksAt).toEqual([]);
  expect(preference('caller.risk * skill.wealth').looksAt).toEqual(['risk']);
});

test('the same text gives the same condition', () => {
  expect(compiler.condition('skill.wealth >= 3')).toBe(compiler.condition('skill.wealth >= 3'));
});

test.each<[string, Partial<AgentFacts>, string]>([
  ['agent.site == "x"', { attributes: { site: 7 } }, 'agent.site is not of type text'],
  ['"x" in agent.dialects', { attributes: { dialects: 'x' } }, 'agent.dialects is not of type list'],
  ['skill.wealth >= 1', { skills: { wealth: Number.NaN } }, 'skill.wealth is not of type number'],
  ['1 / 0 > 1', {}, 'division by zero'],
])('%s that fails for an agent does not hold, and is told once with a count', (text, of, reason) => {
  const fresh = new ExpressionCompiler(DECLARED);
  const agent = { ...ANNA, ...of };
  const failing = condition(text, fresh);
  expect(fresh.troubles()).toEqual([]);
  expect([failing.holds(agent, SUN), failing.holds(agent, SUN)]).toEqual([false, false]);
  expect(fresh.troubles()).toEqual([`"${text}" failed 2 times, first for agent anna: ${reason}`]);
});

test('a preference that fails, or gives no number, scores 0', () => {
  const fresh = new ExpressionCompiler(DECLARED);
  expect(preference('skill.wealth / caller.risk', fresh).score(ANNA, STRANGER)).toBe(0);
  expect(preference('skill.wealth / caller.risk', fresh).score(ANNA, SUN)).toBe(19);
  expect(fresh.troubles()).toEqual([
    '"skill.wealth / caller.risk" failed once, first for agent anna: it gives no number, as a division by 0 does',
  ]);
});

const EXPRESSIONS = [
  'caller.dialect in agent.dialects',
  'caller.tier == "vip" && skill.wealth >= 9',
  'caller.risk * skill.wealth > 3 || caller.city == agent.site',
  'caller.languages.overlaps(agent.dialects) ? true : caller.language == "en"',
];

const word = fc.constantFrom('闽南语', '粤语', 'fuzhou', 'en', '');
const callers: fc.Arbitrary<CallerFacts> = fc.record({
  tier: fc.constantFrom('', 'standard', 'gold', 'vip'),
  language: fc.constantFrom('', 'zh-CN', 'en'),
  attributes: fc.record(
    {
      dialect: word,
      city: word,
      risk: fc.double({ min: 0, max: 1, noNaN: true }),
      languages: fc.array(word.filter((one) => one !== '')),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<Record<string, AttributeValue>>,
});

test('callers alike in what a rule looks at get the same answer', () => {
  const alike = (from: CallerFacts, looksAt: readonly string[], to: CallerFacts): CallerFacts => ({
    tier: looksAt.includes('tier') ? from.tier : to.tier,
    language: looksAt.includes('language') ? from.language : to.language,
    attributes: Object.fromEntries([
      ...Object.entries(to.attributes).filter(([name]) => !looksAt.includes(name)),
      ...Object.entries(from.attributes).filter(([name]) => looksAt.includes(name)),
    ]),
  });
  fc.assert(
    fc.property(fc.constantFrom(...EXPRESSIONS), callers, callers, (text, one, other) => {
      const { looksAt, holds } = condition(text);
      expect(holds(ANNA, alike(one, looksAt, other))).toBe(holds(ANNA, one));
    }),
  );
});

test('whatever is written, it compiles or is refused with a sentence', () => {
  const pieces = fc.constantFrom(
    ...['skill.wealth', 'caller.dialect', 'agent.dialects', 'in', '>=', '==', '&&', '||', '!', '(', ')', '9'],
    ...['"x"', '?', ':', '.', '[', ']', 'agent', '+', '-', '/', '0', ',', '{', '}', 'size', '“', '\n', '\\'],
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), fc.boolean(), (parts, spaced) => {
      const compiled = compiler.condition(parts.join(spaced ? ' ' : ''));
      if (typeof compiled === 'string') expect(compiled.length).toBeGreaterThan(5);
      else expect(compiled.holds(ANNA, STRANGER)).toBeTypeOf('boolean');
    }),
    { numRuns: 1000 },
  );
});
