import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { importArgument } from '../../../src/lab/bench/faults/injected.ts';
import { inProject } from '../../../src/setup/project.ts';
import { temporaryFolder } from '../../setup/temporary-folder.ts';

const FOLDER = 'src/lab/bench/inject';

/** Whatever is put into our source or broken there on purpose, by the module in which it is. */
const changed = readdirSync(inProject(FOLDER)).flatMap((file) => {
  const source = readFileSync(inProject(FOLDER, file), 'utf8');
  return [...source.matchAll(/'(src\/[\w/.-]+\.ts)'/g)].map(([, module = '']) => [file, module] as const);
});

test('every one of them is known', () => {
  expect(changed.length).toBeGreaterThanOrEqual(12);
});

test.each(changed)('%s finds its place in %s', (file, module) => {
  const load = `await import(${JSON.stringify(pathToFileURL(inProject(module)).href)}); console.log('loaded')`;
  const run = execFileSync(process.execPath, [importArgument(file), '--input-type=module', '-e', load], {
    encoding: 'utf8',
    stdio: 'pipe',
    env: { ...process.env, CARILLON_DATA: temporaryFolder() },
  });
  expect(run).toContain('loaded');
});
