import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type EditingLab, openEditing } from './editing-lab.ts';

const text = (api: EditingLab): string => readFileSync(api.routingFile, 'utf8');
const version = async (api: EditingLab): Promise<string> =>
  (await api.send('admin', 'GET', '/api/routing-file')).body.version;

describe('the file of the routing rules', () => {
  test('is told with its version, and whether it is in force', async () => {
    const api = await openEditing();
    const { body } = await api.send('auditor', 'GET', '/api/routing-file');
    expect(body).toMatchObject({ text: text(api), isInForce: true, goesLive: true });
    expect(body.version).toMatch(/^[0-9a-f]{12}$/);
  });

  test('is checked without being saved: every mistake with its place', async () => {
    const api = await openEditing();
    const before = text(api);
    const broken = before
      .replace('skill.service', 'skill.servise')
      .replace(/order: .*/, 'order: service-levle');
    const { body } = await api.send('supervisor', 'POST', '/api/routing-file/check', { text: broken });
    expect(body.goesLive).toBe(false);
    expect(body.problems.length).toBeGreaterThan(0);
    const [first] = body.problems;
    expect(broken.split('\n')[first.line - 1]?.slice(first.column - 1, first.endColumn - 1)).not.toBe('');
    expect(text(api)).toBe(before);
  });

  test('warns of a queue that flows still send callers to', async () => {
    const api = await openEditing();
    const gone = text(api).replaceAll(/\bgeneral\b/g, 'generell');
    const { body } = await api.send('admin', 'POST', '/api/routing-file/check', { text: gone });
    expect(body.problems.map((one: { message: string }) => one.message).join()).toContain(
      'flow hotline still sends callers to "general"',
    );
  });

  test('comes into force when it is saved, and says who saved it', async () => {
    const api = await openEditing();
    const changed = `${text(api)}# by an admin\n`;
    const basedOn = await version(api);
    const { status, body } = await api.send('admin', 'PUT', '/api/routing-file', { text: changed, basedOn });
    expect([status, body.isInForce, text(api)]).toEqual([200, true, changed]);
    const saved = await api.events.since(0, ['RoutingFileSaved']);
    expect(saved.map(({ data }) => data)).toEqual([
      { version: body.version, before: basedOn, isInForce: true, by: 'admin' },
    ]);
  });

  test('with a mistake is saved only when that is wanted, and then the rules from before stay', async () => {
    const api = await openEditing();
    const body = { text: 'queues: nonsense\n', basedOn: await version(api) };
    const refused = await api.send('admin', 'PUT', '/api/routing-file', body);
    expect([refused.status, refused.body.error.id]).toEqual([409, 'routing-problems']);
    const saved = await api.send('admin', 'PUT', '/api/routing-file', { ...body, evenWithErrors: true });
    expect([saved.status, saved.body.isInForce]).toEqual([200, false]);
    const { body: rules } = await api.send('admin', 'GET', '/api/routing');
    expect(rules.queues.map((queue: { name: string }) => queue.name)).toContain('general');
  });

  test('that somebody changed meanwhile is not written over', async () => {
    const api = await openEditing();
    const basedOn = await version(api);
    const theirs = `${text(api)}# theirs\n`;
    writeFileSync(api.routingFile, theirs);
    const { body } = await api.send('admin', 'PUT', '/api/routing-file', { text: 'queues: {}\n', basedOn });
    expect([body.error.id, text(api)]).toEqual(['changed-meanwhile', theirs]);
  });

  test.each(['supervisor', 'auditor'] as const)('is not changed by a %s', async (role) => {
    const api = await openEditing();
    const basedOn = await version(api);
    expect((await api.send(role, 'PUT', '/api/routing-file', { text: '', basedOn })).status).toBe(403);
  });
});

test('who fits which queue, and after which wait', async () => {
  const api = await openEditing();
  const { body } = await api.send('supervisor', 'GET', '/api/routing/fits');
  const vip = body.items.filter((one: { queue: string }) => one.queue === 'vip');
  expect(vip.map((one: { afterMs: number }) => one.afterMs)).toEqual([0, 60_000, 90_000]);
  const ids = vip.flatMap((one: { agents: { id: string }[] }) => one.agents.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeGreaterThan(0);
});
