import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { digest } from '../../src/ivr/flow-files.ts';
import { FlowHistory } from '../../src/ivr/store.ts';
import { ensureSecrets } from '../../src/setup/secrets.ts';
import { openStore, START } from '../store/examples.ts';
import { aFlow, Place } from './carillon.ts';

const FIRST = aFlow('hotline', 'Good morning.');
const SECOND = aFlow('hotline', 'Good evening.');
const MINUTE_MS = 60_000;
/** Nobody listens there. */
const NO_DAEMON = { CARILLON_HTTP_PORT: '1' };

/** A place where the first version ran, and then the second one. */
async function placeWithPast(text = SECOND): Promise<Place> {
  const place = new Place({ 'hotline.yaml': text });
  mkdirSync(place.data);
  const { database, events } = openStore(join(place.data, 'carillon.db'));
  const history = new FlowHistory(database, events);
  for (const [index, text] of [FIRST, SECOND].entries()) {
    const version = { name: 'hotline', version: digest(text), file: 'flows/hotline.yaml', text, prompts: {} };
    await history.release(version, START + index * MINUTE_MS, index === 0 ? 'start' : 'file');
  }
  database.close();
  return place;
}

const read = (place: Place) => readFileSync(join(place.flows, 'hotline.yaml'), 'utf8');

test('the history tells what ran when and marks what runs', async () => {
  const place = await placeWithPast();
  const [text, json] = await Promise.all([
    place.run(['flow', 'history', 'hotline'], { TZ: 'UTC' }),
    place.run(['flow', 'history', 'hotline', '--json']),
  ]);
  expect(text.out.split('\n')).toEqual([
    '   version       from                     by',
    `*  ${digest(SECOND)}  2026-03-02 01:01:00 UTC  file`,
    `   ${digest(FIRST)}  2026-03-02 01:00:00 UTC  start`,
    '* is what callers enter. flows/hotline.yaml says the same.',
    '',
  ]);
  expect(JSON.parse(json.out)).toEqual({
    flow: 'hotline',
    running: digest(SECOND),
    releases: [
      { version: digest(SECOND), at: START + MINUTE_MS, by: 'file' },
      { version: digest(FIRST), at: START, by: 'start' },
    ],
  });
});

test('diff tells what changes for callers: from what runs to the file, or between versions and files', async () => {
  const place = await placeWithPast(aFlow('hotline', 'Good night.'));
  place.write('other/draft.yaml', aFlow('hotline', 'Good day.'));
  const diff = async (...args: string[]) => (await place.run(['flow', 'diff', ...args])).out;
  expect(await diff('hotline')).toBe(
    `hotline: ${digest(SECOND)} → flows/hotline.yaml\n` +
      '• In the prompt "greeting", callers hear in en: "Good [night]." instead of "Good [evening].", in the step "greet"\n',
  );
  expect(await diff('hotline', digest(FIRST).slice(0, 5))).toContain(
    '"Good [night]." instead of "Good [morning]."',
  );
  expect(await diff('flows/hotline.yaml', digest(FIRST), digest(SECOND))).toContain(
    '"Good [evening]." instead of "Good [morning]."',
  );
  expect(await diff('hotline', 'flows/hotline.yaml', 'flows/other/draft.yaml')).toContain('"Good [day]."');
  expect(await diff('hotline', digest(FIRST), digest(FIRST))).toContain('Nothing changes for callers.');
});

test('without a daemon, rollback writes the file, and keeps what was in it and never ran', async () => {
  const place = await placeWithPast(aFlow('hotline', 'Half an idea'));
  const { code, out, err } = await place.run(
    ['flow', 'rollback', 'hotline', digest(FIRST).slice(0, 6)],
    NO_DAEMON,
  );
  expect(out.split('\n')).toEqual([
    `hotline: ${digest(SECOND)} → ${digest(FIRST)}, in flows/hotline.yaml`,
    '• In the prompt "greeting", callers hear in en: "Good [morning]." instead of "Good [evening].", in the step "greet"',
    'Nothing runs now: callers enter it after npm start.',
    '',
  ]);
  expect(code).toBe(0);
  expect(read(place)).toBe(FIRST);
  const [kept] = readdirSync(place.flows).filter((name) => name.endsWith('.kept'));
  expect(err).toContain(`it is kept as flows/${kept}`);
  expect(readFileSync(join(place.flows, kept!), 'utf8')).toContain('Half an idea');
  expect((await place.run(['flow', 'check'])).code, 'what is kept is no flow file').toBe(0);
});

test('a file that is gone comes back; what ran is in the history and is not kept twice', async () => {
  const place = await placeWithPast();
  rmSync(join(place.flows, 'hotline.yaml'));
  await place.run(['flow', 'rollback', 'hotline', digest(SECOND)], NO_DAEMON);
  expect(read(place)).toBe(SECOND);
  await place.run(['flow', 'rollback', 'hotline', digest(FIRST)], NO_DAEMON);
  expect(read(place)).toBe(FIRST);
  expect(readdirSync(place.flows)).toEqual(['hotline.yaml']);
});

