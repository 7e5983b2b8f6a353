import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Refused } from '../../../src/base/errors.ts';
import { freeswitchEtc } from '../../../src/setup/freeswitch/home.ts';
import { freeswitchPhoneFiles, renderFreeswitch } from '../../../src/setup/freeswitch/render.ts';
import { fillXml } from '../../../src/setup/freeswitch/xml.ts';
import { type Phone, renderedPhones } from '../../../src/setup/phone.ts';
import { readSettings } from '../../../src/setup/settings.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const PHONE: Phone = { extension: '1001', password: 'secret-1001', name: 'Agent One' };
const PAGE: Phone = { extension: 'web-1001', password: 'secret-web-1001', name: 'Agent One' };

function render(
  env: Record<string, string> = {},
  {
    phones = [PHONE],
    data = temporaryFolder(),
    trunkAddresses = ['127.0.0.1'],
  }: { phones?: readonly Phone[]; data?: string; trunkAddresses?: readonly string[] } = {},
) {
  const settings = readSettings({ CARILLON_DATA: data, ...env });
  const changed = renderFreeswitch(settings, phones, {
    secrets: { eslPassword: 'a-long-password-of-the-event-socket' },
    ports: { esl: 18021, webSip: 15066 },
    program: { music: [join(data, 'nothing')] },
    trunkAddresses,
  });
  const etc = freeswitchEtc(settings.data);
  return { settings, changed, etc, read: (name: string) => readFileSync(join(etc, name), 'utf8') };
}

describe('a value in XML', () => {
  test.each([
    ["Smith & O'Neil", 'Smith &amp; O&#39;Neil'],
    ['&lt', '&amp;lt'],
    ['李娜', '李娜'],
    ['X-PRE-PROCESS', '&#88;-PRE-PROCESS'],
    ['an x-Pre-Process here', 'an &#120;-Pre-Process here'],
  ])('%j is text and nothing more', (value, written) => {
    expect(fillXml('<x v="{{value}}"/>', { value })).toBe(`<x v="${written}"/>`);
  });

  test.each([
    '"/><user id="evil"/>',
    '<!--#include "x"-->',
    '$'.concat('$', '{domain}'),
    '$'.concat('{system(id)}'),
    'a\nb',
    'a\u0000b',
    'a\u2028b',
    '\ud800',
  ])('%j is refused', (value) => {
    expect(() => fillXml('<x v="{{value}}"/>', { value })).toThrow(Refused);
  });
});

