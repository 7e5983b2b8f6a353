import { readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Refused } from '../base/errors.ts';
import { readRouting } from '../engine/routing-file.ts';
import type { Problem } from '../ivr/report.ts';
import { MAX_FILE_BYTES } from '../ivr/yaml.ts';
import { type DayResult, playDay } from '../lab/day/day.ts';
import { dayPicture } from '../lab/day/day-picture.ts';
import { intervalRows, laneRows } from '../lab/day/day-report.ts';
import { INVARIANTS } from '../lab/day/invariants.ts';
import type { Scenario } from '../lab/day/scenario.ts';
import { readScenario } from '../lab/day/scenario-file.ts';
import { readSettings } from '../setup/settings.ts';
import { problemLines } from './flow-check.ts';
import { shownPath } from './flow-folder.ts';
import { badUsage, coloured, print, remark, table } from './terminal.ts';

export interface LabDayOptions {
  readonly seed?: string;
  readonly routing?: string;
  /** Minutes of an interval. */
  readonly per?: string;
  readonly svg?: string;
  readonly json?: boolean;
  readonly fast?: boolean;
}

const MINUTE_MS = 60_000;
/** Longer days have a row per hour. */
const LONG_MS = 300 * MINUTE_MS;
/** How often progress is told, ms. */
const TELL_EVERY_MS = 2000;

/** `carillon lab SCENARIO`. Returns the exit code: 1 when the file has a mistake or an invariant broke. @throws Refused `bad-usage` */
export async function runLabDay(path: string, options: LabDayOptions): Promise<number> {
  const read = await readDay(path, options);
  if ('problems' in read) {
    if (options.json) print(JSON.stringify({ problems: read.problems }, null, 2));
    else for (const problem of read.problems) print(problemLines(problem));
    return 1;
  }
  const { scenario } = read;
  const intervalMs = intervalOf(options.per, scenario.lastsMs);
  const began = performance.now();
  const result = await playDay(scenario, {
    isWatched: !options.fast,
    intervalMs,
    progress: teller(options.json ?? false),
  });
  const seconds = (performance.now() - began) / 1000;
  if (options.svg !== undefined)
    await save(options.svg, dayPicture(scenario.name, result.figures, scenario.zone));
  if (options.json) print(JSON.stringify({ name: scenario.name, seed: scenario.seed, ...result, seconds }));
  else show(scenario, result, seconds, options);
  return result.broken.length > 0 ? 1 : 0;
}

// ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────

type Read = { readonly scenario: Scenario } | { readonly problems: readonly Problem[] };

async function readDay(path: string, { seed, routing }: LabDayOptions): Promise<Read> {
  const full = resolve(path);
  const { draft, problems } = readScenario(await textOf(full, 'scenario'), shownPath(full));
  if (!draft) return { problems };
  const rulesPath = routing !== undefined ? resolve(routing) : rulesOf(full, draft.routing);
  const { rules, problems: ofRules } = readRouting(
    await textOf(rulesPath, 'file of routing rules'),
    shownPath(rulesPath),
  );
  if (!rules) return { problems: ofRules };
  const { scenario, problems: together } = draft.with(rules);
  if (!scenario) return { problems: together };
  return { scenario: seed === undefined ? scenario : { ...scenario, seed: seedOf(seed) } };
}

/** Beside the scenario, or those of the centre. */
function rulesOf(scenario: string, named: string | undefined): string {
  return named === undefined ? readSettings(process.env).routing : resolve(dirname(scenario), named);
}

async function textOf(path: string, what: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile())
    throw badUsage(`There is no ${what} ${shownPath(path)}. How to write one: docs/lab.md`);
  if (found.size > MAX_FILE_BYTES) throw badUsage(`${shownPath(path)} is larger than 1 MB.`);
  return readFile(path, 'utf8');
}

function seedOf(text: string): number {
  const seed = Number(text);
  if (!Number.isInteger(seed) || seed < 0 || seed > 0xffffffff)
    throw badUsage('--seed takes a whole number, such as --seed 2.');
  return seed;
}

function intervalOf(per: string | undefined, lastsMs: number): number {
  if (per === undefined) return (lastsMs > LONG_MS ? 60 : 15) * MINUTE_MS;
  const minutes = Number(per);
  if (!Number.isInteger(minutes) || minutes < 1 || minutes > 1440)
    throw badUsage('--per takes minutes, from 1 to 1440.');
  return minutes * MINUTE_MS;
}

async function save(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (thrown) {
    throw new Refused(
      'not-written',
      `${path} cannot be written (${(thrown as NodeJS.ErrnoException).code}).`,
    );
  }
}

// ── for people ───────────────────────────────────────────────────────────────────────────────────────────────────────

function teller(isQuiet: boolean): (share: number, calls: number) => void {
  let told = performance.now();
  return (share, calls) => {
    if (isQuiet || performance.now() - told < TELL_EVERY_MS) return;
    told = performance.now();
    remark(`${Math.round(share * 100)} %, ${calls} calls`);
  };
}

function show(scenario: Scenario, result: DayResult, seconds: number, { svg, fast }: LabDayOptions): void {
  const agents = scenario.agents.reduce((sum, { count }) => sum + count, 0);
  print(coloured('bold', `${scenario.name} (seed 种子 ${scenario.seed})`));
  print(`${result.calls} calls 来电, ${agents} agents 座席, order 顺序: ${scenario.rules.order}\n`);
  print(table(intervalRows(result.figures, scenario.zone)));
  print('');
  const rows = laneRows(result.figures.lanes);
  const lines = table(rows.map(({ cells }) => cells)).split('\n');
  for (const [at, line] of lines.entries()) print(rows[at]?.isMissed ? coloured('yellow', line) : line);
  print('');
  for (const { invariant, at, what } of result.broken)
    print(coloured('red', `${new Date(at).toISOString()} ${INVARIANTS[invariant]} [${invariant}]: ${what}`));
  const watched = fast ? 'not watched 未检查' : brokenText(result);
  const faults = result.faults > 0 ? `, ${result.faults} faults 故障` : '';
  print(
    coloured(
      'dim',
      `${watched}${faults}; played in ${seconds.toFixed(1)} s. PBX, callers and agents are simulated 均为模拟.`,
    ),
  );
  if (svg !== undefined) print(`picture 图: ${svg}`);
}

function brokenText({ broken, brokenCount }: DayResult): string {
  const shown = brokenCount > broken.length ? `: ${broken.length} shown of ${brokenCount}` : '';
  return `${brokenCount} broken invariants 不变量被破坏${shown}`;
}
