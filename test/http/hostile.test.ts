import type { InjectOptions } from 'fastify';
import { describe, expect, test } from 'vitest';
import { type Answer, type ApiLab, openApi } from './api-lab.ts';

/** What a description of the API says of a route, as far as it is attacked. */
interface Operation {
  readonly parameters?: readonly { readonly name: string; readonly in: 'path' | 'query' }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema?: object }>>;
  };
}

interface Route {
  readonly method: string;
  readonly path: string;
  readonly params: readonly string[];
  readonly queries: readonly string[];
  /** Names of the fields of its body. */
  readonly fields: readonly string[];
}

const TEXTS = [
  "' OR 1=1 --",
  "'; DROP TABLE call; --",
  '" UNION SELECT hash FROM api_token --',
  '../../../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  '%00',
  '\u0000\u0007\u001b[31m',
  '\r\nSet-Cookie: a=b',
  '\u202e\u2028\ud800',
  '<script>alert(1)</script>',
  '$'.concat('{SHELL(id)}'),
  '{{7*7}}',
  '__proto__',
  'constructor',
  'x'.repeat(5_000),
  '-1',
  '0',
  '1e309',
  '9007199254740993',
  'NaN',
  'null',
  'true',
  '',
  ' ',
  '٣',
  '1,2;3|4&5',
];
const VALUES: readonly unknown[] = [
  ...TEXTS,
  null,
  true,
  -1,
  0,
  1.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  [],
  {},
  [[]],
  [null],
  { $ne: null },
  { toString: 'x' },
  Array.from({ length: 2_000 }, () => 'x'),
];
const DEEP = 20_000;
const BODIES = [
  '',
  '{',
  'null',
  '[]',
  '"text"',
  '0',
  '{}',
  '{"__proto__":{"admin":true}}',
  '{"constructor":{"prototype":{"admin":true}}}',
  '{"a":1,"a":2}',
  '['.repeat(DEEP) + ']'.repeat(DEEP),
  '{"a":'.repeat(DEEP) + '1'.concat('}'.repeat(DEEP)),
  `{"a":"${'x'.repeat(200_000)}"}`,
  `{"a":"${'x'.repeat(300_000)}"}`,
  '\ufeff{}',
  '{"a":"\ud800"}',
  '{"a":1e400}',
];
const KINDS = [
  'application/json',
  'text/plain',
  'application/xml',
  'application/x-www-form-urlencoded',
  '',
  'x/y; charset=utf-7',
];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY'];
const TOKENS = [
  '',
  'Bearer',
  'Bearer ',
  'Bearer null',
  'Bearer undefined',
  `Bearer ${'x'.repeat(5_000)}`,
  'Basic YWRtaW46YWRtaW4=',
  "Bearer ' OR 1=1 --",
  'Bearer eyJhbGciOiJub25lIn0.eyJyb2xlIjoiYWRtaW4ifQ.',
  'bearer\u00ff',
];

/** The routes, as the API itself describes them: a new one is attacked by itself. */
async function routesOf(lab: ApiLab): Promise<Route[]> {
  const { body } = await lab.inject({ method: 'GET', url: '/openapi.json' });
  const named = body.components.schemas as Readonly<Record<string, object>>;
  const paths = body.paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      params: parameters.filter((one) => one.in === 'path').map((one) => one.name),
      queries: parameters.filter((one) => one.in === 'query').map((one) => one.name),
      fields: fieldsOf(requestBody?.content['application/json']?.schema ?? {}, named),
    })),
  );
}

function fieldsOf(schema: object, named: Readonly<Record<string, object>>): string[] {
  const {
    properties = {},
    anyOf = [],
    $ref = '',
  } = schema as { properties?: object; anyOf?: object[]; $ref?: string };
  const other = named[$ref.split('/').at(-1) ?? ''];
  return [
    ...Object.keys(properties),
    ...[...anyOf, ...(other ? [other] : [])].flatMap((one) => fieldsOf(one, named)),
  ];
}

/** Sends as an admin, with a new token whenever the old one has asked much, and counts. */
class Attacker {
  readonly #lab: ApiLab;
  #token = '';
  sent = 0;
  readonly wrong: string[] = [];

  constructor(lab: ApiLab) {
    this.#lab = lab;
  }

  async send(what: string, options: InjectOptions): Promise<Answer> {
    if (this.sent % 3_000 === 0) {
      const owner = {
        id: `attacker-${this.sent}`,
        name: 'attacker',
        role: 'admin',
        branch: '',
        createdAt: 1,
      } as const;
      this.#token = await this.#lab.tokens.issue(owner);
    }
    this.sent += 1;
    const headers = { authorization: `Bearer ${this.#token}`, ...options.headers };
    const answer = await this.#lab.inject({ ...options, headers });
    const trouble = troubleWith(answer);
    if (trouble)
      this.wrong.push(`${what.slice(0, 90)}: ${answer.status} ${trouble}: ${answer.text.slice(0, 200)}`);
    return answer;
  }
}

