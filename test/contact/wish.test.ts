import { cpSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { idSource } from '../../src/base/ids.ts';
import { silentLog } from '../../src/base/log.ts';
import { ContactRecordStore } from '../../src/contact/record-store.ts';
import { type NewWish, OPT_OUT } from '../../src/contact/wish.ts';
import { WishImporter } from '../../src/contact/wish-importer.ts';
import { WishStore } from '../../src/contact/wish-store.ts';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';
import { openStore, START } from '../store/examples.ts';

const opened = () => {
  const { database, events } = openStore();
  return {
    database,
    events,
    wishes: new WishStore(database, events),
    record: new ContactRecordStore(database),
  };
};

const wish = (changes: Partial<NewWish> = {}): NewWish => ({
  kind: 'do-not-call',
  campaign: '',
  person: '',
  number: '+8613812345678',
  source: 'complaints',
  at: START,
  by: 'agent-1',
  ...changes,
});

const logged = async (events: ReturnType<typeof opened>['events']) =>
  (await events.read(0, 100)).events.map(({ type, data }) => ({ type, ...data }));

test('a wish is remembered, told, and found again, the newest first', async () => {
  const { wishes, events } = opened();
  const first = await wishes.add(wish());
  const second = await wishes.add(wish({ number: '+8613912345678', until: START + 1 }));
  expect(await wishes.list({ limit: 10 })).toEqual([second, first]);
  expect(await wishes.list({ number: '+8613812345678', limit: 10 })).toEqual([first]);
  expect(await wishes.list({ limit: 1, before: second.id })).toEqual([first]);
  expect(await logged(events)).toMatchObject([
    {
      type: 'ContactWishNoted',
      wish: first.id,
      kind: 'do-not-call',
      number: '+8613812345678',
      by: 'agent-1',
    },
    { type: 'ContactWishNoted', wish: second.id, until: START + 1 },
  ]);
});

test('the same wish again is one wish, and the newer word counts', async () => {
  const { wishes } = opened();
  const first = await wishes.add(wish());
  const again = await wishes.add(wish({ at: START + 5, until: START + 9, by: 'agent-2' }));
  expect(again.id).toBe(first.id);
  expect(await wishes.list({ limit: 10 })).toEqual([again]);
});

test('a wish that is removed is gone and told; one that is not there is refused', async () => {
  const { wishes, events } = opened();
  const { id } = await wishes.add(wish());
  await wishes.remove(id, { by: 'chief', at: START });
  expect(await wishes.list({ limit: 10 })).toEqual([]);
  expect((await logged(events)).at(-1)).toMatchObject({ type: 'ContactWishRemoved', wish: id, by: 'chief' });
  await expect(wishes.remove(id, { by: 'chief', at: START })).rejects.toMatchObject({ id: 'wish-unknown' });
});

test('a wish of nobody is refused', async () => {
  const { wishes } = opened();
  await expect(wishes.add(wish({ number: '' }))).rejects.toMatchObject({ id: 'wish-of-nobody' });
  await expect(wishes.addAll([wish(), wish({ number: '' })])).rejects.toMatchObject({ id: 'wish-of-nobody' });
  expect(await wishes.list({ limit: 10 })).toEqual([]);
});

test('who opts out with a key is called no more, by person and by number', async () => {
  const { wishes, record } = opened();
  await wishes.add(wish({ person: 'anna', source: OPT_OUT }));
  const kinds = (person: string, number: string) =>
    record.factsOf(person, number, START).wishes.map(({ source }) => source);
  expect(kinds('anna', '+861')).toEqual([OPT_OUT]);
  expect(kinds('ben', '+8613812345678')).toEqual([OPT_OUT]);
  expect(kinds('ben', '+861')).toEqual([]);
});

// ── lists ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const importerOf = (wishes: Pick<WishStore, 'addAll' | 'noteImport'>, clock = new VirtualClock(START)) =>
  new WishImporter({
    wishes: wishes as WishStore,
    clock,
    ids: idSource(
      () => clock.now(),
      () => 0.5,
    ),
    log: silentLog,
    country: 'CN',
    shortCodes: '',
  });

const REGISTER = { source: 'register', campaign: '', by: 'admin' };

const endOf = (importer: WishImporter, id: string) =>
  vi.waitFor(
    () => {
      const now = importer.progress(id)!;
      expect(now.status).not.toBe('running');
      return now;
    },
    { timeout: 10_000 },
  );

function aFile(content: string | Uint8Array): { folder: string; path: string } {
  const folder = temporaryFolder();
  const path = join(folder, 'list.csv');
  writeFileSync(path, content);
  return { folder, path };
}

async function imported(content: string | Uint8Array, parts = opened()) {
  const { folder, path } = aFile(content);
  const importer = importerOf(parts.wishes);
  const id = await importer.begin(path, REGISTER);
  const progress = await endOf(importer, id);
  expect(readdirSync(folder)).toEqual([]);
  expect([importer.holds('o1'), importer.problems()]).toEqual([false, []]);
  return { ...parts, progress };
}

test.each([
  ['a plain list of numbers', '13812345678\n+86 139 1234 5678\n'],
  ['a file with headings', '姓名,手机\n张三,13812345678\n李四,13912345678\n'],
  ['UTF-16, as spreadsheets save text', Buffer.from('\ufeff手机\n13812345678\n13912345678\n', 'utf16le')],
])('%s is brought in', async (_name, content) => {
  const { wishes, events, progress } = await imported(content);
  expect(progress).toMatchObject({ status: 'finished', entries: 2, refused: 0, done: 1, problem: '' });
  expect((await wishes.list({ limit: 10 })).map(({ number }) => number)).toEqual([
    '+8613912345678',
    '+8613812345678',
  ]);
  expect(await logged(events)).toMatchObject([
    { type: 'DoNotCallImported', source: 'register', entries: 2, refused: 0, by: 'admin' },
  ]);
});

test('rows that hold no number are told with line and reason', async () => {
  const { progress } = await imported('phone\n13812345678\n12\nhello\n"open\n13912345678\n');
  expect(progress).toMatchObject({ status: 'finished', entries: 2, refused: 3 });
  expect(progress.refusedRows.map(({ line }) => line)).toEqual([3, 4, 5]);
  expect(progress.refusedRows[1]).toMatchObject({
    text: 'hello',
    reason: expect.stringContaining('letters'),
  });
});

test('a list that is brought in again changes nothing', async () => {
  const content = '13812345678\n13912345678\n';
  const { wishes, ...parts } = await imported(content);
  const before = await wishes.list({ limit: 10 });
  await imported(content, { wishes, ...parts });
  expect((await wishes.list({ limit: 10 })).map(({ id, number }) => [id, number])).toEqual(
    before.map(({ id, number }) => [id, number]),
  );
});

test.each([
  ['no column of numbers', 'name,city\nAnna,Paris\n', /None of the headings/],
  ['a workbook', Buffer.from([0x50, 0x4b, 3, 4, 1, 2, 3]), /no text/],
  ['nothing', '', /empty/],
])('a file with %s is refused with a sentence', async (_name, content, problem) => {
  const { progress, wishes } = await imported(content);
  expect(progress).toMatchObject({ status: 'failed', entries: 0 });
  expect(progress.problem).toMatch(problem);
  expect(await wishes.list({ limit: 10 })).toEqual([]);
});

/** A store that takes nothing until it is let. */
function stuck(wishes: WishStore) {
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  const store = {
    addAll: async (all: readonly NewWish[]) => gate.then(() => wishes.addAll(all)),
    noteImport: wishes.noteImport.bind(wishes),
  };
  return { store, go: () => open() };
}

test.each([
  ['for all campaigns', '', ['o1', 'o2'], /^no campaign calls anybody until .*"register".*: 0% so far$/],
  ['for one', 'o1', ['o1'], /^campaign o1 does not call anybody until/],
])('a list %s keeps them from calling until it is whole', async (_what, campaign, held, sentence) => {
  const { store, go } = stuck(opened().wishes);
  const importer = importerOf(store);
  const id = await importer.begin(aFile('13812345678\n').path, { ...REGISTER, campaign });
  expect(['o1', 'o2'].filter((one) => importer.holds(one))).toEqual(held);
  expect(importer.problems()).toEqual([expect.stringMatching(sentence)]);
  go();
  await endOf(importer, id);
  expect([importer.holds('o1'), importer.problems()]).toEqual([false, []]);
});

test('a list that was cut off is brought in by the next daemon, under its id and its terms', async () => {
  const { store, go } = stuck(opened().wishes);
  const killed = importerOf(store);
  const { folder, path } = aFile('13812345678\n13912345678\n');
  const until = START + 1;
  const id = await killed.begin(path, { ...REGISTER, campaign: 'o1', until });
  const left = temporaryFolder();
  cpSync(folder, left, { recursive: true });
  go();
  await endOf(killed, id);
  const { wishes, events } = opened();
  const next = importerOf(wishes);
  await next.start(left);
  expect([next.holds('o1'), next.holds('o2')]).toEqual([true, false]);
  expect(await endOf(next, id)).toMatchObject({ status: 'finished', entries: 2, by: 'admin' });
  expect(await wishes.list({ limit: 10 })).toMatchObject([
    { number: '+8613912345678', campaign: 'o1', until },
    { number: '+8613812345678', campaign: 'o1', until },
  ]);
  expect(await logged(events)).toMatchObject([{ type: 'DoNotCallImported', entries: 2 }]);
  expect(readdirSync(left)).toEqual([]);
  // What has ended does not begin again.
  const third = importerOf(wishes);
  await third.start(left);
  expect(third.list()).toEqual([]);
});

test('a database that takes nothing for a while only delays a list', async () => {
  const { wishes } = opened();
  const clock = new VirtualClock(START);
  const troubles = ['database is locked', 'disk is full'];
  const orTrouble = (left: number): void => {
    if (troubles.length === left) throw new Error(troubles.shift());
  };
  const failing = {
    addAll: async (all: readonly NewWish[]) => {
      orTrouble(2);
      await wishes.addAll(all);
    },
    // By then its numbers are counted.
    noteImport: async (...words: Parameters<WishStore['noteImport']>) => {
      orTrouble(1);
      await wishes.noteImport(...words);
    },
  };
  const importer = importerOf(failing, clock);
  const id = await importer.begin(aFile('13812345678\n').path, REGISTER);
  for (const trouble of ['database is locked', 'disk is full']) {
    await vi.waitFor(() => expect(importer.progress(id)?.problem).toBe(trouble), { timeout: 10_000 });
    expect(importer.holds('o1')).toBe(true);
    expect(importer.problems()[0]).toContain(`(${trouble}; it is tried again)`);
    await clock.advance(10_000);
  }
  expect(await endOf(importer, id)).toMatchObject({ status: 'finished', entries: 1, problem: '' });
  expect(await wishes.list({ limit: 10 })).toHaveLength(1);
});

test('terms that nobody can read keep everybody from calling, and it is said which file they are in', async () => {
  const { path, folder } = aFile('13812345678\n');
  const importer = importerOf(opened().wishes);
  writeFileSync(`${path}.wishes.json`, '{"id":');
  await importer.start(folder);
  expect(importer.holds('o1')).toBe(true);
  expect(importer.problems()).toEqual([expect.stringContaining(`${path}.wishes.json cannot be read`)]);
  expect(existsSync(path)).toBe(true);
});
