import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { idSource } from '../../src/base/ids.ts';
import { silentLog } from '../../src/base/log.ts';
import { ContactRecordStore } from '../../src/campaign/contact-record-store.ts';
import { type NewWish, OPT_OUT } from '../../src/campaign/wish.ts';
import { WishImporter } from '../../src/campaign/wish-importer.ts';
import { WishStore } from '../../src/campaign/wish-store.ts';
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
  await wishes.optOut('anna', '+8613812345678', '', START);
  const kinds = (person: string, number: string) =>
    record.factsOf(person, number, START).wishes.map(({ source }) => source);
  expect(kinds('anna', '+861')).toEqual([OPT_OUT]);
  expect(kinds('ben', '+8613812345678')).toEqual([OPT_OUT]);
  expect(kinds('ben', '+861')).toEqual([]);
});

// ── lists ────────────────────────────────────────────────────────────────────────────────────────────────────────────

async function imported(content: string | Uint8Array, parts = opened()) {
  const path = join(temporaryFolder(), 'list.csv');
  writeFileSync(path, content);
  const clock = new VirtualClock(START);
  const importer = new WishImporter({
    wishes: parts.wishes,
    clock,
    ids: idSource(
      () => clock.now(),
      () => 0.5,
    ),
    log: silentLog,
    country: 'CN',
    shortCodes: '',
  });
  const id = importer.begin(path, { source: 'register', campaign: '', by: 'admin' });
  const progress = await vi.waitFor(
    () => {
      const now = importer.progress(id)!;
      expect(now.status).not.toBe('running');
      return now;
    },
    { timeout: 10_000 },
  );
  await vi.waitFor(() => expect(existsSync(path)).toBe(false));
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
