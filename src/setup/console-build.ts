import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import { Refused } from '../base/errors.ts';
import { inProject } from './project.ts';
import { lastLines, plainProgram, runProgram } from './run-program.ts';

/** Where the pages of the console lie when they are built; the daemon serves them from there. */
export const CONSOLE_FOLDER = inProject('dist/console');

const SOURCES = inProject('src/console');
const CONFIG = join(SOURCES, 'vite.config.ts');
const VITE = inProject('node_modules/vite/bin/vite.js');
/** Says of which sources the pages were built. */
const MARK = '.built-of';
const BUILD_TIMEOUT_MS = 180_000;
const COMPRESSED = /\.(?:js|css|html|svg)$/;

/**
 * Builds the pages of the console unless they are built of the sources as they are. What was there before stays when it
 * fails. Returns whether it built. @throws Refused `console-not-built`
 */
export async function ensureConsole(say: (line: string) => void): Promise<boolean> {
  const wanted = fingerprint();
  if (markOf(CONSOLE_FOLDER) === wanted) return false;
  const began = performance.now();
  say('Building the console …');
  const fresh = `${CONSOLE_FOLDER}.${process.pid}`;
  const ran = await runProgram(
    plainProgram(process.execPath),
    [VITE, 'build', '-c', CONFIG, '--outDir', fresh, '--emptyOutDir', '--logLevel', 'error'],
    BUILD_TIMEOUT_MS,
  );
  if (ran.code !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    throw new Refused(
      'console-not-built',
      `The console could not be built (${lastLines(ran.output, 4)}). Calls are served without it; mend that, then: npm run console:build`,
    );
  }
  for (const file of filesIn(fresh)) if (COMPRESSED.test(file)) compress(join(fresh, file));
  writeFileSync(join(fresh, MARK), wanted);
  replace(fresh);
  say(`The console is built (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  return true;
}

/** The same for the same sources and packages. */
function fingerprint(): string {
  const hash = createHash('sha256');
  for (const file of filesIn(SOURCES)) hash.update(file).update(readFileSync(join(SOURCES, file)));
  return hash.update(readFileSync(inProject('package-lock.json'))).digest('hex');
}

function markOf(folder: string): string | undefined {
  const file = join(folder, MARK);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

function compress(file: string): void {
  writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: constants.Z_BEST_COMPRESSION }));
}

function replace(fresh: string): void {
  const old = `${CONSOLE_FOLDER}.${process.pid}.old`;
  if (existsSync(CONSOLE_FOLDER)) renameSync(CONSOLE_FOLDER, old);
  renameSync(fresh, CONSOLE_FOLDER);
  rmSync(old, { recursive: true, force: true });
}
