#!/usr/bin/env node
// `carillon`: installs the Node packages when they are missing, then hands over to src/cli.ts on the project's own Node.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkCaller, ensurePackages, project, runForeground, runner } from './bootstrap.mjs';

checkCaller();
// Not on stdout, where `carillon phones --json` and `carillon token` print for scripts.
await ensurePackages(false, (line) => process.stderr.write(`• ${line}\n`));
const quick = pathToFileURL(join(project, 'src/setup/quick-imports.ts')).href;
const command = [join(project, 'src/cli.ts'), ...process.argv.slice(2)];
process.exit(await runForeground(runner(), ['--import', quick, ...command]));
