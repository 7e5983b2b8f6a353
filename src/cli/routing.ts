import type { Command } from 'commander';
import type { RoutingCheckOptions } from './routing-check.ts';
import { endWithReader } from './terminal.ts';

/** Adds `carillon routing`. What a command needs is loaded when it runs. */
export function addRoutingCommands(program: Command): void {
  const routing = program
    .command('routing')
    .description('check the routing rules, and see which agent fits which queue')
    .showHelpAfterError('What there is: npx carillon routing --help')
    .hook('preAction', endWithReader);
  routing
    .command('check')
    .description(
      'name every mistake by line and column, and who fits where; exit code 0 when there is no error',
    )
    .argument('[file]', 'without it, the file that CARILLON_ROUTING names')
    .option('--json', 'as {file, problems, agents, uses, queues, errors, warnings}')
    .option('--strict', 'warnings count like errors')
    .action(async (file: string | undefined, options: RoutingCheckOptions) => {
      const { checkRouting } = await import('./routing-check.ts');
      process.exitCode = await checkRouting(file, options);
    });
  routing
    .command('schema')
    .description('print the JSON Schema by which editors complete the keys of the file')
    .option('--write', 'bring routing.schema.json beside the file up to date instead')
    .action(async ({ write }: { write?: boolean }) => {
      const { printRoutingSchema, writeRoutingSchema } = await import('./routing-schema.ts');
      if (write) await writeRoutingSchema();
      else printRoutingSchema();
    });
}
