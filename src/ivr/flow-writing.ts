import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, lstat, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Refused } from '../base/errors.ts';
import { isFlowFile } from './flow-files.ts';

/** Where a flow file belongs. @param file as it was archived: of its path only the last part counts @throws Refused `flow-file-name` */
export function flowPath(folder: string, file: string): string {
  const name = basename(file);
  if (isFlowFile(name)) return join(folder, name);
  throw new Refused(
    'flow-file-name',
    `"${name}" is no name of a flow file: they end in .yaml and begin without a dot.`,
  );
}

/**
 * Puts an old text into a flow file, whole: nobody ever reads half of it. A link is followed. What was in the file and is
 * not known is kept beside it, as `<file>.<time>.kept`.
 * @param isKnown whether a text can be had again otherwise
 * @param now UTC ms
 * @returns the path of what was kept
 * @throws Refused `no-right` when the file cannot be written
 */
export async function putFlowText(
  path: string,
  text: string,
  isKnown: (text: string) => boolean | Promise<boolean>,
  now: number,
): Promise<string | undefined> {
  let unfinished: string | undefined;
  try {
    const { target, mode } = await targetOf(path);
    const kept = mode === undefined ? undefined : await keepUnknown(target, text, isKnown, now);
    unfinished = join(dirname(target), `.${basename(target)}.${randomBytes(4).toString('hex')}`);
    await writeFile(unfinished, text, { flag: 'wx' });
    if (mode !== undefined) await chmod(unfinished, mode);
    await rename(unfinished, target);
    return kept;
  } catch (thrown) {
    if (unfinished !== undefined) await rm(unfinished, { force: true });
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === undefined) throw thrown;
    throw new Refused('no-right', `${path} cannot be written (${code}). Give this user the right to it.`);
  }
}

/** The file behind a path, and its rights when it is there. */
async function targetOf(path: string): Promise<{ readonly target: string; readonly mode?: number }> {
  const found = await orNothing(stat(path));
  if (!found) return { target: path };
  if (!found.isFile())
    throw new Refused('flow-file-name', `${path} is not a file. Take it away, and try again.`);
  const isLink = (await lstat(path)).isSymbolicLink();
  return { target: isLink ? await realpath(path) : path, mode: found.mode & 0o777 };
}

async function keepUnknown(
  target: string,
  text: string,
  isKnown: (text: string) => boolean | Promise<boolean>,
  now: number,
): Promise<string | undefined> {
  const before = await readFile(target, 'utf8');
  if (before === text || (await isKnown(before))) return undefined;
  const kept = `${target}.${new Date(now).toISOString().replace(/[:.]/g, '-')}.kept`;
  await copyFile(target, kept, constants.COPYFILE_EXCL);
  return kept;
}

/** Undefined where there is no such file. */
async function orNothing<Value>(found: Promise<Value>): Promise<Value | undefined> {
  try {
    return await found;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw thrown;
  }
}
