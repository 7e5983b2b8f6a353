import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { Refused } from '../base/errors.ts';
import { checkSpace, notEnough, SPACE_TO_UNPACK } from './data-folder.ts';
import { lastLines, type Program, plainProgram, runProgram } from './run-program.ts';

/**
 * A private copy of Asterisk and the speech tools, unpacked from Debian packages into a folder of ours. Nothing is
 * installed: the programs run through the root's own loader with the root's own libraries, so neither chroot nor root
 * rights are needed and a path means the same inside and outside.
 */
const SUITE = 'sid';
const MIRROR = 'http://deb.debian.org/debian';
const PACKAGES = ['asterisk', 'asterisk-moh-opsound-wav', 'espeak-ng', 'sox'];
const UNPACK_TIMEOUT_MS = 15 * 60_000;
const INSTALL_TIMEOUT_MS = 5 * 60_000;

const MACHINES: Readonly<Record<string, { triplet: string; loader: string }>> = {
  x64: { triplet: 'x86_64-linux-gnu', loader: 'ld-linux-x86-64.so.2' },
  arm64: { triplet: 'aarch64-linux-gnu', loader: 'ld-linux-aarch64.so.1' },
};

/** Whether `root` holds a complete private Asterisk. */
export function isUnpacked(root: string): boolean {
  return existsSync(join(root, 'usr/sbin/asterisk'));
}

/** A program of the private root, such as `usr/sbin/asterisk` or `usr/bin/espeak-ng`. */
export function programIn(root: string, path: string): Program {
  const { triplet, loader } = thisMachine();
  const libraries = join(root, 'usr/lib', triplet);
  return {
    command: join(libraries, loader),
    args: ['--library-path', `${libraries}:${join(libraries, 'pulseaudio')}`, join(root, path)],
    env: { ESPEAK_DATA_PATH: libraries },
  };
}

/** Where the private root keeps its Asterisk modules. */
export function modulesIn(root: string): string {
  return join(root, 'usr/lib', thisMachine().triplet, 'asterisk/modules');
}

/**
 * Unpacks the private Asterisk into `root` unless it is there. Takes half a minute or so and 310 MB. An interrupted
 * run leaves nothing that a later one takes for complete. Throws `Refused` with a sentence for the operator.
 */
