import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Refused } from '../base/errors.ts';

/** Free bytes that a start needs when the PBX is there already: databases, logs, a few recordings. */
export const SPACE_TO_RUN = 100 * 2 ** 20;
/** Free bytes for unpacking the PBX as well: packages and their content lie side by side for a while. */
export const SPACE_TO_UNPACK = 2 ** 30;

/** Makes the data folder, for its owner only. Throws `Refused('no-right')` when that is not allowed. */
export function ensureDataFolder(data: string): void {
  try {
    makeFolder(data);
    chmodSync(data, 0o700);
    accessSync(data, constants.W_OK | constants.X_OK);
    const probe = join(data, `.probe-${process.pid}`);
    writeFileSync(probe, 'x');
    rmSync(probe);
  } catch (error) {
    throw new Refused('no-right', sentenceFor(error, data));
  }
}

/** Throws `Refused('disk-full')` when the disk under `folder` has less than `needed` bytes free. */
export function checkSpace(folder: string, needed: number): void {
  const disk = statfsSync(existingAncestor(folder));
  const free = disk.bavail * disk.bsize;
  if (free >= needed) return;
  throw new Refused('disk-full', notEnough(folder, needed, free));
}

/** The sentence for a disk that is full. */
export function notEnough(folder: string, needed: number, free: number): string {
  return `The disk of ${folder} has ${megabytes(free)} free and ${megabytes(needed)} are needed. Free some, or set CARILLON_DATA to a folder on another disk.`;
}

function sentenceFor(error: unknown, data: string): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC')
    return `The disk of ${data} is full. Free some space, or set CARILLON_DATA to a folder on another disk.`;
  if (code === 'ENOTDIR' || code === 'EEXIST')
    return `${data} is not a folder. Set CARILLON_DATA to a folder, or move that file away.`;
  return `This user may not write to ${data} (${code}). Give it the right, or set CARILLON_DATA to another folder.`;
}

/** Not `recursive`, which turns for ever where a file system answers ENOENT to a `mkdir`, such as /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}

function existingAncestor(folder: string): string {
  try {
    accessSync(folder);
    return folder;
  } catch {
    return dirname(folder) === folder ? folder : existingAncestor(dirname(folder));
  }
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / 2 ** 20)} MB`;
}
