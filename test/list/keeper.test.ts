import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { expect, test, vi } from 'vitest';
import type { ListKeeper } from '../../src/list/keeper.ts';
import { ended, listCentre } from './centre.ts';

// A thread takes a quarter of a second to start, and much longer where other programs want the processors too.
vi.setConfig({ testTimeout: 40_000 });

/** Threads that were started, the latest last. */
const threads = vi.hoisted(() => [] as Worker[]);
vi.mock('node:worker_threads', async (original) => {
  const real = await original<typeof import('node:worker_threads')>();
  class Noted extends real.Worker {
    constructor(...given: ConstructorParameters<typeof real.Worker>) {
      super(...given);
      threads.push(this);
    }
  }
  return { ...real, Worker: Noted };
});

const lastThread = (): Worker => threads.at(-1)!;
const ROWS = 8_000;
/** Every hundredth row is refused. */
const REFUSED = ROWS / 100;
const numberOf = (at: number): string => (at % 100 === 0 ? '12' : `138${String(at).padStart(8, '0')}`);
const list = `name,phone\n${Array.from({ length: ROWS }, (_, at) => `n${at},${numberOf(at)}\n`).join('')}`;

/** Waits until an import has so many rows. */
async function reached(keeper: ListKeeper, id: string, rows: number): Promise<void> {
  while ((await keeper.import(id))!.rows < rows) await new Promise((resolve) => setTimeout(resolve, 1));
}

test('given_the_thread_dies_with_questions_open_then_the_next_one_answers_them_and_nothing_is_lost', async () => {
  await using centre = await listCentre();
  const { keeper } = centre;
  const { id } = await keeper.createList({ campaign: 'm1', name: 'a list' });
  await centre.imported(id, 'name,phone\na,13812345671\nb,13812345672\n');
  const [a] = await keeper.next({ campaign: 'm1', count: 1, now: 0, zones: [['Asia/Shanghai']], except: [] });
  const fate = { next: 'done', reason: 'sale' } as const;
  const before = lastThread();
  const settled = keeper.settle([{ seq: 1, attempts: 1, lead: a!.id, outcome: 'connected', fate }]);
  const made = keeper.createList({ campaign: 'm1', name: 'another' });
  await before.terminate();
  expect(keeper.problems()).toEqual([expect.stringContaining('has ended')]);
  await settled;
  expect(await keeper.lead(a!.id)).toMatchObject({ attempts: 1, doneReason: 'sale' });
  expect((await keeper.lists('m1')).map((one) => one.id)).toEqual([id, (await made).id]);
  expect(keeper.problems()).toEqual([]);
  expect(lastThread()).not.toBe(before);
});

test('given_the_thread_dies_again_and_again_during_an_import_then_every_row_is_taken_and_counted_once', async () => {
  await using centre = await listCentre();
  const { keeper } = centre;
  const { id } = await keeper.createList({ campaign: 'm1', name: 'a list' });
  const path = await centre.file(list);
  const run = await keeper.importFile(id, path);
  for (const rows of [500, 4_000]) {
    await reached(keeper, run, rows);
    await lastThread().terminate();
  }
  expect(await ended(keeper, run)).toMatchObject({
    status: 'finished',
    rows: ROWS,
    added: ROWS - REFUSED,
    refused: REFUSED,
  });
  expect(await keeper.counts('m1')).toMatchObject({ total: ROWS - REFUSED });
  const { path: refused, bytes } = (await keeper.refusedFile(run))!;
  const text = await readFile(refused, 'utf8');
  const lines = text
    .trimEnd()
    .split('\r\n')
    .slice(1)
    .map((line) => Number(line.split(',')[0]));
  expect(lines).toEqual(Array.from({ length: REFUSED }, (_, at) => 100 * at + 2));
  expect(Buffer.byteLength(text)).toBe(bytes);
});

test('given_the_keeper_is_stopped_during_an_import_then_the_next_start_goes_on_with_it', async () => {
  await using centre = await listCentre();
  const { keeper } = centre;
  const { id } = await keeper.createList({ campaign: 'm1', name: 'a list' });
  const run = await keeper.importFile(id, await centre.file(list), { removeAfter: true });
  await reached(keeper, run, 500);
  await keeper.stop();
  await expect(keeper.counts('m1')).rejects.toMatchObject({ id: 'lists-closed' });
  const next = await centre.again();
  expect(await ended(next, run)).toMatchObject({ status: 'finished', rows: ROWS, added: ROWS - REFUSED });
});

