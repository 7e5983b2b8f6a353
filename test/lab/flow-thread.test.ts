import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { type Log, silentLog } from '../../src/base/log.ts';
import { judgedOf } from '../../src/ivr/trying-out.ts';
import { FlowBench } from '../../src/lab/flow-bench.ts';
import type { BenchVerb } from '../../src/lab/flow-talk.ts';
import { FlowThread } from '../../src/lab/flow-thread.ts';
import { CARDS, HOTLINE, openEditing, SHARED } from '../http/editing-lab.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';
import { START } from '../store/examples.ts';

function aThread(folder: string): FlowThread {
  const thread = new FlowThread({ folder, clock: systemClock, log: silentLog });
  onTestFinished(() => thread.stop());
  return thread;
}

/** One whose thread may never answer. */
function aStubborn() {
  const late: (() => void)[] = [];
  const clock: Clock = {
    now: () => 0,
    at: (_at, then) => {
      late.push(then);
      return () => undefined;
    },
  };
  const logged: unknown[] = [];
  const log: Log = { ...silentLog, error: (...words) => logged.push(words) };
  const worker = new URL('./stubborn-worker.ts', import.meta.url);
  const thread = new FlowThread({ folder: '', clock, log, worker });
  onTestFinished(() => thread.stop());
  const ask = thread.ask as (verb: BenchVerb, ...words: unknown[]) => Promise<unknown>;
  const started = new Int32Array(new SharedArrayBuffer(4));
  return { thread, ask, started, logged, runOut: () => late.shift()?.() };
}

const STARTS = { timeout: 20_000 };

const NOTHING = {
  found: { files: [], unread: [], awaited: new Set<string>() },
  running: { flows: [] },
  names: {},
  now: START,
  rules: '',
};

test('the thread judges as the library does, whatever is wrong, also beside files of which an older version runs', async () => {
  const { folder, library } = await openEditing();
  const thread = aThread(folder);
  writeFileSync(join(folder, 'cards.yaml'), CARDS.replace('start: lost', 'start: nowhere'));
  await library.reload();
  const drafts = [
    ['hotline.yaml', HOTLINE.replace('Welcome', 'Hello')],
    ['hotline.yaml', HOTLINE.replace('then: main', 'then: mian')],
    ['hotline.yaml', HOTLINE.replace('name: general', 'name: genral')],
    ['hotline.yaml', HOTLINE.replace('"95533"', '"95599"')],
    ['hotline.yaml', 'flow: ['],
    ['cards.yaml', CARDS],
    ['cards.yaml', CARDS.replace('flow: cards', 'flow: hotline')],
    ['shared.yaml', `${SHARED}prompts: { sorry: { en: Sorry. } }\n`],
    ['shared.yaml', 'zone: Mars/Base'],
    ['new.yaml', CARDS.replace('flow: cards', 'flow: new')],
  ] as const;
  for (const [name, text] of drafts) {
    const source = { file: library.fileOf(name), text };
    const judged = await thread.ask('tryOut', { ...(await library.questionOf([source])), rules: '' });
    expect([name, judged]).toEqual([name, judgedOf(await library.tryOut([source]))]);
  }
});

test('simulated calls go on in the thread', async () => {
  const { folder, library } = await openEditing();
  const thread = aThread(folder);
  const question = { ...(await library.questionOf([])), rules: '' };
  const wish = { target: 'hotline', caller: '', at: START, drafts: {} } as const;
  const around = { agents: 'as-in-tests', services: 'as-in-tests' } as const;
  const begun = await thread.ask('beginTrial', question, 'try-1', { ...wish, ...around }, 'ann');
  expect([begun.world, begun.standing.step]).toEqual(['hotline.test.yaml', 'main']);
  const acted = await thread.ask('actInTrial', 'try-1', 'ann', { do: 'press', keys: '1' });
  expect(acted.standing).toMatchObject({ flow: 'cards', phase: 'ended' });
  await expect(thread.ask('trial', 'try-1', 'eve')).rejects.toMatchObject({ id: 'flow-trial-unknown' });
});

