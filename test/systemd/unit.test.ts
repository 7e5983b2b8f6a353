import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { inProject } from '../../src/setup/project.ts';

const text = readFileSync(inProject('systemd/carillon.service'), 'utf8');

/** Values by section and key; a key stands once. */
const unit = new Map<string, string>();
let section = '';
for (const line of text.split('\n')) {
  if (line === '' || line.startsWith('#')) continue;
  const head = /^\[(\w+)\]$/.exec(line);
  if (head) section = head[1]!;
  else {
    const [, key, value] = /^(\w+)=(.+)$/.exec(line) ?? [];
    if (key === undefined || unit.has(`${section}.${key}`)) throw new Error(`not a line of a unit: ${line}`);
    unit.set(`${section}.${key}`, value!);
  }
}

test('the crash of the supervisor ends no call: systemd kills it alone, and starts it again for ever', () => {
  expect(unit.get('Service.KillMode')).toBe('process');
  expect(unit.get('Service.Restart')).toBe('always');
});

test('it may take as long to stop as supervisor, daemon and Asterisk together', () => {
  expect(Number(unit.get('Service.TimeoutStopSec'))).toBeGreaterThanOrEqual(15);
});

test('what it starts is there', () => {
  const [program, script, command] = unit.get('Service.ExecStart')!.split(' ');
  const home = unit.get('Service.WorkingDirectory')!;
  for (const path of [program!, script!]) {
    expect(path.startsWith(`${home}/`)).toBe(true);
    expect(existsSync(inProject(path.slice(home.length + 1)))).toBe(true);
  }
  expect(command).toBe('start');
});
