import type { Command } from 'commander';
import type { PromptOptions } from './prompt-set.ts';
import { endWithReader } from './terminal.ts';

/** Adds `carillon prompts`. What a command needs is loaded when it runs. */
export function addPromptCommands(program: Command): void {
  const prompts = program
    .command('prompts')
    .description('what flows say: list it, make it, or see what is left to record')
    .showHelpAfterError('What there is: npx carillon prompts --help')
    .hook('preAction', endWithReader)
    .addHelpText('after', EXAMPLES);
  const add = (name: string, description: string, run: (options: PromptOptions) => Promise<number>): void => {
    prompts
      .command(name)
      .description(description)
      .option('--language <language>', 'only this language, such as en')
      .option('--persona <name>', 'only this persona; "ordinary" is the one without a name')
      .option('--json', 'for scripts')
      .action(async (options: PromptOptions) => {
        process.exitCode = await run(options);
      });
  };
  add('list', 'show each prompt by language and persona: recorded, spoken or missing', async (options) => {
    const { listPrompts } = await import('./prompts-list.ts');
    await listPrompts(options);
    return 0;
  });
  add('render', 'make all sound files now; exit code 1 when some could not be made', async (options) => {
    const { renderPrompts } = await import('./prompts-render.ts');
    return renderPrompts(options);
  });
  add('missing', 'show what a voice talent has to read, and where each recording goes', async (options) => {
    const { missingPrompts } = await import('./prompts-missing.ts');
    return missingPrompts(options);
  });
}

const EXAMPLES = `
What is recorded is played, everything else is spoken by espeak-ng or by what CARILLON_SPEECH names. A recording is a WAV
file ivr-flows/prompts/<language>/<prompt>.wav; one of a persona, ivr-flows/prompts/<its folder>/<language>/<prompt>.wav.

Examples:
  npx carillon prompts list                      all prompts, their length and their words
  npx carillon prompts missing --language en     what is left to record in English
  npx carillon prompts render                    make the sounds before callers need them`;