/** What is wrong with an answer to hostile input, undefined for nothing. */
function troubleWith({ status, body, text, headers }: Answer): string | undefined {
  if (status === 429) return 'the attack itself was slowed down';
  if (status >= 500) return 'our fault';
  if (/\n\s+at |node_modules|\.ts:\d|SQLITE_|sqlite/i.test(text)) return 'tells of our inside';
  if (Object.values(headers).some((value) => /[\r\n]/.test(String(value)))) return 'a header was injected';
  // Signing out empties the one cookie that there is.
  if (!/^(?:$|carillon_session=;)/.test(String(headers['set-cookie'] ?? ''))) return 'a header was injected';
  if (status < 400 || text === '') return undefined;
  const { id, message, details } = body?.error ?? {};
  return typeof id === 'string' && typeof message === 'string' && typeof details === 'object'
    ? undefined
    : 'not the shape of an error';
}

function addressOf({ path, params }: Route, value = 'x', name?: string): string {
  return params.reduce(
    (url, param) => url.replace(`{${param}}`, name === undefined || name === param ? encode(value) : 'x'),
    path,
  );
}

/** What is written as an escape already stays one. */
function encode(text: string): string {
  return /^[\w%.]+$/.test(text) && text.includes('%') ? text : encodeURIComponent(text.toWellFormed());
}

describe('every route of the API', () => {
  test('answers hostile input with a refusal of the right shape, and nothing breaks', async () => {
    const lab = await openApi();
    const routes = await routesOf(lab);
    expect(routes.length).toBeGreaterThan(30);
    const attacker = new Attacker(lab);
    for (const route of routes) {
      const { method, path } = route;
      const attack = (what: string, options: object): Promise<Answer> =>
        attacker.send(`${method} ${path} ${what}`, {
          method: method as 'GET',
          url: addressOf(route),
          ...options,
        });
      for (const text of TEXTS) {
        for (const param of route.params)
          await attack(`${param}=${text}`, { url: addressOf(route, text, param) });
        for (const name of [...route.queries, 'nobody', '__proto__', 'a[b]'])
          await attack(`?${name}=${text}`, { url: `${addressOf(route)}?${name}=${encode(text)}` });
      }
      const [first = 'limit'] = route.queries;
      await attack('twice', { url: `${addressOf(route)}?${first}=1&${first}=2` });
      if (method === 'GET') continue;
      for (const payload of BODIES)
        await attack(`body ${payload.slice(0, 40)}`, {
          payload,
          headers: { 'content-type': 'application/json' },
        });
      for (const kind of KINDS)
        await attack(`kind ${kind}`, { payload: '{"a":1}', headers: { 'content-type': kind } });
      for (const field of route.fields)
        for (const value of VALUES)
          await attack(`${field}=${JSON.stringify(value)}`, { payload: { [field]: value } });
    }
    expect(attacker.wrong).toEqual([]);
    expect(attacker.sent).toBeGreaterThan(5_000);
    expect(lab.logged.filter((line) => line.startsWith('a request failed'))).toEqual([]);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
    // What was there is still there.
    for (const list of [
      '/api/calls',
      '/api/agents',
      '/api/queues',
      '/api/campaigns',
      '/api/tokens',
      '/api/events',
    ])
      expect([list, (await lab.send('admin', 'GET', list)).status]).toEqual([list, 200]);
    expect((await lab.store.load()).agents.length).toBeGreaterThan(0);
  }, 180_000);

  test('does nothing for a method that it does not have, and shows no more than that it is not there', async () => {
    const lab = await openApi();
    const attacker = new Attacker(lab);
    const routes = await routesOf(lab);
    const has = (method: string, path: string): boolean =>
      routes.some((route) => route.method === method && route.path === path);
    for (const route of routes)
      for (const method of METHODS) {
        if (has(method, route.path) || (method === 'HEAD' && route.path === '/health')) continue;
        const answer = await attacker.send(`${method} ${route.path}`, {
          method: method as 'GET',
          url: addressOf(route),
        });
        if (![400, 404].includes(answer.status))
          attacker.wrong.push(`${method} ${route.path}: ${answer.status}`);
      }
    expect(attacker.wrong).toEqual([]);
  });

  test.each([
    '/%zz',
    '/api/%c0%80',
    '/api/calls/%',
    '//',
    '/../etc/passwd',
    `/${'a'.repeat(9_000)}`,
    '/api/calls?%',
    '/api/calls;x',
  ])('is not reached by %s', async (url) => {
    const attacker = new Attacker(await openApi());
    const { status } = await attacker.send(url, { method: 'GET', url });
    expect(attacker.wrong).toEqual([]);
    expect([400, 404]).toContain(status);
  });

  test('gives nothing to a token that is none', async () => {
    const lab = await openApi();
    // Whoever signs in or out has none yet, or no more.
    const routes = (await routesOf(lab)).filter(
      ({ method, path }) => path.startsWith('/api') && !(path === '/api/session' && method !== 'GET'),
    );
    const through: string[] = [];
    let address = 0;
    for (const route of routes)
      for (const authorization of TOKENS) {
        address += 1;
        const answer = await lab.inject({
          method: route.method as 'GET',
          url: addressOf(route),
          headers: { authorization },
          remoteAddress: `10.9.${address >> 8}.${address & 255}`,
        });
        if (answer.status !== 401 || troubleWith(answer) !== undefined)
          through.push(`${route.method} ${route.path} "${authorization.slice(0, 20)}": ${answer.status}`);
      }
    expect(through).toEqual([]);
  });
});