test('given_the_thread_ended_before_an_imported_file_was_removed_then_the_next_start_removes_it', async () => {
  await using centre = await listCentre();
  const { keeper } = centre;
  const { id } = await keeper.createList({ campaign: 'm1', name: 'a list' });
  const kept = await centre.file(list, 'kept.csv');
  await ended(keeper, await keeper.importFile(id, kept));
  const path = await centre.file(list);
  await ended(keeper, await keeper.importFile(id, path, { removeAfter: true }));
  await keeper.stop();
  await centre.file(list);
  await centre.again();
  await vi.waitFor(() => expect(stat(path)).rejects.toThrow('ENOENT'));
  await stat(kept);
});

test('given_the_file_is_gone_when_an_import_goes_on_then_it_has_failed_and_says_so', async () => {
  await using centre = await listCentre();
  const { keeper } = centre;
  const { id } = await keeper.createList({ campaign: 'm1', name: 'a list' });
  const path = await centre.file(list);
  const run = await keeper.importFile(id, path);
  await reached(keeper, run, 500);
  await keeper.stop();
  await rm(path);
  const { status, problem } = await ended(await centre.again(), run);
  expect(status).toBe('failed');
  expect(problem).toContain('send it again');
});

test('given_a_database_that_is_none_then_it_is_named_as_a_problem_and_the_lists_come_back_when_it_is_moved_away', async () => {
  await using centre = await listCentre();
  await centre.keeper.stop();
  const file = join(centre.folder, 'lists.db');
  for (const end of ['-wal', '-shm']) await rm(`${file}${end}`, { force: true });
  await writeFile(file, 'no database '.repeat(1000));
  const keeper = await centre.again();
  expect(keeper.problems()).toEqual([expect.stringMatching(/lists cannot be used.*lists\.db/)]);
  await expect(keeper.counts('m1')).rejects.toMatchObject({ id: 'lists-unusable' });
  await rm(file);
  await vi.waitFor(() => expect(keeper.problems()).toEqual([]), { timeout: 30_000 });
  expect(await keeper.counts('m1')).toMatchObject({ total: 0 });
});

test('ids of another database name nobody, and what is told of them is passed over', async () => {
  await using first = await listCentre();
  await using second = await listCentre();
  for (const { keeper, imported } of [first, second]) {
    const { id } = await keeper.createList({ campaign: 'm1', name: 'a list' });
    await imported(id, 'name,phone\na,13812345671\n');
  }
  const [lead] = await first.keeper.leadsOfNumber('+8613812345671');
  expect(await second.keeper.lead(lead!.id)).toBeUndefined();
  await second.keeper.settle([{ seq: 7, lead: lead!.id, fate: { next: 'done', reason: 'sale' } }]);
  expect(await second.keeper.counts('m1')).toMatchObject({ total: 1, done: 0 });
  expect(await second.keeper.lastSettledSeq()).toBe(7);
});

test('lists are taken from in their order, and not at all when they are switched off', async () => {
  await using centre = await listCentre();
  const { keeper } = centre;
  const made: string[] = [];
  for (const [at, name] of ['one', 'two', 'three'].entries()) {
    const { id } = await keeper.createList({ campaign: 'm1', name });
    made.push(id);
    await centre.imported(id, `name,phone\n${name},1381234567${at}\n`);
  }
  const order = async () =>
    (await keeper.next({ campaign: 'm1', count: 9, now: 0, zones: [['Asia/Shanghai']], except: [] })).map(
      ({ name }) => name,
    );
  expect(await order()).toEqual(['one', 'two', 'three']);
  await keeper.changeList(made[2]!, { position: -1 });
  await keeper.changeList(made[0]!, { isOn: false });
  expect(await order()).toEqual(['three', 'two']);
  await keeper.changeList(made[1]!, { isOn: false });
  await keeper.changeList(made[2]!, { isOn: false });
  expect(await keeper.zones('m1')).toEqual([]);
  expect(await keeper.counts('m1')).toMatchObject({ total: 3 });
  await expect(keeper.changeList('l-none', {})).rejects.toMatchObject({ id: 'list-not-found' });
});

test('a callback brings back a lead that was done, for everybody or one agent', async () => {
  await using centre = await listCentre();
  const { keeper } = centre;
  const { id } = await keeper.createList({ campaign: 'm1', name: 'a list' });
  await centre.imported(id, 'name,phone\na,13812345671\n');
  const [lead] = await keeper.leadsOfPerson('+8613812345671');
  await keeper.settle([{ lead: lead!.id, fate: { next: 'done', reason: 'machine' } }]);
  expect(await keeper.setCallback(lead!.id, 500)).toMatchObject({
    standing: 'callback',
    dueAt: 500,
    callback: {},
  });
  expect(await keeper.setCallback(lead!.id, 600, 'agent-1')).toMatchObject({
    dueAt: 600,
    callback: { agent: 'agent-1' },
  });
  expect(await keeper.lead(lead!.id)).not.toHaveProperty('doneReason');
  await expect(keeper.setCallback('lead-00000000-1', 1)).rejects.toMatchObject({ id: 'lead-not-found' });
});
