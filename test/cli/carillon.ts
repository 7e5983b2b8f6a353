import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inProject } from '../../src/setup/project.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A folder of its own in which `carillon` runs: `flows/`, `data/`, nothing set up, no programs on the PATH. */
export class Place {
  readonly folder = temporaryFolder();
  readonly flows = join(this.folder, 'flows');
  readonly data = join(this.folder, 'data');

  constructor(files: Readonly<Record<string, string>> = {}) {
    mkdirSync(this.flows);
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.flows, path)), { recursive: true });
    writeFileSync(join(this.flows, path), text);
  }

  /** Runs the command in this folder. */
  run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ran> {
    const own = inProject('node_modules/node/bin/node');
    const options = {
      cwd: this.folder,
      env: { PATH: '/nowhere', CARILLON_FLOWS: this.flows, CARILLON_DATA: this.data, ...env },
    };
    return new Promise((resolve) => {
      const node = existsSync(own) ? own : process.execPath;
      execFile(node, [inProject('src/cli.ts'), ...args], options, (error, out, err) => {
        resolve({ code: error ? Number(error.code ?? -1) : 0, out, err });
      });
    });
  }
}

/** A flow of two steps that says `words`. */
export function aFlow(name: string, words = 'Hello'): string {
  return [
    `flow: ${name}`,
    'languages: [en]',
    'start: greet',
    'prompts:',
    `  greeting: { en: ${JSON.stringify(words)} }`,
    'steps:',
    '  greet: { say: greeting, then: end }',
    '  end: { hangup: {} }',
    '',
  ].join('\n');
}
