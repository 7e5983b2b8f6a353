import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { idSource } from '../../src/base/ids.ts';
import { silentLog } from '../../src/base/log.ts';
import { ListKeeper, type ListKeeperParts } from '../../src/list/keeper.ts';
import type { ImportOptions, ImportProgress } from '../../src/list/list.ts';

/** A keeper of lists with a folder of its own, both gone at the end of the test. */
export interface ListCentre extends AsyncDisposable {
  readonly folder: string;
  readonly keeper: ListKeeper;
  /** Another keeper in the same folder; the first one has to be stopped. */
  again(): Promise<ListKeeper>;
  /** Puts bytes or text into a file of that folder. */
  file(content: string | Uint8Array, name?: string): Promise<string>;
  /** Imports into the list and waits for its end. */
  imported(list: string, content: string | Uint8Array, options?: ImportOptions): Promise<ImportProgress>;
}

export async function listCentre(parts: Partial<ListKeeperParts> = {}): Promise<ListCentre> {
  const folder = await mkdtemp(join(tmpdir(), 'carillon-lists-'));
  const make = async (): Promise<ListKeeper> => {
    const keeper = new ListKeeper({
      file: join(folder, 'lists.db'),
      refusedFolder: join(folder, 'lists'),
      shortCodes: '',
      country: 'CN',
      clock: systemClock,
      ids: idSource(Date.now, Math.random),
      log: silentLog,
      ...parts,
    });
    await keeper.start();
    return keeper;
  };
  let keeper = await make();
  const file = async (content: string | Uint8Array, name = 'list.csv'): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  };
  return {
    folder,
    get keeper() {
      return keeper;
    },
    again: async () => {
      keeper = await make();
      return keeper;
    },
    file,
    imported: async (list, content, options) => {
      const id = await keeper.importFile(list, await file(content), options);
      return ended(keeper, id);
    },
    [Symbol.asyncDispose]: async () => {
      await keeper.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** How an import ended. */
export async function ended(keeper: ListKeeper, id: string): Promise<ImportProgress> {
  for (;;) {
    const progress = await keeper.import(id);
    if (progress?.endedAt !== undefined) return progress;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
