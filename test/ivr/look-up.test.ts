import { describe, expect, test } from 'vitest';
import { isPublicAddress, type LookUpRequest, takeResult, type WantedResult } from '../../src/ivr/look-up.ts';
import { readAnswer, troubleOf, wireRequest } from '../../src/ivr/look-up-wire.ts';

describe('isPublicAddress', () => {
  test.each([
    '1.1.1.1',
    '8.8.8.8',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.1',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.1',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '2400:3200::1',
    '2606:4700:4700::1111',
    '2001:200::1',
    '3ffe:ffff::1',
    '::ffff:8.8.8.8',
    '::FFFF:808:808',
    '64:ff9b::8.8.8.8',
    '2002:808:808::1',
  ])('%s is public', (ip) => {
    expect(isPublicAddress(ip)).toBe(true);
  });

  test.each([
    ...['0.0.0.0', '0.255.255.255', '10.0.0.1', '10.255.255.255', '100.64.0.0', '100.127.255.255'],
    ...['127.0.0.1', '127.255.255.255', '169.254.169.254', '172.16.0.0', '172.31.255.255', '192.0.0.8'],
    ...['192.0.2.1', '192.31.196.1', '192.52.193.1', '192.88.99.1', '192.168.0.1', '192.175.48.1'],
    ...['198.18.0.1', '198.19.255.255', '198.51.100.7', '203.0.113.7', '224.0.0.1', '239.255.255.255'],
    ...['240.0.0.1', '255.255.255.255'],
    ...['::', '::1', '::7f00:1', '::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.1.2.3', '::ffff:0:0'],
    ...['64:ff9b::10.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::1', '100::1', '100:0:0:1::1', '2001::1'],
    ...['2001:2::1', '2001:10::1', '2001:20::1', '2001:1ff::1', '2001:db8::1', '2002:7f00:1::1'],
    ...['2002:c0a8:101::1', '2620:4f:8000::1', '3fff::1', '3fff:fff::1', '4000::1', '5f00::1'],
    ...['fc00::1', 'fd12:3456::1', 'fe80::1', 'febf::1', 'fec0::1', 'ff02::1', '1::', '::1234'],
  ])('%s is not', (ip) => {
    expect(isPublicAddress(ip)).toBe(false);
  });

  test.each([
    ...['', 'localhost', '8.8.8', '8.8.8.8.8', '08.8.8.8', '256.8.8.8', '0x8.8.8.8', '8.8.8.8 ', '134744072'],
    ...[':', ':::', '2606::4700::1', '2606:4700', '2606:4700:1:2:3:4:5:6:7', '2606:47000::1', '2606:g::1'],
    ...['fe80::1%eth0', '2606:4700::1%1', '[2606:4700::1]', '2606:4700::1.2.3', '1:2:3:4:5:6:7::8:9'],
  ])('"%s" is no address, so it is not public either', (text) => {
    expect(isPublicAddress(text)).toBe(false);
  });
});

