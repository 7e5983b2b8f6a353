/**
 * Preloaded by `--import` into the daemon, the command line and threads of theirs. For each of the hundred files of drizzle-orm Node reads that package's manifest
 * of 5,600 lines anew, only to learn that they are ES modules: half a second and 150 MB (measured with Node 24.21).
 */
import { readFileSync } from 'node:fs';
import * as module from 'node:module';
import { fileURLToPath } from 'node:url';

const OF_DRIZZLE = /\/node_modules\/drizzle-orm\/.*\.js$/;

// Node before 22.15 has no such hooks, and takes the long way.
module.registerHooks?.({
  resolve(name, context, next) {
    if (!name.startsWith('.') || !OF_DRIZZLE.test(context.parentURL ?? '')) return next(name, context);
    return { url: new URL(name, context.parentURL).href, format: 'module', shortCircuit: true };
  },
  load(url, context, next) {
    if (!OF_DRIZZLE.test(url)) return next(url, context);
    return { format: 'module', source: readFileSync(fileURLToPath(url)), shortCircuit: true };
  },
});
