import type { Command } from 'commander';
import type { ReplayOptions } from './replay.ts';
import { endWithReader } from './terminal.ts';
import type { WhyOptions } from './why.ts';

/** Adds the commands that explain who got whom. What a command needs is loaded when it runs. */
export function addExplainedCommands(program: Command): void {
  program
    .command('why')
    .description(
      'tell why a call went where it went; of a number on lists, why it was or was not dialled, and when it may be',
    )
    .argument('<call>', "id of a call or its beginning, a number or a list's key of somebody, or: last")
    .option('--call', 'of a number: the last call from it, whether or not it is on lists')
    .option(
      '--json',
      'as {id, moments: [{at, kind, says, because, agent, offer}], stretches, standing}; of a number on lists as {wishes, leads, verdicts, attempts, heldBack}',
    )
    .hook('preAction', endWithReader)
    .action(async (call: string, options: WhyOptions & { readonly call?: boolean }) => {
      const { explainNumber } = await import('./why-number.ts');
      if (!options.call && (await explainNumber(call, options))) return;
      const { explainCall } = await import('./why.ts');
      try {
        await explainCall(call, options);
      } catch (thrown) {
        // Nobody called from it either: then at least what campaigns may do with it.
        if (options.call || !(await explainNumber(call, { ...options, unknownToo: true }))) throw thrown;
      }
    });
  program
    .command('replay')
    .description('play a day again: how it was, how the same rules would do, how changed ones would')
    .argument('<date>', 'such as 2026-11-23, yesterday or today; a day of the centre, by its time zone')
    .option('--rules <file>', 'the changed routing rules')
    .option(
      '--seed <number>',
      'other chances where the log does not say, such as how long somebody would have waited',
    )
    .option('--calls', 'also the calls that changed most, and why')
    .option('--json', 'as {date, asItWas, sameRules, changedRules, changedCalls, warnings, …}')
    .hook('preAction', endWithReader)
    .action(async (date: string, options: ReplayOptions) => {
      const { replayDay } = await import('./replay.ts');
      process.exitCode = await replayDay(date, options);
    });
}
