import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Refused } from '../../src/base/errors.ts';
import { asteriskEtc, renderAsterisk } from '../../src/setup/asterisk/render.ts';
import { type Phone, renderedPhones } from '../../src/setup/phone.ts';
import { readSettings, type Settings } from '../../src/setup/settings.ts';
import { fillTemplate } from '../../src/setup/template.ts';
import { temporaryFolder } from './temporary-folder.ts';

const PHONE: Phone = { extension: '1001', password: 'secret-1001', name: 'Agent One' };

function render(
  env: Record<string, string> = {},
  phones: readonly Phone[] = [PHONE],
  data = temporaryFolder(),
) {
  const settings = readSettings({ CARILLON_DATA: data, ...env });
  const asterisk = { modules: join(data, 'modules'), shared: join(data, 'shared') };
  mkdirSync(asterisk.shared, { recursive: true });
  const secrets = { ariPassword: 'ari-password', amiPassword: 'ami-password' };
  const changed = renderAsterisk(settings, secrets, { ari: 18088, ami: 15038 }, phones, asterisk);
  return { settings, changed, read: (name: string) => readFile(settings, name) };
}

function readFile(settings: Settings, name: string): string {
  return readFileSync(join(asteriskEtc(settings.data), name), 'utf8');
}

describe('template', () => {
  test('fills its places', () => {
    expect(fillTemplate('bind = {{host}}:{{port}}', { host: '127.0.0.1', port: 5060 })).toBe(
      'bind = 127.0.0.1:5060',
    );
  });

  test.each([
    'a\nb',
    'a\rb',
    'a\u0000b',
    'a;b',
    '[general]',
    'a"b',
    'a\\b',
    '$'.concat('{SHELL(x)}'),
    'a\u2028b',
    '<x>',
    '\ud800',
  ])('refuses %j, which could be more than a value', (value) => {
    expect(() => fillTemplate('x = {{value}}', { value })).toThrow(Refused);
  });

  test('takes an IPv6 address with a port, and no other brackets', () => {
    expect(fillTemplate('{{bind}}', { bind: '[::1]:5060' })).toBe('[::1]:5060');
    expect(() => fillTemplate('{{bind}}', { bind: '[general]:5060' })).toThrow(Refused);
  });

  test('a name that nobody gives is refused, also one that every object has', () => {
    expect(() => fillTemplate('{{toString}}', {})).toThrow(/toString/);
  });
});

