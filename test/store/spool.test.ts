import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Log, silentLog } from '../../src/base/log.ts';
import type { Changes } from '../../src/engine/changes.ts';
import { Ledger } from '../../src/engine/ledger.ts';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';
import { connect } from '../../src/store/connect.ts';
import { SpoolFile } from '../../src/store/spool-file.ts';
import { takeInSpools } from '../../src/store/spool-intake.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';
import { aCall, anEvent, aStepLeft, openStore, START, storesOf, theChanges } from './examples.ts';

const turn = (number: number): Changes =>
  theChanges({
    calls: [aCall({ id: `c${number}`, channel: `ch${number}` })],
    events: [anEvent({ call: `c${number}` })],
    stepsLeft: [aStepLeft()],
  });

const HOLDS = { holds: () => true, isReplaced: false };

/** A daemon on a database file; `holder` is another program with the same file. */
function lab(folder = temporaryFolder(), epoch = 1, log: Log = silentLog) {
  const file = join(folder, 'carillon.db');
  if (!existsSync(file)) openStore(file).database.close();
  const database = connect(file, 5);
  const { store, events } = storesOf(database);
  const clock = new VirtualClock(START);
  const spoolFolder = join(folder, 'spool');
  const spool = new SpoolFile({ folder: spoolFolder, fence: { ...HOLDS, epoch }, log });
  const ledger: Ledger = new Ledger({
    store,
    spool,
    clock,
    log,
    wake: () => void ledger.commit(theChanges({})),
  });
  const count = (table: string): number =>
    (database.prepare(`select count(*) as n from ${table}`).get() as { n: number }).n;
  return {
    folder,
    database,
    clock,
    ledger,
    spool,
    store,
    events,
    spoolFolder,
    holder: () => connect(file),
    files: () => (existsSync(spoolFolder) ? readdirSync(spoolFolder) : []),
    rows: () => ({ calls: count('call'), events: count('event') }),
    steps: () =>
      (database.prepare('select sum(count) as n from step_stat').get() as { n: number | null }).n ?? 0,
    takeIn: () => takeInSpools({ folder: spoolFolder, database, store, log }),
  };
}

describe('given a database that another program holds', () => {
  test('then changes wait in a file, and each is written once when it lets go', async () => {
    const { ledger, clock, holder, rows, files, spoolFolder } = lab();
    await ledger.commit(turn(0));
    const other = holder();
    other.script('begin immediate');
    for (let number = 1; number <= 300; number += 1) await ledger.commit(turn(number));
    expect(rows()).toEqual({ calls: 1, events: 1 });
    expect(ledger.waiting).toBe(300);
    expect(files()).toEqual(['1-0.jsonl']);
    expect(readFileSync(join(spoolFolder, '1-0.jsonl'), 'utf8').trim().split('\n')).toHaveLength(300);
    await clock.advance(1000);
    other.script('commit');
    await ledger.commit(turn(301));
    await clock.advance(3000);
    expect(rows()).toEqual({ calls: 302, events: 302 });
    expect(ledger.isBehind).toBe(false);
    expect(files()).toEqual([]);
  });

  test('then a wish not to be called waits with the rest', async () => {
    const { ledger, clock, holder, database } = lab();
    const other = holder();
    other.script('begin immediate');
    const wish = { kind: 'do-not-call', campaign: '', source: 'opt-out', at: START, by: 'opt-out' } as const;
    await ledger.commit(theChanges({ wishes: [{ ...wish, person: 'C-7', number: '+861' }] }));
    await ledger.commit(theChanges({ wishes: [{ ...wish, person: 'C-8', number: '+862' }] }));
    expect(ledger.waiting).toBe(2);
    other.script('rollback');
    other.close();
    await clock.advance(5000);
    const kept = database.prepare('select person from contact_wish order by id').all();
    expect(kept).toEqual([{ person: 'C-7' }, { person: 'C-8' }]);
  });

  test('then a second time is like the first', async () => {
    const { ledger, clock, holder, rows, files } = lab();
    for (const round of [0, 1]) {
      const other = holder();
      other.script('begin immediate');
      await ledger.commit(turn(round));
      other.script('commit');
      other.close();
      await clock.advance(3000);
    }
    expect(rows()).toEqual({ calls: 2, events: 2 });
    expect(files()).toEqual([]);
  });
});

