import { describe, expect, test } from 'vitest';
import { type Log, silentLog } from '../../src/base/log.ts';
import { type Changes, UnfitChanges } from '../../src/engine/changes.ts';
import { Replaced } from '../../src/engine/fence.ts';
import { Ledger } from '../../src/engine/ledger.ts';
import { MemorySpool } from '../../src/engine/spool.ts';
import { VirtualClock } from '../../src/lab/virtual-clock.ts';
import { aCall, anEvent, theChanges } from '../store/examples.ts';

/** A turn that happened at `at`, in call `c<at>`. */
const turn = (at: number): Changes =>
  theChanges({ calls: [aCall({ id: `c${at}` })], events: [anEvent({ at, call: `c${at}` })] });

function lab(spool = new MemorySpool(), log: Log = silentLog) {
  const clock = new VirtualClock(0);
  const written: number[] = [];
  const state = { fails: false as false | Error, unfit: Number.NaN, tries: 0, wakes: 0 };
  const ledger: Ledger = new Ledger({
    store: {
      commit: async ({ events }) => {
        state.tries += 1;
        if (state.fails) throw state.fails;
        if (events.some(({ at }) => at === state.unfit)) throw new UnfitChanges(new Error('no such shape'));
        written.push(...events.map(({ at }) => at));
      },
    },
    spool,
    clock,
    log,
    wake: () => {
      state.wakes += 1;
      void ledger.commit(theChanges({}));
    },
  });
  return { ledger, clock, written, state };
}

const FULL = new Error('database or disk is full');

describe('a store that takes no writes', () => {
  test('is left alone for a while that grows, and not asked by each turn', async () => {
    const { ledger, clock, state } = lab();
    state.fails = FULL;
    for (let at = 0; at < 1000; at += 1) await ledger.commit(turn(at));
    expect(state.tries).toBe(1);
    await clock.advance(10_000);
    // After 250, 500, 1000, then 2000 ms each.
    expect(state.tries).toBe(8);
    expect(ledger.waiting).toBe(1000);
    expect(ledger.problem()).toBe(
      'the database takes no writes (database or disk is full); calls go on, 1000 changes wait since 1970-01-01T00:00:00.000Z and are written when it does',
    );
  });

  test('gets all that waited when it comes back, once each and in order, with what comes meanwhile behind it', async () => {
    const { ledger, clock, state, written } = lab();
    state.fails = FULL;
    for (let at = 0; at < 500; at += 1) await ledger.commit(turn(at));
    state.fails = false;
    await ledger.commit(turn(500));
    expect(written).toEqual([]);
    await clock.advance(250);
    expect(ledger.isBehind).toBe(false);
    await ledger.commit(turn(501));
    expect(written).toEqual(Array.from({ length: 502 }, (_, at) => at));
    expect(ledger.problem()).toBe('');
    expect(ledger.waiting).toBe(0);
  });

  test('that fails again half-way is asked again for the rest', async () => {
    const { ledger, clock, state, written } = lab();
    state.fails = FULL;
    for (let at = 0; at < 200; at += 1) await ledger.commit(turn(at));
    state.fails = false;
    await clock.advance(249);
    await ledger.commit(theChanges({}));
    await clock.advance(1);
    state.fails = written.length < 200 ? FULL : false;
    await clock.advance(5000);
    state.fails = false;
    await clock.advance(5000);
    expect(written).toEqual(Array.from({ length: 200 }, (_, at) => at));
  });
});

test('changes that no store would take are given up alone, and said', async () => {
  const said: object[] = [];
  const { ledger, clock, state, written } = lab(new MemorySpool(), {
    ...silentLog,
    error: (fields, message) => said.push({ ...fields, message }),
  });
  state.unfit = 3;
  await ledger.commit(turn(3));
  expect(ledger.isBehind).toBe(false);
  state.fails = FULL;
  for (const at of [1, 2, 3, 4, 5]) await ledger.commit(turn(at));
  state.fails = false;
  await clock.advance(250);
  expect(written).toEqual([1, 2, 4, 5]);
  expect(ledger.isBehind).toBe(false);
  expect(said.filter((line) => 'calls' in line)).toHaveLength(2);
  expect(said.at(-1)).toMatchObject({ calls: ['c3'] });
});

test('a daemon that was replaced is told so, whether it was behind or not', async () => {
  const { ledger, clock, state } = lab();
  state.fails = new Replaced();
  await expect(ledger.commit(turn(1))).rejects.toBeInstanceOf(Replaced);
  state.fails = FULL;
  await ledger.commit(turn(2));
  expect(clock.now()).toBe(0);
  state.fails = new Replaced();
  await ledger.close();
  expect(ledger.waiting).toBe(1);
});

test('an end in order tries once more and says what is lost', async () => {
  const said: object[] = [];
  const log: Log = { ...silentLog, error: (fields) => said.push(fields) };
  const well = lab(new MemorySpool(), log);
  well.state.fails = FULL;
  for (const at of [1, 2, 3]) await well.ledger.commit(turn(at));
  well.state.fails = false;
  await well.ledger.close();
  expect(well.written).toEqual([1, 2, 3]);
  said.length = 0;
  const ill = lab(new MemorySpool(), log);
  ill.state.fails = FULL;
  for (const at of [1, 2, 3]) await ill.ledger.commit(turn(at));
  await ill.ledger.close();
  expect(said).toContainEqual({ lost: 3 });
});

test('beyond its bound, memory gives up the oldest events, counted, and never what became of a call', () => {
  const spool = new MemorySpool(100);
  for (let at = 0; at < 1000; at += 1) spool.add(turn(at));
  const calls = new Set<string>();
  const events: number[] = [];
  let lost: unknown;
  for (let piece = spool.next(64); piece; piece = spool.next(64)) {
    for (const call of piece.changes.calls) calls.add(call.id);
    for (const event of piece.changes.events)
      if (event.type === 'EventsLost') lost = event.data;
      else events.push(event.at);
    spool.taken(piece);
  }
  expect(calls.size).toBe(1000);
  expect(lost).toMatchObject({ events: 1000 - events.length, from: 0, to: events[0]! - 1 });
  expect(events.length).toBeGreaterThan(80);
  expect(events.at(-1)).toBe(999);
  expect(spool.size).toBe(0);
});
