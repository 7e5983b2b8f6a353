import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { VERBS as kinds } from '../../src/engine/verbs.ts';
import { claimsOf } from '../../src/ivr/cross-check.ts';
import { FlowReader, type Knowledge } from '../../src/ivr/flow-set.ts';
import { goLive } from '../../src/ivr/going-live.ts';
import { problemText } from '../../src/ivr/report.ts';
import type { GoingLive, Running } from '../../src/ivr/trial.ts';

const knowledge: Knowledge = {
  names: (kind) => (kind === 'queue' ? ['general'] : undefined),
  isRecorded: () => false,
  now: () => 0,
};
const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** Files by name; undefined for one that is there and cannot be read. */
type Files = Readonly<Record<string, string | undefined>>;

/** A folder whose files are saved again and again. */
class Folder {
  readonly #reader = new FlowReader(kinds, digest);
  running: Running = { flows: new Map() };
  last?: GoingLive;

  /** What there is from now on. Returns what is wrong with it. */
  save(files: Files, awaited: readonly string[] = []): string[] {
    const texts = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
    const found = {
      files: texts.flatMap(([file, text]) => (text === undefined ? [] : [{ file, text }])),
      unread: texts.flatMap(([file, text]) =>
        text === undefined
          ? [{ file, line: 1, column: 1, severity: 'error' as const, message: 'unreadable', hint: '' }]
          : [],
      ),
      awaited: new Set(awaited),
    };
    this.last = goLive(this.#reader, found, this.running, knowledge);
    this.running = this.last;
    return this.last.problems.map(problemText);
  }

  /** The files of the flows that have a number or name, by that. */
  get owners(): Record<string, string> {
    const all = [...this.running.flows].flatMap(([file, { flow }]) =>
      claimsOf(flow).map((claim) => [claim.replace(/^number |^flow |"/g, '').replace('"', ''), file]),
    );
    return Object.fromEntries(all);
  }

  version(file: string): string | undefined {
    return this.running.flows.get(file)?.flow.version;
  }
}

const END = '  end: { hangup: {} }\n';
const flow = (name: string, numbers: readonly string[] = [], words = 'Hello') =>
  `flow: ${name}\nnumbers: [${numbers.map((number) => `"${number}"`).join()}]\nlanguages: [en]\nstart: a\nsteps:\n  a: { say: { en: ${words} }, then: end }\n${END}`;
const broken = (text: string) => text.replace('start: a', 'start: nowhere');
const callee = (name: string, result = 'done') =>
  `flow: ${name}\nlanguages: [en]\nstart: a\nsteps:\n  a: { return: ${result} }\n`;
const caller = (name: string, called: string, result = 'done', then = END) =>
  `flow: ${name}\nnumbers: ["${name.length}"]\nlanguages: [en]\nstart: a\nsteps:\n  a: { call: { flow: ${called} }, then: { ${result}: end } }\n${then}`;
const hours = `flow: h\nlanguages: [en]\nstart: a\nsteps:\n  a: { hours: day, otherwise: end }\n${END}`;
const shared = (calendar: string, zone = 'Asia/Shanghai') =>
  `zone: ${zone}\ncalendars: { ${calendar}: { open: { mon-sun: "00:00-24:00" } } }\nprompts: { bye: { en: Bye } }\n`;

describe('of two flows that clash', () => {
  test.each(['aaa.yaml', 'zzz.yaml'])('the one that runs stays, and %s yields', (intruder) => {
    const folder = new Folder();
    const hotline = { 'hotline.yaml': flow('hotline', ['95533']) };
    folder.save(hotline);
    expect(folder.save({ ...hotline, [intruder]: flow('other', ['95533']) })).toEqual([
      `${intruder}:1:1 number 95533 also leads to hotline.yaml: take it out of one of them`,
    ]);
    expect(folder.owners).toEqual({ 95533: 'hotline.yaml', hotline: 'hotline.yaml' });
    expect(folder.save({ ...hotline, [intruder]: flow('hotline', ['1']) })).toEqual([
      `${intruder}:1:1 flow "hotline" is also in hotline.yaml: rename one of them`,
    ]);
    expect(folder.owners).toEqual({ 95533: 'hotline.yaml', hotline: 'hotline.yaml' });
    expect([...folder.last!.missing.keys()]).toEqual([intruder]);
  });

  test('the one that runs may change at the same time', () => {
    const folder = new Folder();
    folder.save({ 'b.yaml': flow('b', ['1']) });
    const edited = flow('b', ['1', '2'], 'Good day');
    folder.save({ 'a.yaml': flow('a', ['1', '2']), 'b.yaml': edited });
    expect(folder.owners).toEqual({ 1: 'b.yaml', 2: 'b.yaml', b: 'b.yaml' });
    expect(folder.version('b.yaml')).toBe(digest(edited));
  });

  test('neither of which runs, the later file yields', () => {
    const folder = new Folder();
    folder.save({ 'a.yaml': flow('a', ['1']), 'b.yaml': flow('b', ['1']) });
    expect(folder.owners).toEqual({ 1: 'a.yaml', a: 'a.yaml' });
  });

  test('one that yields for one number does not keep others from going', () => {
    const folder = new Folder();
    folder.save({ 'z.yaml': flow('z', ['1']) });
    folder.save({ 'a.yaml': flow('a', ['1', '2']), 'b.yaml': flow('b', ['2']), 'z.yaml': flow('z', ['1']) });
    expect(folder.owners).toEqual({ 1: 'z.yaml', z: 'z.yaml', 2: 'b.yaml', b: 'b.yaml' });
  });

  test('the last one that changed yields where they call each other without end', () => {
    const folder = new Folder();
    folder.save({ 'a.yaml': caller('a', 'bb'), 'b.yaml': callee('bb') });
    const round =
      'flow: bb\nlanguages: [en]\nstart: a\nsteps:\n  a: { menu: { say: { en: Hi }, keys: { 1: b } }, otherwise: c }\n  b: { call: { flow: a } }\n  c: { return: done }\n';
    expect(folder.save({ 'a.yaml': caller('a', 'bb'), 'b.yaml': round })).toEqual([
      'b.yaml:1:1 flows call each other without end: a → bb → a: use "go" where it need not come back',
    ]);
    expect(folder.version('b.yaml')).toBe(digest(callee('bb')));
  });
});

describe('no number that was answered is lost', () => {
  const before = { 'a.yaml': flow('a', ['1']), 'b.yaml': flow('b', ['2']), 'c.yaml': flow('c', ['3']) };
  const asBefore = { 1: 'a.yaml', 2: 'b.yaml', 3: 'c.yaml', a: 'a.yaml', b: 'b.yaml', c: 'c.yaml' };
  test.each<[what: string, files: Files]>([
    ['half of a swap', { ...before, 'a.yaml': flow('a', ['2']) }],
    ['a swap with a mistake', { ...before, 'a.yaml': flow('a', ['2']), 'b.yaml': broken(flow('b', ['1'])) }],
    ['a ring with a gap', { ...before, 'a.yaml': flow('a', ['2']), 'b.yaml': flow('b', ['3']) }],
    [
      'a number that is given to a file with a mistake',
      { ...before, 'a.yaml': flow('a'), 'b.yaml': broken(flow('b', ['1', '2'])) },
    ],
    ['a file that cannot be read', { ...before, 'b.yaml': undefined }],
    [
      'a file that cannot be read, and one that takes its name',
      { ...before, 'b.yaml': undefined, 'd.yaml': flow('b', ['2']) },
    ],
  ])('%s', (_what, files) => {
    const folder = new Folder();
    folder.save(before);
    const problems = folder.save(files);
    expect(folder.owners).toEqual(asBefore);
    expect(problems).not.toEqual([]);
    expect(folder.last!.missing.has('b.yaml')).toBe(false);
  });

  test('whoever gives it up is told why he has to wait', () => {
    const folder = new Folder();
    folder.save(before);
    expect(folder.save({ ...before, 'a.yaml': flow('a'), 'b.yaml': broken(flow('b', ['1'])) })).toContain(
      'a.yaml:1:1 number 1 would be lost: b.yaml, which takes it over, does not go live: mend b.yaml first',
    );
  });

  test('a whole swap goes live, and so does what nobody else wants', () => {
    const folder = new Folder();
    folder.save(before);
    const swapped = {
      ...before,
      'a.yaml': flow('a', ['2']),
      'b.yaml': flow('b', ['1']),
      'c.yaml': flow('c'),
    };
    expect(folder.save(swapped)).toEqual([]);
    expect(folder.owners).toEqual({ 2: 'a.yaml', 1: 'b.yaml', a: 'a.yaml', b: 'b.yaml', c: 'c.yaml' });
  });

  test('a number that another one covers is not lost', () => {
    const folder = new Folder();
    folder.save({ 'a.yaml': flow('a', ['12']), 'b.yaml': flow('b', ['1x']) });
    folder.save({ 'a.yaml': flow('a'), 'b.yaml': flow('b', ['1x']), 'c.yaml': broken(flow('c', ['12'])) });
    expect(folder.owners).toEqual({ a: 'a.yaml', b: 'b.yaml', '1x': 'b.yaml' });
  });
});

describe('a file that moves', () => {
  test('runs under its new name at once, although the old one is still awaited', () => {
    const folder = new Folder();
    folder.save({ 'a.yaml': flow('a', ['1']) });
    expect(folder.save({ 'b.yaml': flow('a', ['1']) }, ['a.yaml'])).toEqual([]);
    expect(folder.owners).toEqual({ 1: 'b.yaml', a: 'b.yaml' });
  });

  test('stays as it was while the new one has a mistake', () => {
    const folder = new Folder();
    folder.save({ 'a.yaml': flow('a', ['1']) });
    folder.save({ 'b.yaml': broken(flow('a', ['1'])) }, ['a.yaml']);
    folder.save({ 'b.yaml': broken(flow('a', ['1'])) });
    expect(folder.owners).toEqual({ 1: 'a.yaml', a: 'a.yaml' });
    folder.save({ 'b.yaml': flow('a', ['1']) });
    expect(folder.owners).toEqual({ 1: 'b.yaml', a: 'b.yaml' });
  });
});

describe('a flow that is called', () => {
  test('does not change under its caller, until both are saved', () => {
    const folder = new Folder();
    folder.save({ 'main.yaml': caller('main', 'sub'), 'sub.yaml': callee('sub') });
    const changed = { 'main.yaml': caller('main', 'sub'), 'sub.yaml': callee('sub', 'other') };
    expect(folder.save(changed)).toEqual([
      expect.stringMatching(/^main\.yaml:6:8 step "a" leads nowhere for other/),
      'main.yaml:6:37 "call" has no way out "done": it has other',
      expect.stringMatching(/^main\.yaml:7:3 nobody reaches the step "end"/),
      'sub.yaml:1:1 flow "sub" would break flow "main", which calls it: save both',
    ]);
    expect(folder.version('sub.yaml')).toBe(digest(callee('sub')));
    const both = { 'main.yaml': caller('main', 'sub', 'other'), 'sub.yaml': callee('sub', 'other') };
    expect(folder.save(both)).toEqual([]);
    expect(folder.version('sub.yaml')).toBe(digest(both['sub.yaml']));
    expect(folder.version('main.yaml')).toBe(digest(both['main.yaml']));
  });

  test('lets its caller change, who goes with it as it runs', () => {
    const folder = new Folder();
    folder.save({ 'main.yaml': caller('main', 'sub'), 'sub.yaml': callee('sub') });
    const edited = `description: edited\n${caller('main', 'sub')}`;
    folder.save({ 'main.yaml': edited, 'sub.yaml': callee('sub', 'other') });
    expect(folder.version('main.yaml')).toBe(digest(edited));
    expect(folder.version('sub.yaml')).toBe(digest(callee('sub')));
  });

  test('goes by how its caller runs when the file of that one is broken', () => {
    const folder = new Folder();
    folder.save({ 'main.yaml': caller('main', 'sub'), 'sub.yaml': callee('sub') });
    const problems = folder.save({ 'main.yaml': 'flow: [', 'sub.yaml': callee('sub', 'other') });
    expect(problems).toHaveLength(2);
    expect(problems).toContain('sub.yaml:1:1 flow "sub" would break flow "main", which calls it: save both');
    expect(folder.version('sub.yaml')).toBe(digest(callee('sub')));
    const more = `${callee('sub').replace('a }', 'a }')}  # a comment\n`;
    expect(folder.save({ 'main.yaml': 'flow: [', 'sub.yaml': more })).toHaveLength(1);
    expect(folder.version('sub.yaml')).toBe(digest(more));
  });

  test('stays when what it calls itself has to stay', () => {
    const middle = (name: string, result: string) =>
      `flow: mid\nlanguages: [en]\nstart: a\nsteps:\n  a: { call: { flow: sub }, then: { ${name}: b } }\n  b: { return: ${result} }\n`;
    const folder = new Folder();
    const before = {
      'main.yaml': caller('main', 'mid'),
      'mid.yaml': middle('done', 'done'),
      'sub.yaml': callee('sub'),
    };
    folder.save(before);
    folder.save({ ...before, 'mid.yaml': middle('other', 'new'), 'sub.yaml': callee('sub', 'other') });
    for (const [file, text] of Object.entries(before)) expect(folder.version(file)).toBe(digest(text));
  });

  test('goes on when its file is taken away or renames it, as long as somebody calls it', () => {
    const folder = new Folder();
    const main = { 'main.yaml': caller('main', 'sub') };
    folder.save({ ...main, 'sub.yaml': callee('sub') });
    expect(folder.save(main)).toContain(
      'sub.yaml:1:1 flow "sub" goes on, because flow "main" names it: save both',
    );
    expect(folder.owners.sub).toBe('sub.yaml');
    folder.save({ ...main, 'sub.yaml': callee('bus') });
    expect(folder.owners.sub).toBe('sub.yaml');
    expect(folder.save({ 'main.yaml': caller('main', 'bus'), 'sub.yaml': callee('bus') })).toEqual([]);
    expect(folder.owners.bus).toBe('sub.yaml');
  });

  test('is the one that runs, should another file take its name', () => {
    const folder = new Folder();
    const before = { 'main.yaml': caller('main', 'sub'), 'sub.yaml': callee('sub') };
    folder.save(before);
    for (const intruder of ['aaa.yaml', 'zzz.yaml']) {
      expect(folder.save({ ...before, [intruder]: callee('sub', 'other') })).toEqual([
        `${intruder}:1:1 flow "sub" is also in sub.yaml: rename one of them`,
      ]);
      expect(folder.owners.sub).toBe('sub.yaml');
    }
  });

  test('is the one to blame when it changes, and not another file that takes its name', () => {
    const folder = new Folder();
    const main = { 'main.yaml': caller('main', 'sub') };
    folder.save({ ...main, 'sub.yaml': callee('sub') });
    const changed = { ...main, 'sub.yaml': callee('sub', 'other'), 'aaa.yaml': callee('sub', 'third') };
    expect(folder.save(changed).filter((problem) => !problem.startsWith('main.yaml'))).toEqual([
      'aaa.yaml:1:1 flow "sub" is also in sub.yaml: rename one of them',
      'sub.yaml:1:1 flow "sub" would break flow "main", which calls it: save both',
    ]);
    expect(folder.version('sub.yaml')).toBe(digest(callee('sub')));
  });

  test('is not kept from changing by a new caller that it does not suit', () => {
    const folder = new Folder();
    folder.save({ 'sub.yaml': callee('sub') });
    folder.save({ 'main.yaml': caller('main', 'sub'), 'sub.yaml': callee('sub', 'other') });
    expect(folder.version('sub.yaml')).toBe(digest(callee('sub', 'other')));
    expect(folder.version('main.yaml')).toBeUndefined();
  });

  test('lets its caller in who had to wait only for another one of its name', () => {
    const folder = new Folder();
    const itself = caller('sub', 'sub');
    const files = { 'a.yaml': itself, 'b.yaml': callee('sub'), 'c.yaml': caller('main', 'sub') };
    folder.save(files);
    expect(folder.owners).toEqual({ sub: 'b.yaml', main: 'c.yaml', 4: 'c.yaml' });
  });
});

describe('the shared file', () => {
  const files = { 'h.yaml': hours, 'shared.yaml': shared('day') };
  test.each<[what: string, now: Files, awaited?: readonly string[]]>([
    ['is broken', { ...files, 'shared.yaml': 'zone: [' }],
    ['cannot be read', { ...files, 'shared.yaml': undefined }],
    ['is gone for a moment', { 'h.yaml': hours }, ['shared.yaml']],
    ['is gone, while a flow needs it', { 'h.yaml': hours }],
    ['lacks a calendar that a flow needs', { ...files, 'shared.yaml': shared('night', 'UTC') }],
  ])('stays when it %s', (_what, now, awaited) => {
    const folder = new Folder();
    expect(folder.save(files)).toEqual([]);
    folder.save(now, awaited);
    expect(folder.running.shared?.shared.zone).toBe('Asia/Shanghai');
    expect(Object.keys(folder.running.shared?.shared.calendars ?? {})).toEqual(['day']);
    expect([...folder.last!.missing]).toEqual([]);
    expect(folder.save({ ...files, 'shared.yaml': shared('day', 'UTC') })).toEqual([]);
    expect(folder.running.shared?.shared.zone).toBe('UTC');
  });

  test.each<[text: string | undefined]>([['zone: ['], [undefined]])(
    'is missed where there was none to go on with',
    (text) => {
      const folder = new Folder();
      folder.save({ 'h.yaml': flow('h'), 'shared.yaml': text });
      expect([...folder.last!.missing.keys()]).toEqual(['shared.yaml']);
      expect([...folder.last!.missing.values()][0]).toMatch(/^shared\.yaml:\d+:\d+ /);
    },
  );

  test('goes when nobody needs it', () => {
    const folder = new Folder();
    folder.save({ 'h.yaml': flow('h'), 'shared.yaml': shared('day') });
    expect(folder.save({ 'h.yaml': flow('h') })).toEqual([]);
    expect(folder.running.shared).toBeUndefined();
  });
});

describe('whatever is saved', () => {
  const numbers = fc.subarray(['1', '2', '3']);
  const one = fc.oneof(
    fc.tuple(fc.constantFrom('a', 'b', 'c'), numbers).map(([name, own]) => flow(name, own)),
    fc.tuple(fc.constantFrom('a', 'b', 'c'), numbers).map(([name, own]) => broken(flow(name, own))),
    fc.tuple(fc.constantFrom('b', 'c'), fc.constantFrom('done', 'other')).map(([name, r]) => callee(name, r)),
    fc
      .tuple(fc.constantFrom('a', 'b'), fc.constantFrom('b', 'c'), fc.constantFrom('done', 'other'))
      .map(([name, called, result]) => caller(name, called, result)),
    fc.constantFrom(hours, 'flow: [', undefined),
  );
  const files = fc.record(
    {
      'a.yaml': one,
      'b.yaml': one,
      'c.yaml': one,
      'shared.yaml': fc.constantFrom(shared('day'), shared('night'), 'zone: [', undefined),
    },
    { requiredKeys: [] },
  );

  const callsOf = ({ running }: Folder): string[] =>
    [...running.flows].flatMap(([file, { calls }]) => [...calls.keys()].map((name) => `${file} ${name}`));
  const fitting = ({ running }: Folder): string[] => {
    const live = [...running.flows.values()];
    const isRight = ([name, as]: [string, unknown]): boolean => {
      const called = live.find(({ flow }) => flow.name === name);
      return called !== undefined && JSON.stringify(called.flow.signature) === JSON.stringify(as);
    };
    return live.flatMap(({ file, calls }) => [...calls].filter(isRight).map(([name]) => `${file} ${name}`));
  };

  test('what runs goes together, no number has two owners, and none is lost that a file still claims', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(files, fc.boolean()), { minLength: 1, maxLength: 5 }), (saves) => {
        const folder = new Folder();
        for (const [save, isPatient] of saves) {
          const before = folder.owners;
          const gone = [...folder.running.flows.keys(), 'shared.yaml'].filter((file) => !(file in save));
          const fitted = fitting(folder);
          folder.save(save, isPatient ? gone : []);
          const live = [...folder.running.flows.values()];
          const claims = live.flatMap(({ flow }) => claimsOf(flow));
          expect(new Set(claims).size).toBe(claims.length);
          const readable = Object.values(save).join('\n');
          for (const number of ['1', '2', '3'].filter((one) => before[one]))
            if (readable.includes(`"${number}"`)) expect(folder.owners).toHaveProperty(number);
          expect([...fitting(folder)], 'whoever went with what he calls still does').toEqual(
            expect.arrayContaining(fitted.filter((call) => callsOf(folder).includes(call))),
          );
          const versions = live.map(({ flow }) => flow.version);
          folder.save(save, isPatient ? gone : []);
          expect([...folder.running.flows.values()].map(({ flow }) => flow.version)).toEqual(versions);
        }
      }),
      { numRuns: 400 },
    );
  });
});

test('a new flow waits for the flow that it calls, and both go live together', () => {
  const folder = new Folder();
  const hotline = { 'hotline.yaml': flow('hotline', ['95533']) };
  folder.save(hotline);
  expect(
    folder.save({ ...hotline, 'new.yaml': caller('new', 'sub'), 'sub.yaml': broken(callee('sub')) }),
  ).toEqual([
    'new.yaml:6:8 there is no flow "sub": there is hotline, new',
    'sub.yaml:3:1 there is no step "nowhere"',
  ]);
  expect(folder.owners).toEqual({ 95533: 'hotline.yaml', hotline: 'hotline.yaml' });
  expect(folder.save({ ...hotline, 'new.yaml': caller('new', 'sub'), 'sub.yaml': callee('sub') })).toEqual(
    [],
  );
  expect(folder.owners).toMatchObject({ new: 'new.yaml', sub: 'sub.yaml' });
});