test('given_a_full_disk_then_calls_go_on_and_nothing_is_lost_or_doubled_when_there_is_room', async () => {
  const { database, ledger, clock, rows } = lab();
  const { pages } = database.prepare('select page_count as pages from pragma_page_count()').get() as {
    pages: number;
  };
  database.script(`pragma max_page_count = ${pages + 2}`);
  for (let number = 0; number < 400; number += 1) await ledger.commit(turn(number));
  expect(ledger.isBehind).toBe(true);
  expect(ledger.problem()).toContain('full');
  expect(rows().calls + ledger.waiting).toBe(400);
  database.script('pragma max_page_count = 1000000');
  await clock.advance(5000);
  expect(rows()).toEqual({ calls: 400, events: 400 });
  expect(ledger.isBehind).toBe(false);
});

describe('given a daemon that dies while the database is away', () => {
  /** Ten turns wait in the file of the first daemon, and it is gone. */
  async function dead() {
    const first = lab();
    const other = first.holder();
    other.script('begin immediate');
    for (let number = 0; number < 10; number += 1) await first.ledger.commit(turn(number));
    other.script('commit');
    first.database.close();
    return first.folder;
  }

  test('then the next one writes what waited, once, before anything else', async () => {
    const next = lab(await dead(), 2);
    expect(next.rows()).toEqual({ calls: 0, events: 0 });
    await next.takeIn();
    await next.takeIn();
    expect(next.rows()).toEqual({ calls: 10, events: 10 });
    expect(next.steps()).toBe(10);
    expect(next.files()).toEqual([]);
    expect((await next.store.load()).calls).toHaveLength(10);
    expect(next.database.prepare("select * from mark where name like 'spool:%'").all()).toEqual([]);
  });

  test('then what the first had written of it is not written again', async () => {
    const folder = await dead();
    const next = lab(folder, 2);
    // As if it had died between the commit of the first four and all else.
    const four = theChanges({ events: [anEvent(), anEvent(), anEvent(), anEvent()] });
    await next.store.commit(four, { file: '1-0.jsonl', turns: 4 });
    await next.takeIn();
    expect(next.rows()).toEqual({ calls: 6, events: 10 });
  });

  test('then a file without such a note is written as a whole', async () => {
    const folder = await dead();
    const next = lab(folder, 2);
    await next.store.commit(theChanges({ events: [anEvent(), anEvent(), anEvent(), anEvent()] }));
    await next.takeIn();
    expect(next.rows()).toEqual({ calls: 10, events: 14 });
  });

  test('then half a line at the end and a line that is none take nothing along', async () => {
    const folder = await dead();
    const file = join(folder, 'spool/1-0.jsonl');
    const lines = readFileSync(file, 'utf8').trim().split('\n');
    writeFileSync(file, `${[...lines.slice(0, 5), '{"calls":', '[]', ...lines.slice(5)].join('\n')}\n`);
    appendFileSync(file, '{"calls":[{"id":"c');
    const next = lab(folder, 2);
    await next.takeIn();
    expect(next.rows()).toEqual({ calls: 10, events: 10 });
  });

  test('then files are taken in by age, and others are let alone', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'spool'));
    const ending = (tier: string) =>
      `${JSON.stringify(theChanges({ calls: [aCall({ facts: { ...aCall().facts, tier } })] }))}\n`;
    for (const [name, tier] of [
      ['10-0.jsonl', 'last'],
      ['9-1.jsonl', 'second'],
      ['9-0.jsonl', 'first'],
      ['notes.txt', 'none'],
    ] as const)
      writeFileSync(join(folder, 'spool', name), ending(tier));
    const next = lab(folder, 11);
    await next.takeIn();
    expect((await next.store.load()).calls.map((call) => call.facts.tier)).toEqual(['last']);
    expect(next.files()).toEqual(['notes.txt']);
  });
});

test('given_neither_database_nor_folder_then_changes_wait_in_memory_and_are_written_in_order', async () => {
  const folder = temporaryFolder();
  // A file stands where the folder has to be.
  writeFileSync(join(folder, 'spool'), '');
  const { ledger, clock, holder, rows } = lab(folder);
  const other = holder();
  other.script('begin immediate');
  for (let number = 0; number < 100; number += 1) await ledger.commit(turn(number));
  expect(ledger.waiting).toBe(100);
  other.script('commit');
  await clock.advance(1000);
  expect(rows()).toEqual({ calls: 100, events: 100 });
});
