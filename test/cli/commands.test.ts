import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inProject } from '../../src/setup/project.ts';
import { aFlow, Place } from './carillon.ts';

test('help teaches with examples, and a mistyped command gets a suggestion', async () => {
  const place = new Place();
  const [help, flow, prompts, ...mistyped] = await Promise.all([
    place.run(['--help']),
    place.run(['flow', '--help']),
    place.run(['prompts', '--help']),
    place.run(['flwo']),
    place.run(['flow', 'chekc']),
    place.run(['prompts', 'lits']),
    place.run(['flow']),
  ]);
  expect(help.out).toContain('CARILLON_FLOWS');
  for (const name of ['check', 'graph', 'try', 'test', 'diff', 'history', 'rollback', 'schema'])
    expect(flow.out).toContain(`\n  ${name} `);
  expect(flow.out).toContain('npx carillon flow rollback hotline 3fa8');
  expect(prompts.out).toContain('npx carillon prompts missing --language en');
  expect([help.code, flow.code, prompts.code]).toEqual([0, 0, 0]);
  expect(mistyped.map(({ code }) => code)).toEqual([2, 2, 2, 2]);
  expect(mistyped.map(({ err }) => /\(Did you mean (.*)\?\)/.exec(err)?.[1])).toEqual([
    'flow',
    'check',
    'list',
    undefined,
  ]);
  expect(mistyped[3]!.err).toContain('npx carillon flow check');
});

test('graph draws a flow by its name or file, where it is told to', async () => {
  const place = new Place({ 'hotline.yaml': aFlow('hotline'), 'bad.yaml': 'flow: bad\nstart: a\n' });
  const byName = await place.run(['flow', 'graph', 'hotline']);
  const picture = readFileSync(join(place.folder, 'hotline.svg'), 'utf8');
  expect(byName.out).toBe(
    `${join(place.folder, 'hotline.svg')} shows flow hotline, 2 steps. Any browser opens it.\n`,
  );
  expect(picture).toMatch(/^<svg /);
  expect((await place.run(['flow', 'graph', 'flows/hotline.yaml', '-o', '-'])).out).toBe(picture);
  const cases: readonly [readonly string[], number, string][] = [
    [['hotlien'], 1, 'There is no flow "hotlien" in flows: did you mean "hotline"?'],
    [['bad'], 1, 'flows/bad.yaml:'],
    [['flows/none.yaml'], 2, 'flows/none.yaml is not there, or is no flow file.'],
    [['hotline', '--language', 'fr'], 2, 'Flow hotline does not speak fr: it speaks en.'],
    [['hotline', '-o', 'no/such/folder.svg'], 1, 'cannot be written (ENOENT). Give another file with -o.'],
  ];
  const ran = await Promise.all(cases.map(([args]) => place.run(['flow', 'graph', ...args])));
  for (const [index, [, code, message]] of cases.entries()) {
    expect(ran[index]!.err).toContain(message);
    expect([ran[index]!.code, ran[index]!.out], message).toEqual([code, '']);
  }
  expect(existsSync(join(place.folder, 'bad.svg'))).toBe(false);
});

test('schema prints the files that ship', async () => {
  const place = new Place();
  const [flow, shared, tests, other] = await Promise.all([
    place.run(['flow', 'schema']),
    place.run(['flow', 'schema', 'shared']),
    place.run(['flow', 'schema', 'test']),
    place.run(['flow', 'schema', 'menu']),
  ]);
  const shipped = (file: string) => readFileSync(inProject('ivr-flows', file), 'utf8');
  expect(flow.out).toBe(shipped('flow.schema.json'));
  expect(shared.out).toBe(shipped('shared.schema.json'));
  expect(tests.out).toBe(shipped('flow-test.schema.json'));
  expect(other.err).toContain('Allowed choices are flow, shared, test');
  expect(other.code).toBe(2);
});
