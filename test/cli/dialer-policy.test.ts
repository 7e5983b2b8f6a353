import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { endLines } from '../../src/cli/dialer-do-not-call.ts';
import { contactSchemaText } from '../../src/cli/dialer-policy-schema.ts';
import { readYaml } from '../../src/ivr/yaml.ts';
import { inProject } from '../../src/setup/project.ts';
import { Place } from './carillon.ts';

const TEXT = readFileSync(inProject('dialer/contact-policy.yaml'), 'utf8');
const regulator = (name: string) => readFileSync(inProject(`dialer/regulators/${name}.yaml`), 'utf8');

function placeWith(text: string) {
  const place = new Place();
  cpSync(inProject('dialer/regulators'), join(place.folder, 'regulators'), { recursive: true });
  const file = join(place.folder, 'policy.yaml');
  writeFileSync(file, text);
  return (...args: string[]) =>
    place.run(['dialer', 'policy', 'check', ...args], { CARILLON_CONTACT_POLICY: file });
}

test('the policies that ship are in order, and it is shown what each permits', async () => {
  const { code, out } = await placeWith(TEXT)();
  expect(out).toMatch(
    /^customers \(usual\) +cn +Mon-Fri 09:00-12:00 14:00-20:00, Sat-Sun 10:00-12:00 14:00-18:00, holiday closed +— +2:00:00 +3 answered\/day, 3\/day, 6\/7d, 12\/30d$/m,
  );
  expect(out).toMatch(/^policy\.yaml: (no problems|\d warnings?)$/m);
  expect(code).toBe(0);
});

test('a mistake is named with its place and what to do, also as JSON', async () => {
  const check = placeWith('usual: a\npolicies: { a: { regulator: uss } }\n');
  const told = await check();
  expect(told.out).toContain('policy.yaml:2:18 error there is no regulator "uss"\n    did you mean "us"?');
  expect(told.code).toBe(1);
  const json = await check('--json');
  expect(JSON.parse(json.out)).toMatchObject({
    errors: 1,
    warnings: 0,
    policies: [],
    problems: [{ line: 2 }],
  });
  expect(json.code).toBe(1);
});

test('a warning is an error only where it is to be', async () => {
  const check = placeWith('usual: a\npolicies: { a: { regulator: cn, consent: not-needed } }\n');
  expect((await check()).code).toBe(0);
  expect((await check('--strict')).code).toBe(1);
});

test('a file that is not there is told in a sentence', async () => {
  const { code, err } = await placeWith(TEXT)('nowhere.yaml');
  expect(err).toContain('nowhere.yaml or its folder regulators cannot be read');
  expect(code).toBe(2);
});

test('the schemas are what the code says; write them with: npx carillon dialer policy schema --write', () => {
  for (const kind of ['contact-policy', 'regulator'] as const)
    expect(readFileSync(inProject(`dialer/${kind}.schema.json`), 'utf8')).toBe(contactSchemaText(kind));
});

test.each([
  ['the policies that ship', 'contact-policy', TEXT, true],
  ['the rules of us', 'regulator', regulator('us'), true],
  ['the rules of uk', 'regulator', regulator('uk'), true],
  ['the rules of cn', 'regulator', regulator('cn'), true],
  ['a wrong key', 'contact-policy', TEXT.replace('minimum-gap', 'minimal-gap'), false],
  [
    'a cap without its window',
    'regulator',
    regulator('us').replace('caps: []', 'caps: [{ most: 3 }]'),
    false,
  ],
  [
    'a length without a unit',
    'regulator',
    regulator('us').replace('minimum-ring: 15s', 'minimum-ring: 15'),
    false,
  ],
] as const)('to editors, %s is as valid as it is', (_what, kind, text, valid) => {
  const ajv = new Ajv({ strict: true, strictRequired: false, strictTypes: false, validateFormats: false });
  expect(ajv.validate(JSON.parse(contactSchemaText(kind)), readYaml(text, 'p.yaml').content)).toBe(valid);
});

test('the end of a list of numbers is told with its refused rows, unharmed', () => {
  const lines = endLines({
    id: 'w1',
    source: 'register',
    campaign: '',
    until: null,
    by: 'admin',
    status: 'finished',
    problem: '',
    done: 1,
    entries: 2,
    refused: 30,
    refusedRows: Array.from({ length: 25 }, (_, at) => ({
      line: at + 2,
      text: '\u001b[31mx',
      reason: 'is none',
    })),
  });
  expect(lines[0]).toBe('2 numbers of register will not be called, 30 rows refused.');
  expect(lines.at(-1)).toBe('and 10 more');
  expect(lines.join('')).toContain('line 2');
  expect(lines.join('')).not.toContain('\u001b');
});
