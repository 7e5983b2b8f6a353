import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import type { Call } from '../../src/call/call.ts';
import type { FlowVersion } from '../../src/ivr/history.ts';
import { FlowLibrary, type FlowLibraryParts } from '../../src/ivr/library.ts';
import { problemText } from '../../src/ivr/report.ts';
import type { Prompt } from '../../src/speech/prompt.ts';
import { kinds } from './kinds.ts';

let folder: string;
/** Every prompt that was prepared, by persona. */
let prepared: { readonly prompts: readonly Prompt[]; readonly personas: readonly string[] }[];
let kept: Map<string, FlowVersion>;
const open: FlowLibrary[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'carillon-flows-'));
  prepared = [];
  kept = new Map();
});
afterEach(() => {
  for (const flows of open.splice(0)) flows.close();
  rmSync(folder, { recursive: true, force: true });
});

function library(more: Partial<FlowLibraryParts> = {}): FlowLibrary {
  const flows = new FlowLibrary({
    folder,
    kinds,
    knowledge: async () => ({
      names: (kind) => (kind === 'queue' ? ['general'] : undefined),
      isRecorded: () => false,
      now: () => 0,
    }),
    prepare: async (prompts, _languages, personas) => {
      prepared.push({ prompts, personas });
      return [];
    },
    personasOfCampaigns: async () => [],
    archive: {
      release: async (version) => void kept.set(`${version.name}@${version.version}`, version),
      find: async (name, version) => kept.get(`${name}@${version}`),
      lastOf: async (file) => [...kept.values()].findLast((version) => version.file === file),
      releases: async () => [],
    },
    clock: systemClock,
    log: silentLog,
    ...more,
  });
  open.push(flows);
  return flows;
}

const reload = async (flows: FlowLibrary) => (await flows.reload()).map(problemText);

const flow = (name: string, number: string, words = 'Hello') =>
  `flow: ${name}\nnumbers: ["${number}"]\nlanguages: [en]\nstart: a\nsteps:\n  a: { say: { en: ${words} }, then: b }\n  b: { hangup: {} }\n`;
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);

/** Waits until `holds`; a bounded number of looks. */
async function until(holds: () => boolean): Promise<void> {
  for (let looks = 0; !holds() && looks < 500; looks += 1)
    await new Promise((resolve) => setTimeout(resolve, 10));
  expect(holds()).toBe(true);
}

test('every file in order goes live, and tests beside them are left alone', async () => {
  write('one.yaml', flow('one', '1'));
  write('two.yml', flow('two', '2'));
  write('one.test.yaml', 'not: a flow');
  write('notes.txt', 'nothing');
  const flows = library();
  expect(await reload(flows)).toEqual([]);
  expect(flows.list().map((one) => one.name)).toEqual(['one', 'two']);
  expect(flows.forNumber('2', false)?.name).toBe('two');
  expect(flows.forNumber('3', false)).toBeUndefined();
});

test('a file that breaks keeps its last good version; the others change', async () => {
  write('one.yaml', flow('one', '1'));
  write('two.yaml', flow('two', '2'));
  const flows = library();
  await flows.reload();
  const before = flows.byName('one')?.version;
  write('one.yaml', flow('one', '1').replace('then: b', 'then: nowhere'));
  write('two.yaml', flow('two', '22'));
  const problems = await reload(flows);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/one\.yaml:6:34 step "a" leads to "nowhere", which does not exist$/);
  expect(flows.problems().map(problemText)).toEqual(problems);
  expect(flows.byName('one')?.version).toBe(before);
  expect(flows.forNumber('22', false)?.name).toBe('two');
  write('one.yaml', flow('one', '1', 'Mended'));
  expect(await reload(flows)).toEqual([]);
  expect(flows.byName('one')?.version).not.toBe(before);
  expect(flows.version('one', before ?? '')?.version).toBe(before);
});

test('a file that is gone takes its flow with it', async () => {
  write('one.yaml', flow('one', '1'));
  const flows = library();
  await flows.reload();
  rmSync(join(folder, 'one.yaml'));
  await flows.reload();
  expect(flows.list()).toEqual([]);
});

test('what only shows across files is named: twice the same name or number, unknown queues and flows', async () => {
  write('one.yaml', flow('one', '1'));
  write('two.yaml', flow('one', '1'));
  write(
    'three.yaml',
    'flow: three\nstart: a\nsteps:\n  a: { queue: { name: nobody }, then: b }\n  b: { go: { flow: gone } }\n',
  );
  const problems = (await reload(library())).join('\n');
  expect(problems).toContain('flow "one" is also in');
  expect(problems).toContain('number 1 also leads to');
  expect(problems).toContain('three.yaml:4:8 there is no queue "nobody": there is general');
  expect(problems).toContain('three.yaml:5:8 there is no flow "gone": did you mean "one"?');
});

test('flows that call each other without end are named', async () => {
  const calling = (name: string, other: string) =>
    `flow: ${name}\nlanguages: [en]\nstart: a\nsteps:\n  a: { call: { flow: ${other} }, then: { done: b } }\n  b: { return: done }\n`;
  write('one.yaml', calling('one', 'two'));
  write('two.yaml', calling('two', 'one'));
  expect((await reload(library())).join('\n')).toContain(
    'two.yaml:1:1 flows call each other without end: one → two → one',
  );
});

