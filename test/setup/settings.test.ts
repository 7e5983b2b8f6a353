import { describe, expect, test } from 'vitest';
import { Refused } from '../../src/base/errors.ts';
import { projectFolder } from '../../src/setup/project.ts';
import { hostPort, readSettings, SETTINGS } from '../../src/setup/settings.ts';

describe('settings', () => {
  test('an empty environment gives a centre that only this machine reaches', () => {
    expect(readSettings({})).toEqual({
      bind: '127.0.0.1',
      sipPort: 5060,
      httpPort: 8080,
      rtpFirst: 20000,
      rtpLast: 20999,
      callsPerSecond: 100,
      data: `${projectFolder}/.carillon`,
      pbx: 'asterisk',
      pbxRoot: `${projectFolder}/.carillon/pbx`,
      trunk: { host: '127.0.0.1', port: 5090 },
      services: { 'core-bank': { url: 'sample', token: '' } },
      speech: '',
      asterisk: undefined,
      freeswitch: undefined,
      flows: `${projectFolder}/ivr-flows`,
      classOfService: `${projectFolder}/dialplan/class-of-service.yaml`,
      routing: `${projectFolder}/routing/routing.yaml`,
      contactPolicy: `${projectFolder}/dialer/contact-policy.yaml`,
      shortCodes: `${projectFolder}/dialer/short-codes.yaml`,
      dialsPerSecond: 20,
      keepAttempts: 1826,
      keepAudit: 400,
      guests: true,
      neverBan: ['127.0.0.0/8', '::1'],
    });
  });

  test.each([
    [{ CARILLON_SIP_PORT: ' 15060 ' }, { sipPort: 15060 }],
    [{ CARILLON_SIP_PORT: '' }, { sipPort: 5060 }],
    [{ CARILLON_RTP_PORTS: '30000-30999' }, { rtpFirst: 30000, rtpLast: 30999 }],
    [{ CARILLON_DATA: '/srv/carillon' }, { data: '/srv/carillon', pbxRoot: '/srv/carillon/pbx' }],
    [{ CARILLON_DATA: 'my data' }, { data: `${projectFolder}/my data` }],
    [{ CARILLON_PBX_ROOT: '/srv/pbx' }, { pbxRoot: '/srv/pbx' }],
    [
      {
        CARILLON_SERVICES: 'core-bank=https://bank.example.com/api/, rates=http://10.0.0.5:8095',
        CARILLON_SERVICE_TOKENS: 'rates=s3cret',
      },
      {
        services: {
          'core-bank': { url: 'https://bank.example.com/api', token: '' },
          rates: { url: 'http://10.0.0.5:8095', token: 's3cret' },
        },
      },
    ],
    [{ CARILLON_TRUNK: 'sip.example.com' }, { trunk: { host: 'sip.example.com', port: 5060 } }],
    [{ CARILLON_TRUNK: '[2001:db8::1]:5080' }, { trunk: { host: '2001:db8::1', port: 5080 } }],
    [{ CARILLON_BIND: '0.0.0.0' }, { bind: '0.0.0.0', guests: false }],
    [{ CARILLON_BIND: '0.0.0.0', CARILLON_GUESTS: 'on' }, { guests: true }],
    [{ CARILLON_BIND: '::1' }, { bind: '::1', guests: true }],
    [{ CARILLON_GUESTS: 'OFF' }, { guests: false }],
    [{ CARILLON_CALLS_PER_SECOND: '250' }, { callsPerSecond: 250 }],
    [{ CARILLON_KEEP_ATTEMPTS: '90' }, { keepAttempts: 90 }],
    [{ CARILLON_NEVER_BAN: '10.0.0.0/8, 2001:db8::/32' }, { neverBan: ['10.0.0.0/8', '2001:db8::/32'] }],
    [{ CARILLON_PBX: 'FreeSWITCH' }, { pbx: 'freeswitch' }],
    [{ CARILLON_PBX: ' ' }, { pbx: 'asterisk' }],
    [{ CARILLON_FREESWITCH: '/opt/freeswitch' }, { freeswitch: '/opt/freeswitch' }],
    [{ CARILLON_ASTERISK: '/opt/asterisk/sbin/asterisk' }, { asterisk: '/opt/asterisk/sbin/asterisk' }],
  ])('%j gives %j', (env, expected) => {
    expect(readSettings(env)).toMatchObject(expected);
  });

  test.each([
    ['CARILLON_SIP_PORT', 'sip'],
    ['CARILLON_SIP_PORT', '0'],
    ['CARILLON_SIP_PORT', '65536'],
    ['CARILLON_SIP_PORT', '5060;x'],
    ['CARILLON_SIP_PORT', '20500'],
    ['CARILLON_HTTP_PORT', '-1'],
    ['CARILLON_HTTP_PORT', '5060'],
    ['CARILLON_RTP_PORTS', '20000'],
    ['CARILLON_RTP_PORTS', '20999-20000'],
    ['CARILLON_RTP_PORTS', '20001-20999'],
    ['CARILLON_RTP_PORTS', '20000-20005'],
    ['CARILLON_RTP_PORTS', '20000-20999-21999'],
    ['CARILLON_RTP_PORTS', '100-999'],
    ['CARILLON_CALLS_PER_SECOND', '0'],
    ['CARILLON_CALLS_PER_SECOND', '1e3'],
    ['CARILLON_CALLS_PER_SECOND', '10001'],
    ['CARILLON_KEEP_ATTEMPTS', '89'],
    ['CARILLON_BIND', 'localhost'],
    ['CARILLON_BIND', '127.0.0.1\nallow=all'],
    ['CARILLON_SERVICES', 'core-bank'],
    ['CARILLON_SERVICES', 'core-bank=ftp://10.0.0.5'],
    ['CARILLON_SERVICES', 'core-bank=http://user:pass@10.0.0.5'],
    ['CARILLON_SERVICE_TOKENS', 'nobody=token'],
    ['CARILLON_TRUNK', 'host:port'],
    ['CARILLON_TRUNK', 'a b:5060'],
    ['CARILLON_TRUNK', '2001:db8::1:5060'],
    ['CARILLON_TRUNK', '127.0.0.1:5090\r\nmatch=0.0.0.0/0'],
    ['CARILLON_DATA', '/srv/a;b'],
    ['CARILLON_DATA', '/srv/a\nb'],
    ['CARILLON_GUESTS', 'maybe'],
    ['CARILLON_NEVER_BAN', 'localhost'],
    ['CARILLON_NEVER_BAN', '10.0.0.0/33'],
    ['CARILLON_NEVER_BAN', '10.0.0.1,'],
    ['CARILLON_PBX', 'kamailio'],
    ['CARILLON_PBX', 'asterisk,freeswitch'],
    ['CARILLON_FREESWITCH', '/opt/free;switch'],
    ['CARILLON_SIPPORT', '5070'],
  ])('%s=%j is refused in a sentence that names it', (name, value) => {
    const read = () => readSettings({ [name]: value });
    expect(read).toThrow(Refused);
    expect(read).toThrow(new RegExp(`${name}.*\\.$`, 's'));
  });

  test('the help tells of every variable that is read', () => {
    const asked: string[] = [];
    const get = (_target: object, name: string | symbol) => {
      asked.push(String(name));
      return undefined;
    };
    readSettings(new Proxy<Record<string, string>>({}, { get }));
    expect(SETTINGS.map(({ name }) => name).sort()).toEqual([...new Set(asked)].sort());
  });

  test('an IPv6 address gets brackets before its port', () => {
    expect(hostPort('::1', 5060)).toBe('[::1]:5060');
    expect(hostPort('sip.example.com', 5060)).toBe('sip.example.com:5060');
  });
});
