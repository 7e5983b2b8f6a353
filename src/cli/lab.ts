import type { Command } from 'commander';
import type { LabDayOptions } from './lab-day.ts';
import { endWithReader } from './terminal.ts';

/** Adds `carillon lab`. What a command needs is loaded when it runs. */
export function addLabCommands(program: Command): void {
  const lab = program
    .command('lab')
    .description(
      'play a day of the centre in virtual time: who waits how long, with how many agents, under which rules',
    )
    .argument('[scenario]', 'the file that says who calls, who works and what goes wrong')
    .option('--seed <number>', 'another day of the same kind')
    .option('--routing <file>', 'by these rules instead of those that the scenario names')
    .option('--per <minutes>', 'a row for so many minutes; without it 15, or 60 for more than five hours')
    .option('--svg <file>', 'draw it, as a picture that any browser shows')
    .option('--json', 'as {name, seed, calls, figures: {intervals, lanes, total}, broken, brokenCount, …}')
    .option('--fast', 'without watching the invariants')
    .showHelpAfterError('What there is: npx carillon lab --help')
    .hook('preAction', endWithReader)
    .addHelpText('after', EXAMPLES)
    .action(async (scenario: string | undefined, options: LabDayOptions) => {
      if (scenario === undefined) return lab.help();
      const { runLabDay } = await import('./lab-day.ts');
      process.exitCode = await runLabDay(scenario, options);
    });
  lab
    .command('seeds')
    .description('play small centres, each told by its number, in which anything goes wrong at any moment')
    .argument('[count]', 'how many', '200')
    .option('--from <seed>', 'the first of them', '1')
    .option('--json', 'as {from, seeds, calls, faults, broken, brokenSeeds, seconds}')
    .action(async (count: string, options: { from: string; json?: boolean }) => {
      const { runLabSeeds } = await import('./lab-seeds.ts');
      // `--json` may have been taken for the one of `lab`.
      const json = options.json ?? lab.opts<LabDayOptions>().json ?? false;
      process.exitCode = await runLabSeeds(count, options.from, json);
    });
}

const EXAMPLES = `
The day is played by the engine that runs the centre, on a PBX, callers and agents that are simulated; nothing is dialled and
nothing is stored. The same seed gives the same day, whatever the rules are: so two sets of rules can be compared.

Examples:
  npx carillon lab lab/bank-day.yaml                       a Monday of a large bank
  npx carillon lab lab/small-team.yaml --svg day.svg       the same for twelve people, with a picture
  npx carillon lab lab/bank-day.yaml --seed 2              another Monday
  npx carillon lab lab/bank-day.yaml --routing new.yaml    the same Monday under other rules
  npx carillon lab seeds 10000                             look for a seed that breaks an invariant

How to write a scenario: docs/lab.md`;
