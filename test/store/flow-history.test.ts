import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { FlowVersion } from '../../src/ivr/history.ts';
import { FlowHistory } from '../../src/ivr/store.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';
import { openStore, START } from './examples.ts';

function aVersion(version: string, changes: Partial<FlowVersion> = {}): FlowVersion {
  return {
    name: 'hotline',
    version,
    file: 'ivr-flows/hotline.yaml',
    text: `flow: hotline # ${version}\n`,
    prompts: { goodbye: { 'zh-CN': '再见。', en: 'Goodbye.' } },
    ...changes,
  };
}

function openHistory() {
  const { database, events } = openStore();
  return { database, events, history: new FlowHistory(database, events) };
}

test('a version is found again, whole, after a restart', async () => {
  const file = join(temporaryFolder(), 'carillon.db');
  const first = openStore(file);
  await new FlowHistory(first.database, first.events).release(aVersion('v1'), START, 'start');
  first.database.close();
  const second = openStore(file);
  const history = new FlowHistory(second.database, second.events);
  expect(await history.find('hotline', 'v1')).toEqual(aVersion('v1'));
  expect(await history.find('hotline', 'v2')).toBeUndefined();
  expect(await history.find('other', 'v1')).toBeUndefined();
  second.database.close();
});

test('releases are told the latest first, and one that goes on is none', async () => {
  const { history } = openHistory();
  await history.release(aVersion('v1'), START, 'start');
  await history.release(aVersion('v1'), START + 1, 'start');
  await history.release(aVersion('v2'), START + 2, 'file');
  await history.release(aVersion('v1'), START + 3, '张伟');
  expect(await history.releases('hotline')).toEqual([
    { version: 'v1', at: START + 3, by: '张伟' },
    { version: 'v2', at: START + 2, by: 'file' },
    { version: 'v1', at: START, by: 'start' },
  ]);
  expect(await history.releases('other')).toEqual([]);
});

test('a version that was kept stays as it was', async () => {
  const { history } = openHistory();
  await history.release(aVersion('v1'), START, 'start');
  await history.release(aVersion('v2'), START, 'file');
  await history.release(aVersion('v1', { text: 'something else' }), START, 'file');
  expect(await history.find('hotline', 'v1')).toEqual(aVersion('v1'));
});

test('flows have their own histories', async () => {
  const { history } = openHistory();
  await history.release(aVersion('v1'), START, 'start');
  await history.release(aVersion('v1', { name: 'agent-codes', prompts: {} }), START, 'start');
  await history.release(aVersion('v1'), START, 'start');
  expect(await history.names()).toEqual(['agent-codes', 'hotline']);
  expect(await history.releases('hotline')).toHaveLength(1);
});

test('the log hears of each release, once', async () => {
  const { events, history } = openHistory();
  await history.release(aVersion('v1'), START, 'start');
  await history.release(aVersion('v1'), START + 1, 'start');
  await history.release(aVersion('v2'), START + 2, 'file');
  expect((await events.read(0, 10)).events).toEqual([
    {
      seq: 1,
      type: 'FlowReleased',
      version: 1,
      at: START,
      data: { flow: 'hotline', version: 'v1', by: 'start' },
    },
    {
      seq: 2,
      type: 'FlowReleased',
      version: 1,
      at: START + 2,
      data: { flow: 'hotline', version: 'v2', by: 'file' },
    },
  ]);
});

test('version, release and event are written together or not at all', async () => {
  const { database, history } = openHistory();
  database.script('drop table event');
  await expect(history.release(aVersion('v1'), START, 'start')).rejects.toThrow();
  expect(await history.find('hotline', 'v1')).toBeUndefined();
  expect(await history.releases('hotline')).toEqual([]);
});
