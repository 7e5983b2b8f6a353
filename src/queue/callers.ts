import { dropFrom } from './dense-list.ts';
import { beginsOf, type FitTable, type Line, lineFor, lineKey } from './line.ts';
import { laneOf, type Queue, type Waiting } from './queue.ts';
import { Requirement, requirementKey } from './requirement.ts';
import type { Profile } from './roster.ts';
import type { DelayRatio, LaneWeight } from './service-level.ts';

/** A caller and where he stands. */
export interface Caller {
  readonly waiting: Waiting;
  readonly line: Line;
}

/** Lines and requirements beyond this number are forgotten when nobody has them any more. */
const KEPT = 1000;

/** The callers: who stands in which line, and how the agents' profiles fit them. */
export class Callers {
  /** Lines in which somebody waits. */
  readonly busy: Line[] = [];
  /** Counts how often the busy lines were others than before. */
  #changes = 0;
  /** The busy lines that a profile fits at some step, by its index, with the count at which that was so. */
  readonly #reach: { lines: readonly Line[]; of: number }[] = [];
  /** Lines whose first caller was not looked at since something changed. */
  readonly unseen = new Set<Line>();
  /** Lines that nobody who is logged in could ever serve. */
  readonly hopeless = new Set<Line>();
  readonly #callers = new Map<string, Caller>();
  readonly #tables = new Map<string, FitTable>();
  readonly #lines = new Map<string, Line>();
  readonly #profiles: readonly Profile[];
  /** Counts how often other profiles were there than before. */
  #presence = 0;
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
  reachOf({ index }: Profile): readonly Line[] {
    const known = this.#reach[index];
    if (known?.of === this.#changes) return known.lines;
    const lines = this.busy.filter(({ steps }) => steps[index] !== -1);
    this.#reach[index] = { lines, of: this.#changes };
    return lines;
  }

  /** The first of a line. */
  firstOf(line: Line): Caller {
    return this.#callers.get(line.calls.first()!)!;
  }

  /** @param shiftMs for so long only those are asked who know him */
  add(waiting: Waiting, shiftMs: number): void {
    const line = this.#lineOf(waiting, shiftMs);
    this.#callers.set(waiting.call, { waiting, line });
    line.calls.set(waiting.call, waiting.since);
    line.since = line.calls.next()!;
    if (line.at === -1) {
      line.at = this.busy.push(line) - 1;
      this.#changes += 1;
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

  /** Other profiles are there than before. */
  presenceChanged(): void {
    this.#presence += 1;
    for (const line of this.busy) this.#reckonSteps(line);
    this.seeAll();
  }

  profileAdded(profile: Profile): void {
    for (const table of this.#tables.values()) addFit(table, profile);
  }

  weightOf(queue: Queue, tier: string): LaneWeight {
    return this.#ratio.lane(`${queue.name}\n${tier}`, laneOf(queue, tier));
  }

  tableOf(waiting: Waiting): FitTable {
    const key = requirementKey(waiting);
    const known = this.#tables.get(key);
    if (known) return known;
    const requirement = new Requirement(waiting);
    const table: FitTable = { key, requirement, fits: [], steps: [], ranked: [], lines: 0 };
    for (const profile of this.#profiles) addFit(table, profile);
    this.#tables.set(key, table);
    return table;
  }

  #lineOf(waiting: Waiting, shiftMs: number): Line {
    const table = this.tableOf(waiting);
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
    if (this.#lines.size <= KEPT) return;
    this.#lines.delete(line.key);
    line.table.lines -= 1;
    if (line.table.lines === 0) this.#tables.delete(line.table.key);
  }

  /** From which wait each step counts: a step that nobody who is there could meet takes no time. */
  #reckonSteps(line: Line): void {
    if (line.presence !== this.#presence) {
      const { ladder } = line.like.queue;
      const met = ladder.map(() => false);
      for (const { index, present } of this.#profiles)
        if (present > 0 && line.steps[index] !== -1) met[line.steps[index]!] = true;
      line.begins = beginsOf(ladder, met, line.shiftMs);
      line.presence = this.#presence;
    }
    if (line.shiftMs === 0 && line.begins.every((begin) => begin === Number.POSITIVE_INFINITY))
      this.hopeless.add(line);
    else this.hopeless.delete(line);
  }
}

function addFit(table: FitTable, profile: Profile): void {
  const fit = table.requirement.fitOf(profile.facts);
  table.fits[profile.index] = fit;
  table.steps[profile.index] = fit.step;
  if (fit.step === -1) return;
  const place = table.ranked.findIndex(({ index }) => table.fits[index]!.score < fit.score);
  table.ranked.splice(place === -1 ? table.ranked.length : place, 0, profile);
}
