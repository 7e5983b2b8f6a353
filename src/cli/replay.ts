import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { allAgents } from '../agent/store.ts';
import { localTime, startOfDay } from '../base/zone.ts';
import { readRouting } from '../engine/routing-file.ts';
import { digestOf } from '../engine/routing-watch.ts';
import { readFlowFiles } from '../ivr/flow-files.ts';
import { isShared } from '../ivr/flow-set.ts';
import type { Problem } from '../ivr/report.ts';
import { NO_SHARED, readShared } from '../ivr/shared.ts';
import { MAX_FILE_BYTES } from '../ivr/yaml.ts';
import type { RoutingRules } from '../queue/rules.ts';
import { changedVisits } from '../replay/changed-calls.ts';
import { sideBySide } from '../replay/comparison.ts';
import { DayReader } from '../replay/day-reader.ts';
import { type DayFigures, figuresOf } from '../replay/figures.ts';
import { type DayOutcome, outcomeOf } from '../replay/outcome.ts';
import type { RecordedDay } from '../replay/recorded-day.ts';
import { replay } from '../replay/replay.ts';
import { readEvents } from '../replay/store.ts';
import { missingQueues, unknownNames } from '../replay/unknown-names.ts';
import { storeFile } from '../setup/prepare.ts';
import { readSettings, type Settings } from '../setup/settings.ts';
import { readDatabase } from '../store/read-only.ts';
import { problemLines } from './flow-check.ts';
import { shownPath } from './flow-folder.ts';
import { changedLines, figureLines } from './replay-report.ts';
import { badUsage, coloured, counted, harmless, print } from './terminal.ts';

export interface ReplayOptions {
  readonly rules?: string;
  readonly seed?: string;
  readonly calls?: boolean;
  readonly json?: boolean;
}

const DAY_MS = 86_400_000;
/** Calls that are named. */
const NAMED = 15;
/** A model further from the day than this, as a share of callers answered in time, is said to be so. */
const FAR = 0.05;

interface Rules {
  readonly rules: RoutingRules;
  readonly name: string;
  readonly digest: string;
}

/** `carillon replay DATE`. Returns the exit code: 1 when a file of rules has a mistake. @throws Refused `bad-usage` */
export async function replayDay(date: string, options: ReplayOptions): Promise<number> {
  const settings = readSettings(process.env);
  const seed = seedOf(options.seed);
  const changed = options.rules === undefined ? undefined : await rulesIn(resolve(options.rules));
  if (changed && !('rules' in changed)) return broken(changed, options);
  const zone = await zoneOf(settings);
  const { from, to, name } = dayOf(date, zone);
  const day = await recordedDay(settings, from, to, name);
  const before = await rulesOfDay(settings, day);
  if (!('rules' in before)) return broken(before, options);
  const was = outcomeOf(day);
  const same = replay(day, before.rules, { before: before.rules, seed });
  const other = changed && replay(day, changed.rules, { before: before.rules, seed });
  const result: Result = { name, zone, seed, day, before, changed, was, same, other };
  if (options.json) print(JSON.stringify(jsonOf(result), null, 2));
  else show(result, options.calls ?? false);
  return 0;
}

interface Result {
  readonly name: string;
  readonly zone: string;
  readonly seed: number;
  readonly day: RecordedDay;
  readonly before: Rules;
  readonly changed: Rules | undefined;
  readonly was: DayOutcome;
  readonly same: DayOutcome;
  readonly other: DayOutcome | undefined;
}

// ── what is read ─────────────────────────────────────────────────────────────────────────────────────────────────────

function dayOf(date: string, zone: string): { from: number; to: number; name: string } {
  const ago = { today: 0, yesterday: 1 }[date];
  const there = localTime(Date.now(), zone);
  const asked = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date)?.slice(1).map(Number);
  const noon = Date.UTC(
    ...((ago === undefined
      ? [asked?.[0] ?? Number.NaN, (asked?.[1] ?? 0) - 1, asked?.[2]]
      : [there.year, there.month - 1, there.day - ago]) as [number, number, number]),
    12,
  );
  if (Number.isNaN(noon) || (asked && new Date(noon).toISOString().slice(0, 10) !== date))
    throw badUsage(`"${date}" is no day: write such as 2026-11-23, yesterday or today.`);
  const startAt = (ms: number): number => {
    const day = new Date(ms);
    return startOfDay(day.getUTCFullYear(), day.getUTCMonth() + 1, day.getUTCDate(), zone);
  };
  return { from: startAt(noon), to: startAt(noon + DAY_MS), name: new Date(noon).toISOString().slice(0, 10) };
}

async function recordedDay(settings: Settings, from: number, to: number, name: string): Promise<RecordedDay> {
  const file = storeFile(settings.data);
  const day = await readDatabase(file, async (database) => {
    const agents = new Map(allAgents(database).map((agent) => [agent.id, agent]));
    const reader = new DayReader(from, to, (id) => {
      const agent = agents.get(id);
      return agent && { skills: agent.skills, attributes: agent.attributes ?? {} };
    });
    readEvents(database, reader, from, to);
    return reader.day();
  });
  if (!day) throw badUsage(`There is no ${file}: nothing has run with this data folder yet.`);
  if (day.calls.length === 0)
    throw badUsage(
      `Nobody waited in a queue on ${name}, as far as ${file} knows. npx carillon log tells what happened.`,
    );
  return day;
}

