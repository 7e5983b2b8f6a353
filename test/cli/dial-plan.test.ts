import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inProject } from '../../src/setup/project.ts';
import { aFlow, Place } from './carillon.ts';

const TEXT = readFileSync(inProject('dialplan/class-of-service.yaml'), 'utf8');

/** A place with rules of its own. */
function placeWith(text: string, flows: Readonly<Record<string, string>> = {}) {
  const place = new Place(flows);
  const file = join(place.folder, 'rules.yaml');
  writeFileSync(file, text);
  const env = { CARILLON_CLASS_OF_SERVICE: file };
  return {
    check: (...args: string[]) => place.run(['dial-plan', 'check', ...args], env),
    checkFlows: () => place.run(['flow', 'check'], env),
  };
}

test('the file that ships is in order', async () => {
  const { code, out } = await new Place().run(['dial-plan', 'check']);
  expect(out).toContain('no problems');
  expect(code).toBe(0);
});

test('a mistake is named with its place', async () => {
  const { code, out } = await placeWith(TEXT.replace('callers: domestic', 'callers: domestc')).check();
  expect(out).toMatch(/rules\.yaml:112:3 error there is no class "domestc"\n {4}did you mean "domestic"\?/);
  expect(code).toBe(1);
});

test('a file that is not there is said, with the setting that names it', async () => {
  const { code, err } = await new Place().run(['dial-plan', 'check'], {
    CARILLON_CLASS_OF_SERVICE: '/nowhere/rules.yaml',
  });
  expect(err).toContain('CARILLON_CLASS_OF_SERVICE says where it is');
  expect(code).toBe(1);
});

test.each([
  [['0044', '20', '7946', '0000'], 0, /international: 500 a minute.*every flow +domestic +no/s],
  [['02787654321', '--phone', '1001', '--flow', 'vip'], 0, /may be dialled, within the limits: .*2 at once/],
  [
    ['02787654321', '--phone', '1001'],
    0,
    /nothing against it yet, within the limits: .*2 at once.*\n.*wrote the number is asked too/,
  ],
  [['+442079460000', '--flow', 'vip'], 0, /nothing against it yet.*\n.*brings the call is asked too/],
  [
    ['02787654321', '--flow', 'vipp', '--caller'],
    0,
    /^warning there is no flow "vipp": did you mean "vip"\?/,
  ],
  [['+442079460000', '--flow', 'hotline'], 1, /may not be dialled: flow hotline has class domestic/],
  [['+442079460000', '--flow', 'vip', '--caller'], 1, /a hidden caller has class domestic/],
  [['110'], 0, /emergency number/],
  [['110', '--phone', '1001', '--flow', 'vip'], 0, /emergency number/],
  [['110', '--flow', 'vip', '--caller'], 1, /a hidden caller may not call emergency numbers/],
  [['17951001212'], 1, /nobody may dial it. No pattern of a group takes/],
  [['1２3'], 1, /cannot be read as a number/],
] as const)('%j ends with %i and says why', async (args, code, says) => {
  const rules = TEXT.replace('flows: { default: domestic }', 'flows: { default: domestic, vip: abroad }');
  const ran = await placeWith(rules, { 'vip.yaml': aFlow('vip') }).check(...args);
  expect(ran.out).toMatch(says);
  expect(ran.code).toBe(code);
});

const DIALS = (number: string) =>
  `${aFlow('sales').replace('then: end', 'then: call')}  call: { dial: { number: "${number}" }, then: end }\n`;

test.each([
  ['02787654321', undefined],
  [
    '+442079460000',
    /step "call" dials \+442079460000, which is international, and class domestic of this flow does not/,
  ],
  ['17951001212', /which is in no group of numbers, so nobody may/],
])('a flow that dials %s is warned of when its class may not', async (number, warning) => {
  const { code, out } = await placeWith(TEXT, { 'sales.yaml': DIALS(number) }).checkFlows();
  if (warning) expect(out).toMatch(warning);
  else expect(out).toContain('no problems');
  expect(code).toBe(0);
});

test('flows are checked without it while the rules have a mistake', async () => {
  const { out, err } = await placeWith('nonsense', { 'sales.yaml': DIALS('+442079460000') }).checkFlows();
  expect(out).toContain('no problems');
  expect(err).toContain('dialled numbers were not checked');
});

test('a class for a flow that does not exist is warned of', async () => {
  const rules = TEXT.replace('flows: { default: domestic }', 'flows: { default: domestic, vipp: abroad }');
  const { code, out } = await placeWith(rules, { 'vip.yaml': aFlow('vip') }).check();
  expect(out).toContain(
    'warning the class abroad is given to nobody: there is no flow "vipp": did you mean "vip"?',
  );
  expect(out).toContain('1 warning');
  expect(code).toBe(0);
});
