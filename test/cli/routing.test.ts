import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import type { Campaign } from '../../src/campaign/campaign.ts';
import { CampaignStore } from '../../src/campaign/store.ts';
import { routingSchemaText } from '../../src/cli/routing-schema.ts';
import { readYaml } from '../../src/ivr/yaml.ts';
import { inProject } from '../../src/setup/project.ts';
import { openStore } from '../store/examples.ts';
import { Place } from './carillon.ts';

const TEXT = readFileSync(inProject('routing/routing.yaml'), 'utf8');

/** It sends callers to a queue that is there and to one that is not always. */
const LINE = [
  'flow: line',
  'numbers: ["1"]',
  'start: first',
  'steps:',
  '  first: { queue: { name: general }, then: { done: end, timeout: second, no-agents: second } }',
  '  second: { queue: { name: card }, then: { done: end, timeout: end, no-agents: end } }',
  '  end: { hangup: {} }',
  '',
].join('\n');

const CAMPAIGN: Campaign = {
  id: 'spring',
  name: '春季',
  code: '8001',
  checkDigit: false,
  validFrom: 0,
  validUntil: 1,
  reception: { kind: 'phone', extension: '2001' },
  receptionRingMs: 20_000,
  fallback: { kind: 'queue', queue: 'card' },
  material: '',
  persona: 'private',
};

/** A place with rules of its own. */
function placeWith(text: string) {
  const place = new Place();
  const file = join(place.folder, 'rules.yaml');
  writeFileSync(file, text);
  return {
    place,
    check: (...args: string[]) => place.run(['routing', 'check', ...args], { CARILLON_ROUTING: file }),
  };
}

test('the file that ships is in order, and it is shown who fits at which step', async () => {
  const { code, out } = await placeWith(TEXT).check();
  expect(out).toMatch(/^vip +0s +skill\.wealth >= 9 +3 {2}张伟 1001, 王芳 1002, 林峰 expert$/m);
  expect(out).toMatch(/^ +60s +skill\.wealth >= 7 +1 {2}赵敏 1007$/m);
  expect(out).toContain('rules.yaml: 4 queues: no problems\n');
  expect(code).toBe(0);
});

test('every mistake is named with its place and what to do', async () => {
  const wrong = TEXT.replace('needs: { card: 5 }', 'needs: { crad: 5 }').replace(
    '90s, queue: general',
    '90s, queue: genral',
  );
  const { code, out } = await placeWith(wrong).check();
  expect(out.split('\n')).toEqual([
    expect.stringMatching(/^rules\.yaml:\d+:14 error there is no skill "crad"$/),
    '    did you mean "card"?',
    expect.stringMatching(/^rules\.yaml:\d+:23 error there is no queue "genral"$/),
    '    did you mean "general"?',
    'rules.yaml: 2 errors',
    '',
  ]);
  expect(code).toBe(1);
});

test('warnings are told, and count when they are to', async () => {
  const rules =
    'skills: [service, card, wealth, english]\nattributes: { caller: { dialect: text } }\nqueues:\n  q: { needs: [caller.dialect == "x"], hours: brunch-hours }\n  r: { needs: { wealth: 10 } }\n';
  const { check } = placeWith(rules);
  const { code, out } = await check();
  expect(out).toContain('there is no calendar "brunch-hours"');
  expect(out).toContain('warning no agent on file could ever take a call from here');
  expect(out).toContain('warning agent 1001 (张伟) and 9 more: there is no attribute "languages" of agents');
  expect(out).toMatch(/^q +0s +caller\.dialect == "x" +10\* {2}/m);
  expect(out).toContain('* those who suit the caller');
  expect(code).toBe(0);
  expect((await check('--strict')).code).toBe(1);
});

