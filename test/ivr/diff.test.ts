import { expect, test } from 'vitest';
import { VERBS as kinds } from '../../src/engine/verbs.ts';
import { diffFlows } from '../../src/ivr/diff.ts';
import { changeText, markChange } from '../../src/ivr/diff-text.ts';
import { ALONE, parseFlow } from '../../src/ivr/parse.ts';
import { problemText } from '../../src/ivr/report.ts';

const surroundings = {
  ...ALONE,
  signature: (flow: string) =>
    flow === 'pin' ? { takes: {}, gives: {}, results: ['right', 'wrong'] } : undefined,
};

function read(text: string) {
  const { flow, problems } = parseFlow(text, 'f.yaml', 'v1', kinds, surroundings);
  if (!flow) throw new Error(problems.map(problemText).join('\n'));
  return flow;
}

const BEFORE = `flow: bank
description: Everything
numbers: ["95533", "4008"]
languages: [zh-CN, en]
persona: anna
takes: { origin: text }
start: greet
on-error: agent
prompts:
  welcome: { zh-CN: 您好，欢迎致电客户服务中心。, en: Welcome to our customer service. }
  hold: { zh-CN: 请稍候。, en: Please hold the line. }
steps:
  greet: { say: welcome, then: vip }
  vip:
    choose:
      - { when: customer.tier == "vip", then: hold-vip }
      - { when: local.hour > 17, then: pin }
    otherwise: main
  main:
    menu:
      say: { zh-CN: 余额请按1。贷款请按3。, en: "Balance 1, loans 3" }
      keys: { 1: balance, 2: pin, 3: loans }
    otherwise: agent
  balance:
    http: { service: core, path: /balance, take: { balance: number }, deadline: 2s }
    then: { ok: goodbye, failed: hold }
  pin: { call: { flow: pin }, then: { right: goodbye, wrong: hold } }
  loans: { say: { zh-CN: 贷款。, en: Loans }, then: count }
  count: { set: { tries: 1 + 1 }, then: goodbye }
  hold-vip: { say: hold, then: agent }
  hold: { say: hold, then: agent }
  agent:
    queue: { name: general, timeout: 90s }
    then: { done: goodbye, timeout: voicemail }
    otherwise: goodbye
  voicemail: { voicemail: { box: service, say: { zh-CN: 请留言。, en: Speak } }, then: goodbye }
  goodbye: { hangup: {} }
`;

type Replacement = readonly [string, string];

/** What changes for callers when texts in the flow are replaced. */
function changesOf(...replacements: readonly Replacement[]) {
  let after = BEFORE;
  for (const [from, to] of replacements) {
    expect(after).toContain(from);
    after = after.replace(from, to);
  }
  return diffFlows(read(BEFORE), read(after));
}

const told = (...replacements: readonly Replacement[]): string[] =>
  changesOf(...replacements).map(changeText);

const NO_COUNT: Replacement = ['  count: { set: { tries: 1 + 1 }, then: goodbye }\n', ''];
const NO_VOICEMAIL: Replacement = [
  '  voicemail: { voicemail: { box: service, say: { zh-CN: 请留言。, en: Speak } }, then: goodbye }\n',
  '',
];

test('nothing to tell of the same flow, of another layout, and of what nobody hears', () => {
  expect(told()).toEqual([]);
  expect(
    told(['flow: bank', '# a remark\n\nflow: bank'], ['description: Everything', 'description: All']),
  ).toEqual([]);
  expect(told(['timeout: 90s', 'timeout: 90000ms'], ['then: vip }', 'then: { next: vip } }'])).toEqual([]);
});

