import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Refused } from '../../../src/base/errors.ts';
import { freeswitchEtc } from '../../../src/setup/freeswitch/home.ts';
import { canReload, reloadFreeswitch } from '../../../src/setup/freeswitch/reload.ts';
import { FakeEsl } from '../../pbx/fake-esl.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** A FreeSWITCH that plays `playing`, and is to play `wanted`. */
async function playing(playing: Record<string, string>, wanted: Record<string, string> = {}) {
  const data = temporaryFolder();
  const etc = freeswitchEtc(data);
  mkdirSync(etc, { recursive: true });
  const classes = Object.entries(wanted).map(
    ([name, folder]) => `<directory name="${name}" path="${folder}">`,
  );
  writeFileSync(join(etc, 'music_classes.xml'), classes.join('\n'));
  writeFileSync(join(etc, 'media.xml'), '<directory name="default" path="/music">');
  const esl = await new FakeEsl().start();
  onTestFinished(() => esl.stop());
  const streams = new Map(Object.entries({ default: '/music', ...playing }));
  esl.override = (command) => {
    const [name, verb, stream = ''] = command.split(' ');
    if (name !== 'local_stream') return '+OK';
    if (verb === 'show') return [...streams].map((one) => `${one.join(',')}\n`).join('');
    if (verb === 'stop') streams.delete(stream);
    else streams.set(stream, wanted[stream] ?? '');
    return '+OK';
  };
  const parts = { data, eslPort: esl.port, eslPassword: esl.password };
  return { esl, streams, reload: (files: string[]) => reloadFreeswitch(parts, files) };
}

test.each([
  [['phones.xml', 'web_phones.xml'], true],
  [['hand_over.xml', 'safety_net.xml', 'trunk.xml', 'demonstration.xml'], true],
  [['media.xml', 'music_classes.xml'], true],
  [['sofia.xml'], false],
  [['phones.xml', 'switch.xml'], false],
  [['event_socket.xml'], false],
  [['toString'], false],
  [[], true],
])('%j can be read again: %s', (files, can) => {
  expect(canReload(files)).toBe(can);
});

test('phones and dialplan are looked up anew after one word', async () => {
  const { esl, reload } = await playing({});
  await reload(['phones.xml', 'hand_over.xml']);
  expect(esl.commands).toEqual(['api reloadxml']);
});

test('what the trunk is known by is read again too', async () => {
  const { esl, reload } = await playing({});
  await reload(['trunk.xml']);
  expect(esl.commands).toEqual(['api reloadxml', 'api reloadacl']);
});

test('music: new classes begin, moved ones begin anew, the others go on', async () => {
  const { esl, streams, reload } = await playing(
    { same: '/same', moved: '/old', gone: '/gone' },
    { same: '/same', moved: '/new', more: '/more' },
  );
  await reload(['music_classes.xml']);
  expect(Object.fromEntries(streams)).toMatchObject({ same: '/same', moved: '/new', more: '/more' });
  expect(esl.commands.filter((one) => !one.endsWith('show')).slice(1)).toEqual([
    'api local_stream stop moved',
    'api local_stream start moved',
    'api local_stream start more',
  ]);
});

test('one that does not obey, or is not there, is a refusal that says what to do', async () => {
  const { esl, reload } = await playing({});
  esl.override = () => '-ERR [Premature end]';
  await expect(reload(['phones.xml'])).rejects.toThrow(/Premature end.*Restart Carillon/);
  await esl.stop();
  await expect(reload(['phones.xml'])).rejects.toBeInstanceOf(Refused);
});
