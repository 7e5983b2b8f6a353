import { Argument, type Command, InvalidArgumentError } from 'commander';
import type { CheckOptions } from './flow-check.ts';
import type { GraphOptions } from './flow-graph.ts';
import type { FlowTestOptions } from './flow-test.ts';
import type { FlowTryOptions } from './flow-try.ts';
import { endWithReader } from './terminal.ts';

/** Adds `carillon flow`. What a command needs is loaded when it runs. */
export function addFlowCommands(program: Command): void {
  const flow = program
    .command('flow')
    .description('check, draw, try, test, compare and put back the flow files')
    .showHelpAfterError('What there is: npx carillon flow --help')
    .hook('preAction', endWithReader)
    .addHelpText('after', EXAMPLES);
  addReading(flow);
  addTrials(flow);
  addVersions(flow);
  flow
    .command('schema')
    .description('print the JSON Schema by which editors complete the keys of a file')
    .addArgument(new Argument('[of]', 'of which file').choices(['flow', 'shared', 'test']).default('flow'))
    .option('--write', 'bring the three schema files in the folder of flows up to date instead')
    .action(async (of: 'flow' | 'shared' | 'test', options: { write?: boolean }) => {
      const { printSchema, writeSchemas } = await import('./flow-schema.ts');
      if (options.write) await writeSchemas();
      else printSchema(of);
    });
}

function addReading(flow: Command): void {
  flow
    .command('check')
    .description('name every mistake by file, line and column; exit code 0 when there is no error')
    .argument('[files...]', 'flow files or folders; without them, the folder of flows')
    .option(
      '--json',
      'as {files, problems: [{file, line, column, severity, message, hint}], errors, warnings}',
    )
    .option('--strict', 'warnings count like errors')
    .action(async (files: string[], options: CheckOptions) => {
      const { checkFlows } = await import('./flow-check.ts');
      process.exitCode = await checkFlows(files, options);
    });
  flow
    .command('graph')
    .description('draw a flow as a picture (SVG) that any browser shows')
    .argument('<flow>', 'its name, or its file')
    .option('-o, --out <file>', 'where to, - for stdout; without it <flow>.svg in this folder')
    .option('--language <language>', 'in which words are shown; without it the first of the flow')
    .action(async (name: string, options: GraphOptions) => {
      const { graphFlow } = await import('./flow-graph.ts');
      await graphFlow(name, options);
    });
}

function addTrials(flow: Command): void {
  flow
    .command('try')
    .description('walk through a flow in this terminal: type the keys of a caller, read what he hears')
    .argument(
      '[target]',
      'a flow, or the number that is dialled; without it, the only flow that anyone can dial',
    )
    .option('--caller <number>', 'the number that he calls from; without it, a hidden one')
    .option('--phone <extension>', 'one of our own phones calls')
    .option('--at <time>', 'when he calls, such as 2026-11-23T10:00:00+08:00; without it, now')
    .option('--language <language>', 'what is spoken at first')
    .option('--world <file>', 'a test file whose customers, agents and services there are')
    .option('--folder <folder>', 'another folder of flows')
    .action(async (target: string | undefined, options: Omit<FlowTryOptions, 'target'>) => {
      const { tryFlow } = await import('./flow-try.ts');
      process.exitCode = await tryFlow({ ...options, target });
    });
  flow
    .command('test')
    .description('run the tests beside the flows, and tell which steps none of them reached')
    .argument('[paths...]', 'test files, or a folder; without them, the folder of flows')
    .option('--only <text>', 'only tests whose name holds this')
    .option('--verbose', 'what the caller heard in each test, and the ways that nobody took')
    .option('--json', 'for scripts')
    .option('--min-coverage <percent>', 'exit code 1 when fewer of the steps are reached', percent)
    .action(async (paths: string[], options: Omit<FlowTestOptions, 'paths'>) => {
      const { runFlowTests } = await import('./flow-test.ts');
      process.exitCode = await runFlowTests({ ...options, paths });
    });
}

function percent(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 100))
    throw new InvalidArgumentError('Give a number from 0 to 100.');
  return value;
}

function addVersions(flow: Command): void {
  flow
    .command('diff')
    .description('tell what changes for callers: without versions, from the one that runs to the file')
    .argument('<flow>', 'its name, or its file')
    .argument('[from]', 'a version (its first letters do) or a file')
    .argument('[to]', 'a version or a file; without it, the file of the flow')
    .action(async (name: string, from?: string, to?: string) => {
      const { showDiff } = await import('./flow-versions.ts');
      await showDiff(name, from, to);
    });
  flow
    .command('history')
    .description('list who let callers into which version of a flow, and when')
    .argument('<flow>', 'its name')
    .option('--json', 'as {flow, running, releases: [{version, at, by}]}')
    .action(async (name: string, options: { json?: boolean }) => {
      const { showHistory } = await import('./flow-versions.ts');
      await showHistory(name, options);
    });
  flow
    .command('rollback')
    .description('put back a version that ran before; the next caller enters it')
    .argument('<flow>', 'its name')
    .argument('<version>', 'as "history" lists it; its first letters do')
    .action(async (name: string, version: string) => {
      const { rollBack } = await import('./flow-rollback.ts');
      await rollBack(name, version);
    });
}

const EXAMPLES = `
A flow is a file in ivr-flows/. Save it, and the next caller hears it, if it has no error; else the last good version stays.

Examples:
  npx carillon flow check                        every mistake of every file, each with its place and how to mend it
  npx carillon flow check --strict --json        the same for CI
  npx carillon flow graph hotline                hotline.svg: the flow as a picture
  npx carillon flow try 95533                    walk through it in this terminal, typing the keys a caller would press
  npx carillon flow test                         run the tests beside the flows, *.test.yaml, without a telephone
  npx carillon flow diff hotline                 what callers will notice when the file as it is now goes live
  npx carillon flow history hotline              which versions ran
  npx carillon flow rollback hotline 3fa8        back to the version that begins with 3fa8`;