describe('rendered Asterisk configuration', () => {
  test('holds no unfilled place, and only its owner can read it', () => {
    const { settings } = render();
    for (const name of readdirSync(asteriskEtc(settings.data))) {
      expect(readFile(settings, name), name).not.toContain('{{');
      expect(statSync(join(asteriskEtc(settings.data), name)).mode & 0o777, name).toBe(0o600);
    }
  });

  test('lets Asterisk write neither keys nor packets nor memory to disk', () => {
    const { read } = render();
    expect(read('logger.conf').match(/^.*=>.*$/gm)).toEqual(['messages.log => notice,warning,error']);
    expect(read('asterisk.conf')).toMatch(/^dumpcore = no$/m);
    expect(read('asterisk.conf')).not.toMatch(/^(verbose|debug)/m);
    expect(read('pjsip.conf')).not.toMatch(/^debug/m);
  });

  test.each([
    [{}, 'from-outside'],
    [{ CARILLON_BIND: '0.0.0.0', CARILLON_GUESTS: 'on' }, 'from-guests'],
    [{ CARILLON_NEVER_BAN: '10.0.0.0/8' }, 'from-guests'],
    [{ CARILLON_BIND: '10.0.0.5', CARILLON_NEVER_BAN: '10.0.0.0/8', CARILLON_GUESTS: 'on' }, 'from-outside'],
  ])('with %j the calls of guests come in %s', (env, context) => {
    expect(render(env).read('pjsip_guests.conf')).toMatch(new RegExp(`^context = ${context}$`, 'm'));
  });

  test('a second rendering changes nothing, a new phone only what depends on phones', () => {
    const data = temporaryFolder();
    expect(render({}, [PHONE], data).changed).toContain('pjsip.conf');
    expect(render({}, [PHONE], data).changed).toEqual([]);
    const two = [PHONE, { ...PHONE, extension: '1002' }];
    expect(render({}, two, data).changed.sort()).toEqual(['pjsip_phones.conf', 'queue_members.conf']);
  });

  test('guests are let in on loopback, and nowhere else unless told', () => {
    const data = temporaryFolder();
    const { settings, read } = render({}, [PHONE], data);
    expect(read('pjsip_guests.conf')).toContain('[anonymous](leg)');
    expect(render({ CARILLON_BIND: '0.0.0.0' }, [PHONE], data).changed).toContain('pjsip_guests.conf');
    expect(existsSync(join(asteriskEtc(settings.data), 'pjsip_guests.conf'))).toBe(false);
    expect(render({ CARILLON_BIND: '0.0.0.0', CARILLON_GUESTS: 'on' }).read('pjsip_guests.conf')).toContain(
      'anonymous',
    );
  });

  test.each([
    ['127.0.0.1:5090', 'match = 127.0.0.1:5090'],
    ['localhost:5090', 'match = 127.0.0.1:5090'],
    ['sip.example.com:5060', 'match = sip.example.com\n'],
    ['192.0.2.7:5060', 'match = 192.0.2.7\n'],
  ])('trunk %s is known by "%s"', (trunk, line) => {
    expect(render({ CARILLON_TRUNK: trunk }).read('pjsip.conf')).toContain(line);
  });

  test('control interfaces listen on loopback whatever CARILLON_BIND says', () => {
    const { read } = render({ CARILLON_BIND: '0.0.0.0' });
    expect(read('http.conf')).toContain('bindaddr = 127.0.0.1');
    expect(read('manager.conf')).toContain('bindaddr = 127.0.0.1');
    expect(read('pjsip.conf')).toContain('bind = 0.0.0.0:5060');
  });

  test('where no music is installed, callers still hear something', () => {
    const { settings, read } = render();
    expect(read('musiconhold.conf')).toContain(`directory = ${settings.data}/asterisk/music`);
    expect(statSync(join(settings.data, 'asterisk/music/hold.wav')).size).toBeGreaterThan(10_000);
  });

  test('a hostile name is shown harmless, a hostile password or extension is refused', () => {
    const name = 'Eve" <666>\r\n[evil](phone)\nx=y;';
    const { read } = render({}, [{ ...PHONE, name }]);
    expect(read('pjsip_phones.conf')).not.toMatch(/^\s*(\[evil|x=y)/m);
    expect(() => render({}, [{ ...PHONE, password: 'long-enough\ncontext=x' }])).toThrow(Refused);
    expect(() => render({}, [{ ...PHONE, password: '' }])).toThrow(/shorter than 8/);
    expect(() => render({}, [{ ...PHONE, extension: '1001&PJSIP/1002' }])).toThrow(/no extension/);
  });

  test('the phone in the page of an agent is one for browsers that rings nobody, and is not listed with those on desks', () => {
    const page: Phone = { extension: 'web-1001', password: 'secret-web-1001', name: 'Agent One' };
    const { read, settings } = render({}, [PHONE, page]);
    expect(read('pjsip_web_phones.conf')).toContain('[web-1001](web)');
    expect(read('pjsip_web_phones.conf')).toContain('password = secret-web-1001');
    expect(read('pjsip_phones.conf')).not.toContain('web-1001');
    expect(read('queue_members.conf')).not.toContain('web-1001');
    expect(read('pjsip.conf')).toMatch(/\[web\]\(!\)[^[]*context = from-web/);
    expect(read('extensions.conf')).toMatch(/\[from-web\]\s*\n\s*\n/);
    expect(renderedPhones(settings.data)).toEqual([PHONE]);
    expect(() => render({}, [{ ...page, extension: 'web-1&2' }])).toThrow(/no extension/);
  });

  test('the phones can be read back', () => {
    const phones = [PHONE, { extension: '1002', password: 'secret-1002', name: '李娜' }];
    expect(renderedPhones(render({}, phones).settings.data)).toEqual(phones);
  });
});
