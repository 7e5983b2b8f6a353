import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { schemaFiles } from '../../src/cli/flow-schema.ts';
import { VERBS } from '../../src/engine/verbs.ts';
import { type JsonSchema, schemaText } from '../../src/ivr/schema.ts';
import { readYaml } from '../../src/ivr/yaml.ts';
import { inProject } from '../../src/setup/project.ts';

const folder = inProject('ivr-flows');
const files = schemaFiles();
const ajv = new Ajv({ strict: true, strictRequired: false, strictTypes: false, validateFormats: false });
const validator = (file: string) => ajv.compile(JSON.parse(files.get(file)!));
const isFlow = validator('flow.schema.json');
const isShared = validator('shared.schema.json');
const isTest = validator('flow-test.schema.json');
const parse = (text: string) => readYaml(text, 'a.yaml').content;
const flow = JSON.parse(files.get('flow.schema.json')!);
const step = flow.properties.steps.additionalProperties;

test.each([...files])(
  '%s is what the code says; write it with: npx carillon flow schema --write',
  (file, text) => {
    expect(readFileSync(join(folder, file), 'utf8')).toBe(text);
  },
);

test('every file that ships is valid', () => {
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  expect(names).toContain('hotline.yaml');
  for (const name of names) {
    const validate = name === 'shared.yaml' ? isShared : name.endsWith('.test.yaml') ? isTest : isFlow;
    validate(parse(readFileSync(join(folder, name), 'utf8')));
    expect(validate.errors, name).toBeNull();
  }
});

describe('what admins mistype is not valid', () => {
  const right = `
flow: a
numbers: ["95533"]
start: greet
prompts: { hello: { zh-CN: 您好, en: Hello } }
steps:
  greet: { say: hello, then: main }
  main: { menu: { say: hello, timeout: 5s, keys: { 1: find, "*": main } }, then: { silence: find }, otherwise: end }
  find: { find-customer: caller-number, then: { found: ask, unknown: end } }
  ask: { http: { service: core-bank, take: { balance: number } }, then: { ok: end, failed: end } }
  end: { hangup: {} }
`;

  test('the example itself is', () => {
    isFlow(parse(right));
    expect(isFlow.errors).toBeNull();
  });

  test.each([
    ['a key of the frame', 'start: greet', 'strat: greet'],
    ['a number without quotes', '["95533"]', '[95533]'],
    ['a language', 'zh-CN: 您好', 'zh-TW: 您好'],
    ['a verb', 'say: hello, then: main', 'sya: hello, then: main'],
    ['an argument', 'timeout: 5s', 'time-out: 5s'],
    ['a time', 'timeout: 5s', 'timeout: 5'],
    ['a key of the telephone', '"*": main', 'x: main'],
    ['a way out', 'unknown: end', 'unkown: end'],
    ['two verbs in a step', 'say: hello, then: main', 'say: hello, hangup: {}, then: main'],
    ['no verb in a step', 'say: hello, then: main', 'then: main'],
    ['a missing argument', 'service: core-bank, ', ''],
    ['a type of a variable', 'balance: number', 'balance: money'],
    ['a step after the end', 'end: { hangup: {} }', 'end: { hangup: {}, then: main }'],
    ['a name with spaces', 'start: greet', 'start: to greet'],
  ])('%s', (_what, good, bad) => {
    expect(right).toContain(good);
    expect(isFlow(parse(right.replace(good, bad)))).toBe(false);
  });

  test.each([
    ['a day', 'zone: UTC\ncalendars: { a: { open: { mon-fry: 09:00-17:00 } } }'],
    ['hours', 'zone: UTC\ncalendars: { a: { open: { mon-fri: 9-17 } } }'],
    ['no zone', 'prompts: {}'],
  ])('in the shared file: %s', (_what, text) => {
    expect(isShared(parse('zone: UTC\ncalendars: { a: { open: { mon-fri: 09:00-17:00 } } }'))).toBe(true);
    expect(isShared(parse(text))).toBe(false);
  });

  test('in a test file: a word of the script', () => {
    const text = 'tests: { greets: { dials: "95533", script: [{ hears: welcome }] } }';
    expect(isTest(parse(text))).toBe(true);
    expect(isTest(parse(text.replace('hears', 'heers')))).toBe(false);
  });
});

describe('editors are offered', () => {
  test('every verb with its help', () => {
    for (const { verb, summary } of VERBS) expect(step.properties[verb].description).toContain(summary);
    expect(Object.keys(step.properties)).toEqual([...VERBS.map(({ verb }) => verb), 'then', 'otherwise']);
  });

  const waysOf = (verb: string) =>
    step.allOf.find((one: { if: { required: string[] } }) => one.if.required[0] === verb).then;

  test.each([
    ['find-customer', ['found', 'unknown'], false],
    ['say', ['next'], false],
    ['menu', ['silence', 'invalid'], true],
    ['http', ['ok', 'failed'], true],
    ['choose', ['else'], true],
    ['call', [], true],
  ])('the ways out of %s', (verb, exits, mayHaveMore) => {
    const [any, each] = waysOf(verb).properties.then.anyOf;
    expect(any.type).toBe('string');
    expect(Object.keys(each.properties)).toEqual(exits);
    expect(each.additionalProperties !== false).toBe(mayHaveMore);
  });

  test.each(['hangup', 'go', 'return'])('no way out of %s', (verb) => {
    expect(waysOf(verb)).toEqual({ not: { anyOf: [{ required: ['then'] }, { required: ['otherwise'] }] } });
  });

  test('languages as keys, times as they are written, and what holds when nothing is said', () => {
    const { menu, queue } = step.properties;
    expect(Object.keys(flow.properties.prompts.additionalProperties.properties)).toEqual(['zh-CN', 'en']);
    expect(menu.properties.timeout).toMatchObject({ default: '5s', examples: ['5s', '500ms', '2m'] });
    expect(menu.properties.tries.default).toBe(3);
    expect(queue.properties.timeout.default).toBeUndefined();
  });
});

test('schemas are laid out as the formatter of this project wants it', () => {
  const long = Array.from({ length: 30 }, (_, index) => `name-${index}`);
  const schema: JsonSchema = { required: ['a', 'b'], enum: long, properties: {}, anyOf: [{ type: 'null' }] };
  const lines = schemaText(schema).split('\n');
  expect(lines.slice(0, 4)).toEqual(['{', '  "required": ["a", "b"],', '  "enum": [', '    "name-0",']);
  expect(lines.slice(-8)).toEqual([
    '  "properties": {},',
    '  "anyOf": [',
    '    {',
    '      "type": "null"',
    '    }',
    '  ]',
    '}',
    '',
  ]);
  expect(JSON.parse(lines.join('\n'))).toEqual(schema);
});
