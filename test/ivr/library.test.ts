import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { Refused } from '../../src/base/errors.ts';
import { type Log, silentLog } from '../../src/base/log.ts';
import type { Call } from '../../src/call/call.ts';
import { VERBS as kinds } from '../../src/engine/verbs.ts';
import { recordedIn } from '../../src/ivr/flow-files.ts';
import type { FlowArchive } from '../../src/ivr/history.ts';
import { FlowLibrary, type FlowLibraryParts } from '../../src/ivr/library.ts';
import { problemText } from '../../src/ivr/report.ts';
import { FlowHistory } from '../../src/ivr/store.ts';
import { judgedOf } from '../../src/ivr/trying-out.ts';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';
import type { Prompt } from '../../src/speech/prompt.ts';
import { openStore } from '../store/examples.ts';

let folder: string;
/** Every prompt that was prepared, by persona. */
let prepared: { readonly prompts: readonly Prompt[]; readonly personas: readonly string[] }[];
/** What daemons one after the other find again. */
let archive: FlowArchive;
const open: FlowLibrary[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'carillon-flows-'));
  prepared = [];
  const { database, events } = openStore();
  archive = new FlowHistory(database, events);
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
    archive,
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
    expect.stringMatching(/called\.yaml:5:8 there is no verb "retrun": did you mean "return"\?$/),
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
  expect((await archive.find('one', versions[0]!))?.prompts).toEqual({ bye: { en: 'Goodbye' } });
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

/** A log that remembers its warnings. */
function warnings(): { readonly log: Log; readonly said: string[] } {
  const said: string[] = [];
  return { log: { ...silentLog, warn: (_fields, message) => void said.push(message) }, said };
}

const inside = (name: string, version: string) =>
  [
    { cursor: { flow: name, version, step: 'a', run: 1, entry: 1, since: 0 }, stack: [] },
  ] as unknown as Call[];
const main = (result: string) =>
  `flow: main\nnumbers: ["1"]\nlanguages: [en]\nstart: a\nsteps:\n  a: { call: { flow: sub }, then: { ${result}: b } }\n  b: { hangup: {} }\n`;
const sub = (result: string) => `flow: sub\nlanguages: [en]\nstart: a\nsteps:\n  a: { return: ${result} }\n`;
const SHARED = 'zone: Asia/Shanghai\npersonas: { gold: { music: harp } }\nprompts:\n  bye: { en: Goodbye }\n';

