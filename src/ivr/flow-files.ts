import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf } from '../base/errors.ts';
import type { Knowledge, SourceFile } from './flow-set.ts';
import type { Problem } from './report.ts';
import { MAX_FILE_BYTES } from './yaml.ts';

/**
 * Whether a prompt was recorded, by the folder of flows. Each folder of recordings is looked into once, so this is for one
 * reading of the flows.
 */
export function recordedIn(folder: string): Knowledge['isRecorded'] {
  const looked = new Map<string, ReadonlySet<string>>();
  return (prompt, language) => {
    const path = join(folder, 'prompts', language, `${prompt}.wav`);
    const place = dirname(path);
    const names = looked.get(place) ?? namesIn(place);
    looked.set(place, names);
    return names.has(basename(path));
  };
}

/** Empty when there is no such folder. */
function namesIn(folder: string): ReadonlySet<string> {
  try {
    return new Set(readdirSync(folder));
  } catch {
    return new Set();
  }
}

/** Names a version after its text. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** Whether a name, without its folder, is one of a flow file. */
export function isFlowFile(name: string): boolean {
  return /^[^./][^/]*\.ya?ml$/.test(name) && !/\.test\.ya?ml$/.test(name);
}

/** How a file of a folder of flows is named in messages, whatever folder it was named with before. */
export function fileIn(folder: string, file: string): string {
  return join(basename(folder), basename(file));
}

/** The names of all flow files of a folder, in order. @throws when there is no such folder */
async function flowFileNames(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter(isFlowFile).sort();
}

/** Change with every change of a file. */
export interface Stamps {
  readonly files: string;
  readonly recordings: string;
}

/** @throws when there is no such folder */
export async function stampsOf(folder: string): Promise<Stamps> {
  const recordings = await readdir(join(folder, 'prompts'), { recursive: true }).catch(() => []);
  const [files, recorded] = await Promise.all([
    stampOf(folder, await flowFileNames(folder)),
    stampOf(join(folder, 'prompts'), recordings.sort()),
  ]);
  return { files, recordings: recorded };
}

async function stampOf(folder: string, names: readonly string[]): Promise<string> {
  const stamps = await Promise.all(
    names.map(async (name) => {
      const { mtimeMs, ctimeMs, size, ino } = await stat(join(folder, name)).catch(() => NOTHING);
      return `${name} ${mtimeMs} ${ctimeMs} ${size} ${ino}`;
    }),
  );
  return digest(stamps.join('\n'));
}

const NOTHING = { mtimeMs: 0, ctimeMs: 0, size: 0, ino: 0 };

/** Reads the files of a folder of flows; those that cannot be read become problems. @throws when there is no such folder */
export async function readFlowFiles(
  folder: string,
): Promise<{ readonly files: readonly SourceFile[]; readonly problems: readonly Problem[] }> {
  const problems: Problem[] = [];
  const files = await Promise.all(
    (await flowFileNames(folder)).map(async (name): Promise<SourceFile[]> => {
      const file = fileIn(folder, name);
      try {
        return [{ file, text: await textOf(join(folder, name)) }];
      } catch (thrown) {
        problems.push({ file, line: 1, column: 1, severity: 'error', message: messageOf(thrown), hint: '' });
        return [];
      }
    }),
  );
  return { files: files.flat(), problems };
}

async function textOf(path: string): Promise<string> {
  const found = await stat(path);
  // A pipe would be waited for for ever.
  if (!found.isFile()) throw new Error('this is not a file');
  if (found.size > MAX_FILE_BYTES) throw new Error('the file is larger than 1 MB');
  return readFile(path, 'utf8');
}
