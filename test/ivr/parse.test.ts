import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CodeGuesses } from '../../src/campaign/guesses.ts';
import { allSteps } from '../../src/engine/steps.ts';
import { answersTo } from '../../src/ivr/flow.ts';
import { parseFlow, problemText } from '../../src/ivr/parse.ts';

const nobody = {
  byNumber: async () => undefined,
  byId: async () => undefined,
  byCode: async () => undefined,
  codes: async () => [],
};
const kinds = allSteps({
  customers: nobody,
  campaigns: nobody,
  guesses: new CodeGuesses(),
  desk: {
    agentAt: () => undefined,
    tellAgent: async () => {
      throw new Error('not here');
    },
  },
  queues: () => undefined,
});

const parse = (text: string) => parseFlow(text, 'f.yaml', 'v1', kinds);
const problemsOf = (text: string) => parse(text).problems.map(problemText);

const GOOD = `flow: test
numbers: ["95533"]
start: hello
prompts:
  hi: { zh-CN: 您好, en: Hello }
steps:
  hello: { say: hi, then: pick }
  pick:
    menu: { say: { en: Press 1 }, keys: { 1: bye } }
    otherwise: bye
  bye: { hangup: {} }
`;

test('a good flow is read whole', () => {
  const { flow, problems } = parse(GOOD);
  expect(problems).toEqual([]);
  expect(flow).toMatchObject({
    name: 'test',
    numbers: ['95533'],
    start: 'hello',
    languages: ['zh-CN', 'en'],
    callers: 'anyone',
  });
  expect(flow?.steps.get('pick')).toMatchObject({
    targets: { 1: 'bye' },
    otherwise: 'bye',
    args: { timeout: 5000, tries: 3 },
  });
});

test.each([
  [
    'unknown verb',
    GOOD.replace('say: hi', 'shout: hi'),
    'f.yaml:7:12 there is no step "shout": it has to be one of say, menu',
  ],
  [
    'unknown target',
    GOOD.replace('then: pick', 'then: nowhere'),
    'f.yaml:7:27 step "hello" leads to "nowhere", which does not exist',
  ],
  [
    'unknown prompt',
    GOOD.replace('say: hi', 'say: ho'),
    'f.yaml:7:12 there is no prompt "ho": add it to "prompts"',
  ],
  [
    'no way out',
    GOOD.replace('    otherwise: bye\n', ''),
    'f.yaml:9:5 step "pick" leads nowhere for silence, invalid',
  ],
  [
    'unknown exit',
    GOOD.replace('then: pick', 'then: { next: pick, up: pick }'),
    'f.yaml:7:41 "say" has no way out "up": it has next',
  ],
  [
    'two verbs',
    GOOD.replace('say: hi,', 'say: hi, hangup: {},'),
    'f.yaml:7:21 step "hello" does two things, "say" and "hangup": make it two steps',
  ],
  ['no verb', GOOD.replace('say: hi, ', ''), 'f.yaml:7:3 step "hello" does nothing: name one of say, menu'],
  ['duplicate step', `${GOOD}  bye: { hangup: {} }\n`, 'f.yaml:12:3 Map keys must be unique'],
  ['wrong start', GOOD.replace('start: hello', 'start: hullo'), 'f.yaml:3:1 there is no step "hullo"'],
  [
    'wrong on-error',
    GOOD.replace('start: hello', 'start: hello\non-error: ouch'),
    'f.yaml:4:1 there is no step "ouch"',
  ],
  ['unknown key', GOOD.replace('start:', 'colour: red\nstart:'), 'f.yaml:3:1 there is no "colour" here'],
  ['bad key of the phone', GOOD.replace('{ 1: bye }', '{ 12: bye }'), 'f.yaml:9:43 one key: 0 to 9'],
  [
    'bad duration',
    GOOD.replace('keys:', 'timeout: soon, keys:'),
    'f.yaml:9:35 a time such as 500ms, 5s or 2m',
  ],
  ['bad number', GOOD.replace('"95533"', '"9 5"'), 'f.yaml:2:11 a number to dial'],
  [
    'bad condition',
    GOOD.replace(
      'say: hi, then: pick',
      'choose: [{ when: customer.tear == "x", then: pick }], otherwise: pick',
    ),
    'f.yaml:7:23 the condition cannot be read: No such key: tear',
  ],
  [
    'condition that is no yes or no',
    GOOD.replace('say: hi, then: pick', 'choose: [{ when: caller.number, then: pick }], otherwise: pick'),
    'f.yaml:7:23 the condition cannot be read: a condition is true or false',
  ],
  [
    'condition that reaches for process',
    GOOD.replace('say: hi, then: pick', 'choose: [{ when: process.exit(), then: pick }], otherwise: pick'),
    'f.yaml:7:23 the condition cannot be read: Unknown variable: process',
  ],
  ['tabs', GOOD.replace('  hello:', '\thello:'), 'f.yaml:7:1 Tabs are not allowed as indentation'],
  ['empty file', '', 'f.yaml:1:1 the file is empty'],
  ['a list', '- a\n- b\n', 'f.yaml:1:1 '],
  ['binary', 'flow: \u0000', 'f.yaml:1:1 the file is not UTF-8 text'],
  ['ten megabytes', 'a'.repeat(10_000_000), 'f.yaml:1:1 the file is larger than 1 MB'],
  ['prototype key', GOOD.replace('bye: { hangup: {} }', '__proto__: { hangup: {} }'), 'f.yaml:'],
  ['prompt path', GOOD.replace('say: hi', 'say: ../../etc/passwd'), 'f.yaml:7:12 '],
  [
    'anchor bomb',
    `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nflow: [*c,*c,*c,*c,*c,*c,*c]\n`,
    'f.yaml:1:1 Excessive alias count',
  ],
  ['deep nesting', `flow: ${'['.repeat(5000)}`, 'f.yaml:'],
])('%s is named by line and column', (_name, text, message) => {
  const { flow, problems } = parse(text);
  expect(flow).toBeUndefined();
  expect(
    problems.map(problemText).some((problem) => problem.startsWith(message)),
    problems.map(problemText).join('\n'),
  ).toBe(true);
});

test('all problems are told at once', () => {
  const text = GOOD.replace('say: hi', 'say: ho')
    .replace('timeout', 'x')
    .replace('then: pick', 'then: nowhere')
    .replace('{ 1: bye }', '{ 1: gone }');
  expect(problemsOf(text)).toHaveLength(3);
});

test('whatever the text, it becomes a flow or problems', () => {
  const pieces = fc.constantFrom(
    'flow: x',
    'steps:',
    '  a:',
    ' say',
    ': ',
    '{',
    '}',
    '[',
    '&a',
    '*a',
    '"',
    '\n',
    '  ',
    '- ',
    '!!js',
    '%',
    '你好',
    '__proto__',
    'then',
    '\u2028',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(pieces).map((parts) => parts.join('')),
      ),
      (text) => {
        const { flow, problems } = parse(text);
        return (flow === undefined) === problems.length > 0;
      },
    ),
  );
});

test.each([
  ['95533', '95533', true],
  ['95533', '955331', false],
  ['10xx', '1001', true],
  ['10xx', '10*1', false],
  ['*50', '*50', true],
])('number %s dialled as %s: %s', (number, dnis, answers) => {
  expect(answersTo({ ...parse(GOOD).flow!, numbers: [number] }, dnis)).toBe(answers);
});
