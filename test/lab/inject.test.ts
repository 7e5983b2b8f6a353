import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { inProject } from '../../src/setup/project.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';

const FOLDER = 'src/lab/bench/inject';
const run = promisify(execFile);

/** What the benches load into a daemon changes our source as it is read, so a change of ours could leave it without its place. */
const injected = readdirSync(inProject(FOLDER)).flatMap((file) => {
  const source = readFileSync(inProject(FOLDER, file), 'utf8');
  const changed = [...source.matchAll(/'(src\/[\w/.-]+\.ts)'/g)].map(([, path = '']) => path);
  return changed.length > 0 ? [{ file, changed }] : [];
});

test('there are such changes', () => {
  expect(injected.length).toBeGreaterThan(5);
});

test.each(injected)('$file finds its place in our source', async ({ file, changed }) => {
  const imports = changed.map((path) => `await import(${JSON.stringify(inProject(path))});`).join('');
  const args = [
    '--import',
    inProject(FOLDER, file),
    '--input-type=module',
    '--eval',
    `${imports}process.exit()`,
  ];
  const env = { ...process.env, CARILLON_DATA: temporaryFolder() };
  await expect(run(process.execPath, args, { env })).resolves.toMatchObject({ stdout: '' });
});
