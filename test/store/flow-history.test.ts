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
    signatures: { 'verify-card': { takes: { card: 'text' }, gives: {}, results: ['ok', 'failed'] } },
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

test('a version that was kept stays as it was, but for its file and what it calls', async () => {
  const { history } = openHistory();
  await history.release(aVersion('v1'), START, 'start');
  await history.release(aVersion('v2'), START, 'file');
  const moved = { file: 'ivr-flows/main.yaml', signatures: {} };
  await history.release(aVersion('v1', { text: 'something else', ...moved }), START, 'file');
  expect(await history.find('hotline', 'v1')).toEqual(aVersion('v1', moved));
  const { signatures: _, ...callsNone } = aVersion('v3');
  await history.release(callsNone, START, 'file');
  expect(await history.find('hotline', 'v3')).toEqual({ ...callsNone, signatures: {} });
});

test('what was withdrawn is not live any more, until it is released again', async () => {
  const { events, history } = openHistory();
  await history.withdraw('hotline', START, 'file');
  await history.release(aVersion('v1'), START + 1, 'start');
  await history.release(aVersion('a1', { name: 'account' }), START + 2, 'start');
  await history.release(aVersion('v2'), START + 3, 'file');
  expect((await history.live()).map(({ version }) => version)).toEqual(['a1', 'v2']);
  await history.withdraw('hotline', START + 4, '张伟');
  await history.withdraw('hotline', START + 5, 'file');
  expect(await history.live()).toEqual([aVersion('a1', { name: 'account' })]);
  expect((await history.releases('hotline'))[0]).toEqual({ version: '', at: START + 4, by: '张伟' });
  await history.release(aVersion('v2'), START + 6, 'file');
  expect((await history.live()).map(({ version }) => version)).toEqual(['a1', 'v2']);
  const withdrawn = (await events.read(0, 100)).events.filter(({ type }) => type === 'FlowWithdrawn');
  expect(withdrawn).toMatchObject([{ version: 1, at: START + 4, data: { flow: 'hotline', by: '张伟' } }]);
});

test('a text is held when some version of its file said so', async () => {
  const { history } = openHistory();
  await history.release(aVersion('v1'), START, 'start');
  const { file, text } = aVersion('v1');
  expect(await history.holds(file, text)).toBe(true);
  expect(await history.holds(file, `${text} `)).toBe(false);
  expect(await history.holds('ivr-flows/other.yaml', text)).toBe(false);
});

test('flows have their own histories', async () => {
  const { history } = openHistory();
  await history.release(aVersion('v1'), START, 'start');
  await history.release(aVersion('v1', { name: 'agent-codes', prompts: {} }), START, 'start');
  await history.release(aVersion('v1'), START, 'start');
  await history.release(aVersion('v1', { name: 'shared.yaml' }), START, 'start');
  expect(await history.names(), 'the shared file is no flow').toEqual(['agent-codes', 'hotline']);
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
