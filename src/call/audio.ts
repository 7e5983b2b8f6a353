import { type FileHandle, open, realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import type { Readable } from 'node:stream';
import { Refused } from '../base/errors.ts';

/**
 * Opens a recording for reading. Where the path leads in the end has to lie inside `folder`, links followed.
 * @throws Refused `audio-unknown` when it does not, or is not there
 */
export async function openAudio(folder: string, file: string): Promise<{ stream: Readable; bytes: number }> {
  const gone = new Refused('audio-unknown', 'The sound of this message is not there any more');
  const handle = await openInside(folder, file);
  if (!handle) throw gone;
  const { size, isFile } = await handle.stat().then((stat) => ({ size: stat.size, isFile: stat.isFile() }));
  if (!isFile) {
    await handle.close();
    throw gone;
  }
  return { stream: handle.createReadStream(), bytes: size };
}

async function openInside(folder: string, file: string): Promise<FileHandle | undefined> {
  try {
    const inside = `${await realpath(folder)}${sep}`;
    const path = await realpath(file);
    return path.startsWith(inside) ? await open(path, 'r') : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EACCES' || code === 'ELOOP') return undefined;
    throw error;
  }
}