test.each<[string, Replacement[], string[]]>([
  [
    'a key leads elsewhere',
    [['2: pin', '2: loans']],
    ['In the menu "main", key 2 leads to "loans" instead of "pin"'],
  ],
  [
    'a key is new',
    [['3: loans }', '3: loans, 4: agent }']],
    ['In the menu "main", key 4 is new and leads to "agent"'],
  ],
  ['a key is gone', [['2: pin, ', '']], ['In the menu "main", key 2 is gone; it led to "pin"']],
  [
    'keys change places',
    [['1: balance, 2: pin,', '1: pin, 2: balance,']],
    [
      'In the menu "main", key 1 leads to "pin" instead of "balance"',
      'In the menu "main", key 2 leads to "balance" instead of "pin"',
    ],
  ],
  [
    'several ways out at once',
    [['    otherwise: agent\n', '    otherwise: hold\n']],
    ['In the menu "main", "silence" and "invalid" lead to "hold" instead of "agent"'],
  ],
  [
    'the only way on, and what it led to',
    [['then: count }', 'then: pin }'], NO_COUNT],
    ['After the step "loans", the call goes on at "pin" instead of "count"', 'The step "count" is gone'],
  ],
  [
    'a case of a choice',
    [
      ['then: hold-vip }', 'then: main }'],
      ['  hold-vip: { say: hold, then: agent }\n', ''],
    ],
    [
      'In the step "vip", customer.tier == "vip" leads to "main" instead of "hold-vip"',
      'The step "hold-vip" is gone; it said "请稍候。"',
    ],
  ],
  [
    'a case before the others',
    [['- { when: local', '- { when: local.hour < 8, then: agent }\n      - { when: local']],
    ['In the step "vip", local.hour < 8 is new and leads to "agent"'],
  ],
  [
    'another condition',
    [['local.hour > 17', 'local.hour > 18']],
    [
      'In the step "vip", local.hour > 18 is new and leads to "pin"',
      'In the step "vip", local.hour > 17 is gone; it led to "pin"',
    ],
  ],
  [
    'cases in another order',
    [
      ['customer.tier == "vip", then: hold-vip', 'swapped'],
      ['local.hour > 17, then: pin', 'customer.tier == "vip", then: hold-vip'],
      ['swapped', 'local.hour > 17, then: pin'],
    ],
    ['In the step "vip", the order of the ways out is another one'],
  ],
  [
    'one way out of several',
    [['timeout: voicemail }', 'timeout: goodbye }'], NO_VOICEMAIL],
    [
      'In the step "agent", "timeout" leads to "goodbye" instead of "voicemail"',
      'The step "voicemail" is gone; it said "请留言。"',
    ],
  ],
  [
    'an answer of a service with a way out of its own',
    [['deadline: 2s', 'deadline: 2s, answers: { 404: agent }']],
    ['In the step "balance", "404" is new and leads to "agent"'],
  ],
  [
    'a new step on the way',
    [
      ['3: loans }', '3: offer }'],
      ['  loans:', '  offer: { say: { zh-CN: 新产品。, en: News }, then: loans }\n  loans:'],
    ],
    [
      'In the menu "main", key 3 leads to "offer" instead of "loans"',
      'The step "offer" is new and says "新产品。"',
    ],
  ],
  [
    'another verb',
    [['count: { set: { tries: 1 + 1 }', 'count: { language: en']],
    ['The step "count" is now "language" instead of "set"'],
  ],
])('ways: %s', (_name, replacements, sentences) => {
  expect(told(...replacements)).toEqual(sentences);
});

test.each<[string, Replacement[], string[]]>([
  [
    'a prompt with a name, once for all steps',
    [
      ['请稍候', '请您稍候'],
      ['hold the line', 'stay on the line'],
    ],
    [
      'In the prompt "hold", callers hear in zh-CN: "请[您]稍候。" instead of "请稍候。", in the steps "hold-vip" and "hold"',
      'In the prompt "hold", callers hear in en: "Please [stay on] the line." instead of "Please [hold] the line.", in the steps "hold-vip" and "hold"',
    ],
  ],
  [
    'a prompt of one step',
    [['Welcome to our', 'Welcome to the']],
    [
      'In the prompt "welcome", callers hear in en: "Welcome to [the] customer service." instead of "Welcome to [our] customer service.", in the step "greet"',
    ],
  ],
  [
    'words without a name, wholly new',
    [['en: Loans', 'en: Credit']],
    ['In the step "loans", callers hear in en: "Credit" instead of "Loans"'],
  ],
  [
    'words for another purpose',
    [['      keys:', '      wrong: { zh-CN: 错了。, en: Wrong }\n      keys:']],
    [
      'In the menu "main", callers now hear for "wrong" in zh-CN: "错了。"',
      'In the menu "main", callers now hear for "wrong" in en: "Wrong"',
    ],
  ],
  [
    'another prompt',
    [['hold: { say: hold', 'hold: { say: welcome']],
    [
      'In the step "hold", callers hear in zh-CN: "您好，欢迎致电客户服务中心。" instead of "请稍候。"',
      'In the step "hold", callers hear in en: "Welcome to our customer service." instead of "Please hold the line."',
    ],
  ],
])('words: %s', (_name, replacements, sentences) => {
  expect(told(...replacements)).toEqual(sentences);
});

test.each<[string, Replacement[], string[]]>([
  [
    'a waiting time',
    [['timeout: 90s', 'timeout: 2m']],
    ['In the step "agent", the waiting time is 2 min instead of 90 s'],
  ],
  [
    'no waiting time any more',
    [[', timeout: 90s', '']],
    ['In the step "agent", the waiting time is gone; it was 90 s'],
  ],
  [
    'tries',
    [['      keys:', '      tries: 2\n      keys:']],
    ['In the menu "main", the number of tries is 2 instead of 3'],
  ],
  [
    'a deadline',
    [['deadline: 2s', 'deadline: 2500ms']],
    ['In the step "balance", the time for the answer is 2.5 s instead of 2 s'],
  ],
  [
    'a queue',
    [['name: general', 'name: vip']],
    ['In the step "agent", the queue is "vip" instead of "general"'],
  ],
  [
    'a box',
    [['box: service', 'box: loans']],
    ['In the step "voicemail", the voicemail box is "loans" instead of "service"'],
  ],
  [
    'an expression',
    [['1 + 1', '1 + 2']],
    ['In the step "count", the variable "tries" is 1 + 2 instead of 1 + 1'],
  ],
  [
    'a look-up',
    [['path: /balance,', 'path: /balance, query: { who: caller.number },']],
    ['In the step "balance", "who" of "query" is now caller.number'],
  ],
  [
    'interruption',
    [['greet: { say: welcome', 'greet: { say: { prompt: welcome, interruptible: false }']],
    ['In the step "greet", the interruption by keys is no instead of yes'],
  ],
])('arguments: %s', (_name, replacements, sentences) => {
  expect(told(...replacements)).toEqual(sentences);
});