test('a flow that calls one that broke goes by its last good version', async () => {
  const called = 'flow: called\nlanguages: [en]\nstart: a\nsteps:\n  a: { return: done }\n';
  write(
    'calling.yaml',
    'flow: calling\nlanguages: [en]\nstart: a\nsteps:\n  a: { call: { flow: called }, then: { done: b } }\n  b: { hangup: {} }\n',
  );
  write('called.yaml', called);
  const flows = library();
  expect(await reload(flows)).toEqual([]);
  write('called.yaml', called.replace('return', 'retrun'));
  expect(await reload(flows)).toEqual([
    expect.stringMatching(/called\.yaml:5:8 there is no step "retrun": did you mean "return"\?$/),
  ]);
  expect(flows.list()).toHaveLength(2);
});

test('a changed file is read as soon as it is saved, a broken one leaves the running version alone', async () => {
  write('one.yaml', flow('one', '1'));
  const flows = library();
  await flows.reload();
  flows.watch();
  write('one.yaml', flow('one', '2'));
  await until(() => flows.forNumber('2', false) !== undefined);
  write('one.yaml', flow('one', '3').replace('then: b', 'then: nowhere'));
  await until(() => flows.problems().length > 0);
  expect(flows.forNumber('2', false)?.name).toBe('one');
});

test('a version that ran before is put back, and is the file again', async () => {
  const before = flow('one', '1', 'Before');
  write('one.yaml', before);
  const flows = library();
  await flows.reload();
  const version = flows.byName('one')!.version;
  write('one.yaml', flow('one', '1', 'After'));
  await flows.reload();
  expect(flows.byName('one')?.version).not.toBe(version);
  expect(await flows.rollback('one', version, 'an admin')).toEqual([]);
  expect(flows.byName('one')?.version).toBe(version);
  expect(readFileSync(join(folder, 'one.yaml'), 'utf8')).toBe(before);
  await expect(flows.rollback('one', 'ffffffffffff', 'an admin')).rejects.toMatchObject({
    id: 'flow-version-unknown',
  });
});

test('a call that a daemon before this one let in keeps its version', async () => {
  write('one.yaml', flow('one', '1', 'Before'));
  const first = library();
  await first.reload();
  const { version } = first.byName('one')!;
  write('one.yaml', flow('one', '1', 'After'));
  const second = library();
  await second.reload();
  expect(second.version('one', version)?.version).not.toBe(version);
  await second.recall([
    { cursor: { flow: 'one', version, step: 'a', run: 1, entry: 1, since: 0 }, stack: [] } as unknown as Call,
  ]);
  expect(second.version('one', version)?.version).toBe(version);
});

test('a file that is broken when the daemon starts runs as it did before', async () => {
  write('one.yaml', flow('one', '1'));
  const first = library();
  await first.reload();
  write('one.yaml', 'flow: [');
  const second = library();
  expect(await reload(second)).toHaveLength(1);
  expect(second.byName('one')?.version).toBe(first.byName('one')?.version);
  expect(second.missing()).toEqual([]);
});

test('a flow that names what is not there runs where there was none, and replaces none', async () => {
  const naming =
    'flow: one\nlanguages: [en]\nstart: a\nsteps:\n  a: { queue: { name: nobody }, otherwise: b }\n  b: { hangup: {} }\n';
  write('one.yaml', naming);
  const flows = library();
  expect(await reload(flows)).toHaveLength(1);
  const { version } = flows.byName('one')!;
  write('one.yaml', naming.replace('nobody', 'neither'));
  expect(await reload(flows)).toHaveLength(1);
  expect(flows.byName('one')?.version).toBe(version);
});

test('an editor that takes the file away for a moment takes no flow away', async () => {
  write('one.yaml', flow('one', '1'));
  write('two.yaml', flow('two', '2'));
  const flows = library();
  await flows.reload();
  rmSync(join(folder, 'one.yaml'));
  await flows.reload('file');
  expect(flows.forNumber('1', false)?.name).toBe('one');
  write('one.yaml', flow('one', '11'));
  await flows.reload('file');
  expect(flows.forNumber('11', false)?.name).toBe('one');
  rmSync(join(folder, 'one.yaml'));
  await flows.reload('file');
  await until(() => flows.byName('one') === undefined);
});

test('words that flows share are part of their version, and a flow of its own words does not change with them', async () => {
  const shared = (words: string) => `zone: UTC\nprompts:\n  bye: { en: ${words} }\n`;
  write('shared.yaml', shared('Goodbye'));
  write('one.yaml', flow('one', '1').replace('{ en: Hello }', 'bye'));
  write('two.yaml', flow('two', '2'));
  const flows = library();
  expect(await reload(flows)).toEqual([]);
  const versions = flows.list().map(({ version }) => version);
  write('shared.yaml', shared('See you'));
  await flows.reload();
  expect(flows.list().map(({ version }, at) => version === versions[at])).toEqual([false, true]);
  expect(kept.get(`one@${versions[0]}`)?.prompts).toEqual({ bye: { en: 'Goodbye' } });
});

test('prompts are made before a flow goes live, first by the ordinary voice, then by the personas in use', async () => {
  mkdirSync(join(folder, 'prompts'));
  write('shared.yaml', 'zone: UTC\npersonas:\n  gold: { music: harp }\n  unused: {}\n');
  write('one.yaml', `persona: gold\n${flow('one', '1')}`);
  await library({ personasOfCampaigns: async () => ['', 'spring'] }).reload();
  await until(() => prepared.length === 2);
  expect(prepared.map(({ personas }) => personas)).toEqual([[''], ['gold']]);
  expect(prepared[0]?.prompts).toEqual([{ texts: { en: 'Hello' } }]);
});
