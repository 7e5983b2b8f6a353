import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { messageOf } from '../base/errors.ts';
import type { Problem } from '../ivr/report.ts';
import { MAX_FILE_BYTES } from '../ivr/yaml.ts';
import { type FlowCoverage, percentOf } from '../lab/flow-coverage.ts';
import { type Failure, runTests, type TestResult, type TestRun } from '../lab/flow-test.ts';
import { type FlowTest, readFlowTests } from '../lab/flow-test-file.ts';
import { transcriptText } from '../lab/flow-transcript.ts';
import { readSettings } from '../setup/settings.ts';
import { problemLines } from './flow-check.ts';
import { UNCHECKED } from './flow-find.ts';
import { readFlowFolder, shownPath } from './flow-folder.ts';
import { badUsage, coloured, counted, harmless, print } from './terminal.ts';

export interface FlowTestOptions {
  /** Test files, or the folder that they are in; without any, all of the folder of flows. */
  readonly paths?: readonly string[];
  /** Only tests whose name holds this. */
  readonly only?: string;
  readonly verbose?: boolean;
  readonly json?: boolean;
  /** Per cent of the steps that have to be reached. */
  readonly minCoverage?: number;
}

/** `carillon flow test`: runs the tests beside the flows in virtual time. Returns the exit code. @throws Refused `bad-usage` */
export async function runFlowTests(options: FlowTestOptions): Promise<number> {
  const { minCoverage, only = '' } = options;
  if (minCoverage !== undefined && !(minCoverage >= 0 && minCoverage <= 100))
    throw badUsage('--min-coverage takes a number from 0 to 100.');
  const { folder, files } = await testFilesOf(options.paths ?? []);
  const read = await readFlowFolder(folder, UNCHECKED);
  const found = await Promise.all(files.map((name) => readTests(join(folder, name))));
  const problems = [...read.problems, ...found.flatMap((one) => one.problems)];
  if (problems.some(({ severity }) => severity === 'error')) return refuse(problems, options);
  const tests = found.flatMap((one) => one.tests).filter(({ name }) => name.includes(only));
  if (tests.length === 0) throw badUsage(noTests(folder, only));
  const { verbose = false, json = false } = options;
  const run = await runTests(read, tests, (result) => {
    if (!json) showResult(result, verbose);
  });
  const percent = percentOf(run.coverage);
  if (json) print(JSON.stringify(plain(run, percent), null, 2));
  else showSummary(run, percent, verbose);
  const tooLittle = minCoverage !== undefined && percent < minCoverage;
  if (tooLittle && !json)
    print(coloured('red', `${shownPercent(percent)} is less than the ${minCoverage} % asked for`));
  return tooLittle || run.results.some(({ failures }) => failures.length > 0) ? 1 : 0;
}

// ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────

async function testFilesOf(paths: readonly string[]): Promise<{ folder: string; files: readonly string[] }> {
  const whole = async (folder: string) => ({ folder, files: await testFilesIn(folder) });
  const [first, ...others] = paths;
  if (first === undefined) return whole(readSettings(process.env).flows);
  const full = resolve(first);
  if ((await stat(full).catch(() => undefined))?.isDirectory()) {
    if (others.length > 0) throw badUsage('Give one folder, or test files.');
    return whole(full);
  }
  for (const path of paths) {
    if (!isTestFile(path)) throw badUsage(`${path} is no test file: their names end in .test.yaml.`);
    if (dirname(resolve(path)) !== dirname(full)) throw badUsage('Give test files of one folder.');
  }
  return { folder: dirname(full), files: paths.map((path) => basename(path)) };
}

async function testFilesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((thrown: NodeJS.ErrnoException) => {
    throw badUsage(`The folder of flows ${folder} cannot be read (${thrown.code}).`);
  });
  return names.filter((name) => isTestFile(name)).sort();
}

function isTestFile(path: string): boolean {
  return /^[^.].*\.test\.ya?ml$/.test(basename(path));
}

async function readTests(
  path: string,
): Promise<{ readonly tests: readonly FlowTest[]; readonly problems: readonly Problem[] }> {
  const file = shownPath(path);
  try {
    if ((await stat(path)).size > MAX_FILE_BYTES) throw new Error('the file is larger than 1 MB');
    return readFlowTests(await readFile(path, 'utf8'), file);
  } catch (thrown) {
    const problem = {
      file,
      line: 1,
      column: 1,
      severity: 'error',
      message: messageOf(thrown),
      hint: '',
    } as const;
    return { tests: [], problems: [problem] };
  }
}

function noTests(folder: string, only: string): string {
  return only === ''
    ? `There is no test in ${shownPath(folder)}: tests stand in files whose names end in .test.yaml, see docs/flow-tests.md.`
    : `No test has "${only}" in its name.`;
}

function refuse(problems: readonly Problem[], { json }: FlowTestOptions): number {
  if (json) print(JSON.stringify({ problems }, null, 2));
  else {
    for (const problem of problems) if (problem.severity === 'error') print(problemLines(problem));
    print('No test was run: mend these first.');
  }
  return 1;
}

// ── for people ───────────────────────────────────────────────────────────────────────────────────────────────────────

function showResult({ test, failures, transcript }: TestResult, verbose: boolean): void {
  const passed = failures.length === 0;
  print(`${passed ? coloured('green', '✓') : coloured('red', '✗')} ${harmless(test.name)}`);
  for (const failure of failures) showFailure(test, failure);
  if (passed && !verbose) return;
  for (const line of transcript) {
    const text = `    ${transcriptText({ ...line, text: harmless(line.text) })}`;
    print(line.what === 'step' || line.what === 'centre' ? coloured('dim', text) : text);
  }
}

function showFailure({ file }: FlowTest, { line, column, message, where }: Failure): void {
  print(`    ${coloured('bold', `${file}:${line}:${column}`)} ${coloured('red', harmless(message))}`);
  if (where !== '') print(coloured('dim', `    he was ${where}`));
}

function showSummary({ results, coverage }: TestRun, percent: number, verbose: boolean): void {
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  print('');
  for (const flow of coverage) showCoverage(flow, verbose);
  const outcome = failed === 0 ? coloured('green', 'all pass') : coloured('red', `${failed} failed`);
  print(`${counted(results.length, 'test')}: ${outcome}; ${shownPercent(percent)} of the steps reached`);
}

function showCoverage({ flow, file, steps, missed, waysNotTaken }: FlowCoverage, verbose: boolean): void {
  print(`${flow}: ${steps - missed.length} of ${counted(steps, 'step')} reached`);
  for (const { step, line, column } of missed)
    print(coloured('yellow', `    ${file}:${line}:${column} no test reaches "${step}"`));
  if (!verbose) return;
  for (const { step, exit, line, column } of waysNotTaken)
    print(coloured('dim', `    ${file}:${line}:${column} nobody leaves "${step}" by "${exit}"`));
}

/** Rounded down, so that 100 % means all. */
function shownPercent(percent: number): string {
  return `${Math.floor(percent * 10) / 10} %`;
}

// ── for programs ─────────────────────────────────────────────────────────────────────────────────────────────────────

function plain({ results, coverage }: TestRun, percent: number) {
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  return {
    passed: results.length - failed,
    failed,
    tests: results.map(({ test, failures, transcript }) => ({
      name: test.name,
      file: test.file,
      line: test.line,
      passed: failures.length === 0,
      failures,
      transcript,
    })),
    coverage: { percent, flows: coverage },
  };
}
