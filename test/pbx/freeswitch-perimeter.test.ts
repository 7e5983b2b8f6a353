import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import {
  accessList,
  freeswitchPerimeter,
  incidentOf,
  MOST_SHUT_OUT,
} from '../../src/pbx/freeswitch/perimeter.ts';
import { PbxError } from '../../src/pbx/pbx.ts';
import type { Incident, Perimeter } from '../../src/pbx/perimeter.ts';
import { FakeEsl } from './fake-esl.ts';

let fake: FakeEsl;
let perimeter: Perimeter;
let incidents: Incident[];
let ups: number;
let lists: string[];

const untilTrue = (look: () => boolean): Promise<void> => vi.waitFor(() => expect(look()).toBe(true));

beforeEach(async () => {
  fake = await new FakeEsl().start();
  incidents = [];
  lists = [];
  ups = 0;
  perimeter = freeswitchPerimeter({
    host: '127.0.0.1',
    port: fake.port,
    password: fake.password,
    // The longer a list, the longer it takes.
    keepList: async (xml) => {
      await new Promise((resolve) => setTimeout(resolve, xml.length));
      lists.push(xml);
    },
    log: silentLog,
  });
  perimeter.start({
    noticed: (incident) => void incidents.push(incident),
    up: () => {
      ups += 1;
    },
  });
  await untilTrue(() => ups === 1);
});

afterEach(async () => {
  await perimeter.stop();
  await fake.stop();
});

test.each([
  [
    'a wrong password, whose way nobody knows',
    { 'Event-Subclass': 'sofia::register_failure', 'network-ip': '192.0.2.7', 'to-user': '1001' },
    { offence: 'unproven-login', address: '192.0.2.7', account: '1001' },
  ],
  [
    'one whose name would break the log',
    { 'Event-Subclass': 'sofia::register_failure', 'network-ip': '2001:db8::1', 'to-user': 'a\r\nb' },
    { offence: 'unproven-login', address: '2001:db8::1', account: 'ab' },
  ],
  [
    'a call of a guest',
    { 'Event-Subclass': 'carillon::guest_call', address: '192.0.2.7' },
    { offence: 'guest-call', address: '192.0.2.7', account: '' },
  ],
  ['a right login', { 'Event-Subclass': 'sofia::register', 'network-ip': '192.0.2.7' }, undefined],
  [
    'an event without an address',
    { 'Event-Subclass': 'carillon::guest_call' },
    { offence: 'guest-call', address: '', account: '' },
  ],
])('%s is told as what it is', (_, headers: Record<string, string>, incident) => {
  expect(incidentOf((name) => headers[name] ?? '')).toEqual(incident);
});

test('only incidents are subscribed to, on a link that is told of them and does not hurry', async () => {
  expect(fake.commands).toContain('event json CUSTOM sofia::register_failure carillon::guest_call');
  fake.tell('CUSTOM', '', { 'Event-Subclass': 'carillon::guest_call', address: '192.0.2.7' });
  await untilTrue(() => incidents.length === 1);
  expect(fake.nudges).toBe(0);
});

test('who is shut out is written down before FreeSWITCH reads it, the last word last', async () => {
  await Promise.all([perimeter.shutOut(['192.0.2.7', '2001:db8:0:1::/64']), perimeter.shutOut([])]);
  expect(fake.commands.filter((command) => command === 'api reloadacl')).toHaveLength(2);
  expect(lists).toEqual([
    '<include>\n <list name="not-shut-out" default="allow">\n  <node type="deny" cidr="192.0.2.7/32"/>\n  <node type="deny" cidr="2001:db8:0:1::/64"/>\n </list>\n</include>\n',
    '<include>\n <list name="not-shut-out" default="allow">\n </list>\n</include>\n',
  ]);
});

test('a list that FreeSWITCH does not take is said to be refused, and the next one is tried', async () => {
  fake.override = (command) => (command === 'reloadacl' ? '-ERR [error near line 4]\n' : undefined);
  await expect(perimeter.shutOut(['192.0.2.7'])).rejects.toMatchObject({ code: 'refused' });
  fake.override = () => undefined;
  await perimeter.shutOut(['192.0.2.7']);
});

test.each([
  ['a name', ['example.com']],
  ['a network that is more than one customer', ['192.0.2.0/24']],
  ['everybody', ['0.0.0.0/0']],
  [
    'more than FreeSWITCH is given',
    Array.from({ length: MOST_SHUT_OUT + 1 }, (_, n) => `10.0.${n >> 8}.${n & 255}`),
  ],
  ['what would be more than a value', ['192.0.2.7"/><node type="deny" cidr="0.0.0.0/0']],
])('%s is shut out by nobody', async (_, networks) => {
  expect(() => accessList(networks)).toThrow(PbxError);
  await expect(perimeter.shutOut(networks)).rejects.toThrow(PbxError);
  expect(lists).toEqual([]);
});

test('the addresses of registered phones are those that they came from', async () => {
  fake.override = (command) =>
    command === 'show registrations as json'
      ? JSON.stringify({
          row_count: 2,
          rows: [{ reg_user: '1001', network_ip: '192.0.2.7' }, { reg_user: '1002' }],
        })
      : undefined;
  expect(await perimeter.registered()).toEqual(['192.0.2.7', '']);
  fake.override = () => undefined;
  expect(await perimeter.registered()).toEqual([]);
  // Else phones that nobody could see would be shut out.
  fake.override = () => '-ERR Database error!';
  await expect(perimeter.registered()).rejects.toMatchObject({ code: 'refused' });
});

test('a link that comes back says so: FreeSWITCH may have forgotten', async () => {
  fake.cut();
  await untilTrue(() => ups === 2);
});