export async function unpackPrivateRoot(root: string, onProgress: (line: string) => void): Promise<void> {
  if (isUnpacked(root)) return;
  if (existsSync(root) && readdirSync(root).length > 0)
    throw new Refused(
      'bad-setting',
      `An Asterisk was to be unpacked into ${root}, where other things are. Empty that folder, or set CARILLON_PBX_ROOT to another.`,
    );
  thisMachine();
  checkSpace(root, SPACE_TO_UNPACK);
  await ensureMmdebstrap(onProgress);
  mkdirSync(dirname(root), { recursive: true });
  removeLeftovers(root);
  const unfinished = `${root}.unfinished-${process.pid}`;
  onProgress(
    `Unpacking Asterisk 22 and the programs that speak from Debian ${SUITE} (about 90 MB to download) …`,
  );
  try {
    await unpack(unfinished, onProgress);
    linkDefaultSounds(unfinished);
    moveIntoPlace(unfinished, root);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

async function unpack(target: string, onProgress: (line: string) => void): Promise<void> {
  const result = await runProgram(
    plainProgram('mmdebstrap'),
    [
      // Needs no rights at all; as root too, because containers often forbid root what mmdebstrap's other modes do.
      '--mode=chrootless',
      '--variant=extract',
      `--include=${PACKAGES.join(',')}`,
      // A mirror that lags, or a machine whose clock does, is no reason to fail: the signatures are checked all the same.
      '--aptopt=Acquire::Check-Valid-Until "false"',
      '--aptopt=Acquire::Retries "3"',
      '--dpkgopt=path-exclude=/usr/share/doc/*',
      '--dpkgopt=path-exclude=/usr/share/locale/*',
      '--dpkgopt=path-exclude=/usr/share/man/*',
      SUITE,
      target,
      `deb ${MIRROR} ${SUITE} main`,
    ],
    UNPACK_TIMEOUT_MS,
    (line) => {
      const step = /^I: (downloading|extracting|running)/.exec(line);
      if (step) onProgress(`  ${line.slice(3)}`);
    },
  );
  if (result.code === 0 && isUnpacked(target)) return;
  if (/No space left on device/.test(result.output))
    throw new Refused('disk-full', notEnough(dirname(target), SPACE_TO_UNPACK, 0));
  throw new Refused(
    'unpack-failed',
    `Asterisk could not be unpacked from ${MIRROR} (${lastLines(result.output)}). Check that this machine reaches it and run npm start again, or set CARILLON_ASTERISK to an Asterisk 20 or newer.`,
  );
}

/** mmdebstrap is a small Debian package; root gets it installed, others are told. */
async function ensureMmdebstrap(onProgress: (line: string) => void): Promise<void> {
  if (onPath('mmdebstrap')) return;
  if (!onPath('apt-get'))
    throw new Refused(
      'no-pbx',
      'No Asterisk 20 or newer was found, and only Debian and its relatives can unpack one. Install one and set CARILLON_ASTERISK to its path, or use docker/compose.yaml.',
    );
  if (process.getuid?.() !== 0)
    throw new Refused(
      'no-mmdebstrap',
      'No Asterisk 20 or newer was found, and mmdebstrap, which unpacks one, is missing. Run: sudo apt-get install mmdebstrap - then npm start again; or set CARILLON_ASTERISK to the path of an Asterisk.',
    );
  onProgress('Installing mmdebstrap …');
  await installPackages(['mmdebstrap']);
}

async function installPackages(packages: readonly string[]): Promise<void> {
  const apt: Program = { command: 'apt-get', args: [], env: { DEBIAN_FRONTEND: 'noninteractive' } };
  const install = ['install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120', ...packages];
  const updated = await runProgram(apt, ['update', '-o', 'DPkg::Lock::Timeout=120'], INSTALL_TIMEOUT_MS);
  const installed = await runProgram(apt, install, INSTALL_TIMEOUT_MS);
  if (installed.code === 0) return;
  const reason = lastLines(updated.code === 0 ? installed.output : updated.output);
  throw new Refused(
    'apt-failed',
    `apt-get could not install ${packages.join(', ')} (${reason}). Install it by hand, then run npm start again.`,
  );
}

function thisMachine(): { triplet: string; loader: string } {
  const machine = process.platform === 'linux' ? MACHINES[process.arch] : undefined;
  if (!machine)
    throw new Refused(
      'no-pbx',
      `There is no ready Asterisk for ${process.platform}/${process.arch}. Set CARILLON_ASTERISK to one, or use docker/compose.yaml.`,
    );
  return machine;
}

/** Debian makes `en` with update-alternatives, which does not run here; without it even the beep is missing. */
function linkDefaultSounds(root: string): void {
  const sounds = join(root, 'usr/share/asterisk/sounds');
  if (!existsSync(sounds)) return;
  const english = readdirSync(sounds).find((name) => name.startsWith('en_'));
  if (english && !existsSync(join(sounds, 'en'))) symlinkSync(english, join(sounds, 'en'));
}

/** Somebody else may have finished the same root meanwhile; theirs is as good as ours. */
function moveIntoPlace(unfinished: string, root: string): void {
  if (isUnpacked(root)) return;
  if (existsSync(root)) rmdirSync(root);
  renameSync(unfinished, root);
}

function removeLeftovers(root: string): void {
  const folder = dirname(root);
  const prefix = `${root.slice(folder.length + 1)}.unfinished-`;
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(prefix) || existsSync(`/proc/${name.slice(prefix.length)}`)) continue;
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** The full path of a program on the PATH (`searched`, or this process's own), or undefined. */
export function onPath(name: string, searched = process.env.PATH ?? ''): string | undefined {
  // Debian leaves the sbin folders out of an ordinary user's PATH, and asterisk lies there.
  const folders = [...searched.split(delimiter), '/usr/sbin', '/usr/local/sbin'].filter((folder) => folder);
  return folders
    .map((folder) => join(folder.replace(/^~(?=\/)/, homedir()), name))
    .find((path) => isExecutable(path));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
