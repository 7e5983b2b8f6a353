import { pathToFileURL } from 'node:url';
import { inProject } from '../../../setup/project.ts';

/** The option of Node that loads a file of `inject/` before anything else. */
export function importArgument(name: string): string {
  return `--import=${pathToFileURL(inProject('src/lab/bench/inject', name)).href}`;
}