test('a daemon that runs is asked to roll back, and what it refuses is said in its words', async () => {
  const place = await placeWithPast();
  const { adminToken } = ensureSecrets(place.data);
  const asked: unknown[] = [];
  const answers = [
    { status: 200, body: { items: [], problems: [], diagnostics: [] } },
    {
      status: 409,
      body: { error: { id: 'flow-problems', message: 'It does not go with the others.', details: {} } },
    },
  ];
  const daemon = createServer(async (request, response) => {
    if (request.url === '/health') return void response.end('{}');
    const { status, body } = answers[asked.length]!;
    let text = '';
    for await (const part of request) text += part;
    asked.push([request.method, request.url, request.headers.authorization, JSON.parse(text)]);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((listening) => daemon.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void daemon.close());
  const env = { CARILLON_HTTP_PORT: String((daemon.address() as AddressInfo).port) };
  const rollback = () => place.run(['flow', 'rollback', 'hotline', digest(FIRST)], env);
  const done = await rollback();
  const refused = await rollback();
  expect(asked[0]).toEqual([
    'POST',
    '/api/flows/hotline/rollback',
    `Bearer ${adminToken}`,
    { version: digest(FIRST) },
  ]);
  expect(done.out).toContain('The next caller enters it; callers who are inside stay in their version.');
  expect(read(place), 'the daemon writes the file').toBe(SECOND);
  expect(refused.err).toContain('It does not go with the others.');
  expect([done.code, refused.code, refused.out]).toEqual([0, 1, '']);
});

test('a version that cannot be read any more is refused before anything is touched', async () => {
  const place = await placeWithPast();
  const { database, events } = openStore(join(place.data, 'carillon.db'));
  const text = 'flow: hotline\nstart: a\nsteps: { a: { dance: {} } }\n';
  const old = { name: 'hotline', version: 'bad000000000', file: 'flows/hotline.yaml', text, prompts: {} };
  await new FlowHistory(database, events).release(old, START, 'start');
  database.close();
  const { code, err } = await place.run(['flow', 'rollback', 'hotline', 'bad'], NO_DAEMON);
  expect(err).toContain(
    'Version bad000000000 cannot be read any more:\nflows/hotline.yaml:3:15 there is no verb "dance"',
  );
  expect(code).toBe(1);
  expect(read(place)).toBe(SECOND);
});

test('without a daemon, nothing is written that would not go live as it was', async () => {
  const place = await placeWithPast();
  const { database, events } = openStore(join(place.data, 'carillon.db'));
  const history = new FlowHistory(database, events);
  const old = { name: 'hotline', file: 'flows/hotline.yaml', text: SECOND, prompts: {} };
  await history.release({ ...old, version: 'words0000000', prompts: { bye: { en: 'Bye' } } }, START, 'start');
  const text = `numbers: ["1"]\n${SECOND}`;
  await history.release({ ...old, version: 'clash0000000', text }, START, 'start');
  database.close();
  place.write('aaa.yaml', `numbers: ["1"]\n${aFlow('aaa', 'Hello')}`);
  const run = (version: string) => place.run(['flow', 'rollback', 'hotline', version], NO_DAEMON);
  expect((await run('words')).err).toContain('used other words of "bye" in shared.yaml');
  const clash = await run('clash');
  expect(clash.err).toContain('flows/hotline.yaml:1:1 number 1 also leads to flows/aaa.yaml');
  expect(clash.code).toBe(1);
  expect(read(place)).toBe(SECOND);
});

test('the history tells when a flow was gone', async () => {
  const place = await placeWithPast();
  const { database, events } = openStore(join(place.data, 'carillon.db'));
  await new FlowHistory(database, events).withdraw('hotline', START + 2 * MINUTE_MS, 'file');
  database.close();
  const [text, json, diff] = await Promise.all([
    place.run(['flow', 'history', 'hotline'], { TZ: 'UTC' }),
    place.run(['flow', 'history', 'hotline', '--json']),
    place.run(['flow', 'diff', 'hotline']),
  ]);
  expect(text.out).toContain('(gone)        2026-03-02 01:02:00 UTC  file');
  expect(text.out).not.toContain('*');
  expect(text.out).toContain('Callers enter none of them.');
  expect(JSON.parse(json.out).running).toBeNull();
  expect(diff.out, 'with what ran last').toContain(`hotline: ${digest(SECOND)} → flows/hotline.yaml`);
});

test('what is not there is named, with what there is', async () => {
  const place = await placeWithPast();
  const cases: readonly [readonly string[], string][] = [
    [['history', 'hotlin'], 'There is no flow "hotlin" in the history: did you mean "hotline"?'],
    [['diff', 'hotlin'], 'There is no flow "hotlin" in flows: did you mean "hotline"?'],
    [
      ['diff', 'hotline', 'zzzz'],
      '"zzzz" is no version of flow hotline: none is called so. npx carillon flow history',
    ],
    [['rollback', 'hotline', ''], '"" is no version of flow hotline: 2 versions begin so.'],
  ];
  const ran = await Promise.all(cases.map(([args]) => place.run(['flow', ...args], NO_DAEMON)));
  for (const [index, [, message]] of cases.entries()) {
    expect(ran[index]!.err).toContain(message);
    expect(ran[index]!.code).toBe(1);
  }
  const fresh = new Place({ 'hotline.yaml': FIRST });
  expect((await fresh.run(['flow', 'diff', 'hotline'])).err).toContain('Nothing ran from');
  writeFileSync(join(place.data, 'carillon.db'), 'this is no database');
  const damaged = await place.run(['flow', 'history', 'hotline']);
  expect(damaged.err).toContain('is damaged or is not a database of Carillon');
  expect(damaged.code).toBe(1);
});
