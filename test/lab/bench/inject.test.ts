import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { importArgument } from '../../../src/lab/bench/faults/injected.ts';
import { inProject } from '../../../src/setup/project.ts';

/** Whatever is broken on purpose, by the module in which it is. */
test.each([
  ['no-fence.ts', 'src/store/ownership.ts'],
  ['no-fence.ts', 'src/engine/pbx-listener.ts'],
  ['no-fence.ts', 'src/pbx/freeswitch/ownership.ts'],
  ['no-recovery.ts', 'src/pbx/freeswitch/recovery.ts'],
  ['no-leg-ends.ts', 'src/engine/pbx-listener.ts'],
  ['no-admission.ts', 'src/engine/admission.ts'],
  ['no-adoption.ts', 'src/engine/reconcile.ts'],
  ['no-hangup.ts', 'src/engine/effects.ts'],
  ['forget-attempts.ts', 'src/engine/engine.ts'],
])('the control %s finds what it takes out of %s', (control, module) => {
  const load = `await import(${JSON.stringify(pathToFileURL(inProject(module)).href)}); console.log('loaded')`;
  const run = execFileSync(process.execPath, [importArgument(control), '--input-type=module', '-e', load], {
    encoding: 'utf8',
    stdio: 'pipe',
  });
  expect(run).toContain('loaded');
});
