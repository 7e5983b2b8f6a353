import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ensureSecrets, readSecrets, secretsFile } from '../../src/setup/secrets.ts';
import { temporaryFolder } from './temporary-folder.ts';

test('the first start makes secrets that only the owner can read', () => {
  const data = temporaryFolder();
  const made = ensureSecrets(data);
  expect(statSync(secretsFile(data)).mode & 0o777).toBe(0o600);
  const { consolePassword, ...others } = made;
  for (const secret of Object.values(others)) expect(secret).toMatch(/^[A-Za-z0-9_-]{32}$/);
  expect(consolePassword).toMatch(/^([a-km-np-z2-9]{5}-){3}[a-km-np-z2-9]{5}$/);
  expect(new Set(Object.values(made)).size).toBe(5);
});

test('later starts keep them, and two installations share none', () => {
  const data = temporaryFolder();
  const made = ensureSecrets(data);
  expect(ensureSecrets(data)).toEqual(made);
  expect(readSecrets(data)).toEqual(made);
  expect(ensureSecrets(temporaryFolder()).ariPassword).not.toBe(made.ariPassword);
});

test('what a newer version needs is added, what is there stays', () => {
  const data = temporaryFolder();
  const { ariPassword } = ensureSecrets(data);
  writeFileSync(secretsFile(data), JSON.stringify({ ariPassword, later: 'kept' }));
  expect(ensureSecrets(data).ariPassword).toBe(ariPassword);
  expect(JSON.parse(readFileSync(secretsFile(data), 'utf8'))).toMatchObject({ ariPassword, later: 'kept' });
});

test('a damaged file is refused, not replaced', () => {
  const data = temporaryFolder();
  writeFileSync(join(data, 'secrets.json'), '{"ariPass');
  expect(() => ensureSecrets(data)).toThrow(/secrets\.json.*Restore it/);
  expect(readFileSync(join(data, 'secrets.json'), 'utf8')).toBe('{"ariPass');
});

test('reading before the first start says what to do', () => {
  expect(() => readSecrets(temporaryFolder())).toThrow(/npm start/);
});
