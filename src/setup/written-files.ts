import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Writes `name` into `folder`, whole or not at all, for its owner only. Returns its name if that changed anything. */
export function writeChanged(folder: string, name: string, content: string): string[] {
  const file = join(folder, name);
  if (existsSync(file) && readFileSync(file, 'utf8') === content) return [];
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(`${file}.new`, content, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return [name];
}

/** Removes `name` from `folder`. Returns its name if it was there. */
export function removeWritten(folder: string, name: string): string[] {
  const file = join(folder, name);
  if (!existsSync(file)) return [];
  rmSync(file);
  return [name];
}
