import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findAsterisk, isRecent, versionIn } from '../../src/setup/asterisk/find.ts';
import { canReload } from '../../src/setup/asterisk/reload.ts';
import { backOff } from '../../src/setup/back-off.ts';
import { boundLog } from '../../src/setup/bounded-log.ts';
import { checkSpace, ensureDataFolder } from '../../src/setup/data-folder.ts';
import { readSettings } from '../../src/setup/settings.ts';
import { lockOwner, takeStartLock } from '../../src/setup/start-lock.ts';
import { welcomeText } from '../../src/setup/welcome.ts';
import { temporaryFolder } from './temporary-folder.ts';

describe('data folder', () => {
  test('is made for its owner only', () => {
    const data = join(temporaryFolder(), 'a/b');
    ensureDataFolder(data);
    expect(statSync(data).mode & 0o777).toBe(0o700);
  });

  test('a file in its place is named', () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    expect(() => ensureDataFolder(file)).toThrow(/is not a folder\. Set CARILLON_DATA/);
    expect(() => ensureDataFolder(join(file, 'data'))).toThrow(/is not a folder\. Set CARILLON_DATA/);
  });

  test('a place without the right to write is named', () => {
    expect(() => ensureDataFolder('/proc/carillon')).toThrow(/CARILLON_DATA/);
  });

  test('a full disk is named before anything is unpacked', () => {
    expect(() => checkSpace(join(temporaryFolder(), 'not/yet/there'), 2 ** 60)).toThrow(
      /MB free and .* CARILLON_DATA/,
    );
  });
});

describe('Asterisk', () => {
  test.each([
    ['Asterisk 22.10.1+dfsg+~cs6.17.60671434-1', '22.10.1', true],
    ['Asterisk 20.0.0', '20.0.0', true],
    ['Asterisk certified/20.7-cert4', '20.7', true],
    ['Asterisk 16.28.0~dfsg-0+deb11u4', '16.28.0', false],
    ['command not found', '', false],
  ])('%s', (output, version, recent) => {
    expect(versionIn(output)).toBe(version);
    expect(isRecent(version)).toBe(recent);
  });

  test('a configured one that is too old is refused in one sentence', async () => {
    const path = join(temporaryFolder(), 'asterisk');
    writeFileSync(path, '#!/bin/sh\necho Asterisk 18.4.0\n');
    chmodSync(path, 0o755);
    await expect(findAsterisk(readSettings({ CARILLON_ASTERISK: path }), () => undefined)).rejects.toThrow(
      `${path} is Asterisk 18.4.0, and 20 or newer is needed. Set CARILLON_ASTERISK to a newer one, or unset it to get a private one.`,
    );
  });

  test.each(['/nowhere/asterisk', '/bin/true'])('%s as the configured one is refused', async (path) => {
    await expect(findAsterisk(readSettings({ CARILLON_ASTERISK: path }), () => undefined)).rejects.toThrow(
      /CARILLON_ASTERISK.*Correct or unset it/,
    );
  });

  test('phones are taken on without a restart, transports are not', () => {
    expect(canReload(['pjsip_phones.conf', 'queue_members.conf'])).toBe(true);
    expect(canReload(['pjsip_phones.conf', 'pjsip.conf'])).toBe(false);
  });
});

describe('start', () => {
  test('a lock whose owner is gone, or is somebody else now, does not stop a start', () => {
    const data = temporaryFolder();
    for (const pid of ['4194000', '1', String(process.ppid), 'x']) {
      writeFileSync(join(data, 'start.lock'), pid);
      takeStartLock(data)();
    }
    expect(existsSync(join(data, 'start.lock'))).toBe(false);
    expect(lockOwner(data)).toBeUndefined();
  });

  test('starts again at once after a good life, slower and slower while it keeps dying', () => {
    const delays = backOff();
    expect([0, 0, 0, 0].map((lived) => delays.next(lived))).toEqual([0, 200, 400, 800]);
    expect(delays.next(60_000)).toBe(0);
    for (let times = 0; times < 50; times += 1) delays.next(0);
    expect(delays.next(0)).toBe(10_000);
  });

  test('a log that grew too large is moved aside, and the open file stays', () => {
    const log = join(temporaryFolder(), 'x.log');
    writeFileSync(log, 'x'.repeat(100));
    const before = statSync(log).ino;
    boundLog(log, 1000);
    expect(statSync(log).size).toBe(100);
    boundLog(log, 99);
    expect(statSync(log)).toMatchObject({ size: 0, ino: before });
    expect(readFileSync(`${log}.1`, 'utf8')).toHaveLength(100);
  });

  test('the welcome tells what to dial and holds no password', () => {
    const data = temporaryFolder();
    mkdirSync(data, { recursive: true });
    const phone = { extension: '1001', password: 'do-not-show-me', name: 'One' };
    const text = welcomeText(
      readSettings({ CARILLON_DATA: data, CARILLON_SIP_PORT: '16060' }),
      { phones: [phone], pbx: 'FreeSWITCH 1.11.3 (as CARILLON_FREESWITCH says)' },
      4200,
    );
    for (const word of [
      '95533',
      '8001',
      'sip:95533@127.0.0.1:16060',
      '/openapi.json',
      'user 1001',
      'FreeSWITCH 1.11.3',
      'npx carillon phones',
      '4.2 s',
    ])
      expect(text).toContain(word);
    expect(text).not.toContain('do-not-show-me');
  });
});
