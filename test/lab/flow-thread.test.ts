import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { judgedOf } from '../../src/ivr/trying-out.ts';
import { FlowThread } from '../../src/lab/flow-thread.ts';
import { CARDS, HOTLINE, openEditing, SHARED } from '../http/editing-lab.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';
import { START } from '../store/examples.ts';

function aThread(folder: string, more: { readonly patienceMs?: number } = {}): FlowThread {
  const thread = new FlowThread({ folder, clock: systemClock, log: silentLog, ...more });
  onTestFinished(() => thread.stop());
  return thread;
}

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

test('what takes too long is refused, and the next question finds another thread', async () => {
  const folder = temporaryFolder();
  const thread = aThread(folder, { patienceMs: 1 });
  const [slow, after] = [thread.ask('tryOut', NOTHING), thread.ask('checkTest', 'tests: {}', 'x.test.yaml')];
  await expect(slow).rejects.toMatchObject({ id: 'flow-check-too-long' });
  await expect(after).rejects.toMatchObject({ id: 'flow-check-too-long' });
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