describe('takeResult', () => {
  const body = JSON.parse(
    `{"name":" 孙\\u0007丽\\u202e ","count":3,"balance":"-1234.56","open":false,"asOf":"2026-08-01T10:30:00.5+08:00",
      "born":"2000-02-29","null":null,"accounts":[{"id":"A1"}],"__proto__":{"x":"y"},"constructor":{"name":"evil"},
      "long":"${'长'.repeat(500)}","tooLong":"${'长'.repeat(501)}"}`,
  );

  test.each([
    ['name', 'text', '孙丽'],
    ['accounts.0.id', 'text', 'A1'],
    ['long', 'text', '长'.repeat(500)],
    ['count', 'number', 3],
    ['balance', 'number', -1234.56],
    ['open', 'yes-no', false],
    ['asOf', 'time', '2026-08-01T02:30:00.500Z'],
    ['born', 'time', '2000-02-29'],
  ] as const)('takes "%s" as %s', (from, as, value) => {
    expect(takeResult(body, { it: { from, as } })).toEqual({ values: { it: value } });
  });

  test.each([
    ...['nothing', 'accounts.1.id', 'name.length', 'toString', 'count.toFixed', '', '.', 'accounts.'],
    ...['__proto__', '__proto__.x', 'constructor.name', 'accounts.0.__proto__', 'accounts.constructor'],
  ])('what is at "%s" is not there', (from) => {
    expect(takeResult(body, { it: { from, as: 'text' } })).toEqual({ wrong: `the answer has no "${from}"` });
  });

  test.each([
    ['count', 'text'],
    ['tooLong', 'text'],
    ['null', 'text'],
    ['accounts', 'text'],
    ['open', 'number'],
    ['name', 'number'],
    ['null', 'number'],
    ['count', 'yes-no'],
    ['name', 'yes-no'],
    ['null', 'yes-no'],
    ['name', 'time'],
    ['count', 'time'],
    ['null', 'time'],
  ] as const)('"%s" is not taken as %s', (from, as) => {
    const taken = takeResult(body, { it: { from, as } });
    expect(taken).toHaveProperty('wrong', expect.stringContaining(`"${from}" in the answer is not `));
  });

  test.each([
    ...['', ' 1', '1e3', '0x10', '1,234.56', '1.', '.5', '+1', 'Infinity', 'NaN', '1234567890123.456', '١٢'],
    ...[Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53],
  ])('%j is not a number that could be trusted', (value) => {
    expect(takeResult({ value }, { it: { from: 'value', as: 'number' } })).toHaveProperty('wrong');
  });

  test.each(['0', '007', '-0.5', '123456789012345', '0.10'])('"%s" is a plain decimal', (value) => {
    const taken = takeResult({ value }, { it: { from: 'value', as: 'number' } });
    expect(taken).toEqual({ values: { it: Number(value) } });
  });

  test.each([
    ...['2026-02-30', '2026-13-01', '2025-02-29T10:00:00Z', '2026-08-01T10:30:00', '2026-08-01 10:30:00Z'],
    ...[
      '2026-08-01T25:00:00Z',
      '2026-08-01T10:30:00+99:00',
      '01/08/2026',
      '20260801',
      '1785550000000',
      'now',
      '',
    ],
  ])('"%s" is not a time', (value) => {
    expect(takeResult({ value }, { it: { from: 'value', as: 'time' } })).toHaveProperty('wrong');
  });

  test('what is wrong never repeats what the service sent', () => {
    const taken = takeResult({ pin: '135790!' }, { it: { from: 'pin', as: 'number' } });
    expect(JSON.stringify(taken)).not.toContain('135790');
  });

  test.each([undefined, null, 'text', 7, true, []])('an answer that is %j has no values', (answer) => {
    expect(takeResult(answer, { it: { from: 'a', as: 'text' } })).toEqual({ wrong: 'the answer has no "a"' });
  });

  test('names of variables are data too', () => {
    const wanted = JSON.parse('{"__proto__":{"from":"a","as":"text"}}') as WantedResult;
    const taken = takeResult({ a: 'b' }, wanted);
    expect('values' in taken && Object.entries(taken.values)).toEqual([['__proto__', 'b']]);
    expect(({} as Record<string, unknown>).a).toBeUndefined();
  });
});

const REQUEST: LookUpRequest = {
  url: 'https://bank.example/balance',
  method: 'POST',
  query: {},
  deadlineMs: 100,
  retries: 0,
  privateAllowed: false,
};