test('what never comes back is refused, and the next question finds another thread', async () => {
  const { ask, runOut, started } = aStubborn();
  const slow = ask('picture', started);
  const after = ask('tryOut');
  await vi.waitFor(() => expect(Atomics.load(started, 0)).toBe(1), STARTS);
  runOut();
  await expect(slow).rejects.toMatchObject({ id: 'flow-check-too-long' });
  expect(await after).toBe('tryOut');
});

test('what takes too much memory is refused, and the next question finds another thread', async () => {
  const { ask } = aStubborn();
  const large = ask('checkTests');
  const after = ask('tryOut');
  await expect(large).rejects.toMatchObject({ id: 'flow-check-too-large' });
  expect(await after).toBe('tryOut');
});

test('a question that cannot be sent holds nobody up', async () => {
  const { ask } = aStubborn();
  const unsent = ask('tryOut', () => undefined);
  const after = ask('tryOut');
  await expect(unsent).rejects.toMatchObject({ name: 'DataCloneError' });
  expect(await after).toBe('tryOut');
});

test('whoever asks is refused when it stops, and nothing of that is an error', async () => {
  const { ask, thread, started, logged } = aStubborn();
  const asked = [ask('picture', started), ask('tryOut')];
  await vi.waitFor(() => expect(Atomics.load(started, 0)).toBe(1), STARTS);
  const ends = Promise.allSettled(asked);
  await thread.stop();
  const late = await Promise.allSettled([ask('tryOut')]);
  for (const end of [...(await ends), ...late])
    expect(end).toMatchObject({ status: 'rejected', reason: { id: 'flow-checks-busy' } });
  expect(logged).toEqual([]);
});

test('the trials of one user wait in a few places only, and others find theirs', async () => {
  const { ask, thread, started } = aStubborn();
  const own = [ask('picture', started), ...Array.from({ length: 7 }, () => ask('trial', 'try-1', 'ann'))];
  const others = [ask('beginTrial', {}, 'try-2', {}, 'bob'), ask('actInTrial', 'try-3', 'eve', {})];
  const ends = Promise.allSettled([...own.slice(6)]);
  const held = Promise.allSettled([...own.slice(0, 6), ...others]);
  const message = expect.stringContaining('Too many flows');
  for (const end of await ends) expect(end).toMatchObject({ status: 'rejected', reason: { message } });
  await thread.stop();
  for (const end of await held) expect(end).toMatchObject({ reason: { message: 'The daemon is ending.' } });
});

test('what takes long to read is not written; what was read before does not count', () => {
  let now = 0;
  const clock: Clock = { now: () => now, at: () => () => undefined };
  const bench = new FlowBench({ folder: temporaryFolder(), clock });
  const takes = (ms: number) => ({
    ...NOTHING,
    get rules() {
      now += ms;
      return '';
    },
  });
  expect(bench.tryOutToSave(takes(5000), takes(1000)).problems).toEqual([]);
  expect(() => bench.tryOutToSave(takes(0), takes(5000))).toThrow(/too long/);
});

test('one that was given up holds nobody up, and a thread that ends is followed by another', async () => {
  const folder = temporaryFolder();
  let late: (() => void) | undefined;
  const clock: Clock = {
    now: () => 0,
    at: (_at, then) => {
      late = then;
      return () => undefined;
    },
  };
  const thread = new FlowThread({ folder, clock, log: silentLog });
  onTestFinished(() => thread.stop());
  const first = thread.ask('tryOut', NOTHING);
  late?.();
  await expect(first).rejects.toMatchObject({ id: 'flow-check-too-long' });
  expect((await thread.ask('tryOut', NOTHING)).problems).toEqual([]);
});

test('only so many wait; the others are told to come again', async () => {
  const thread = aThread(temporaryFolder());
  const asked = Array.from({ length: 40 }, () => thread.ask('tryOut', NOTHING));
  const ends = await Promise.allSettled(asked);
  const refused = ends.filter(({ status }) => status === 'rejected');
  expect(refused.map((one) => 'reason' in one && one.reason.id)).toEqual(Array(9).fill('flow-checks-busy'));
});
