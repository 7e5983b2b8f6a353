import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { aCall, START, theChanges } from '../store/examples.ts';
import { type ApiLab, openApi } from './api-lab.ts';

const CALL = 'call-m1-0001abcd';

/** The API with two calls, and these files among the recordings. */
async function withFiles(...names: string[]): Promise<ApiLab> {
  const api = await openApi();
  await api.store.commit(theChanges({ calls: [aCall({ id: CALL }), aCall({ id: `${CALL}-1` })] }));
  for (const name of names) {
    writeFileSync(join(api.recordings, name), `RIFF ${name}`);
    utimesSync(join(api.recordings, name), START / 1000, START / 1000);
  }
  return api;
}

test('what a caller said is listed in order, and nothing that is not his', async () => {
  const api = await withFiles(
    `rec-${CALL}-10.wav`,
    `rec-${CALL}-9.wav`,
    `rec-${CALL}-1-4.wav`,
    `rec-${CALL}-9.wav.part`,
    `rec-call-m1-0001abcx-1.wav`,
    `vm-${CALL}-3-campaign.wav`,
  );
  mkdirSync(join(api.recordings, `rec-${CALL}-11.wav`));
  symlinkSync('/etc/passwd', join(api.recordings, `rec-${CALL}-12.wav`));
  const { status, body } = await api.send('supervisor', 'GET', `/api/calls/${CALL}/recordings`);
  expect(status).toBe(200);
  expect(body.items).toEqual([
    { id: `rec-${CALL}-9`, bytes: `RIFF rec-${CALL}-9.wav`.length, at: START },
    { id: `rec-${CALL}-10`, bytes: `RIFF rec-${CALL}-10.wav`.length, at: START },
  ]);
});

test('a supervisor hears one', async () => {
  const api = await withFiles(`rec-${CALL}-9.wav`);
  const audio = await api.send('supervisor', 'GET', `/api/calls/${CALL}/recordings/rec-${CALL}-9/audio`);
  expect([audio.status, audio.text]).toEqual([200, `RIFF rec-${CALL}-9.wav`]);
  expect(audio.headers).toMatchObject({
    'content-type': 'audio/wav',
    'content-length': String(audio.text.length),
  });
});

test.each([
  ['of another call', `rec-${CALL}-1-4`, 'recording-unknown'],
  ['that is a message', `vm-${CALL}-3-campaign`, 'recording-unknown'],
  ['that is gone', `rec-${CALL}-77`, 'audio-unknown'],
  ['that is a link to elsewhere', `rec-${CALL}-66`, 'audio-unknown'],
  ['that leads elsewhere', 'secrets', 'recording-unknown'],
])('a recording %s is not given out', async (_what, recording, id) => {
  const api = await withFiles(`rec-${CALL}-1-4.wav`, `vm-${CALL}-3-campaign.wav`, 'secrets.wav');
  symlinkSync('/etc/passwd', join(api.recordings, `rec-${CALL}-66.wav`));
  const answer = await api.send('admin', 'GET', `/api/calls/${CALL}/recordings/${recording}/audio`);
  expect([answer.status, answer.body.error.id]).toEqual([404, id]);
});

test.each(['..%2fsecrets', '%2e%2e%2f%2e%2e%2fetc%2fpasswd', `rec-${CALL}-1%00`])(
  '%s is not even looked for',
  async (recording) => {
    const api = await withFiles();
    const answer = await api.send('admin', 'GET', `/api/calls/${CALL}/recordings/${recording}/audio`);
    expect(answer.status).toBe(400);
  },
);

test('a strange call has none', async () => {
  const api = await withFiles('rec-c9-1.wav');
  for (const url of ['/api/calls/c9/recordings', '/api/calls/c9/recordings/rec-c9-1/audio'])
    expect((await api.send('admin', 'GET', url)).body.error.id).toBe('call-unknown');
});

test.each([
  ['bytes=0-3', 206, 'RIFF', 'bytes 0-3/10'],
  ['bytes=5-', 206, 'voice', 'bytes 5-9/10'],
  ['bytes=-2', 206, 'ce', 'bytes 8-9/10'],
  ['bytes=-99', 206, 'RIFF voice', 'bytes 0-9/10'],
  ['bytes=4-99999', 206, ' voice', 'bytes 4-9/10'],
  ['bytes=9-9', 206, 'e', 'bytes 9-9/10'],
  ['bytes=10-', 416, '', undefined],
  ['bytes=-0', 416, '', undefined],
  ['bytes=3-2', 200, 'RIFF voice', undefined],
  ['bytes=0-1,3-4', 200, 'RIFF voice', undefined],
  ['lines=0-1', 200, 'RIFF voice', undefined],
  ['bytes=-', 200, 'RIFF voice', undefined],
  ['bytes=99999999999999999999-', 200, 'RIFF voice', undefined],
])('a player that asks for %s gets what there is of it', async (range, status, text, told) => {
  const api = await withFiles();
  writeFileSync(join(api.recordings, `rec-${CALL}-9.wav`), 'RIFF voice');
  const answer = await api.inject({
    url: `/api/calls/${CALL}/recordings/rec-${CALL}-9/audio`,
    headers: { authorization: `Bearer ${api.tokenOf.supervisor}`, range },
  });
  expect([answer.status, answer.headers['content-range']]).toEqual([status, told]);
  if (status !== 416) {
    expect(answer.text).toBe(text);
    expect(answer.headers).toMatchObject({ 'accept-ranges': 'bytes', 'content-length': String(text.length) });
  }
});
