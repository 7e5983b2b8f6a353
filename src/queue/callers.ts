import { dropFrom } from './dense-list.ts';
import { beginsOf, type Line, lineFor, lineKey } from './line.ts';
import { FitTable, NEVER } from './profile-fit.ts';
import { laneOf, type Queue, type Waiting } from './queue.ts';
import { requirementKey } from './requirement.ts';
import type { Profile } from './roster.ts';
import type { DelayRatio, LaneWeight } from './service-level.ts';

/** A caller and where he stands. */
export interface Caller {
  readonly waiting: Waiting;
  readonly line: Line;
  /** The agents who are asked before all others. */
  readonly known: readonly string[];
}

/** So many lines in which nobody stands are remembered, those left last; their kind may come again. */
const KEPT = 200;

/** The callers: who stands in which line, and how the agents' profiles fit them. */
export class Callers {
  /** Lines in which somebody waits. */
  readonly busy: Line[] = [];
  /** Counts how often the busy lines were others than before. */
  #changes = 0;
  /** The busy lines that a profile fits at some step, by its index, with the count at which that was so. */
  readonly #reach: ({ lines: readonly Line[]; of: number } | undefined)[] = [];
  /** Lines whose first caller was not looked at since something changed. */
  readonly unseen = new Set<Line>();
  /** Lines that nobody who is logged in could ever serve. */
  readonly hopeless = new Set<Line>();
  readonly #callers = new Map<string, Caller>();
  readonly #tables = new Map<string, FitTable>();
  /** For callers of whom nothing is known. */
  readonly #anybody = new Map<Queue, FitTable>();
  readonly #lines = new Map<string, Line>();
  /** Lines in which nobody stands, by their key; the one that was left last is last. */
  readonly #resting = new Map<string, Line>();
  readonly #profiles: readonly Profile[];
  readonly #ratio: DelayRatio;

  /** @param profiles as they grow */
  constructor(profiles: readonly Profile[], ratio: DelayRatio) {
    this.#profiles = profiles;
    this.#ratio = ratio;
  }

  get size(): number {
    return this.#callers.size;
  }

  get(call: string): Caller | undefined {
    return this.#callers.get(call);
  }

  /** The busy lines that a profile fits, at whatever step. */
  reachOf(profile: Profile): readonly Line[] {
    const { index } = profile;
    const known = this.#reach[index];
    if (known?.of === this.#changes) return known.lines;
    const lines = this.busy.filter(({ table }) => table.stepOf(profile) !== NEVER);
    this.#reach[index] = { lines, of: this.#changes };
    return lines;
  }

  /** The first of a line. */
  firstOf(line: Line): Caller {
    return this.#callers.get(line.calls.first()!)!;
  }

  /** @param shiftMs for so long only those of `known` are asked */
  add(waiting: Waiting, shiftMs: number, known: readonly string[]): void {
    const line = this.#lineOf(waiting, shiftMs);
    this.#callers.set(waiting.call, { waiting, line, known });
    line.calls.set(waiting.call, waiting.since);
    line.since = line.calls.next()!;
    if (line.at === -1) {
      line.at = this.busy.push(line) - 1;
      this.#changes += 1;
      this.#resting.delete(line.key);
      this.#reckonSteps(line);
    }
    this.unseen.add(line);
  }

  remove(call: string): Caller | undefined {
    const caller = this.#callers.get(call);
    if (!caller) return undefined;
    this.#callers.delete(call);
    const { line } = caller;
    line.calls.set(call, undefined);
    const since = line.calls.next();
    if (since === undefined) this.#emptied(line);
    else line.since = since;
    return caller;
  }

  /** Steps may have begun: every line is to be looked at. */
  seeAll(): void {
    for (const line of this.busy) this.unseen.add(line);
  }

  /** The first of a profile has logged in (1), or the last has logged out (-1). */
  presenceChanged(profile: Profile, change: 1 | -1): void {
    for (const table of this.#allTables()) table.presence(profile, change);
    for (const line of this.busy) {
      if (line.reckonedAt === line.table.changes) continue;
      this.#reckonSteps(line);
      this.unseen.add(line);
    }
  }

  profileAdded(profile: Profile): void {
    this.#reach[profile.index] = undefined;
    for (const table of this.#allTables()) table.forget(profile);
  }

  *#allTables(): Iterable<FitTable> {
    yield* this.#tables.values();
    yield* this.#anybody.values();
  }

  weightOf(queue: Queue, tier: string): LaneWeight {
    return this.#ratio.lane(`${queue.name}\n${tier}`, laneOf(queue, tier));
  }

  /** The table for callers of a queue of whom nothing is known; it is kept. */
  tableOfAnybody(queue: Queue): FitTable {
    const anybody = { call: '', queue, since: 0, caller: { tier: '', language: '', attributes: {} } };
    const table = this.#anybody.get(queue) ?? new FitTable(queue.name, anybody, this.#profiles);
    this.#anybody.set(queue, table);
    return table;
  }

  #tableOf(waiting: Waiting): FitTable {
    const key = requirementKey(waiting);
    const known = this.#tables.get(key);
    if (known) return known;
    const table = new FitTable(key, waiting, this.#profiles);
    this.#tables.set(key, table);
    return table;
  }

  #lineOf(waiting: Waiting, shiftMs: number): Line {
    const table = this.#tableOf(waiting);
    const key = lineKey(waiting, table.key, shiftMs);
    const known = this.#lines.get(key);
    if (known) return known;
    const line = lineFor(key, waiting, table, this.weightOf(waiting.queue, waiting.caller.tier), shiftMs);
    table.lines += 1;
    this.#lines.set(key, line);
    return line;
  }

  #emptied(line: Line): void {
    dropFrom(this.busy, line);
    this.#changes += 1;
    this.unseen.delete(line);
    this.hopeless.delete(line);
    this.#resting.set(line.key, line);
    const [oldest] = this.#resting.size > KEPT ? this.#resting.values() : [];
    if (oldest) this.#forget(oldest);
  }

  #forget({ key, table }: Line): void {
    this.#resting.delete(key);
    this.#lines.delete(key);
    table.lines -= 1;
    if (table.lines === 0) this.#tables.delete(table.key);
  }

  /** From which wait each step counts: a step that nobody who is there could meet takes no time. */
  #reckonSteps(line: Line): void {
    const { table, like, shiftMs } = line;
    if (line.reckonedAt !== table.changes) {
      line.begins = beginsOf(like.queue.ladder, table.met(), shiftMs);
      line.reckonedAt = table.changes;
    }
    if (line.shiftMs === 0 && line.begins.every((begin) => begin === Number.POSITIVE_INFINITY))
      this.hopeless.add(line);
    else this.hopeless.delete(line);
  }
}
