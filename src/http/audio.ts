import { type FileHandle, open, realpath } from 'node:fs/promises';
import { sep } from 'node:path';
import type { Readable } from 'node:stream';
import { Refused } from '../base/errors.ts';

/** What the file system says of a path that leads nowhere. */
const GONE = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE']);

/**
 * Opens a recording for reading. Where the path leads in the end has to lie inside `folder`, links followed.
 * @throws Refused `audio-unknown` when it does not, or is not there
 */
export async function openAudio(folder: string, file: string): Promise<{ stream: Readable; bytes: number }> {
  const gone = new Refused('audio-unknown', 'This recording is not there any more');
  const handle = await openInside(folder, file);
  if (!handle) throw gone;
  const stat = await handle.stat();
  if (stat.isFile()) return { stream: handle.createReadStream(), bytes: stat.size };
  await handle.close();
  throw gone;
}

async function openInside(folder: string, file: string): Promise<FileHandle | undefined> {
  try {
    const inside = `${await realpath(folder)}${sep}`;
    const path = await realpath(file);
    return path.startsWith(inside) ? await open(path, 'r') : undefined;
  } catch (error) {
    if (GONE.has((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
