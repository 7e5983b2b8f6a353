import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  findFreeswitch,
  freeswitchVersionIn,
  isRecentFreeswitch,
  neededModules,
} from '../../../src/setup/freeswitch/find.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const SAYS = 'FreeSWITCH version: 1.10.12-release+git~20240802T210227Z~a88d069d6f~64bit (git a88d069)';

afterEach(() => vi.unstubAllEnvs());

/** A folder as an installation leaves it, with a program that only tells its version. */
function installed(says = SAYS, modules = neededModules(), library = 'lib/freeswitch/mod'): string {
  const home = temporaryFolder();
  mkdirSync(join(home, 'bin'));
  writeFileSync(join(home, 'bin/freeswitch'), `#!/bin/sh\necho '${says}'\n`);
  chmodSync(join(home, 'bin/freeswitch'), 0o755);
  mkdirSync(join(home, library), { recursive: true });
  for (const name of modules) writeFileSync(join(home, library, `${name}.so`), '');
  return home;
}

describe('a FreeSWITCH is found', () => {
  test('by its folder, and by the program itself', async () => {
    const home = installed();
    const found = { command: join(home, 'bin/freeswitch'), version: '1.10.12', origin: 'configured' };
    expect(await findFreeswitch(home)).toMatchObject(found);
    expect(await findFreeswitch(found.command)).toMatchObject(found);
  });

  test('on the PATH', async () => {
    const home = installed();
    vi.stubEnv('PATH', `/nowhere:${join(home, 'bin')}:${process.env.PATH}`);
    expect(await findFreeswitch(undefined)).toMatchObject({
      command: join(home, 'bin/freeswitch'),
      origin: 'path',
    });
  });

  test('where packages put it', async () => {
    const home = installed();
    vi.stubEnv('PATH', '/nowhere');
    expect(await findFreeswitch(undefined, ['/nowhere', home])).toMatchObject({ origin: 'usual' });
  });

  test.each(['lib/freeswitch/mod', 'lib/x86_64-linux-gnu/freeswitch/mod', 'lib64/freeswitch/mod', 'mod'])(
    'with its modules in %s',
    async (library) => {
      const home = installed(SAYS, neededModules(), library);
      expect((await findFreeswitch(home)).modules).toBe(join(home, library));
    },
  );
});

describe('it is refused with what to do', () => {
  test('where there is none', async () => {
    vi.stubEnv('PATH', '/nowhere');
    await expect(findFreeswitch(undefined, [])).rejects.toMatchObject({
      id: 'no-freeswitch',
      message: expect.stringContaining('set CARILLON_FREESWITCH'),
    });
  });

  test('where the setting names nothing', async () => {
    const home = temporaryFolder();
    await expect(findFreeswitch(home)).rejects.toMatchObject({
      id: 'bad-setting',
      message: expect.stringContaining(home),
    });
  });

  test('when it is another program', async () => {
    await expect(findFreeswitch(installed('Asterisk 22'))).rejects.toMatchObject({
      id: 'bad-freeswitch',
      message: expect.stringContaining('Asterisk 22'),
    });
  });

  test('when it is too old', async () => {
    await expect(findFreeswitch(installed('FreeSWITCH version: 1.8.7'))).rejects.toMatchObject({
      id: 'freeswitch-too-old',
      message: expect.stringContaining('1.8.7, and 1.10 or newer'),
    });
  });

  test('when modules are missing, by their names', async () => {
    const modules = neededModules().filter((name) => name !== 'mod_expr' && name !== 'mod_hash');
    await expect(findFreeswitch(installed(SAYS, modules))).rejects.toMatchObject({
      id: 'no-modules',
      message: expect.stringContaining('lacks mod_expr, mod_hash.'),
    });
  });

  test('when it has no modules at all', async () => {
    const home = installed(SAYS, []);
    rmSync(join(home, 'lib'), { recursive: true });
    await expect(findFreeswitch(home)).rejects.toMatchObject({ id: 'no-modules' });
  });
});

test('what the configuration loads is what it needs', () => {
  expect(neededModules()).toEqual(expect.arrayContaining(['mod_sofia', 'mod_event_socket', 'mod_expr']));
});

test.each([
  ['FreeSWITCH version: 1.11.3-dev+git~2026~64bit (git cc93a68 64bit)', '1.11.3'],
  ['Asterisk 22.10.1', ''],
])('%j is version %j', (output, version) => {
  expect(freeswitchVersionIn(output)).toBe(version);
});

test.each([
  ['1.10.0', true],
  ['1.9.99', false],
  ['2.0', true],
  ['', false],
])('version %j is recent: %s', (version, isRecent) => {
  expect(isRecentFreeswitch(version)).toBe(isRecent);
});
