import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { messageOf } from '../base/errors.ts';
import type { Knowledge, SourceFile } from './flow-set.ts';
import type { Problem } from './report.ts';
import { MAX_FILE_BYTES } from './yaml.ts';

/** Whether a prompt was recorded, by the folder of flows. */
export function recordedIn(folder: string): Knowledge['isRecorded'] {
  return (prompt, language) => existsSync(join(folder, 'prompts', language, `${prompt}.wav`));
}

/** Names a version after its text. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** The names of all flow files of a folder, in order. @throws when there is no such folder */
async function flowFileNames(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => /^[^.].*\.ya?ml$/.test(name) && !/\.test\.ya?ml$/.test(name)).sort();
}

/** Changes with every change of a flow file or a recording. */
export async function stampOf(folder: string): Promise<string> {
  const files = await flowFileNames(folder);
  const recordings = await readdir(join(folder, 'prompts'), { recursive: true }).catch(() => []);
  const paths = [...files, ...recordings.map((name) => join('prompts', name))];
  const stamps = await Promise.all(
    paths.map(async (path) => {
      const { mtimeMs, size, ino } = await stat(join(folder, path)).catch(() => ({
        mtimeMs: 0,
        size: 0,
        ino: 0,
      }));
      return `${path} ${mtimeMs} ${size} ${ino}`;
    }),
  );
  return digest(stamps.join('\n'));
}

/** Reads the files of a folder of flows; those that cannot be read become problems. */
export async function readFlowFiles(
  folder: string,
): Promise<{ readonly files: readonly SourceFile[]; readonly problems: readonly Problem[] }> {
  const problems: Problem[] = [];
  const files = await Promise.all(
    (await flowFileNames(folder)).map(async (name): Promise<SourceFile[]> => {
      const file = join(basename(folder), name);
      const path = join(folder, name);
      try {
        if ((await stat(path)).size > MAX_FILE_BYTES) throw new Error('the file is larger than 1 MB');
        return [{ file, text: await readFile(path, 'utf8') }];
      } catch (thrown) {
        problems.push({ file, line: 1, column: 1, severity: 'error', message: messageOf(thrown), hint: '' });
        return [];
      }
    }),
  );
  return { files: files.flat(), problems };
}