describe('rendered FreeSWITCH configuration', () => {
  test('holds no unfilled place, every include is there, and only its owner can read it', () => {
    const { etc, read } = render();
    const files = readdirSync(etc);
    for (const name of files) {
      expect(read(name), name).not.toContain('{{');
      expect(statSync(join(etc, name)).mode & 0o777, name).toBe(0o600);
      for (const [, included] of read(name).matchAll(/cmd="include" data="([^"]+)"/g))
        expect(files, `${name} includes it`).toContain(included);
    }
  });

  test('an include stands on a line of its own: FreeSWITCH drops what stands beside it', () => {
    const { etc, read } = render({}, { phones: [PHONE, PAGE] });
    for (const name of readdirSync(etc))
      for (const line of read(name)
        .split('\n')
        .filter((one) => /x-pre-process|<\/?include>/i.test(one)))
        expect(line.trim(), name).toMatch(/^<[^<>]+>$/);
  });

  test('a second rendering changes nothing, a new phone only what depends on phones', () => {
    const data = temporaryFolder();
    expect(render({}, { data }).changed).toContain('sofia.xml');
    expect(render({}, { data }).changed).toEqual([]);
    const phones = [PHONE, { ...PHONE, extension: '1002' }, PAGE];
    expect(render({}, { data, phones }).changed.sort()).toEqual(freeswitchPhoneFiles().sort());
  });

  test('who is shut out is left to the daemon', () => {
    const data = temporaryFolder();
    const file = join(render({}, { data }).etc, 'shut_out.xml');
    expect(readFileSync(file, 'utf8')).toContain('name="not-shut-out" default="allow"');
    writeFileSync(file, 'kept');
    render({}, { data });
    expect(readFileSync(file, 'utf8')).toBe('kept');
  });

  test.each([
    [{}, 'welcome'],
    [{ CARILLON_BIND: '0.0.0.0' }, 'refused'],
    [{ CARILLON_GUESTS: 'off' }, 'refused'],
    [{ CARILLON_BIND: '0.0.0.0', CARILLON_GUESTS: 'on' }, 'watched'],
    [{ CARILLON_NEVER_BAN: '10.0.0.0/8' }, 'watched'],
  ])('with %j guests are %s', (env, word) => {
    expect(render(env).read('hand_over.xml')).toContain(`data="carillon_guests=${word}"`);
  });

  test('scripted callers are there on loopback, and nowhere else', () => {
    const data = temporaryFolder();
    const { etc } = render({}, { data });
    expect(existsSync(join(etc, 'demonstration.xml'))).toBe(true);
    const { changed } = render({ CARILLON_BIND: '0.0.0.0', CARILLON_GUESTS: 'on' }, { data });
    expect(changed).toContain('demonstration.xml');
    expect(existsSync(join(etc, 'demonstration.xml'))).toBe(false);
  });

  test.each([
    ['127.0.0.1:5090', ['127.0.0.1'], '^5090$', ['127.0.0.1/32']],
    ['[::1]:5090', ['::1'], '^5090$', ['::1/128']],
    ['192.0.2.7:5060', ['192.0.2.7'], '^.*$', ['192.0.2.7/32']],
    ['sip.example.com:5060', ['192.0.2.7', '192.0.2.8'], '^.*$', ['192.0.2.7/32', '192.0.2.8/32']],
    ['sip.example.com:5060', [], '^.*$', []],
  ])('trunk %s at %j is known by port %s and networks %j', (trunk, trunkAddresses, port, networks) => {
    const { read } = render({ CARILLON_TRUNK: trunk }, { trunkAddresses });
    expect(read('hand_over.xml')).toContain(`field="$\{sip_network_port}" expression="${port}"`);
    expect([...read('trunk.xml').matchAll(/cidr="([^"]+)"/g)].map(([, network]) => network)).toEqual(
      networks,
    );
    expect(read('sofia.xml')).toContain(`<param name="proxy" value="${trunk}"/>`);
  });

  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '::1'],
    ['0.0.0.0', 'auto'],
  ])('bound to %s it announces %s', (bind, announced) => {
    const { read } = render({ CARILLON_BIND: bind });
    expect(read('sofia.xml')).toContain(`name="bind-params" value="maddr=${bind};transport=udp,tcp"`);
    expect(read('sofia.xml')).toContain(`name="sip-ip" value="${announced}"`);
    expect(read('sofia.xml')).toContain(`name="rtp-ip" value="${announced}"`);
  });

  test('bound to every address of IPv6 it announces one of IPv6', () => {
    const [, announced] = /name="sip-ip" value="([^"]+)"/.exec(
      render({ CARILLON_BIND: '::' }).read('sofia.xml'),
    )!;
    expect(announced).toContain(':');
    expect(announced).not.toBe('::');
  });

  test('control interfaces listen on loopback whatever CARILLON_BIND says', () => {
    const { read } = render({ CARILLON_BIND: '0.0.0.0' });
    expect(read('event_socket.xml')).toContain('name="listen-ip" value="127.0.0.1"');
    expect(read('event_socket.xml')).toContain('name="listen-port" value="18021"');
    expect(read('sofia.xml')).toContain('name="ws-binding" value="127.0.0.1:15066"');
  });

  test('as many calls as there is audio for', () => {
    const { read } = render({ CARILLON_RTP_PORTS: '30000-30399' });
    expect(read('switch.xml')).toContain('name="max-sessions" value="100"');
    expect(read('switch.xml')).toContain('name="rtp-start-port" value="30000"');
    expect(read('switch.xml')).toContain('name="rtp-end-port" value="30399"');
  });

  test('where no music is installed, callers still hear something', () => {
    const { read, settings } = render();
    const folder = join(settings.data, 'freeswitch/music/default');
    expect(read('media.xml')).toContain(`name="default" path="${folder}"`);
    expect(statSync(join(folder, 'hold.wav')).size).toBeGreaterThan(10_000);
  });

  test('a hostile name is shown harmless, a hostile password or extension is refused', () => {
    const name = 'Eve"/></user><user id="evil">\r\n<X-PRE-PROCESS cmd="exec" data="id"/>$'.concat('$', '{x}');
    const { read } = render({}, { phones: [{ ...PHONE, name }] });
    expect(read('phones.xml').match(/<user /g)).toHaveLength(1);
    expect(read('phones.xml')).not.toMatch(/X-PRE-PROCESS|\$/);
    const phone = (change: Partial<Phone>) => () => render({}, { phones: [{ ...PHONE, ...change }] });
    expect(phone({ password: 'long-enough"/>' })).toThrow(Refused);
    expect(phone({ password: '' })).toThrow(/shorter than 8/);
    expect(phone({ extension: '1001&1002' })).toThrow(/no extension/);
    expect(phone({ password: "it's & that" })().read('phones.xml')).toContain('value="it&#39;s &amp; that"');
  });

  test('the phone in a page can register, is none of those that ring without a daemon, and is not listed', () => {
    const { read, settings } = render({}, { phones: [PHONE, PAGE] });
    expect(read('web_phones.xml')).toContain('<user id="web-1001">');
    expect(read('phones.xml')).not.toContain('web-1001');
    expect(read('freeswitch.xml')).toMatch(
      /<group name="phones">\s*<users>\s*<X-PRE-PROCESS[^>]*"phones.xml"/,
    );
    expect(read('safety_net.xml')).toContain('group/phones@carillon');
    expect(renderedPhones(settings.data)).toEqual([PHONE]);
  });
});
