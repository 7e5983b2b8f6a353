import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Refused } from '../../base/errors.ts';
import { inProject } from '../project.ts';
import { lastLines, plainProgram, runProgram } from '../run-program.ts';

/** A FreeSWITCH that can be started. */
export interface FreeswitchProgram {
  /** Absolute path of the program. */
  readonly command: string;
  /** As it tells it, such as `1.10.12`. */
  readonly version: string;
  /** Absolute folder of its modules. */
  readonly modules: string;
  /** Absolute folders in which its music may lie. */
  readonly music: readonly string[];
  readonly origin: 'configured' | 'path' | 'usual';
}

/** The oldest FreeSWITCH that Carillon drives. */
const OLDEST: readonly [major: number, minor: number] = [1, 10];
/** Where packages and its own `make install` put it. */
const USUAL = ['/usr', '/usr/local', '/usr/local/freeswitch', '/opt/freeswitch'];
const HOW_TO_GET =
  "Install FreeSWITCH 1.10 or newer (from your system's packages, from those of its makers, or built from its source) and set CARILLON_FREESWITCH to its folder, the one that holds bin/freeswitch";
const ANSWERS_WITHIN_MS = 10_000;

/**
 * Finds the FreeSWITCH to run: the configured one, else one on the PATH, else one in the usual places. It is never fetched or built
 * here. Throws `Refused` with a sentence for the operator.
 * @param configured absolute folder that holds `bin/freeswitch`, or the program itself
 * @param usual absolute folders that packages install it into
 */
export async function findFreeswitch(
  configured: string | undefined,
  usual: readonly string[] = USUAL,
): Promise<FreeswitchProgram> {
  if (configured !== undefined) return told(configured);
  const onPath = (process.env.PATH ?? '').split(':').map((folder) => join(folder, 'freeswitch'));
  const found = onPath.find(isProgram);
  if (found !== undefined) return checked(found, 'path');
  const packaged = usual.map((prefix) => join(prefix, 'bin/freeswitch')).find(isProgram);
  if (packaged !== undefined) return checked(packaged, 'usual');
  const hint = process.env.FREESWITCH_HOME ? ' FREESWITCH_HOME is read by the tests only.' : '';
  throw new Refused(
    'no-freeswitch',
    `No FreeSWITCH was found on the PATH or in the usual places. ${HOW_TO_GET}.${hint}`,
  );
}

/** The modules that our configuration loads, such as `mod_sofia`. */
export function neededModules(): string[] {
  const template = readFileSync(inProject('sip-config/freeswitch/switch.xml'), 'utf8');
  return [...template.matchAll(/<load module="(\w+)"/g)].map(([, name]) => name ?? '');
}

/** `FreeSWITCH version: 1.10.12-release…` → `1.10.12`; '' for anything else. */
export function freeswitchVersionIn(output: string): string {
  return /FreeSWITCH version:\s*(\d+\.\d+(?:\.\d+)*)/i.exec(output)?.[1] ?? '';
}

/** Whether Carillon works with this version of FreeSWITCH. */
export function isRecentFreeswitch(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

function told(path: string): Promise<FreeswitchProgram> {
  const command = [path, join(path, 'bin/freeswitch')].find(isProgram);
  if (command === undefined)
    throw new Refused(
      'bad-setting',
      `CARILLON_FREESWITCH is ${path}, where there is neither the program nor bin/freeswitch. Correct or unset it.`,
    );
  return checked(command, 'configured');
}

async function checked(command: string, origin: FreeswitchProgram['origin']): Promise<FreeswitchProgram> {
  const tried = await runProgram(plainProgram(command), ['-version'], ANSWERS_WITHIN_MS);
  const version = freeswitchVersionIn(tried.output);
  if (!version)
    throw new Refused(
      'bad-freeswitch',
      `${command} does not answer -version as FreeSWITCH does (${lastLines(tried.output, 1) || 'it printed nothing'}). Set CARILLON_FREESWITCH to another one.`,
    );
  if (!isRecentFreeswitch(version))
    throw new Refused(
      'freeswitch-too-old',
      `${command} is FreeSWITCH ${version}, and ${OLDEST.join('.')} or newer is needed. ${HOW_TO_GET}.`,
    );
  const prefix = dirname(dirname(realpathSync(command)));
  return { command, version, origin, modules: modulesOf(command, version, prefix), music: musicOf(prefix) };
}

function modulesOf(command: string, version: string, prefix: string): string {
  const folders = [
    ...libraryFolders(prefix).map((folder) => join(folder, 'freeswitch/mod')),
    join(prefix, 'mod'),
  ];
  const needed = neededModules();
  const missingIn = (folder: string) => needed.filter((name) => !existsSync(join(folder, `${name}.so`)));
  const modules =
    folders.find((folder) => existsSync(join(folder, 'mod_sofia.so'))) ?? folders.find(existsSync);
  if (modules === undefined)
    throw new Refused(
      'no-modules',
      `${command} is FreeSWITCH ${version}, but its modules were not found (looked into ${folders.join(', ')}). Install it completely, or set CARILLON_FREESWITCH to another one.`,
    );
  const missing = missingIn(modules);
  if (missing.length > 0)
    throw new Refused(
      'no-modules',
      `${command} is FreeSWITCH ${version}, but ${modules} lacks ${missing.join(', ')}. Install the packages of these modules, or build them, and start again.`,
    );
  return modules;
}

function musicOf(prefix: string): string[] {
  const sounds = [
    join(prefix, 'share/freeswitch/sounds'),
    join(prefix, 'sounds'),
    '/usr/share/freeswitch/sounds',
  ];
  return sounds.map((folder) => join(folder, 'music/8000'));
}

function libraryFolders(prefix: string): string[] {
  const library = join(prefix, 'lib');
  const triplets = existsSync(library)
    ? readdirSync(library).filter((name) => name.endsWith('-linux-gnu'))
    : [];
  return [library, ...triplets.map((triplet) => join(library, triplet)), join(prefix, 'lib64')];
}

function isProgram(path: string): boolean {
  return existsSync(path) && statSync(path).isFile();
}
