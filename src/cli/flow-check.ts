import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { messageOf } from '../base/errors.ts';
import { isShared } from '../ivr/flow-set.ts';
import type { Problem } from '../ivr/report.ts';
import { MAX_FILE_BYTES } from '../ivr/yaml.ts';
import { readFlowTests } from '../lab/flow-test-file.ts';
import { readSettings, type Settings } from '../setup/settings.ts';
import { deniedNumbers, rulesFor } from './dialled-numbers.ts';
import { outlineOf, readFlowFolder, shownPath } from './flow-folder.ts';
import { knowledgeOf } from './knowledge.ts';
import { badUsage, coloured, counted, harmless, print, remark } from './terminal.ts';

export interface CheckOptions {
  readonly json?: boolean;
  /** Warnings count like errors. */
  readonly strict?: boolean;
}

interface Findings {
  readonly files: readonly string[];
  readonly problems: readonly Problem[];
  readonly remarks: readonly string[];
  readonly counts: Readonly<Record<'flow' | 'step' | 'test', number>>;
}

/** `carillon flow check`: every problem of the files at once. Returns the exit code. @throws Refused `bad-usage` */
export async function checkFlows(paths: readonly string[], options: CheckOptions): Promise<number> {
  const settings = readSettings(process.env);
  const targets = await targetsOf(paths, settings);
  const findings = merged(
    await Promise.all([...targets].map(([folder, names]) => check(folder, names, settings))),
  );
  const errors = findings.problems.filter((problem) => problem.severity === 'error').length;
  const warnings = findings.problems.length - errors;
  for (const line of findings.remarks) remark(line);
  if (options.json) {
    const { files, problems } = findings;
    print(JSON.stringify({ files, problems, errors, warnings }, null, 2));
  } else show(findings, errors, warnings);
  return errors > 0 || (options.strict && warnings > 0) ? 1 : 0;
}

/** The names of the files to report on, by folder; undefined for all of it. */
async function targetsOf(
  paths: readonly string[],
  settings: Settings,
): Promise<Map<string, Set<string> | undefined>> {
  if (paths.length === 0) return new Map([[settings.flows, undefined]]);
  const targets = new Map<string, Set<string> | undefined>();
  for (const path of paths) {
    const full = resolve(path);
    const found = await stat(full).catch(() => undefined);
    if (!found)
      throw badUsage(`There is no file or folder ${path}. Give flow files, or the folder they are in.`);
    if (found.isDirectory()) targets.set(full, undefined);
    else if (!isFlowName(basename(full)))
      throw badUsage(`${path} is no flow file: their names end in .yaml or .yml and begin without a dot.`);
    else {
      const folder = dirname(full);
      const names = targets.has(folder) ? targets.get(folder) : new Set<string>();
      targets.set(folder, names?.add(basename(full)));
    }
  }
  return targets;
}

async function check(folder: string, names: Set<string> | undefined, settings: Settings): Promise<Findings> {
  const { knowledge, remark } = await knowledgeOf({ ...settings, flows: folder });
  const flows = await readFlowFolder(folder, knowledge);
  const tests = await checkTests(folder);
  const dialling = await rulesFor(settings.classOfService);
  const { rules } = dialling;
  const denied = rules ? flows.flows.flatMap((flow) => deniedNumbers(flow, rules)) : [];
  const isMeant = (file: string): boolean => !names || names.has(basename(file));
  const all = [
    ...flows.files.map(({ file }) => file),
    ...flows.problems.map(({ file }) => file),
    ...tests.files,
  ];
  const files = [...new Set(all)].filter(isMeant).sort();
  if (files.length === 0) throw badUsage(`There is no flow file in ${folder}: their names end in .yaml.`);
  const own = flows.files.filter(({ file }) => isMeant(file) && !isShared(file));
  return {
    files,
    problems: [...flows.problems, ...denied, ...tests.problems].filter(({ file }) => isMeant(file)),
    remarks: [remark, flows.remark, dialling.remark].filter((line) => line !== ''),
    counts: {
      flow: own.length,
      step: own.reduce((sum, { text, file }) => sum + outlineOf(text, file).steps, 0),
      test: tests.files.filter(isMeant).length,
    },
  };
}

/** Tests are read for their form; `carillon flow test` runs them. */
async function checkTests(folder: string): Promise<Pick<Findings, 'files' | 'problems'>> {
  const names = (await readdir(folder)).filter((name) => isFlowName(name) && isTestName(name)).sort();
  const problems = await Promise.all(names.map((name) => problemsOfTest(join(folder, name))));
  return { files: names.map((name) => shownPath(join(folder, name))), problems: problems.flat() };
}

async function problemsOfTest(path: string): Promise<readonly Problem[]> {
  const file = shownPath(path);
  try {
    if ((await stat(path)).size > MAX_FILE_BYTES) throw new Error('the file is larger than 1 MB');
    return readFlowTests(await readFile(path, 'utf8'), file).problems;
  } catch (thrown) {
    return [{ file, line: 1, column: 1, severity: 'error', message: messageOf(thrown), hint: '' }];
  }
}

function isFlowName(name: string): boolean {
  return /^[^.].*\.ya?ml$/.test(name);
}

function isTestName(name: string): boolean {
  return /\.test\.ya?ml$/.test(name);
}

function merged(all: readonly Findings[]): Findings {
  const sum = (of: keyof Findings['counts']): number =>
    all.reduce((total, { counts }) => total + counts[of], 0);
  return {
    files: all.flatMap(({ files }) => files),
    problems: all.flatMap(({ problems }) => problems),
    remarks: [...new Set(all.flatMap(({ remarks }) => remarks))],
    counts: { flow: sum('flow'), step: sum('step'), test: sum('test') },
  };
}

function show({ problems, counts }: Findings, errors: number, warnings: number): void {
  for (const problem of problems) print(problemLines(problem));
  const { flow, step, test } = counts;
  const what = [
    counted(flow, 'flow'),
    counted(step, 'step'),
    ...(test > 0 ? [counted(test, 'test file')] : []),
  ];
  const result = [
    ...(errors > 0 ? [coloured('red', counted(errors, 'error'))] : []),
    ...(warnings > 0 ? [coloured('yellow', counted(warnings, 'warning'))] : []),
  ];
  print(`${what.join(', ')}: ${result.length > 0 ? result.join(', ') : coloured('green', 'no problems')}`);
}

/** The problem on a line that editors and grep understand, and below it how to mend it. */
export function problemLines({ file, line, column, severity, message, hint }: Problem): string {
  const word = coloured(severity === 'error' ? 'red' : 'yellow', severity);
  const first = `${coloured('bold', `${harmless(file)}:${line}:${column}`)} ${word} ${harmless(message)}`;
  return hint === '' ? first : `${first}\n    ${coloured('dim', harmless(hint))}`;
}
