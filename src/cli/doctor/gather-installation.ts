import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  readSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { messageOf, Refused } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { asItRuns, pbxLogs } from '../../setup/choose-pbx.ts';
import { daemonLog } from '../../setup/daemon-process.ts';
import { inProject } from '../../setup/project.ts';
import { readSecrets, secretsFile } from '../../setup/secrets.ts';
import { mostChannels, readSettings, SETTINGS, type Settings } from '../../setup/settings.ts';
import { crashesIn } from './crashes.ts';
import type { InstallationFacts, PrivatePath } from './installation.ts';
import type { MachineFacts } from './machine.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** How much of a log's end is looked through, bytes. */
const LOG_TAIL = 4 * 2 ** 20;

/** The settings as far as they can be read, and what is wrong with the others, which count as not set. */
export interface ReadableSettings {
  readonly settings: Settings;
  readonly wrong: readonly string[];
  readonly unknown: readonly { readonly name: string; readonly hint: string }[];
}

/** Reads the settings without stopping at the first that is wrong. */
export function readableSettings(env: Environment): ReadableSettings {
  const known = SETTINGS.map(({ name }) => name);
  const ours = Object.keys(env).filter((name) => name.startsWith('CARILLON_'));
  const unknown = ours
    .filter((name) => !known.includes(name))
    .map((name) => ({ name, hint: nearest(name, known) }));
  const usable: Record<string, string | undefined> = Object.fromEntries(
    Object.entries(env).filter(([name]) => !unknown.some((one) => one.name === name)),
  );
  const wrong: string[] = [];
  for (;;) {
    try {
      const told = readSettings(usable);
      const settings = asItRuns(told);
      const isMisled = usable.CARILLON_PBX !== undefined && settings.pbx !== told.pbx;
      return { settings, wrong: isMisled ? [...wrong, misled(told.pbx, settings.pbx)] : wrong, unknown };
    } catch (thrown) {
      const named = known.find((name) => usable[name] !== undefined && messageOf(thrown).includes(name));
      if (!(thrown instanceof Refused) || named === undefined) throw thrown;
      wrong.push(thrown.message);
      delete usable[named];
    }
  }
}

function misled(told: string, runs: string): string {
  return `CARILLON_PBX is ${told} in this terminal, but ${runs} runs on the data folder`;
}

export function installationFacts({ settings, wrong, unknown }: ReadableSettings): InstallationFacts {
  const { data } = settings;
  const folder = privatePath(data);
  const logs = [daemonLog(data), ...pbxLogs(settings)].filter((file) => existsSync(file));
  return {
    data: {
      ...folder,
      isFolder: folder.exists && statSync(data).isDirectory(),
      isWritable: isWritable(data),
    },
    freeBytes: folder.exists ? freeBytes(data) : 0,
    wrongSettings: wrong,
    unknownSettings: unknown,
    secrets: { ...privatePath(secretsFile(data)), fault: faultOfSecrets(data) },
    logs: logs.map((file) => ({ file, bytes: statSync(file).size })),
    crashes: crashesIn(tailOf(daemonLog(data), LOG_TAIL)),
  };
}

/** @param openFiles by who; the lowest counts */
export function machineFacts(
  settings: Settings,
  lastEventAt: number,
  pids: Readonly<Record<string, number | undefined>>,
): MachineFacts {
  const limits = Object.entries({ 'this shell': process.pid, ...pids }).flatMap(([who, pid]) => {
    const limit = pid === undefined ? undefined : openFilesOf(pid);
    return limit === undefined ? [] : [[who, limit] as const];
  });
  return {
    node: process.versions.node,
    napi: Number(process.versions.napi),
    wrongPackages: wrongPackages(),
    now: Date.now(),
    lastEventAt,
    knowsZones: knowsZones(),
    openFiles: Object.fromEntries(limits),
    channels: mostChannels(settings),
  };
}

/** The last bytes of a file, '' when it is not there. */
export function tailOf(file: string, bytes: number): string {
  if (!existsSync(file)) return '';
  const size = statSync(file).size;
  const handle = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(Math.min(size, bytes));
    readSync(handle, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8');
  } finally {
    closeSync(handle);
  }
}

function privatePath(path: string): PrivatePath {
  if (!existsSync(path)) return { path, exists: false, mode: 0, ownedByUs: false };
  const { mode, uid } = statSync(path);
  return { path, exists: true, mode: mode & 0o777, ownedByUs: uid === process.getuid?.() };
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function freeBytes(folder: string): number {
  const disk = statfsSync(folder);
  return disk.bavail * disk.bsize;
}

function faultOfSecrets(data: string): string {
  try {
    readSecrets(data);
    return '';
  } catch (thrown) {
    return thrown instanceof Refused && thrown.id === 'not-set-up' ? '' : messageOf(thrown);
  }
}

function wrongPackages(): string[] {
  const { dependencies } = JSON.parse(readFileSync(inProject('package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return Object.entries(dependencies).flatMap(([name, wanted]) => {
    const file = inProject('node_modules', name, 'package.json');
    if (!existsSync(file)) return [name];
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
    return version === wanted ? [] : [`${name} (${version} instead of ${wanted})`];
  });
}

function knowsZones(): boolean {
  try {
    const noon = new Date(Date.UTC(2026, 0, 1, 12));
    const hour = new Intl.DateTimeFormat('en', { timeZone: 'Asia/Shanghai', hour: 'numeric', hour12: false });
    return hour.format(noon) === '20';
  } catch {
    return false;
  }
}

function openFilesOf(pid: number): number | undefined {
  const file = join('/proc', String(pid), 'limits');
  try {
    const soft = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync(file, 'utf8'))?.[1];
    if (soft === undefined) return undefined;
    return soft === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(soft);
  } catch {
    return undefined;
  }
}
