import type { Command } from 'commander';
import type { ReplayOptions } from './replay.ts';
import { endWithReader } from './terminal.ts';
import type { WhyOptions } from './why.ts';

/** Adds the commands that explain who got whom. What a command needs is loaded when it runs. */
export function addExplainedCommands(program: Command): void {
  program
    .command('why')
    .description(
      'tell why a call went where it went; of one that waits, where it stands and who could serve it',
    )
    .argument('<call>', "id of a call or its beginning, a caller's number for his last call, or: last")
    .option('--json', 'as {id, moments: [{at, kind, says, because, agent, offer}], stretches, standing}')
    .hook('preAction', endWithReader)
    .action(async (call: string, options: WhyOptions) => {
      const { explainCall } = await import('./why.ts');
      await explainCall(call, options);
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
