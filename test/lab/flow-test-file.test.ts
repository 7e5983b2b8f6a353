import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { problemText } from '../../src/ivr/report.ts';
import { WORDS } from '../../src/lab/flow-script.ts';
import { flowTestFile, ORDINARY_TIME, readFlowTests } from '../../src/lab/flow-test-file.ts';

const problemsOf = (text: string): string[] => readFlowTests(text, 'x.test.yaml').problems.map(problemText);
const one = (test: string): string => `dials: "1"\ntests:\n  it:\n${test}`;
const line = (text: string): string => one(`    script:\n      - ${text}\n`);

describe('what is wrong in a test file is named by line and column', () => {
  test.each<[what: string, text: string, problems: string[]]>([
    ['nothing', '', ['1:1 "tests:" and below it the tests, by what they promise']],
    ['a list', '- a', ['1:1 this has to be keys with values, such as { key: value }']],
    ['an unknown key', 'test: {}\ntests: {}', ['1:1 there is no "test" here']],
    [
      'no number',
      'tests:\n  it:\n    script: [{ silent: 1s }]',
      ['2:3 it does not say which number is dialled: add dials: "95533" here or at the top'],
    ],
    ['a number without quotes', 'dials: 95533\ntests: {}', ['1:1 put it in quotes: "95533"']],
    [
      'a time without zone',
      'at: 2026-11-23T10:00:00\ntests: {}',
      ['1:1 a time with its zone, such as 2026-11-23T10:00:00+08:00'],
    ],
    ['no script', one('    dials: "2"\n'), ['3:3 "script" is missing: a list of lines: "- hears: welcome"']],
    ['an empty script', one('    script: []\n'), ['4:5 at least one line']],
    [
      'a caller and a phone',
      one('    caller: "1"\n    phone: "2"\n    script: [{ silent: 1s }]\n'),
      ['5:5 either "caller" or "phone"'],
    ],
    [
      'a word that does not exist',
      line('{ hers: welcome }'),
      ['5:11 there is no "hers" here: did you mean "hears"?'],
    ],
    ['two words', line('{ hears: a, presses: "1" }'), ['5:11 "presses" and "hears" are two lines']],
    ['no word', line('{ within: 5s }'), [`5:9 a line begins with one of ${WORDS.join(', ')}`]],
    ['plain text', line('hangs up'), ['5:9 a line such as "- hears: welcome"']],
    ['patience where nothing waits', line('{ presses: "1", within: 5s }'), ['5:25 "presses" does not wait']],
    ['keys without quotes', line('presses: 1'), ['5:9 put the keys in quotes: "1"']],
    ['keys that are none', line('presses: "1a"'), ['5:9 keys of a telephone: 0 to 9, * and #, in quotes']],
    [
      'a wrong world',
      'world: { agents: [{ id: a, answers: soon }] }\ntests: {}',
      ['1:28 a time such as 2s, or never, busy, offline'],
    ],
    [
      'a test twice',
      'dials: "1"\ntests:\n  it: { script: [{ silent: 1s }] }\n  it: { script: [{ silent: 1s }] }',
      ['4:3 "it" is there twice: take one of them out'],
    ],
  ])('%s', (_what, text, problems) => {
    expect(problemsOf(text)).toEqual(problems.map((problem) => `x.test.yaml:${problem}`));
    expect(readFlowTests(text, 'x.test.yaml').tests).toEqual([]);
  });

  test.each<[what: string, text: string]>([
    ['larger than 1 MB', `tests: {}\n#${'x'.repeat(1_000_001)}`],
    [
      'a bomb of anchors',
      `a: &a [${'x,'.repeat(9)}]\nb: &b [${'*a,'.repeat(9)}]\nc: [${'*b,'.repeat(9)}]\ntests: {}`,
    ],
    ['thousands of levels', `tests: ${'['.repeat(20_000)}`],
    ['tabs', 'tests:\n\tit: {}'],
    ['another encoding', 'tests: { \ufffd: {} }'],
    ['a prototype', 'dials: "1"\n__proto__: { dials: "2" }\ntests: {}'],
    ['a prototype in a test', one('    __proto__: { at: x }\n    script: [{ silent: 1s }]\n')],
    ['no letters', '\u0000\u0001'],
    ['words of a machine', '!!js/function "process.exit()"'],
  ])('it is refused, never thrown: %s', (_what, text) => {
    const { tests, problems } = readFlowTests(text, 'x.test.yaml');
    expect(problems.length).toBeGreaterThan(0);
    expect(tests).toEqual([]);
  });
});

