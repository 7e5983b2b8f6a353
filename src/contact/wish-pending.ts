import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';

/** What all entries of a list have in common. */
export interface WishListTerms {
  /** The list's name. */
  readonly source: string;
  /** '' for all campaigns. */
  readonly campaign: string;
  /** UTC ms; undefined: for good. */
  readonly until?: number;
  readonly by: string;
}

/** A list that is to be brought in, as it is kept beside its file until its end. */
export interface PendingList extends WishListTerms {
  /** The import's id. */
  readonly id: string;
}

const pendingList = z.strictObject({
  id: z.string().min(1),
  source: z.string(),
  campaign: z.string(),
  until: z.number().optional(),
  by: z.string(),
});

/** No file of an upload ends so. */
const ENDING = '.wishes.json';

/** Keeps the terms beside the file. When it returns, neither they nor the file are lost with the power. */
export async function keepPending(path: string, pending: PendingList): Promise<void> {
  await synced(path, 'r');
  const unfinished = `${path}${ENDING}.new`;
  await synced(unfinished, 'w', JSON.stringify(pending));
  await rename(unfinished, `${path}${ENDING}`);
  await synced(dirname(path), 'r');
}

/** Removes the file with its terms. Those first: a file without them was brought in. */
export async function forgetPending(path: string): Promise<void> {
  await rm(`${path}${ENDING}`, { force: true });
  await rm(path, { force: true });
}

export interface PendingLists {
  /** In the order in which they came. */
  readonly lists: readonly { readonly path: string; readonly pending: PendingList }[];
  /** Paths of terms that nobody can read. */
  readonly unreadable: readonly string[];
}

/** Lists that are not whole. The folder is made if it is not there. @throws when it cannot be read */
export async function pendingIn(folder: string): Promise<PendingLists> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const names = (await readdir(folder)).filter((name) => name.endsWith(ENDING)).sort();
  const lists: { path: string; pending: PendingList }[] = [];
  const unreadable: string[] = [];
  for (const name of names) {
    const terms = join(folder, name);
    const pending = await readPending(terms);
    if (pending) lists.push({ path: join(folder, basename(name, ENDING)), pending });
    else unreadable.push(terms);
  }
  return { lists, unreadable };
}

async function readPending(file: string): Promise<PendingList | undefined> {
  try {
    return pendingList.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** What is written, or what lies there already, is on the disk when this returns. */
async function synced(path: string, flags: 'r' | 'w', content?: string): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    if (content !== undefined) await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}
