import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this clone, absolute, without a slash at its end. */
export const projectFolder = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** An absolute path inside this clone. */
export function inProject(...parts: string[]): string {
  return join(projectFolder, ...parts);
}
