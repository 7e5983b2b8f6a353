import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { chooseFreeswitchPorts, readFreeswitchPorts } from '../../../src/setup/freeswitch/ports.ts';
import { temporaryFolder } from '../temporary-folder.ts';

test('ports are chosen once and remembered, for their owner only', async () => {
  const data = temporaryFolder();
  expect(readFreeswitchPorts(data)).toBeUndefined();
  const ports = await chooseFreeswitchPorts(data, false);
  expect(ports.esl).not.toBe(ports.webSip);
  expect(await chooseFreeswitchPorts(data, false)).toEqual(ports);
  expect(readFreeswitchPorts(data)).toEqual(ports);
  expect(statSync(join(data, 'freeswitch/ports.json')).mode & 0o777).toBe(0o600);
});

test('a port that somebody else took is left to him, but not while our FreeSWITCH runs', async () => {
  const data = temporaryFolder();
  const ports = await chooseFreeswitchPorts(data, false);
  const other = createServer().listen(ports.webSip, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  expect(await chooseFreeswitchPorts(data, true)).toEqual(ports);
  expect((await chooseFreeswitchPorts(data, false)).webSip).not.toBe(ports.webSip);
  await new Promise((resolve) => other.close(resolve));
});

test.each(['', '{}', '[]', '{"esl":1}', '{"esl":"8021","webSip":5066}', '{"esl":0,"webSip":70000}'])(
  'a file with %j counts as none',
  async (text) => {
    const data = temporaryFolder();
    mkdirSync(join(data, 'freeswitch'));
    writeFileSync(join(data, 'freeswitch/ports.json'), text);
    expect(readFreeswitchPorts(data)).toBeUndefined();
    const chosen = await chooseFreeswitchPorts(data, false);
    expect(JSON.parse(readFileSync(join(data, 'freeswitch/ports.json'), 'utf8'))).toEqual(chosen);
  },
);
