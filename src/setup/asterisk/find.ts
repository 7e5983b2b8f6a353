import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Refused } from '../../base/errors.ts';
import { isUnpacked, modulesIn, onPath, programIn, unpackPrivateRoot } from '../private-root.ts';
import { lastLines, type Program, plainProgram, runProgram } from '../run-program.ts';
import type { Settings } from '../settings.ts';

/** The oldest Asterisk that Carillon drives: the oldest one that still gets fixes. */
const OLDEST_ASTERISK = 20;

/** An Asterisk that can be started, and where it keeps what it came with. */
export interface AsteriskProgram {
  readonly program: Program;
  /** As it tells it, such as `22.10.1`. */
  readonly version: string;
  readonly modules: string;
  /** Its own sounds, music and documentation. */
  readonly shared: string;
  readonly origin: 'configured' | 'path' | 'private';
}

/**
 * Finds the Asterisk to run: the configured one, else one on the PATH, else the private one, which is unpacked when it
 * is not there. Throws `Refused` with a sentence for the operator.
 */
export async function findAsterisk(
  settings: Settings,
  onProgress: (line: string) => void,
): Promise<AsteriskProgram> {
  if (settings.asterisk) return configured(settings.asterisk);
  const found = onPath('asterisk');
  if (found) {
    const version = await versionOf(plainProgram(found));
    if (isRecent(version)) return installed(found, version, 'path');
    onProgress(
      `${found} is Asterisk ${version || 'of an unknown version'}, too old (${OLDEST_ASTERISK} or newer is needed): using a private Asterisk instead.`,
    );
  }
  return privateAsterisk(settings.pbxRoot, onProgress);
}

async function configured(path: string): Promise<AsteriskProgram> {
  if (!existsSync(path) || !statSync(path).isFile())
    throw new Refused(
      'bad-setting',
      `CARILLON_ASTERISK is ${path}, where there is no program. Correct or unset it.`,
    );
  const tried = await runProgram(plainProgram(path), ['-V'], 5000);
  const version = versionIn(tried.output);
  if (!version)
    throw new Refused(
      'bad-setting',
      `CARILLON_ASTERISK ${path} does not answer -V as an Asterisk does (${lastLines(tried.output, 1) || 'it printed nothing'}). Correct or unset it.`,
    );
  if (!isRecent(version))
    throw new Refused(
      'asterisk-too-old',
      `${path} is Asterisk ${version}, and ${OLDEST_ASTERISK} or newer is needed. Set CARILLON_ASTERISK to a newer one, or unset it to get a private one.`,
    );
  return installed(path, version, 'configured');
}

async function privateAsterisk(root: string, onProgress: (line: string) => void): Promise<AsteriskProgram> {
  if (!isUnpacked(root)) await unpackPrivateRoot(root, onProgress);
  const program = programIn(root, 'usr/sbin/asterisk');
  const tried = await runProgram(program, ['-V'], 5000);
  const version = versionIn(tried.output);
  if (!isRecent(version))
    throw new Refused(
      'unpack-failed',
      `The private Asterisk in ${root} does not run (${lastLines(tried.output, 1)}). Delete that folder and run npm start again.`,
    );
  return {
    program,
    version,
    modules: modulesIn(root),
    shared: join(root, 'usr/share/asterisk'),
    origin: 'private',
  };
}

async function versionOf(program: Program): Promise<string> {
  return versionIn((await runProgram(program, ['-V'], 5000)).output);
}

/** `Asterisk 22.10.1~dfsg+~cs6` → `22.10.1`; '' for anything else. */
export function versionIn(output: string): string {
  return /Asterisk (?:certified[/-])?(\d+(?:\.\d+)*)/i.exec(output)?.[1] ?? '';
}

/** Whether Carillon works with this version of Asterisk. */
export function isRecent(version: string): boolean {
  return Number.parseInt(version, 10) >= OLDEST_ASTERISK;
}

/** An Asterisk that came with the system: asks its own configuration, then the usual places. */
function installed(path: string, version: string, origin: 'configured' | 'path'): AsteriskProgram {
  const prefix = dirname(dirname(realpathSync(path)));
  const told = directoriesIn('/etc/asterisk/asterisk.conf');
  const modules = firstWith('res_ari.so', [
    ...libraryFolders(prefix).map((folder) => join(folder, 'asterisk/modules')),
    ...(told.astmoddir ? [told.astmoddir] : []),
    ...libraryFolders('/usr').map((folder) => join(folder, 'asterisk/modules')),
  ]);
  const shared = firstWith('documentation', [
    join(prefix, 'share/asterisk'),
    ...(told.astdatadir ? [told.astdatadir] : []),
    join(prefix, 'var/lib/asterisk'),
    '/var/lib/asterisk',
    '/usr/share/asterisk',
  ]);
  if (!modules || !shared)
    throw new Refused(
      'no-modules',
      `${path} is Asterisk ${version}, but its ${modules ? 'documentation folder' : 'module res_ari.so'} was not found. Install it completely, or set CARILLON_ASTERISK to another one.`,
    );
  return { program: plainProgram(path), version, modules, shared, origin };
}

function libraryFolders(prefix: string): string[] {
  const library = join(prefix, 'lib');
  const triplets = existsSync(library)
    ? readdirSync(library).filter((name) => name.endsWith('-linux-gnu'))
    : [];
  return [...triplets.map((triplet) => join(library, triplet)), library, join(prefix, 'lib64')];
}

function firstWith(name: string, folders: readonly string[]): string | undefined {
  return folders.find((folder) => existsSync(join(folder, name)));
}

function directoriesIn(file: string): Record<string, string> {
  if (!existsSync(file)) return {};
  const lines = readFileSync(file, 'utf8').split('\n');
  return Object.fromEntries(
    lines
      .map((line) => /^\s*(ast\w+)\s*=>?\s*([^;]+?)\s*(?:;.*)?$/.exec(line))
      .flatMap((m) => (m ? [[m[1], m[2]]] : [])),
  );
}