test.each<[string, Replacement[], string[]]>([
  ['a number more', [['"4008"', '"4008", "10xx"']], ['10xx leads here now']],
  ['a number less', [[', "4008"', '']], ['4008 does not lead here any more']],
  [
    'a language less',
    [['languages: [zh-CN, en]', 'languages: [zh-CN]']],
    ['The list of languages is zh-CN instead of zh-CN, en'],
  ],
  ['a persona', [['persona: anna', 'persona: bert']], ['The persona is "bert" instead of "anna"']],
  [
    'a persona per number',
    [['persona: anna', 'persona: { "4008": bert }']],
    ['The persona is gone; it was "anna"', 'The persona at 4008 is now "bert"'],
  ],
  [
    'who may call',
    [['persona:', 'callers: phones\npersona:']],
    ['The circle of callers is our own phones instead of anyone'],
  ],
  [
    'what it takes',
    [['origin: text', 'origin: number']],
    ['The variable "origin" that it takes is number instead of text'],
  ],
  [
    'the first step',
    [
      ['start: greet', 'start: vip'],
      ['  greet: { say: welcome, then: vip }\n', ''],
    ],
    [
      'The first step is "vip" instead of "greet"',
      'The step "greet" is gone; it said "您好，欢迎致电客户服务中心。"',
    ],
  ],
  ['no step for failures', [['on-error: agent\n', '']], ['The step after a failure is gone; it was "agent"']],
])('frame: %s', (_name, replacements, sentences) => {
  const changes = changesOf(...replacements);
  expect(changes.map(changeText)).toEqual(sentences);
  expect(changes[0]).toMatchObject({ severity: 'frame' });
});

test('a step with another name is told as that, and the ways to it are no changes', () => {
  const rename = (from: string, to: string): Replacement[] =>
    BEFORE.split(from).length > 2 ? [[`  ${from}:`, `  ${to}:`]] : [];
  expect(
    told(...rename('pin', 'check-pin'), ['2: pin', '2: check-pin'], ['17, then: pin', '17, then: check-pin']),
  ).toEqual(['The step "pin" is now called "check-pin"']);
  expect(told(['start: greet', 'start: hello'], ['  greet:', '  hello:'])).toEqual([
    'The step "greet" is now called "hello"',
  ]);
});

test('of two steps with the same content, each is found again by where it leads', () => {
  const flow = (first: string, second: string) =>
    read(`flow: f
languages: [en]
start: ${first.slice(0, 1)}
on-error: ${second.slice(0, 1)}
steps:
  ${first}
  ${second}
  end: { hangup: {} }
  main: { menu: { say: { en: Menu }, keys: { 1: end } }, then: { silence: end, invalid: end } }
`);
  const say = (name: string, then: string): string => `${name}: { say: { en: Wait }, then: ${then} }`;
  const before = flow(say('a', 'main'), say('b', 'end'));
  const steps = new Map([...flow(say('x', 'main'), say('y', 'end')).steps].toReversed());
  expect(diffFlows(before, { ...before, steps, start: 'x', onError: 'y' }).map(changeText)).toEqual([
    'The step "a" is now called "x"',
    'The step "b" is now called "y"',
  ]);
});

test('changes are told in the order in which a caller meets them, whatever the order in the file', () => {
  const steps = changesOf(
    ['box: service', 'box: loans'],
    ['timeout: 90s', 'timeout: 60s'],
    ['1 + 1', '1 + 2'],
    ['Balance 1,', 'Account 1,'],
    ['hour > 17, then: pin', 'hour > 17, then: hold'],
    ['欢迎致电', '欢迎来电'],
    ['"4008"', '"4009"'],
  ).map((change) => change.step);
  expect([...new Set(steps)]).toEqual([undefined, 'greet', 'vip', 'main', 'agent', 'voicemail', 'count']);
});

test.each([
  ['按1', '按2', '按[1]', '按[2]'],
  ['press 10 now', 'press 11 now', 'press [10] now', 'press [11] now'],
  ['aa', 'aaa', 'aa', 'aaa'],
  ['a b', 'a b c', 'a b', 'a b[ c]'],
  ['x', 'y', 'x', 'y'],
  [
    `${'好'.repeat(40)}一${'的'.repeat(40)}`,
    `${'好'.repeat(40)}二${'的'.repeat(40)}`,
    `…${'好'.repeat(16)}[一]${'的'.repeat(16)}…`,
    `…${'好'.repeat(16)}[二]${'的'.repeat(16)}…`,
  ],
])('%j and %j are marked %j and %j', (before, after, ...marked) => {
  expect(Object.values(markChange(before, after))).toEqual(marked);
});
