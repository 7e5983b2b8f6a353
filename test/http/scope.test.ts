import { describe, expect, test } from 'vitest';
import { type Answer, openApi } from './api-lab.ts';
import { openScoped, type ScopeLab, type Things } from './scope-lab.ts';
import { PROBES, type Probe } from './scope-table.ts';

interface Operation {
  readonly 'x-scope'?: string;
  readonly security: readonly object[];
}

interface Route {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly scope: string | undefined;
}

async function routesOf(): Promise<Route[]> {
  const { body } = await (await openApi()).send('', 'GET', '/openapi.json');
  return Object.entries<Record<string, Operation>>(body.paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      // What is for everybody has nobody's branch.
      .filter(([, { security }]) => security.length > 0)
      .map(([verb, operation]) => {
        const method = verb.toUpperCase();
        return { name: `${method} ${path}`, method, path, scope: operation['x-scope'] };
      }),
  );
}

test('every route says whether its answer depends on the branch of whoever asks', async () => {
  const routes = await routesOf();
  expect(routes.length).toBeGreaterThan(60);
  expect(routes.filter(({ scope }) => scope === undefined).map(({ name }) => name)).toEqual([]);
});

test('every route whose answer depends on it is asked about another branch below, and no other', async () => {
  const routes = await routesOf();
  const asked = routes.filter(({ scope }) => scope === 'branch').map(({ name }) => name);
  expect(asked.sort()).toEqual(Object.keys(PROBES).sort());
});

describe('of another branch nobody learns that it has anything', () => {
  test.each(Object.entries(PROBES))('%s', async (route, probesFor) => {
    const api = await openScoped();
    const [method = ''] = route.split(' ');
    const probes = probesFor(api.theirs);
    expect(probes.length).toBeGreaterThan(0);
    for (const probe of probes) await check(api, method, probe);
    for (const probe of probes) await checkHeadSees(api, method, probe);
  });
});

test('what is for the head office is refused to others', async () => {
  const routes = (await routesOf()).filter(({ scope }) => scope === 'head-office');
  expect(routes.length).toBeGreaterThan(1);
  const api = await openScoped();
  for (const { name, method, path } of routes) {
    const answer = await api.ask(method, path.replaceAll(/\{\w+\}/g, 'x'));
    expect([name, answer.status, answer.body.error.id]).toEqual([name, 403, 'forbidden']);
    expect(answer.body.error.message).toContain('head office');
  }
});

async function check(api: ScopeLab, method: string, probe: Probe): Promise<void> {
  if ('hides' in probe) {
    const answer = await api.ask(method, probe.hides);
    expect(answer.status, answer.text).toBe(200);
    expect(answer.text).not.toMatch(trace(api.theirs, probe.hides));
    if (!probe.empty) expect(answer.text).toContain('ours');
  } else if ('saysNothingOf' in probe) {
    const answer = await api.ask(method, probe.saysNothingOf, probe.body);
    expect(answer.status, answer.text).toBeLessThan(300);
    expect(answer.text).not.toMatch(trace(api.theirs, JSON.stringify(probe.body)));
  } else if ('notYours' in probe) {
    const answer = await api.ask(method, probe.notYours, probe.body);
    expect([answer.status, answer.body?.error?.id], answer.text).toEqual([403, 'branch-not-yours']);
  } else {
    const [answer, nothing] = await bothOf(api.ask, api, method, probe);
    expect(answer.status, answer.text).toBeGreaterThanOrEqual(400);
    expect(answer.status, answer.text).toBeLessThan(500);
    expect(answer.body?.error?.id, answer.text).toMatch(
      probe.onlyHis ? /^forbidden$/ : /unknown|not-found|^bad-/,
    );
    expect([answer.status, ghostly(api, answer.text)]).toEqual([nothing.status, nothing.text]);
  }
}

/** The counter-test: what was asked for is really there. */
async function checkHeadSees(api: ScopeLab, method: string, probe: Probe): Promise<void> {
  if ('hides' in probe) {
    expect((await api.askAsHead(method, probe.hides)).text).toMatch(trace(api.theirs, ''));
  } else if ('saysNothingOf' in probe) {
    const { text } = await api.askAsHead(method, probe.saysNothingOf, probe.body);
    expect(text).toMatch(trace(api.theirs, JSON.stringify(probe.body)));
  } else if ('notYours' in probe) {
    const answer = await api.askAsHead(method, probe.notYours, probe.body);
    expect(answer.body?.error?.id, answer.text).not.toBe('branch-not-yours');
  } else if (!probe.onlyHis && !probe.engineKnows) {
    const [answer, nothing] = await bothOf(api.askAsHead, api, method, probe);
    expect([answer.status, ghostly(api, answer.text)]).not.toEqual([nothing.status, nothing.text]);
  }
}

/** Asks for what is theirs, and for the same that is nobody's. */
async function bothOf(
  ask: ScopeLab['ask'],
  api: ScopeLab,
  method: string,
  { unknown, body }: Extract<Probe, { unknown: string }>,
): Promise<[Answer, Answer]> {
  const theirs = await ask(method, unknown, body);
  const text = body === undefined ? undefined : ghostly(api, JSON.stringify(body));
  const nobodys = text === undefined ? undefined : JSON.parse(text);
  return [theirs, await ask(method, ghostly(api, unknown), nobodys)];
}

/** The text with what is nobody's in place of what is theirs. */
function ghostly({ theirs }: ScopeLab, text: string): string {
  const { wish, doNotCallImport, phone, code, number } = theirs;
  return text
    .replaceAll('theirs', 'nobody')
    .replaceAll(doNotCallImport, 'dnc-nobody')
    .replaceAll(number, '13522229999')
    .replaceAll(new RegExp(`\\b(${phone}|${code})\\b`, 'g'), '7999')
    .replaceAll(new RegExp(`(contact-wishes/|wish )${wish}\\b`, 'g'), '$1999');
}

/** What of theirs may stand nowhere. */
function trace({ number, doNotCallImport }: Things, asked: string): RegExp {
  // What was asked for may be said again.
  const ids = ['theirs', number, doNotCallImport].filter((one) => !asked.includes(one));
  return new RegExp(ids.join('|'));
}