describe('a daemon that starts', () => {
  test('goes on with everything that ran, whatever has been broken since', async () => {
    write('shared.yaml', SHARED);
    write('main.yaml', main('done'));
    write('sub.yaml', sub('done'));
    write('one.yaml', flow('one', '11').replace('{ en: Hello }', 'bye'));
    const first = library();
    expect(await reload(first)).toEqual([]);
    for (const name of ['shared.yaml', 'main.yaml', 'sub.yaml', 'one.yaml']) write(name, 'flow: [');
    const second = library();
    expect(await reload(second)).toHaveLength(4);
    expect(second.list()).toEqual(first.list());
    expect(second.missing()).toEqual([]);
    expect([second.zone(), second.musicOf('gold')]).toEqual(['Asia/Shanghai', 'harp']);
    expect(second.byName('main')?.steps.get('a')?.exits).toEqual(['done']);
    expect(second.byName('one')?.namedPrompts.get('bye')?.texts).toEqual({ en: 'Goodbye' });
  });

  test('does not bring back what was taken away before', async () => {
    write('old.yaml', flow('old', '777'));
    write('one.yaml', flow('one', '1'));
    const first = library();
    await first.reload();
    rmSync(join(folder, 'old.yaml'));
    await first.reload('an admin');
    expect((await archive.releases('old')).map(({ version, by }) => [version !== '', by])).toEqual([
      [false, 'an admin'],
      [true, 'start'],
    ]);
    write('old.yaml', 'flow: [');
    const second = library();
    await second.reload();
    expect(second.forNumber('777', false)).toBeUndefined();
    expect(second.missing()).toEqual([expect.stringContaining('old.yaml:1:')]);
  });

  test('does not bring back what was taken away while none ran', async () => {
    write('old.yaml', flow('old', '777'));
    write('one.yaml', flow('one', '1'));
    await library().reload();
    rmSync(join(folder, 'old.yaml'));
    const second = library();
    await second.reload();
    expect(second.forNumber('777', false)).toBeUndefined();
    expect((await archive.releases('old'))[0]?.version).toBe('');
  });

  test('keeps its numbers from files that were added meanwhile', async () => {
    write('one.yaml', flow('one', '1'));
    await library().reload();
    write('aaa.yaml', flow('aaa', '1'));
    const second = library();
    expect(await reload(second)).toEqual([expect.stringContaining('aaa.yaml:1:1 number 1 also leads to')]);
    expect(second.forNumber('1', false)?.name).toBe('one');
  });

  test('finds what ran although its file has another name now', async () => {
    write('one.yaml', flow('one', '1'));
    const first = library();
    await first.reload();
    renameSync(join(folder, 'one.yaml'), join(folder, 'two.yaml'));
    await first.reload();
    write('two.yaml', 'flow: [');
    const second = library();
    await second.reload();
    expect(second.forNumber('1', false)?.file).toMatch(/two\.yaml$/);
  });

  test('forgets nothing that is still broken when it starts once more', async () => {
    write('one.yaml', flow('one', '1'));
    await library().reload();
    write('one.yaml', 'flow: [');
    await library().reload();
    const third = library();
    await third.reload();
    expect(third.forNumber('1', false)?.name).toBe('one');
  });

  test('keeps callers in their version although what that called has changed', async () => {
    write('main.yaml', main('done'));
    write('sub.yaml', sub('done'));
    const first = library();
    await first.reload();
    const { version } = first.byName('main')!;
    write('main.yaml', main('other'));
    write('sub.yaml', sub('other'));
    await first.reload();
    const { log, said } = warnings();
    const second = library({ log });
    await second.reload();
    await second.recall(inside('main', version));
    expect(second.version('main', version)?.version).toBe(version);
    expect(second.version('main', version)?.steps.get('a')?.exits).toEqual(['done']);
    expect(said).toEqual([]);
    await second.recall(inside('main', 'ffffffffffff'));
    expect(said).toEqual([expect.stringContaining('they go on in the present one')]);
  });

  test('reads what callers are in with what was called and recorded then', async () => {
    const giving = 'flow: sub\nlanguages: [en]\ngives: { code: text }\nstart: a\nsteps:\n';
    write('sub.yaml', `${giving}  a: { set: { code: '"1"' }, then: b }\n  b: { return: done }\n`);
    const calling = main('done').replace('done: b', 'done: c');
    write(
      'main.yaml',
      `${calling}  c: { say: { en: "Code {text(vars.code)}" }, then: d }\n  d: { say: greeting, then: b }\n`,
    );
    mkdirSync(join(folder, 'prompts/en'), { recursive: true });
    write('prompts/en/greeting.wav', 'sound');
    const knowledge = async () => ({
      names: () => undefined,
      isRecorded: recordedIn(folder),
      now: () => 0,
    });
    const first = library({ knowledge });
    expect(await reload(first)).toEqual([]);
    const { version } = first.byName('main')!;
    write('sub.yaml', sub('done'));
    write('main.yaml', main('done'));
    rmSync(join(folder, 'prompts/en/greeting.wav'));
    const second = library({ knowledge });
    expect(await reload(second)).toEqual([]);
    await second.recall(inside('main', version));
    const recalled = second.version('main', version);
    expect(recalled?.version).toBe(version);
    expect(recalled?.namedPrompts.has('greeting'), 'it was a recording for all flows').toBe(false);
  });

  test('keeps what it cannot read itself for one that can', async () => {
    write('one.yaml', flow('one', '1'));
    await library().reload();
    write('one.yaml', 'flow: [');
    const { log, said } = warnings();
    const older = library({ log, kinds: kinds.filter(({ verb }) => verb !== 'say') });
    await older.reload();
    expect(older.missing()).toHaveLength(1);
    expect(said).toContain('the version that ran before cannot be read any more');
    const newer = library();
    await newer.reload();
    expect(newer.forNumber('1', false)?.name).toBe('one');
  });

  test('says that there is no shared file to go on with', async () => {
    write('one.yaml', flow('one', '1'));
    write('shared.yaml', 'zone: [');
    const flows = library();
    await flows.reload();
    expect(flows.missing()).toEqual([expect.stringContaining('shared.yaml:1:')]);
  });
});

