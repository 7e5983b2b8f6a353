import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * The files of a data folder, relative to it, but for the prompts: they are spoken from the flow files alone, and come and go; and but
 * for our own program as Node compiled it, the sample bank with its invented cards among it.
 */
export function filesOf(data: string): string[] {
  return readdirSync(data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(data, join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith('prompts/') && !file.startsWith('cache/code/'));
}

/** Those of them in which the keys stand. */
export function filesThatHold(keys: string, data: string): string[] {
  return filesOf(data).filter((file) => holdsKeys(readFileSync(join(data, file), 'latin1'), keys));
}

/** Whether the keys stand in this text, be it one by one: `DTMF end '7'`, `"digit":"3"`. */
export function holdsKeys(text: string, keys: string): boolean {
  const single = (text.match(/(?<=['"])\d(?=['"])/g) ?? []).join('');
  const repeated = new RegExp([...keys].map((key) => `${key}+`).join(''));
  return text.includes(keys) || repeated.test(single);
}
