import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ScriptedCallers } from '../../src/pbx/demonstration.ts';
import { freeswitchScriptedCallers } from '../../src/pbx/freeswitch/scripted-callers.ts';
import { PbxError } from '../../src/pbx/pbx.ts';
import { FakeEsl } from './fake-esl.ts';

let fake: FakeEsl;
let callers: ScriptedCallers;

const connect = (password: string): ScriptedCallers =>
  freeswitchScriptedCallers({
    host: '127.0.0.1',
    port: fake.port,
    password,
    profile: 'carillon',
    sip: '127.0.0.1:5060',
  });

beforeEach(async () => {
  fake = await new FakeEsl().start();
  callers = connect(fake.password);
});

afterEach(() => fake.stop());

const caller = { id: 'c-1', script: 'vip', callerNumber: '13800138000', dialled: '95533' } as const;

/** FreeSWITCH makes the channel of whom it is told of. */
function makeChannels(): void {
  fake.hangs = (command) => {
    const channel = /^bgapi originate \{origination_uuid='([^']+)'/.exec(command)?.[1];
    if (channel) setTimeout(() => fake.arrives(channel), 30);
    return false;
  };
}

test('a caller dials the centre from outside, and his script follows', async () => {
  makeChannels();
  await callers.call(caller);
  expect(fake.commands[0]).toBe(
    "bgapi originate {origination_uuid='demo-vip-c-1',origination_caller_id_number='13800138000',origination_caller_id_name='',originate_timeout='30',ignore_early_media='true'}sofia/carillon/95533@127.0.0.1:5060 vip XML demo-caller\nJob-UUID: demo-vip-c-1",
  );
});

test('he is there as soon as he was sent, although the list of channels is late, until his channel is gone', async () => {
  makeChannels();
  fake.override = (command) => (command.startsWith('show ') ? '{"row_count":0}' : undefined);
  await callers.call(caller);
  expect(await callers.present()).toEqual([{ id: 'c-1', script: 'vip' }]);
  fake.ends('demo-vip-c-1');
  expect(await callers.present()).toEqual([]);
});

test('one whom the list still names is not there any more', async () => {
  fake.override = (command) =>
    command.startsWith('show ') ? '{"row_count":1,"rows":[{"uuid":"demo-vip-c-1"}]}' : undefined;
  expect(await callers.present()).toEqual([]);
});

test('one whose channel never comes is refused', async () => {
  await expect(callers.call(caller)).rejects.toMatchObject({ code: 'refused' });
});

test.each(['95533,sofia/gateway/trunk/1', '95533@example.com', '', '9$1'])(
  'dialling %j is refused before anything is said',
  async (dialled) => {
    await expect(callers.call({ ...caller, dialled })).rejects.toThrow(PbxError);
    expect(fake.commands).toEqual([]);
  },
);

test('those who are there are told by the names of their channels, no others', async () => {
  for (const channel of ['demo-vip-c-1', 'leg-1', 'demo-nobody-2', 'demo-loss-c-3', 'e2f1'])
    fake.arrives(channel);
  expect(await callers.present()).toEqual([
    { id: 'c-1', script: 'vip' },
    { id: 'c-3', script: 'loss' },
  ]);
});

test('hanging up ends their channels over one connection, and is harmless for who is gone', async () => {
  await callers.hangUp([caller, { id: 'c-2', script: 'loss' }]);
  expect(fake.commands).toEqual([
    'api uuid_kill demo-vip-c-1 NORMAL_CLEARING',
    'api uuid_kill demo-loss-c-2 NORMAL_CLEARING',
  ]);
  expect(fake.connections).toBe(1);
});

test('each command has a connection of its own, which is closed behind it', async () => {
  await callers.present();
  await callers.present();
  expect(fake.connections).toBe(2);
  await expect(connect('wrong').present()).rejects.toMatchObject({ code: 'refused' });
});
