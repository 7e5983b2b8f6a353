import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readRouting } from '../engine/routing-file.ts';
import { fitsOf, type StepFit } from '../engine/routing-fits.ts';
import { type AgentProblem, agentProblems } from '../engine/routing-names.ts';
import type { Problem } from '../ivr/report.ts';
import { MAX_FILE_BYTES } from '../ivr/yaml.ts';
import type { RoutingRules } from '../queue/rules.ts';
import { readSettings } from '../setup/settings.ts';
import { problemLines } from './flow-check.ts';
import { shownPath } from './flow-folder.ts';
import { type QueueUse, routingSurroundings } from './routing-surroundings.ts';
import { badUsage, coloured, counted, harmless, print, remark, table } from './terminal.ts';

export interface RoutingCheckOptions {
  readonly json?: boolean;
  /** Warnings count like errors. */
  readonly strict?: boolean;
}

/** Names of agents that are shown in one row. */
const NAMED = 5;

/**
 * `carillon routing check`: what is wrong with the rules and with the agents on file, and who fits where. Returns the exit code:
 * 1 with an error. @throws Refused `bad-usage`
 */
export async function checkRouting(path: string | undefined, options: RoutingCheckOptions): Promise<number> {
  const settings = readSettings(process.env);
  const full = path === undefined ? settings.routing : resolve(path);
  const file = shownPath(full);
  const text = await textOf(full, file);
  const { agents = [], calendars, uses, remark: unchecked } = await routingSurroundings(settings);
  if (unchecked !== '') remark(unchecked);
  const { rules, problems } = readRouting(
    text,
    file,
    unchecked === '' ? { agents, calendars } : { calendars },
  );
  const ofAgents = rules ? agentProblems(agents, rules) : [];
  const ofUses = rules ? lostUses(rules, uses) : [];
  const fits = rules ? fitsOf(rules, agents) : [];
  const all = [...problems, ...ofAgents, ...ofUses];
  const errors = all.filter(({ severity }) => severity === 'error').length;
  const warnings = all.length - errors;
  if (options.json) printJson({ file, problems, ofAgents, ofUses, fits, errors, warnings });
  else show({ file, problems, ofAgents, ofUses, fits, errors, warnings });
  return errors > 0 || (options.strict && warnings > 0) ? 1 : 0;
}

async function textOf(full: string, file: string): Promise<string> {
  try {
    const { size } = await stat(full);
    // One letter more than may be read says the same as all of them.
    return size > MAX_FILE_BYTES ? ' '.repeat(MAX_FILE_BYTES + 1) : await readFile(full, 'utf8');
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    throw badUsage(`${file} cannot be read (${code}). Give the file, or name it in CARILLON_ROUTING.`);
  }
}

/** Callers of a queue that is not there take the way out of the step, or are lost to the campaign. */
function lostUses({ queues }: RoutingRules, uses: readonly QueueUse[]): AgentProblem[] {
  return uses
    .filter(({ queue }) => !queues.has(queue))
    .map(({ queue, by }) => ({
      severity: 'warning',
      message: `${by} still sends callers to "${queue}", and there is no such queue`,
    }));
}

interface Result {
  readonly file: string;
  readonly problems: readonly Problem[];
  readonly ofAgents: readonly AgentProblem[];
  readonly ofUses: readonly AgentProblem[];
  readonly fits: readonly StepFit[];
  readonly errors: number;
  readonly warnings: number;
}

function printJson({ ofAgents, ofUses, fits, ...rest }: Result): void {
  const queues = fits.map((fit) => ({ ...fit, agents: fit.agents.map(({ id }) => id) }));
  print(JSON.stringify({ ...rest, agents: ofAgents, uses: ofUses, queues }, null, 2));
}

function show({ file, problems, ofAgents, ofUses, fits, errors, warnings }: Result): void {
  for (const problem of problems) print(problemLines(problem));
  for (const { severity, message } of [...ofAgents, ...ofUses])
    print(`${coloured(severity === 'error' ? 'red' : 'yellow', severity)} ${harmless(message)}`);
  if (fits.length > 0) {
    print(table([HEAD, ...fits.map(rowOf)]));
    if (fits.some(({ dependsOnCaller }) => dependsOnCaller))
      print(coloured('dim', '* those who suit the caller  * 视来电者而定'));
  }
  const result = [
    ...(errors > 0 ? [coloured('red', counted(errors, 'error'))] : []),
    ...(warnings > 0 ? [coloured('yellow', counted(warnings, 'warning'))] : []),
  ];
  const queues = counted(new Set(fits.map(({ queue }) => queue)).size, 'queue');
  const verdict = result.length > 0 ? result.join(', ') : coloured('green', 'no problems');
  print(errors > 0 && fits.length === 0 ? `${file}: ${verdict}` : `${file}: ${queues}: ${verdict}`);
}

const HEAD = ['queue 队列', 'after 等待', 'needs 要求', 'agents 座席'];

function rowOf({ queue, afterMs, needs, agents, dependsOnCaller }: StepFit): string[] {
  const named = agents.slice(0, NAMED).map(({ id, name }) => (id === name ? id : `${name} ${id}`));
  const more = agents.length > NAMED ? [`+${agents.length - NAMED}`] : [];
  return [
    afterMs === 0 ? queue : '',
    `${afterMs / 1000}s`,
    needs.length === 0 ? '—' : harmless(needs.join(' && ')),
    harmless(`${agents.length}${dependsOnCaller ? '*' : ''}  ${[...named, ...more].join(', ')}`),
  ];
}