/** Those that were in force when the day began, if they were kept; else those of now. */
async function rulesOfDay(settings: Settings, day: RecordedDay): Promise<Rules | Broken> {
  const kept = join(settings.data, 'routing-versions', `${day.rulesBefore ?? ''}.yaml`);
  return rulesIn(day.rulesBefore !== undefined && existsSync(kept) ? kept : settings.routing);
}

interface Broken {
  readonly problems: readonly Problem[];
}

async function rulesIn(path: string): Promise<Rules | Broken> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile())
    throw badUsage(`There is no file of routing rules ${shownPath(path)}. How to write one: docs/routing.md`);
  if (found.size > MAX_FILE_BYTES) throw badUsage(`${shownPath(path)} is larger than 1 MB.`);
  const text = await readFile(path, 'utf8');
  const { rules, problems } = readRouting(text, shownPath(path));
  return rules ? { rules, name: shownPath(path), digest: digestOf(text) } : { problems };
}

function broken({ problems }: Broken, { json }: ReplayOptions): number {
  if (json) print(JSON.stringify({ problems }, null, 2));
  else for (const problem of problems) print(problemLines(problem));
  return 1;
}

async function zoneOf({ flows }: Settings): Promise<string> {
  const { files } = await readFlowFiles(flows).catch(() => ({ files: [] }));
  const shared = files.find(({ file }) => isShared(file));
  return (shared && readShared(shared.text, shared.file).shared?.zone) ?? NO_SHARED.zone;
}

function seedOf(text = '1'): number {
  const seed = Number(text);
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff)
    throw badUsage('--seed takes a whole number, such as --seed 2.');
  return seed;
}

// ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────────────

function figures({ was, same, other, before, changed }: Result): DayFigures[] {
  return [
    figuresOf(was, before.rules),
    figuresOf(same, before.rules),
    ...(other && changed ? [figuresOf(other, changed.rules)] : []),
  ];
}

function show(result: Result, withCalls: boolean): void {
  const { name, zone, seed, day, changed, same, other } = result;
  const waits = day.calls.reduce((sum, { visits }) => sum + visits.length, 0);
  const agents = counted(day.agents.length, 'agent');
  print(
    `${coloured('bold', name)} (${zone}): ${counted(waits, 'wait')} of ${counted(day.calls.length, 'call')}, ${agents}, seed ${seed}\n`,
  );
  const columns = figures(result);
  const heads = ['as it was', 'same rules', ...(changed ? ['changed'] : [])];
  for (const line of figureLines(heads, sideBySide(columns))) print(line);
  for (const line of remarksOn(result, columns)) print(line);
  if (!withCalls || !other) return;
  const calls = changedVisits(same, other, NAMED);
  print(
    `\n${coloured('bold', calls.length === 0 ? 'No call went another way.' : 'Calls that changed most')}`,
  );
  for (const line of changedLines(calls)) print(line);
}

function remarksOn(result: Result, columns: readonly DayFigures[]): string[] {
  const { day, before, changed } = result;
  const [was, same] = columns.map(({ total }) => total.serviceLevel ?? 0) as [number, number];
  const off = Math.abs(same - was);
  const points = `${(off * 100).toFixed(1)} points`;
  return [
    `same rules: ${harmless(before.name)} (${before.digest})${changed ? `; changed: ${harmless(changed.name)} (${changed.digest})` : ''}`,
    off > FAR
      ? coloured(
          'yellow',
          `The replay is ${points} off the real day: take what it says of changes with care.`,
        )
      : `The replay is ${points} off the real day. Judge changed rules against the same rules, not against the day.`,
    ...warningsOn(result).map((warning) => coloured('yellow', warning)),
    ...(day.leftOut > 0
      ? [`${counted(day.leftOut, 'wait')} that began before the day, or has no end, is left out.`]
      : []),
  ];
}

function warningsOn({ day, before, changed }: Result): string[] {
  const unknown = changed ? unknownNames(day, changed.rules) : [];
  const missing = missingQueues(day, changed?.rules ?? before.rules);
  const { agentsUnknown, rulesBefore, rulesChanged } = day;
  return [
    ...(unknown.length > 0
      ? [
          `Of that day the log has nobody's ${harmless(unknown.join(', '))}: rules that look there see nothing.`,
        ]
      : []),
    ...missing.map(
      (name) => `There is no queue ${harmless(name)} in these rules: its callers are sent away.`,
    ),
    ...(rulesBefore !== undefined && rulesBefore !== before.digest
      ? [
          `The rules of that day (${harmless(rulesBefore)}) were not kept: ${harmless(before.name)} of now stands for them.`,
        ]
      : []),
    ...(rulesChanged.length > 0
      ? [
          `The rules were changed ${counted(rulesChanged.length, 'time')} on that day; those of its beginning are taken.`,
        ]
      : []),
    ...(agentsUnknown.length > 0
      ? [
          `What ${counted(agentsUnknown.length, 'agent')} could do then is not in the log: skills of today are taken.`,
        ]
      : []),
  ];
}

function jsonOf(result: Result) {
  const { name, zone, seed, day, before, changed, same, other } = result;
  const [was, again, otherwise] = figures(result);
  return {
    date: name,
    zone,
    seed,
    calls: day.calls.length,
    agents: day.agents.length,
    leftOut: day.leftOut,
    rules: { same: fileOf(before), ...(changed && { changed: fileOf(changed) }) },
    warnings: warningsOn(result),
    asItWas: was,
    sameRules: again,
    ...(other && { changedRules: otherwise, changedCalls: changedVisits(same, other, NAMED) }),
  };
}

const fileOf = ({ name, digest }: Rules) => ({ file: name, digest });
