import { expect, test } from 'vitest';
import type { AuditEntry } from '../../src/audit/audit.ts';
import { AuditLog } from '../../src/audit/log.ts';
import { AuditStore } from '../../src/audit/store.ts';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';
import { openStore, START } from '../store/examples.ts';

const entry = (facts: Partial<AuditEntry> = {}): AuditEntry => ({
  at: START,
  who: 'u1',
  name: 'ann',
  role: 'admin',
  branch: '',
  address: '10.0.0.1',
  what: 'POST /api/users',
  outcome: 'done',
  status: 200,
  refusal: '',
  target: {},
  ...facts,
});

const all = () => true;

function open() {
  const lines: string[] = [];
  const say = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const written: (readonly AuditEntry[])[] = [];
  let trouble: Error | undefined;
  const store = {
    append(entries: readonly AuditEntry[]) {
      if (trouble) throw trouble;
      written.push(entries);
    },
  };
  const clock = new VirtualClock(START);
  const log = new AuditLog({ store, clock, log: { debug: say, info: say, warn: say, error: say } });
  return { log, clock, written, lines, break: (error?: Error) => (trouble = error) };
}

test('what happens together is written together, a little later', async () => {
  const { log, clock, written } = open();
  for (let count = 0; count < 3; count += 1) log.note(entry());
  expect(written).toHaveLength(0);
  await clock.advance(600);
  expect(written.map((piece) => piece.length)).toEqual([3]);
});

test('many are written in pieces, so that nobody waits for them', async () => {
  const { log, clock, written } = open();
  for (let count = 0; count < 450; count += 1) log.note(entry());
  await clock.advance(600);
  expect(written.map((piece) => piece.length)).toEqual([200]);
  await clock.advance(1000);
  expect(written.map((piece) => piece.length)).toEqual([200, 200, 50]);
});

test('while the database takes nothing, all wait in their order; the log says so', async () => {
  const { log, clock, written, lines, break: set } = open();
  set(new Error('database is locked'));
  log.note(entry({ name: 'first' }));
  await clock.advance(5_000);
  log.note(entry({ name: 'second' }));
  expect(log.flush()).toBe(false);
  set();
  await clock.advance(600);
  expect(written.flat().map(({ name }) => name)).toEqual(['first', 'second']);
  expect(lines.join()).toContain('database is locked');
});

test('more than memory is for are lost from the front, and the log says how many', () => {
  const { log, lines, written, break: set } = open();
  set(new Error('disk full'));
  for (let count = 0; count < 20_005; count += 1) log.note(entry({ status: count }));
  set();
  expect(log.flush()).toBe(true);
  expect(written.flat()).toHaveLength(20_000);
  expect(written[0]![0]!.status).toBe(5);
  expect(lines.join()).toContain('"lost":5');
});

test('rows come back as they were, the latest first, in pages', async () => {
  const store = new AuditStore(openStore().database);
  const sent = { body: { name: '李娜', password: '•••' } };
  store.append([entry({ sent, target: { id: 'u2' } }), entry({ at: START + 1 }), entry({ at: START + 2 })]);
  const first = await store.page({ limit: 2, sees: all });
  expect(first.rows.map(({ at }) => at)).toEqual([START + 2, START + 1]);
  const second = await store.page({ limit: 2, before: first.next!, sees: all });
  expect(second).toEqual({ rows: [{ ...entry({ sent, target: { id: 'u2' } }), seq: 1 }] });
});

test.each([
  [{ who: 'u2' }, ['b']],
  [{ what: 'AUDIT' }, ['c']],
  [{ outcome: 'refused' }, ['b']],
  [{ from: START + 2 }, ['c']],
  [{ to: START }, ['a']],
  [{ from: START + 1, to: START + 1 }, ['b']],
  [{ from: START + 3 }, []],
  [{ to: START - 1 }, []],
  [{}, ['c', 'b', 'a']],
] as const)('those with %j: %j', async (filter, names) => {
  const store = new AuditStore(openStore().database);
  store.append([
    entry({ name: 'a' }),
    entry({ name: 'b', at: START + 1, who: 'u2', outcome: 'refused' }),
    entry({ name: 'c', at: START + 2, what: 'GET /api/audit' }),
  ]);
  const { rows } = await store.page({ ...filter, limit: 10, sees: all });
  expect(rows.map(({ name }) => name)).toEqual(names);
});

test('a search for what is rare gives up with a place to go on, and loses nothing', async () => {
  const store = new AuditStore(openStore().database);
  const many = Array.from({ length: 20_500 }, (_, index) => entry({ at: START + index }));
  store.append([entry({ what: 'DELETE /api/rare' }), ...many]);
  const first = await store.page({ what: 'rare', limit: 10, sees: all });
  expect(first.rows).toEqual([]);
  const second = await store.page({ what: 'rare', limit: 10, before: first.next!, sees: all });
  expect(second.rows.map(({ what }) => what)).toEqual(['DELETE /api/rare']);
  expect(second.next).toBeUndefined();
});

test('what is older than it has to be kept goes, a little at a time', async () => {
  const store = new AuditStore(openStore().database);
  store.append([entry(), entry({ at: START + 1 }), entry({ at: START + 2 })]);
  expect(store.prune(START + 2, 1)).toBe(1);
  expect(store.prune(START + 2, 5)).toBe(1);
  const { rows } = await store.page({ limit: 10, sees: all });
  expect(rows.map(({ at }) => at)).toEqual([START + 2]);
});