describe('wireRequest', () => {
  test('writes query, body, headers and key out', () => {
    const wire = wireRequest({
      ...REQUEST,
      query: { a: '1&b=2', 名: '丽 #' },
      body: { card: '6200' },
      headers: { authorization: 'Bearer x' },
      idempotencyKey: 'k-1',
    });
    expect(wire).toMatchObject({
      url: new URL('https://bank.example/balance?a=1%26b%3D2&%E5%90%8D=%E4%B8%BD+%23'),
      payload: '{"card":"6200"}',
      headers: {
        authorization: 'Bearer x',
        'Accept-Encoding': 'identity',
        'Content-Type': 'application/json',
        'Idempotency-Key': 'k-1',
      },
    });
  });

  test.each([
    ['GET', undefined, true],
    ['POST', undefined, false],
    ['POST', 'k', true],
  ] as const)('%s with key %s is repeatable: %s', (method, idempotencyKey, isRepeatable) => {
    expect(wireRequest({ ...REQUEST, method, idempotencyKey })).toMatchObject({ isRepeatable });
  });

  test.each([
    ['bank.example', 'no URL'],
    ['', 'no URL'],
    ['file:///etc/passwd', 'http:// or https://'],
    ['ftp://bank.example/', 'http:// or https://'],
    ['https://user@bank.example/', 'no user and no password'],
    ['https://:secret@bank.example/', 'no user and no password'],
    ['https://bank.example/?a=b', 'query apart'],
    ['https://bank.example/#a', 'query apart'],
    ['http://127.0.0.1/', 'private address'],
    ['http://2130706433/', 'private address'],
    ['http://0x7f.1/', 'private address'],
    ['http://0/', 'private address'],
    ['http://[::1]/', 'private address'],
    ['http://[::ffff:10.0.0.1]/', 'private address'],
    ['http://１２７.0.0.1/', 'private address'],
  ])('%s is refused', (url, why) => {
    expect(wireRequest({ ...REQUEST, url })).toEqual({ wrong: expect.stringContaining(why) });
  });

  test.each(['http://8.8.8.8/', 'http://[2606:4700::1111]:8080/a', 'https://bank.example'])(
    '%s is taken',
    (url) => {
      expect(wireRequest({ ...REQUEST, url })).toHaveProperty('url');
    },
  );

  test('a private address is taken where it is allowed', () => {
    expect(wireRequest({ ...REQUEST, url: 'http://127.0.0.1/', privateAllowed: true })).toHaveProperty('url');
  });

  test.each([
    'Host',
    'content-length',
    'Transfer-Encoding',
    'Accept-Encoding',
    'idempotency-key',
    'Proxy-Any',
  ])('the header %s is not for a flow to set', (name) => {
    const wire = wireRequest({ ...REQUEST, headers: { [name]: 'secret' } });
    expect(wire).toEqual({ wrong: `the header "${name}" is set by the look-up itself: take it out` });
  });

  test('a GET with a body is refused', () => {
    expect(wireRequest({ ...REQUEST, method: 'GET', body: {} })).toHaveProperty('wrong');
  });
});

describe('readAnswer', () => {
  const received = {
    status: 200,
    contentType: 'application/json',
    contentEncoding: '',
    body: bytes('{"a":1}'),
  };

  test.each([
    {},
    { status: 404 },
    { contentType: 'application/json; charset=utf-8' },
    { contentType: 'application/problem+json' },
    { contentType: 'Application/JSON' },
    { contentEncoding: 'identity' },
    { body: bytes('\ufeff{"a":1}') },
  ])('%j is an answer', (change) => {
    const status = change.status ?? 200;
    expect(readAnswer({ ...received, ...change })).toEqual({ kind: 'answered', status, body: { a: 1 } });
  });

  test('nothing is an answer too, of whatever type', () => {
    const answer = readAnswer({ ...received, status: 204, contentType: '', body: bytes('') });
    expect(answer).toEqual({ kind: 'answered', status: 204, body: undefined });
  });

  test.each([
    [{ status: 302 }, 'redirect (302)'],
    [{ status: 101 }, 'status 101'],
    [{ status: 500 }, 'status 500'],
    [{ status: 999 }, 'status 999'],
    [{ contentEncoding: 'gzip' }, 'compressed'],
    [{ contentType: 'text/html' }, 'content type'],
    [{ contentType: '' }, 'content type'],
    [{ contentType: 'text/json' }, 'content type'],
    [{ contentType: 'application/jsonp' }, 'content type'],
    [{ body: bytes('{"a":') }, 'not JSON'],
    [{ body: Buffer.from('{"a":"\xff"}', 'latin1') }, 'not JSON in UTF-8'],
    [{ body: bytes('['.repeat(100_000) + ']'.repeat(100_000)) }, 'nested deeper than 32'],
  ] as const)('case %#: failed', (change, why) => {
    const answer = readAnswer({ ...received, ...change });
    expect(answer).toEqual({ kind: 'failed', reason: expect.stringContaining(why) });
  });

  test('32 levels are read', () => {
    const answer = readAnswer({ ...received, body: bytes('['.repeat(32) + ']'.repeat(32)) });
    expect(answer.kind).toBe('answered');
    const deeper = readAnswer({ ...received, body: bytes(`${'['.repeat(33)}1${']'.repeat(33)}`) });
    expect(deeper.kind).toBe('failed');
  });
});

test.each([
  new Error('pin 135790'),
  Object.assign(new Error('pin 135790'), { code: 'ECONNRESET' }),
  Object.assign(new Error('pin 135790'), { code: 'pin 135790' }),
  'pin 135790',
  undefined,
  null,
])('case %#: the reason for people never repeats the message of an error', (thrown) => {
  expect(troubleOf(thrown).reason).not.toContain('135790');
});

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