describe('a file that cannot be read', () => {
  test.each<[what: string, spoil: (path: string) => void]>([
    ['is too large', (path) => writeFileSync(path, `#${'x'.repeat(1_000_001)}`)],
    [
      'is a folder',
      (path) => {
        rmSync(path);
        mkdirSync(path);
      },
    ],
    [
      'is a pipe',
      (path) => {
        rmSync(path);
        execFileSync('mkfifo', [path]);
      },
    ],
  ])('counts as broken when it %s', async (_what, spoil) => {
    const clock = new VirtualClock();
    write('one.yaml', flow('one', '1'));
    write('shared.yaml', SHARED);
    const flows = library({ clock });
    await flows.reload();
    for (const name of ['one.yaml', 'shared.yaml']) spoil(join(folder, name));
    expect(await flows.reload('file')).toHaveLength(2);
    await clock.advance(10_000);
    await flows.reload('an admin');
    expect(flows.forNumber('1', false)?.name).toBe('one');
    expect(flows.zone()).toBe('Asia/Shanghai');
    expect(flows.missing()).toEqual([]);
  });
});

test('each file that is gone is awaited for as long as the others, however often the folder is read', async () => {
  const clock = new VirtualClock();
  write('shared.yaml', SHARED);
  write('one.yaml', flow('one', '1'));
  write('two.yaml', flow('two', '2'));
  const flows = library({ clock });
  await flows.reload();
  const there = () => [flows.zone(), ...flows.list().map(({ name }) => name)];
  rmSync(join(folder, 'one.yaml'));
  rmSync(join(folder, 'shared.yaml'));
  for (let reads = 0; reads < 3; reads += 1) await flows.reload('file');
  await clock.advance(600);
  rmSync(join(folder, 'two.yaml'));
  await flows.reload('file');
  expect(there()).toEqual(['Asia/Shanghai', 'one', 'two']);
  await clock.advance(500);
  await until(() => flows.byName('one') === undefined);
  expect(there()).toEqual(['UTC', 'two']);
  await clock.advance(600);
  await until(() => flows.byName('two') === undefined);
});

