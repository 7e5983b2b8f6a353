import type { Command } from 'commander';
import type { PolicyCheckOptions } from './dialer-policy-check.ts';

/** Adds `carillon dialer policy` and `carillon dialer do-not-call`. What a command needs is loaded when it runs. */
export function addDialerPolicyCommands(dialer: Command): void {
  const policy = dialer
    .command('policy')
    .description('check whom campaigns may call, when and how often')
    .showHelpAfterError('What there is: npx carillon dialer policy --help');
  policy
    .command('check')
    .description('name every mistake by line and column; exit code 0 when there is no error')
    .argument('[file]', 'without it, the file that CARILLON_CONTACT_POLICY names')
    .option('--json', 'as {file, policies, problems, errors, warnings}')
    .option('--strict', 'warnings count like errors')
    .action(async (file: string | undefined, options: PolicyCheckOptions) => {
      const { checkPolicies } = await import('./dialer-policy-check.ts');
      process.exitCode = await checkPolicies(file, options);
    });
  policy
    .command('schema')
    .description('print the JSON Schema by which editors complete the keys of the file')
    .option('--regulator', 'that of the files in the folder regulators')
    .option('--write', 'bring both schemas beside the file up to date instead')
    .action(async ({ write, regulator }: { write?: boolean; regulator?: boolean }) => {
      const { printContactSchema, writeContactSchemas } = await import('./dialer-policy-schema.ts');
      if (write) await writeContactSchemas();
      else printContactSchema(regulator ? 'regulator' : 'contact-policy');
    });
  dialer
    .command('do-not-call')
    .description('bring in a list of numbers that are not to be called: plain, or CSV with headings')
    .argument('<file>')
    .requiredOption('--source <name>', 'where it comes from, such as the name of the register')
    .option('--campaign <id>', 'only this campaign may not call them')
    .option('--json', 'the end as JSON, with the rows that were refused')
    .action(async (file: string, options: { source: string; campaign?: string; json?: boolean }) => {
      const { importDoNotCall } = await import('./dialer-do-not-call.ts');
      process.exitCode = await importDoNotCall(file, options);
    });
}
