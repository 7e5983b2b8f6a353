import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VERBS as kinds } from '../../src/engine/verbs.ts';
import { LIMITS } from '../../src/ivr/check.ts';
import { answersTo } from '../../src/ivr/flow.ts';
import { parseFlow } from '../../src/ivr/parse.ts';
import { problemText } from '../../src/ivr/report.ts';

const parse = (text: string) => parseFlow(text, 'f.yaml', 'v1', kinds);
const problemsOf = (text: string) => parse(text).problems.map(problemText);

const GOOD = `flow: test
numbers: ["95533"]
languages: [en]
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
    languages: ['en'],
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
    'f.yaml:8:12 there is no verb "shout": it has to be one of say, pause, menu',
  ],
  [
    'unknown target',
    GOOD.replace('then: pick', 'then: nowhere'),
    'f.yaml:8:27 step "hello" leads to "nowhere", which does not exist',
  ],
  [
    'unknown prompt',
    GOOD.replace('say: hi', 'say: ho'),
    'f.yaml:8:17 there is no prompt "ho": did you mean "hi"?',
  ],
  [
    'no way out',
    GOOD.replace('    otherwise: bye\n', ''),
    'f.yaml:10:5 step "pick" leads nowhere for silence, invalid',
  ],
  [
    'unknown exit',
    GOOD.replace('then: pick', 'then: { next: pick, up: pick }'),
    'f.yaml:8:41 "say" has no way out "up": it has next',
  ],
  [
    'two verbs',
    GOOD.replace('say: hi,', 'say: hi, hangup: {},'),
    'f.yaml:8:21 step "hello" does two things, "say" and "hangup": make it two steps',
  ],
  [
    'no verb',
    GOOD.replace('say: hi, ', ''),
    'f.yaml:8:3 step "hello" does nothing: name one of say, pause, menu',
  ],
  [
    'duplicate step',
    `${GOOD}  bye: { hangup: {} }\n`,
    'f.yaml:13:3 "bye" is there twice: take one of them out',
  ],
  ['wrong start', GOOD.replace('start: hello', 'start: hullo'), 'f.yaml:4:1 there is no step "hullo"'],
  [
    'wrong on-error',
    GOOD.replace('start: hello', 'start: hello\non-error: ouch'),
    'f.yaml:5:1 there is no step "ouch"',
  ],
  ['unknown key', GOOD.replace('start:', 'colour: red\nstart:'), 'f.yaml:4:1 there is no "colour" here'],
  ['bad key of the phone', GOOD.replace('{ 1: bye }', '{ 12: bye }'), 'f.yaml:10:43 one key: 0 to 9'],
  [
    'bad duration',
    GOOD.replace('keys:', 'timeout: soon, keys:'),
    'f.yaml:10:35 a time such as 500ms, 5s or 2m',
  ],
  ['bad number', GOOD.replace('"95533"', '"9 5"'), 'f.yaml:2:11 a number to dial'],
  [
    'bad condition',
    GOOD.replace(
      'say: hi, then: pick',
      'choose: [{ when: customer.tear == "x", then: pick }], otherwise: pick',
    ),
    'f.yaml:8:23 the expression customer.tear == "x" cannot be used: customer has no "tear"; it has known, id, tier, flow',
  ],
  [
    'condition that is no yes or no',
    GOOD.replace('say: hi, then: pick', 'choose: [{ when: caller.number, then: pick }], otherwise: pick'),
    'f.yaml:8:23 the expression caller.number cannot be used: this is a text, but a yes or no',
  ],
  [
    'condition that reaches for process',
    GOOD.replace('say: hi, then: pick', 'choose: [{ when: process.exit(), then: pick }], otherwise: pick'),
    'f.yaml:8:23 the expression process.exit() cannot be used: there is no exit(…) here',
  ],
  [
    'tabs',
    GOOD.replace('  hello:', '\thello:'),
    'f.yaml:8:1 tabs are not allowed as indentation: use spaces',
  ],
  ['empty file', '', 'f.yaml:1:1 the file is empty'],
  ['a list', '- a\n- b\n', 'f.yaml:1:1 '],
  ['binary', 'flow: \u0000', 'f.yaml:1:1 the file is not UTF-8 text'],
  ['ten megabytes', 'a'.repeat(10_000_000), 'f.yaml:1:1 the file is larger than 1 MB'],
  [
    'prototype key',
    GOOD.replace('bye: { hangup: {} }', '__proto__: { hangup: {} }'),
    'f.yaml:12:3 "__proto__" cannot be a name',
  ],
  ['prompt path', GOOD.replace('say: hi', 'say: ../../etc/passwd'), 'f.yaml:8:12 '],
  [
    'anchor bomb',
    `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nflow: [*c,*c,*c,*c,*c,*c,*c]\n`,
    'f.yaml:2:8 an alias (*) cannot be used here',
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
  expect(problemsOf(text)).toEqual([
    'f.yaml:6:3 warning: nothing says the prompt "hi": take it out, or say it',
    'f.yaml:8:17 there is no prompt "ho": did you mean "hi"?',
    'f.yaml:8:27 step "hello" leads to "nowhere", which does not exist',
    'f.yaml:10:46 step "pick" leads to "gone", which does not exist',
  ]);
});

const way = (steps: string, frame = '') =>
  `flow: test\nlanguages: [en]\n${frame}start: a\nsteps:\n${steps}  end: { hangup: {} }\n`;
const menuOf = (keys: string, more = 'otherwise: end') =>
  `{ menu: { say: { en: menu }, keys: { ${keys} } }, ${more} }`;

test.each([
  [
    'a step that nobody reaches',
    way('  a: { say: { en: hi }, then: end }\n  lost: { say: { en: ho }, then: end }\n'),
    ['f.yaml:6:3 nobody reaches the step "lost"'],
  ],
  [
    'silence that leads back to itself',
    way(`  a: ${menuOf('1: end', 'otherwise: a')}\n`),
    ['f.yaml:5:3 who says nothing goes round for ever: a → a'],
  ],
  [
    'silence that goes round over a look-up',
    way(
      `  a: ${menuOf('1: end', 'then: { silence: b, invalid: end }')}\n  b: { http: { service: s }, then: { ok: a, failed: end } }\n`,
    ),
    ['f.yaml:5:3 who says nothing goes round for ever: a → b → a'],
  ],
  [
    'silence that is counted',
    way(
      `  a: { set: { n: 0 }, then: m }\n  m: ${menuOf('1: end', 'then: { silence: b, invalid: end }')}\n  b: { set: { n: vars.n + 1 }, then: c }\n` +
        '  c: { choose: [{ when: vars.n < 3, then: m }], otherwise: end }\n',
    ),
    [],
  ],
  [
    'waiting for an agent again and again',
    way(
      '  a: { say: { en: wait }, then: b }\n  b: { queue: { name: q }, then: { done: end }, otherwise: a }\n',
    ),
    [],
  ],
  [
    'a circle without an end',
    way('  a: { say: { en: hi }, then: b }\n  b: { say: { en: ho }, then: a }\n'),
    ['f.yaml:5:3 this goes round for ever and waits for nobody: a → b → a', 'f.yaml:7:3 nobody reaches'],
  ],
  [
    'a look-up that is repeated without a pause',
    way('  a: { http: { service: s }, then: { ok: end, failed: a } }\n'),
    ['f.yaml:5:3 this goes round for ever and waits for nobody: a → a'],
  ],
  [
    'a menu of eight keys',
    way(`  a: ${menuOf('1: end, 2: end, 3: end, 4: end, 5: end, 6: end, 7: end, 8: end')}\n`),
    ['f.yaml:5:3 warning: the menu "a" has 8 keys: callers keep up to 7'],
  ],
  [
    'a menu under four menus',
    way(
      ['a', 'b', 'c', 'd', 'e']
        .map((name, at) => `  ${name}: ${menuOf(`1: ${'bcde'[at] ?? 'end'}`)}\n`)
        .join(''),
    ),
    ['f.yaml:9:3 warning: the menu "e" is 5 menus deep'],
  ],
  [
    'a prompt that goes on and on',
    way(`  a: { say: { en: ${'word '.repeat(150)} }, then: end }\n`),
    ['f.yaml:5:3 warning: the en prompt of step "a" takes about'],
  ],
  [
    'a prompt without a language',
    way('  a: { say: { en: hi }, then: end }\n').replace('[en]', '[en, zh-CN]'),
    ['f.yaml:5:8 these words are not there in zh-CN'],
  ],
  [
    'a named prompt without a language',
    way('  a: { say: hi, then: end }\n', 'prompts: { hi: { en: hi } }\n').replace('[en]', '[en, zh-CN]'),
    ['f.yaml:3:12 the prompt "hi" is not there in zh-CN'],
  ],
  [
    'a place that is no speech',
    way('  a: { say: { en: "you have {caller.number}" }, then: end }\n'),
    ['f.yaml:5:19 the expression caller.number cannot be used: this is a text, but something to speak'],
  ],
  [
    'a brace that is left open',
    way('  a: { say: { en: "you have {number(1)" }, then: end }\n'),
    ['f.yaml:5:19 there is a "{" without its "}"'],
  ],
  [
    'a variable that no step sets',
    way('  a: { choose: [{ when: vars.x > 1, then: end }], otherwise: end }\n'),
    [
      'f.yaml:5:19 the expression vars.x > 1 cannot be used: there is no "x": no step of this flow sets a variable',
    ],
  ],
  [
    'a variable of two types',
    way('  a: { set: { x: 1 }, then: b }\n  b: { set: { x: caller.number }, then: end }\n'),
    ['f.yaml:6:3 step "b" makes "x" text, elsewhere it is number'],
  ],
  [
    'a secret in a condition',
    way(
      '  a: { gather: { say: { en: pin }, into: pin, secret: true, max: 4 }, then: { done: b }, otherwise: end }\n  b: { choose: [{ when: secrets.pin == "1", then: end }], otherwise: end }\n',
    ),
    ['f.yaml:6:19 the expression secrets.pin == "1" cannot be used: there is no "secrets"'],
  ],
  [
    'a secret as a variable',
    way(
      '  a: { gather: { say: { en: pin }, into: pin, secret: true, max: 4 }, then: { done: b }, otherwise: end }\n  b: { say: { en: "{digits(vars.pin)}" }, then: end }\n',
    ),
    ['f.yaml:6:19 the expression digits(vars.pin) cannot be used'],
  ],
  [
    'a pattern that would take for ever',
    way('  a: { choose: [{ when: caller.number.matches("(a+)+$"), then: end }], otherwise: end }\n'),
    [
      'f.yaml:5:19 the expression caller.number.matches("(a+)+$") cannot be used: there is no matches(…) here',
    ],
  ],
  [
    'a macro',
    way('  a: { choose: [{ when: "[1, 2].exists(x, x > 1)", then: end }], otherwise: end }\n'),
    ['f.yaml:5:19 the expression [1, 2].exists(x, x > 1) cannot be used: there is no exists(…) here'],
  ],
  [
    'a key that is there twice',
    way(`  a: ${menuOf('1: end, "1": end')}\n`),
    ['f.yaml:5:51 "1" is there twice: take one of them out'],
  ],
  [
    'a secret that would go to somebody on the internet',
    way(
      '  a: { gather: { say: { en: pin }, into: pin, secret: true, max: 4 }, then: { done: b }, otherwise: end }\n' +
        '  b: { http: { url: "https://example.com", send: { pin: secrets.pin } }, otherwise: end }\n',
    ),
    ['f.yaml:6:52 the expression secrets.pin cannot be used: there is no "secrets"'],
  ],
  [
    'a variable that counts itself',
    way(
      '  a: { set: { n: vars.n + 1 }, then: b }\n  b: { choose: [{ when: "vars.n in [1, 2] && vars.n % 2 == 1", then: end }], otherwise: end }\n',
    ),
    [],
  ],
  [
    'a language that the flow does not speak',
    way('  a: { language: zh-CN, then: end }\n'),
    ['f.yaml:5:8 this flow does not speak zh-CN'],
  ],
  [
    'a circle that sets what nobody asks for',
    way(
      `  a: ${menuOf('1: end', 'then: { silence: b, invalid: end }')}\n  b: { set: { n: 1 }, then: c }\n  c: { choose: [{ when: caller.inside, then: a }], otherwise: end }\n`,
    ),
    ['f.yaml:5:3 who says nothing goes round for ever'],
  ],
  [
    'a wrong target whose name is also said',
    way('  a: { menu: { say: { en: nope }, keys: { 1: nope } }, otherwise: end }\n'),
    ['f.yaml:5:46 step "a" leads to "nope", which does not exist'],
  ],
  [
    'a menu in another flow is asked again',
    way('  a: { call: { flow: elsewhere }, then: { again: a, done: end } }\n'),
    [],
  ],
  [
    'a mark at the beginning of the file',
    `\ufeff${way('  a: { say: { en: hi }, then: end }\n').replace('flow:', 'flo:')}`,
    ['f.yaml:1:1 "flow" is missing', 'f.yaml:1:1 there is no "flo" here: did you mean "flow"?'],
  ],
  [
    'too many variables',
    way(
      `  a: { set: { ${Array.from({ length: 201 }, (_, at) => `v${at}: ${at}`).join(', ')} }, then: end }\n`,
    ),
    ['f.yaml:4:1 there are 201 variables, 200 at most'],
  ],
  [
    'thousands of misspelt targets',
    way(
      Array.from({ length: 1500 }, (_, at) => `  s${at}: { say: { en: hi }, then: misspelt${at} }\n`).join(
        '',
      ),
    ).replace('start: a', 'start: s0'),
    Array.from({ length: 200 }, (_, at) => `f.yaml:${5 + at}:`),
  ],
  [
    'an exit after a hang-up',
    way('  a: { hangup: {}, then: end }\n'),
    ['f.yaml:5:3 "hangup" does not go on', 'f.yaml:6:3 nobody reaches'],
  ],
])('%s', (_what, text, messages) => {
  const problems = problemsOf(text);
  expect(problems.map((problem, at) => problem.slice(0, messages[at]?.length))).toEqual(messages);
});

const called = {
  prompts: {},
  limits: LIMITS,
  isRecorded: () => false,
  signature: (name: string) =>
    name === 'verify'
      ? ({ takes: { tries: 'number' }, gives: { card: 'text' }, results: ['yes', 'no'] } as const)
      : undefined,
};
test.each([
  ['all right', 'with: { tries: 3 } }, then: { yes: b, no: end }', []],
  ['a result without a way', 'with: { tries: 3 } }, then: { yes: b }', ['step "a" leads nowhere for no']],
  [
    'a result that is none',
    'with: { tries: 3 } }, then: { yes: b, no: end, maybe: end }',
    ['"call" has no way out "maybe"'],
  ],
  ['nothing given', '}, then: { yes: b, no: end }', ['flow "verify" has to be given tries']],
  [
    'the wrong type given',
    `with: { tries: '"3"' } }, then: { yes: b, no: end }`,
    ['flow "verify" takes "tries" as number, this is text'],
  ],
  [
    'too much given',
    'with: { tries: 3, more: 1 } }, then: { yes: b, no: end }',
    ['flow "verify" takes no "more"'],
  ],
])('a call of another flow with %s', (_what, args, messages) => {
  const text = way(
    `  a: { call: { flow: verify, ${args} }\n  b: { say: { en: "{digits(vars.card)}" }, then: end }\n`,
  );
  expect(parseFlow(text, 'f.yaml', 'v', kinds, called).problems.map(({ message }) => message)).toEqual(
    messages,
  );
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
        return (flow === undefined) === problems.some(({ severity }) => severity === 'error');
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
