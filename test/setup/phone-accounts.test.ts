import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { reloadAsterisk } from '../../src/setup/asterisk/reload.ts';
import { asteriskEtc, phoneFiles, renderPhones } from '../../src/setup/asterisk/render.ts';
import type { Phone } from '../../src/setup/phone.ts';
import { PhoneAccounts } from '../../src/setup/phone-accounts.ts';
import { temporaryFolder } from './temporary-folder.ts';

const PHONE: Phone = { extension: '2001', password: 'password-of-before', name: 'One' };

/** An Asterisk that reads what lies in its folder when it reloads, unless it refuses. */
async function anAsterisk(data: string) {
  const pbx = { refuses: 0, reloads: 0, port: 0, read: '' };
  const server = createServer((request, response) => {
    pbx.reloads += 1;
    const isOfPhones = request.url?.endsWith('/res_pjsip.so');
    if (isOfPhones && pbx.refuses > 0) {
      pbx.refuses -= 1;
      response.writeHead(500).end();
      return;
    }
    if (isOfPhones) pbx.read = readFileSync(join(asteriskEtc(data), 'pjsip_phones.conf'), 'utf8');
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  pbx.port = (server.address() as AddressInfo).port;
  return pbx;
}

async function open() {
  const data = temporaryFolder();
  mkdirSync(asteriskEtc(data), { recursive: true });
  const pbx = await anAsterisk(data);
  const phones = [PHONE];
  const daemon = () => {
    const accounts = new PhoneAccounts({
      pbx: {
        name: 'Asterisk',
        etc: asteriskEtc(data),
        configurePhones: (wanted) => renderPhones({ data }, wanted),
        phoneFiles,
        reload: (changed) => reloadAsterisk({ ari: pbx.port, ami: 1 }, 'x', changed),
      },
      phones: async () => phones,
      log: silentLog,
    });
    onTestFinished(() => accounts.stop());
    return accounts;
  };
  const accounts = daemon();
  await accounts.changed();
  expect(pbx.read).toContain('password-of-before');
  return { pbx, phones, accounts, daemon, data };
}

test('a phone whose old password Asterisk still takes is a problem, until a later try was heard', async () => {
  const { pbx, phones, accounts } = await open();
  pbx.refuses = 3;
  phones[0] = { ...PHONE, password: 'another-password' };
  await accounts.changed();
  expect(accounts.problems()).toEqual([
    'Asterisk has not taken the changed phones, and works with those of before; it is told again until it does: Asterisk did not reload res_pjsip.so (500). Restart Carillon.',
  ]);
  expect(pbx.read).toContain('password-of-before');
  await expect.poll(() => accounts.problems()).toEqual([]);
  expect(pbx.read).toContain('another-password');
});

test('a change that is taken later brings along what was owed', async () => {
  const { pbx, phones, accounts } = await open();
  accounts.stop();
  pbx.refuses = 1;
  phones[0] = { ...PHONE, password: 'another-password' };
  await accounts.changed();
  await accounts.changed();
  expect([accounts.problems(), pbx.read.includes('another-password')]).toEqual([[], true]);
});

test('what was owed when a daemon ended is told by the next one', async () => {
  const { pbx, phones, accounts, daemon, data } = await open();
  accounts.stop();
  pbx.refuses = 1;
  phones[0] = { ...PHONE, password: 'another-password' };
  await accounts.changed();
  daemon().start();
  await expect.poll(() => pbx.read).toContain('another-password');
  await expect.poll(() => existsSync(join(asteriskEtc(data), 'phones.owed'))).toBe(false);
});

test('nothing changed is nothing to read, also at the next start', async () => {
  const { pbx, accounts, daemon } = await open();
  const before = pbx.reloads;
  await accounts.changed();
  daemon().start();
  await daemon().changed();
  expect(pbx.reloads).toBe(before);
});