describe('a version that is put back', () => {
  const onDisk = (name = 'one.yaml') => readFileSync(join(folder, name), 'utf8');
  const inFolder = () => readdirSync(folder).sort();

  async function twoVersions(more: Partial<FlowLibraryParts> = {}) {
    write('one.yaml', flow('one', '1', 'Before'));
    const flows = library(more);
    await flows.reload();
    const { version } = flows.byName('one')!;
    write('one.yaml', flow('one', '1', 'After'));
    await flows.reload();
    return { flows, version };
  }

  test('overwrites nothing that is in no history', async () => {
    const { flows, version } = await twoVersions();
    const { version: after } = flows.byName('one')!;
    write('one.yaml', '# two hours of work\nflow: [');
    expect(await flows.rollback('one', version, 'an admin')).toEqual([]);
    const [, kept] = inFolder();
    expect(kept).toMatch(/^one\.yaml\..*\.kept$/);
    expect(onDisk(kept)).toBe('# two hours of work\nflow: [');
    await flows.rollback('one', after, 'an admin');
    expect(inFolder(), 'what ran is not kept beside').toEqual(['one.yaml', kept]);
  });

  test('is judged away from calls, and not written when that takes too long', async () => {
    const judge = vi.fn<NonNullable<FlowLibraryParts['judge']>>();
    const { flows, version } = await twoVersions({ judge });
    const before = onDisk();
    judge.mockRejectedValueOnce(new Refused('flow-check-too-long', 'too long'));
    await expect(flows.rollback('one', version, 'an admin')).rejects.toMatchObject({
      id: 'flow-check-too-long',
    });
    expect(onDisk()).toBe(before);
    judge.mockImplementationOnce(async (drafts) => judgedOf(await flows.tryOut(drafts)));
    expect(await flows.rollback('one', version, 'an admin')).toEqual([]);
    expect(flows.byName('one')?.version).toBe(version);
  });

  test('needs the shared words that it used', async () => {
    write('shared.yaml', SHARED);
    write('one.yaml', flow('one', '1').replace('{ en: Hello }', 'bye'));
    const flows = library();
    await flows.reload();
    const { version } = flows.byName('one')!;
    write('shared.yaml', SHARED.replace('Goodbye', 'See you'));
    await flows.reload();
    const before = onDisk();
    await expect(flows.rollback('one', version, 'an admin')).rejects.toMatchObject({
      id: 'flow-version-needs-shared',
      message: expect.stringContaining('"bye"'),
      details: { prompts: ['bye'] },
    });
    expect(onDisk()).toBe(before);
    write('shared.yaml', SHARED);
    expect(await flows.rollback('one', version, 'an admin')).toEqual([]);
    expect(flows.byName('one')?.version).toBe(version);
  });

  test('is not written when it does not go with the others', async () => {
    write('main.yaml', main('done'));
    write('sub.yaml', sub('done'));
    const flows = library();
    await flows.reload();
    const { version } = flows.byName('main')!;
    write('main.yaml', main('other'));
    write('sub.yaml', sub('other'));
    await flows.reload();
    const problems = await flows.rollback('main', version, 'an admin');
    expect(problems.map(problemText)).toContainEqual(
      expect.stringMatching(/main\.yaml:6:37 "call" has no way out "done"/),
    );
    expect(onDisk('main.yaml')).toBe(main('other'));
    expect(flows.byName('main')?.version).not.toBe(version);
    const called = await flows.rollback('sub', (await archive.releases('sub')).at(-1)!.version, 'an admin');
    expect(called.map(problemText)).toContainEqual(
      expect.stringMatching(/sub\.yaml:1:1 flow "sub" would break flow "main"/),
    );
    expect(onDisk('sub.yaml')).toBe(sub('other'));
  });

  test('is written to the file behind a link, with the rights that it had', async () => {
    const { flows, version } = await twoVersions();
    const elsewhere = join(folder, 'prompts');
    mkdirSync(elsewhere);
    renameSync(join(folder, 'one.yaml'), join(elsewhere, 'real.txt'));
    symlinkSync('prompts/real.txt', join(folder, 'one.yaml'));
    chmodSync(join(elsewhere, 'real.txt'), 0o600);
    await flows.rollback('one', version, 'an admin');
    expect(lstatSync(join(folder, 'one.yaml')).isSymbolicLink()).toBe(true);
    expect(readFileSync(join(elsewhere, 'real.txt'), 'utf8')).toBe(flow('one', '1', 'Before'));
    expect(statSync(join(elsewhere, 'real.txt')).mode & 0o777).toBe(0o600);
  });

  test('stays inside of the folder, wherever the archive says that its file was', async () => {
    const { flows } = await twoVersions();
    const old = (file: string, version: string) => ({
      name: 'out',
      version,
      file,
      text: flow('out', '9'),
      prompts: {},
    });
    await archive.release(old('../../out.yaml', 'aaa'), 0, 'x');
    expect(await flows.rollback('out', 'aaa', 'an admin')).toEqual([]);
    expect(inFolder()).toEqual(['one.yaml', 'out.yaml']);
    for (const [index, file] of ['..', 'x/.hidden.yaml', 'out.test.yaml', 'out.txt'].entries()) {
      await archive.release({ ...old(file, `b${index}`), name: 'strange' }, 0, 'x');
      await expect(flows.rollback('strange', `b${index}`, 'an admin')).rejects.toMatchObject({
        id: 'flow-file-name',
      });
    }
  });
});

