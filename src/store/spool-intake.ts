import { existsSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { type Changes, type EngineStore, type SpoolMark, UnfitChanges } from '../engine/changes.ts';
import type { Database } from './connect.ts';
import { markOf } from './marks.ts';
import { SpoolLines } from './spool-lines.ts';

/** Turns in one commit. */
const PIECE = 256;
const TRY_EVERY_MS = 500;

/** The mark in the database that says how many turns of a spool file it holds. */
export function spoolMark(file: string): string {
  return `spool:${file}`;
}

export interface IntakeParts {
  readonly folder: string;
  readonly database: Database;
  readonly store: Pick<EngineStore, 'commit'>;
  readonly log: Log;
}

/**
 * Writes what daemons before this one could not write, each turn once, in order, before anything newer is read or written. Waits for a
 * database that takes no writes now.
 */
export async function takeInSpools({ folder, database, store, log }: IntakeParts): Promise<void> {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter(isSpool).sort(byAge)) {
    const lines = new SpoolLines(folder, name);
    lines.skip(Number(markOf(database, spoolMark(name)) ?? 0));
    const before = lines.takenTurns;
    for (let most = PIECE; ; ) {
      const read = lines.next(most);
      if (!read) break;
      const mark = { file: name, turns: lines.takenTurns + read.turns };
      if (await isSettled(store, read.changes, mark, most === 1, log)) lines.taken(read);
      else if (most > 1) most = 1;
    }
    log.warn(
      { file: name, turns: lines.takenTurns - before },
      'changes of an earlier daemon are written now',
    );
    lines.remove();
  }
  // Of files that are gone.
  database.unit(() => database.prepare("delete from mark where name like 'spool:%'").run().changes);
}

/** False for a piece in which something can never be written; a single turn is given up then. Resolves when it was decided. */
async function isSettled(
  store: Pick<EngineStore, 'commit'>,
  changes: Changes,
  mark: SpoolMark,
  isSingle: boolean,
  log: Log,
): Promise<boolean> {
  for (;;) {
    try {
      await store.commit(changes, mark);
      return true;
    } catch (thrown) {
      const reason = messageOf(thrown);
      if (thrown instanceof UnfitChanges) {
        if (isSingle)
          log.error({ reason, ...mark }, 'a turn in a spool file cannot be written and is given up');
        return isSingle;
      }
      log.error({ reason }, 'the database takes no writes yet');
      await sleep(TRY_EVERY_MS);
    }
  }
}

function isSpool(name: string): boolean {
  return /^\d+-\d+\.jsonl$/.test(name);
}

function byAge(a: string, b: string): number {
  const [epochA = 0, turnA = 0] = a.split(/\D/).map(Number);
  const [epochB = 0, turnB = 0] = b.split(/\D/).map(Number);
  return epochA - epochB || turnA - turnB;
}