describe('a test', () => {
  const read = (text: string) => readFlowTests(text, 'x.test.yaml').tests[0]!;

  test('has what the file says for all, unless it says otherwise', () => {
    const head = 'at: 2026-11-23T10:00:00+08:00\ndials: "1"\ncaller: "222"\n';
    const script = '    script: [{ silent: 1s }]\n';
    expect(read(`${head}tests:\n  it:\n${script}`)).toMatchObject({
      at: Date.UTC(2026, 10, 23, 2),
      dials: '1',
      caller: '222',
      line: 5,
      column: 3,
    });
    const own = '    at: 2026-01-01T00:00:00Z\n    dials: "3"\n    caller: ""\n';
    expect(read(`${head}tests:\n  it:\n${own}${script}`)).toMatchObject({
      at: Date.UTC(2026, 0, 1),
      dials: '3',
      caller: '',
    });
    expect(read(`${head}tests:\n  it:\n    phone: "1001"\n${script}`)).toMatchObject({
      phone: '1001',
      caller: '',
    });
    expect(read(one(script))).toMatchObject({ at: ORDINARY_TIME, caller: '' });
  });

  test('adds to the world of the file, and replaces what has the same name', () => {
    const { world } = read(
      [
        'dials: "1"',
        'world:',
        '  agents: [{ id: a }, { id: b }]',
        '  queues: [one]',
        '  services: { s: { /x: { status: 200 }, /y: { status: 201 } } }',
        'tests:',
        '  it:',
        '    world:',
        '      agents: [{ id: b, answers: never }, { id: c }]',
        '      services: { s: { /y: { fails: timeout } }, t: { /: [{ body: 1 }, { body: 2 }] } }',
        '    script: [{ silent: 1s }]',
      ].join('\n'),
    );
    expect(world.agents.map(({ id, answers }) => [id, answers])).toEqual([
      ['a', '2s'],
      ['b', 'never'],
      ['c', '2s'],
    ]);
    expect(world.queues.map(({ name }) => name)).toEqual(['one']);
    expect(world.services).toEqual({
      s: { '/x': [{ status: 200, after: 50 }], '/y': [{ fails: 'timeout', after: 50 }] },
      t: {
        '/': [
          { status: 200, body: 1, after: 50 },
          { status: 200, body: 2, after: 50 },
        ],
      },
    });
  });

  test('carries the place of each line', () => {
    const { script } = read(line('silent: 1s\n      - hears: welcome'));
    expect(script).toEqual([
      { silent: 1000, line: 5, column: 9 },
      { hears: 'welcome', line: 6, column: 9 },
    ]);
  });
});

test('editors get a description of every field', () => {
  const undescribed: string[] = [];
  const look = (schema: unknown, path: string): void => {
    if (typeof schema !== 'object' || schema === null) return;
    const { properties = {}, ...rest } = schema as { properties?: Record<string, { description?: string }> };
    for (const [name, property] of Object.entries(properties)) {
      if (!property.description) undescribed.push(`${path}.${name}`);
      look(property, `${path}.${name}`);
    }
    for (const [key, inner] of Object.entries(rest)) if (key !== 'default') look(inner, path);
  };
  const schema = z.toJSONSchema(flowTestFile, { io: 'input' });
  look(schema, '');
  expect(undescribed).toEqual([]);
  expect(JSON.stringify(schema)).toContain('"minProperties":1,"maxProperties":2');
});