test('however often files are saved while they are read, they are read once more', async () => {
  const gates: (() => void)[] = [];
  const reads: string[] = [];
  write('one.yaml', flow('one', '1'));
  const flows = library({
    prepare: (prompts) => {
      reads.push(prompts[0]?.texts.en ?? '');
      return new Promise((resolve) => gates.push(() => resolve([])));
    },
  });
  const first = flows.reload();
  await until(() => reads.length === 1);
  const all = ['A', 'B', 'C', 'D'].map((words) => {
    write('one.yaml', flow('one', '1', words));
    return flows.reload(words === 'C' ? 'an admin' : 'file');
  });
  gates[0]!();
  await first;
  await until(() => reads.length === 2);
  gates[1]!();
  await Promise.all(all);
  expect(reads).toEqual(['Hello', 'D']);
  expect((await archive.releases('one')).map(({ by }) => by)).toEqual(['an admin', 'start']);
});

test('versions are forgotten when they are over and nobody is in them', async () => {
  const clock = new VirtualClock();
  const flows = library({ clock });
  const versions: string[] = [];
  for (const words of ['A', 'B', 'C', 'D']) {
    write('one.yaml', flow('one', '1', words));
    await flows.reload();
    versions.push(flows.byName('one')!.version);
  }
  const there = () => versions.map((version) => flows.version('one', version)?.version === version);
  flows.prune([]);
  expect(there(), 'a call may just have entered one').toEqual([true, true, true, true]);
  await clock.advance(60_000);
  const [a, b, c] = versions;
  const waiting = { cursor: undefined, stack: [{ cursor: inside('one', b!)[0]!.cursor }] } as unknown as Call;
  flows.prune([...inside('one', a!), waiting]);
  expect(there()).toEqual([true, true, false, true]);
  await flows.recall(inside('one', c!));
  flows.prune([]);
  expect(there(), 'what was recalled is new again').toEqual([false, false, true, true]);
});

test('prompts are made again only for what changed, and for all after a failure or with new recordings', async () => {
  const failures: string[][] = [[], [], ['speech is dead'], []];
  const made: string[][] = [];
  const flows = library({
    prepare: async (prompts) => {
      made.push(prompts.map(({ texts }) => texts.en ?? ''));
      return failures.shift() ?? [];
    },
  });
  write('one.yaml', flow('one', '1', 'A'));
  write('two.yaml', flow('two', '2', 'B'));
  await flows.reload();
  await flows.reload();
  write('two.yaml', flow('two', '2', 'C'));
  await flows.reload();
  write('two.yaml', flow('two', '2', 'D'));
  await flows.reload();
  expect(flows.promptProblems()).toEqual(['speech is dead']);
  await flows.reload();
  expect(flows.promptProblems()).toEqual([]);
  mkdirSync(join(folder, 'prompts'));
  write('prompts/x.wav', 'sound');
  await flows.reload();
  expect(made).toEqual([['A', 'B'], ['C'], ['D'], ['A', 'D'], ['A', 'D']]);
});

test('what did not change is read again when its surroundings did', async () => {
  write('one.yaml', flow('one', '1').replace('{ en: Hello }', 'greeting'));
  write(
    'two.yaml',
    flow('two', '2').replace(
      '{ say: { en: Hello }, then: b }',
      '{ menu: { say: { en: Hi }, keys: { 1: b, 2: b } }, otherwise: b }',
    ),
  );
  const flows = library({
    knowledge: async () => ({ names: () => undefined, isRecorded: recordedIn(folder), now: () => 0 }),
  });
  expect(await reload(flows)).toEqual([expect.stringContaining('there is no prompt "greeting"')]);
  mkdirSync(join(folder, 'prompts/en/one'), { recursive: true });
  write('prompts/en/one/greeting.wav', 'sound');
  expect(await reload(flows)).toEqual([]);
  write('shared.yaml', 'zone: UTC\nlimits: { menu-keys: 1 }\n');
  expect(await reload(flows)).toEqual([expect.stringContaining('the menu "a" has 2 keys')]);
});