test('agents are those of the data folder, once there are some', async () => {
  const { place, check } = placeWith('skills: [service]\nqueues: { q: { needs: { service: 5 } } }');
  place.write('../data/x', '');
  const { database } = openStore(join(place.data, 'carillon.db'));
  const insert = (id: string, home: string, skills: string) =>
    database.script(
      `insert into agent (id, name, home_extension, skills, state) values ('${id}', 'N${id}', '${home}', '${skills}', '{"at":"logged-out","since":0}')`,
    );
  insert('a', '1001', '{"service":7}');
  expect((await check()).out).toMatch(/^q +0s +skill\.service >= 5 +1 {2}Na a$/m);
  insert('b', '1001', '{"service":11}');
  const { code, out } = await check();
  expect(out).toContain('error agent b (Nb): the score in "service" has to be 0 to 10');
  expect(out).toContain('error agents a (Na) and b (Nb) have the same home phone 1001');
  expect(code).toBe(1);
  database.close();
});

test('scripts get all of it', async () => {
  const { code, out } = await placeWith(TEXT).check('--json');
  const { errors, problems, queues } = JSON.parse(out);
  expect([code, errors, problems]).toEqual([0, 0, []]);
  expect(queues[0]).toEqual({
    queue: 'general',
    afterMs: 0,
    needs: ['skill.service >= 5'],
    agents: ['1001', '1002', '1003', '1004', '1005', '1006', '1007', '1008'],
    dependsOnCaller: false,
  });
});

test('a file may be named, and one that is not there is said', async () => {
  const { place, check } = placeWith(TEXT);
  writeFileSync(join(place.folder, 'other.yaml'), TEXT.replace(/ {2}card:\n.*/s, ''));
  expect((await check('other.yaml')).out).toContain('other.yaml: 3 queues: no problems\n');
  const { code, err } = await check('nowhere.yaml');
  expect(err).toContain(
    'nowhere.yaml cannot be read (ENOENT). Give the file, or name it in CARILLON_ROUTING.',
  );
  expect(code).toBe(2);
});

test('a queue that is taken out is missed by the flows and campaigns that send callers to it', async () => {
  const { place, check } = placeWith(TEXT.replace(/ {2}card:\n.*/s, ''));
  place.write('line.yaml', LINE);
  const uses = async (): Promise<string[]> =>
    JSON.parse((await check('--json')).out).uses.map(({ message }: { message: string }) => message);
  const fromFlow = 'flows/line.yaml:6 still sends callers to "card", and there is no such queue';
  expect(await uses()).toEqual([fromFlow]);
  place.write('../data/x', '');
  const { database, events } = openStore(join(place.data, 'carillon.db'));
  await new CampaignStore(database, events).save(CAMPAIGN);
  expect(await uses()).toEqual([
    fromFlow,
    'campaign spring still sends callers to "card", and there is no such queue',
  ]);
  database.close();
});

test('hostile text reaches no terminal unharmed', async () => {
  const { code, out } = await placeWith('queues: { q: { needs: ["\\e[31m >= 1"] } }').check();
  expect(out).not.toContain('\u001b');
  expect(code).toBe(1);
});

test('the schema is what the code says; write it with: npx carillon routing schema --write', async () => {
  expect(readFileSync(inProject('routing/routing.schema.json'), 'utf8')).toBe(routingSchemaText());
  expect((await new Place().run(['routing', 'schema'])).out).toBe(routingSchemaText());
});

test.each([
  ['the file that ships', TEXT, true],
  ['a wrong order', TEXT.replace('order: service-level', 'order: luck'), false],
  ['a wrong key of a queue', TEXT.replace('    overflow:', '    overlow:'), false],
  ['a wrong tier', TEXT.replace('  gold:', '  golden:'), false],
  ['a target that is none', TEXT.replace('90% in 10s', '90/10'), false],
])('to editors, %s is as valid as it is', (_what, text, valid) => {
  const ajv = new Ajv({ strict: true, strictRequired: false, strictTypes: false, validateFormats: false });
  expect(ajv.validate(JSON.parse(routingSchemaText()), readYaml(text, 'r.yaml').content)).toBe(valid);
});
