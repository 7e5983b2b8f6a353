import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inProject } from '../../src/setup/project.ts';
import { openStore } from '../store/examples.ts';
import { aFlow, Place } from './carillon.ts';

const WAITS = (queue: string, next = 'end') =>
  `flow: waits\nlanguages: [en]\nstart: wait\nsteps:\n  wait: { queue: { name: ${queue} }, then: ${next} }\n  end: { hangup: {} }\n`;

test('the flows that ship have no problem', async () => {
  const { code, out } = await new Place().run(['flow', 'check', inProject('ivr-flows')]);
  expect(out).toMatch(/^\d+ flows, \d+ steps(, \d+ test files?)?: no problems\n$/);
  expect(code).toBe(0);
});

test('all problems of all files are named at once, each with its place as the user would type it', async () => {
  const place = new Place({
    'a.yaml': aFlow('a').replace('then: end', 'then: ende'),
    'b.yaml': WAITS('genral'),
    'c.yaml': 'flow: c\n\tstart: x\n',
    'a.test.yaml': 'tests: {}\nnonsense: 1\n',
  });
  const { code, out, err } = await place.run(['flow', 'check']);
  expect(out.split('\n')).toEqual([
    'flows/a.yaml:7:33 error step "greet" leads to "ende", which does not exist',
    '    did you mean "end"?',
    'flows/b.yaml:5:11 error there is no queue "genral"',
    '    did you mean "general"?',
    expect.stringMatching(/^flows\/c\.yaml:2:1 error .*tab/i),
    '    use spaces',
    'flows/a.test.yaml:2:1 error there is no "nonsense" here',
    '3 flows, 4 steps, 1 test file: 4 errors',
    '',
  ]);
  expect(err).toContain("checked against the demonstration's campaigns");
  expect(code).toBe(1);
  expect(existsSync(place.data), 'checking sets nothing up').toBe(false);
});

test('of single files only their own problems are told, though the whole folder counts', async () => {
  const place = new Place({
    'a.yaml': `${aFlow('a')}  more: { go: { flow: end } }\n`.replace('then: end', 'then: more'),
    'b.yaml': WAITS('genral'),
    'end.yaml': aFlow('end').replace('then: end', 'then: ned'),
  });
  const [one, json] = await Promise.all([
    place.run(['flow', 'check', 'flows/end.yaml']),
    place.run(['flow', 'check', '--json', 'flows/a.yaml', join(place.flows, 'b.yaml')]),
  ]);
  expect(one.out).toContain('flows/end.yaml:7:33 error');
  expect(one.out).toContain('1 flow, 2 steps: 1 error');
  const { files, problems, errors, warnings } = JSON.parse(json.out);
  expect(files).toEqual(['flows/a.yaml', 'flows/b.yaml']);
  // The step "end" of a.yaml is out of reach now; that the flow it goes on to has an error is not its fault.
  expect(
    problems.map((problem: { file: string; line: number }) => `${problem.file}:${problem.line}`),
  ).toEqual(['flows/a.yaml:8', 'flows/b.yaml:5']);
  expect(problems[1]).toMatchObject({
    file: 'flows/b.yaml',
    line: 5,
    column: 11,
    severity: 'error',
    message: 'there is no queue "genral"',
    hint: 'did you mean "general"?',
  });
  expect([errors, warnings, json.code]).toEqual([2, 0, 1]);
});

test('a warning counts like an error only with --strict', async () => {
  const place = new Place({
    'a.yaml': `${aFlow('a')}`.replace('prompts:', 'prompts:\n  unused: { en: Hm. }'),
  });
  const [lax, strict] = await Promise.all([
    place.run(['flow', 'check']),
    place.run(['flow', 'check', '--strict']),
  ]);
  expect(lax.out).toContain('flows/a.yaml:5:3 warning nothing says the prompt "unused"');
  expect(lax.out).toContain('1 flow, 2 steps: 1 warning');
  expect([lax.code, strict.code]).toEqual([0, 1]);
});

test('a broken shared file is named alone: flows are not blamed for what they take from it', async () => {
  const place = new Place({
    'shared.yaml': 'zone: Mars\nprompts: { hello: { en: Hello } }\n',
    'a.yaml': aFlow('a').replace('say: greeting', 'say: hello'),
  });
  const { code, out, err } = await place.run(['flow', 'check']);
  expect(out).toMatch(
    /^flows\/shared\.yaml:1:1 error there is no such time zone.*\n1 flow, 2 steps: 1 error\n$/,
  );
  expect(err).toContain('each flow was checked by itself only');
  expect(code).toBe(1);
});

test('queues are those of the routing file, campaigns those of the data folder', async () => {
  const place = new Place({ 'a.yaml': WAITS('lottery') });
  mkdirSync(place.data);
  openStore(join(place.data, 'carillon.db')).database.close();
  const refused = await place.run(['flow', 'check']);
  expect(refused.out).toContain('there is no queue "lottery"');
  expect(refused.err).toBe('');
  const file = join(place.folder, 'routing.yaml');
  writeFileSync(file, 'queues: { lottery: { needs: [] } }');
  const env = { CARILLON_ROUTING: file };
  expect((await place.run(['flow', 'check'], env)).out).toBe('1 flow, 2 steps: no problems\n');
  writeFileSync(file, 'queues: { lottery: {} }');
  const broken = await place.run(['flow', 'check'], env);
  expect(broken.out).toBe('1 flow, 2 steps: no problems\n');
  expect(broken.err).toContain('queues were not checked: see npx carillon routing check');
});

test('wrong usage has exit code 2 and says what to do', async () => {
  const place = new Place({ 'notes.txt': 'nothing' });
  const cases: readonly [readonly string[], string][] = [
    [['nowhere'], 'There is no file or folder nowhere.'],
    [['flows/notes.txt'], 'flows/notes.txt is no flow file: their names end in .yaml'],
    [['.'], 'There is no flow file in'],
    [['--stric'], '(Did you mean --strict?)'],
  ];
  const ran = await Promise.all(cases.map(([args]) => place.run(['flow', 'check', ...args])));
  for (const [index, [, message]] of cases.entries()) {
    expect(ran[index]!.err).toContain(message);
    expect([ran[index]!.code, ran[index]!.out], message).toEqual([2, '']);
  }
  const { code, err } = await place.run(['flow', 'check'], { CARILLON_FLOWS: '/nowhere/flows' });
  expect(err).toContain('The folder of flows /nowhere/flows cannot be read (ENOENT).');
  expect(code).toBe(2);
});

test('hostile files are refused by line and reach no terminal unharmed', async () => {
  const place = new Place({
    'bomb.yaml': `a: &a [x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c]\n`,
    'deep.yaml': `flow: ${'['.repeat(20_000)}`,
    'empty.yaml': '',
    'escape.yaml': `${aFlow('escape')}"\\e]0;owned\\a\\e[2J": 1\n`,
    'large.yaml': 'x'.repeat(1_100_000),
    'proto.yaml': `${aFlow('proto')}__proto__: { polluted: yes }\n`,
  });
  mkdirSync(join(place.flows, 'folder.yaml'));
  writeFileSync(join(place.flows, 'binary.yaml'), Buffer.from([0xff, 0xfe, 0x00, 0x41]));
  const { code, out, err } = await place.run(['flow', 'check']);
  for (const name of ['binary', 'bomb', 'deep', 'empty', 'escape', 'folder', 'large', 'proto'])
    expect(out, name).toMatch(new RegExp(`^flows/${name}\\.yaml:\\d+:\\d+ error .`, 'm'));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
  expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  expect(err).not.toContain('Unexpected');
  expect(code).toBe(1);
});
