import type { Command } from 'commander';
import type { DialPlanOptions } from './dial-plan-check.ts';
import { endWithReader } from './terminal.ts';

/** Adds `carillon dial-plan`. What a command needs is loaded when it runs. */
export function addDialPlanCommands(program: Command): void {
  const dialPlan = program
    .command('dial-plan')
    .description('tell which outside numbers may be dialled, by whom, and why not')
    .showHelpAfterError('What there is: npx carillon dial-plan --help')
    .hook('preAction', endWithReader);
  dialPlan
    .command('check')
    .description('check the file of class of service, or tell who may dial a number; exit code 1 when not')
    .argument('[number...]', 'the number, spelled as you like')
    .option('--phone <extension>', 'may this phone of ours?')
    .option('--flow <name>', 'may this flow?')
    .option('--campaign <id>', "may it be this campaign's reception?")
    .option('--caller [number]', 'may a caller from outside?')
    .action(async (number: string[], options: DialPlanOptions) => {
      const { checkDialPlan } = await import('./dial-plan-check.ts');
      process.exitCode = await checkDialPlan(number.join(' '), options);
    });
}
