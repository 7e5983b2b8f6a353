import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readClassOfService } from '../../src/engine/class-of-service-file.ts';
import { problemText } from '../../src/ivr/report.ts';
import { inProject } from '../../src/setup/project.ts';

const TEXT = readFileSync(inProject('dialplan/class-of-service.yaml'), 'utf8');
const read = (text: string) => readClassOfService(text, 'f');
const said = (text: string) =>
  read(text)
    .problems.map(problemText)
    .join('\n')
    .replace(/^f:\d+:\d+ /gm, '');

test('the file that ships is in order', () => {
  expect(read(TEXT).problems).toEqual([]);
  expect(read(TEXT).rules?.limits.caller).toMatchObject({ atOnce: 2, perHour: 20, spendPerDay: 2000 });
});

test.each([
  ['country:', 'contry:', '"country" is missing: you wrote "contry"\nthere is no "contry" here'],
  [
    'groups:',
    'goups:',
    '"groups" is missing: you wrote "goups"\nthere is no "goups" here: did you mean "groups"?',
  ],
  ['per-minute: 60', 'per-minut: 60', 'there is no "per-minut" here'],
  ['per-minute: 60', 'per-minute: lots', 'legs that begin within a minute, a whole number'],
  ['rate: 500,', 'rate: 1.5,', 'a whole number in the smallest unit of the currency'],
  ['rate: 500, ', '', '"rate" is missing'],
  ['longest: 30m', 'longest: 1h', 'a time such as 500ms, 5s or 2m'],
  ['"110", ', '110, ', 'a number: put it into quotes, such as "110"'],
  ['"110", ', '"1x0", ', 'an emergency number of 2 to 6 digits, written out'],
  ['["+..."]', '["0085..."]', '"0085..." begins as numbers abroad are dialled: write + instead of 00'],
  [
    '["+..."]',
    '["+86..."]',
    '"+86..." begins with your own country code: write it as it is dialled at home, without +86',
  ],
  ['["+..."]', '["13xxxxxxxxx"]', '"13xxxxxxxxx" is there twice: the other one is in group mobile'],
  ['["+..."]', '["1[2-9]xxxxxxxxx", "x3xxxxxxxxx", "1xxxxxxxxxx"]', ''],
  ['["+..."]', '["x3xxxxxxxxx"]', ''],
  ['["+..."]', '["1*"]', '"1*" is no pattern of numbers'],
  ['callers: domestic', 'callers: domestc', 'there is no class "domestc": did you mean "domestic"?'],
  [
    'phones: { default: domestic }',
    'phones: { "1001": none }',
    'say which class the others have, such as default: none',
  ],
  [
    'phones: { default: domestic }',
    'phones: { default: none, bob: none }',
    '"bob" is no extension: write its digits, in quotes',
  ],
  ['none: []', 'none: [emergency]', 'emergency numbers belong to every class: take it out of here'],
  ['none: []', 'none: [mobil]', 'there is no group "mobil": did you mean "mobile"?'],
  ['none: []', 'none: []\n  none: []', '"none" is there twice: take one of them out'],
])('%j written as %j: %s', (right, wrong, message) => {
  expect(TEXT).toContain(right);
  const problems = said(TEXT.replace(right, wrong));
  if (message === '') expect(problems).toBe('');
  else expect(problems).toContain(message);
});

test('numbers that fit two patterns of which neither is narrower are refused, whatever their order', () => {
  const rules = (first: string, second: string) =>
    TEXT.replace('{ numbers: ["+852...", "+853...", "+886..."]', `{ numbers: ["${first}"]`).replace(
      '["+..."]',
      `["${second}"]`,
    );
  const message = /some numbers fit ".*" and also ".*" of group greater-china: make one of them narrower/;
  expect(said(rules('+5[01]x...', '+5[12]x...'))).toMatch(message);
  expect(said(rules('+5[12]x...', '+5[01]x...'))).toMatch(message);
  expect(said(rules('+5[01]x...', '+51...'))).toBe('');
});

test('whatever the text is, it becomes rules or problems', () => {
  const line = fc.constantFrom(...TEXT.split('\n'));
  fc.assert(
    fc.property(fc.array(fc.oneof(line, fc.string()), { maxLength: 60 }), (lines) => {
      const { rules, problems } = read(lines.join('\n'));
      return (rules === undefined) === problems.length > 0;
    }),
    { numRuns: 150 },
  );
});
