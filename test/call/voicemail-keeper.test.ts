import { existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import type { Voicemail } from '../../src/call/voicemail.ts';
import { VoicemailKeeper } from '../../src/call/voicemail-keeper.ts';
import { wavMs } from '../../src/speech/wav.ts';
import { toneWav } from '../phones/tone.ts';
import { temporaryFolder } from '../setup/temporary-folder.ts';

const HEADER = 44;
const MINUTE_MS = 60_000;

/** A recording as an Asterisk that was killed leaves it: sound, a header that says 0 bytes, and half a sample at the end. */
function unfinished(ms: number): Buffer {
  const wav = Buffer.concat([toneWav(440, ms), Buffer.from([7])]);
  wav.writeUInt32LE(0, 4);
  wav.writeUInt32LE(0, 40);
  return wav;
}

function lab() {
  const recordings = temporaryFolder();
  const kept: Voicemail[] = [];
  const calls = { known: true };
  const keeper = new VoicemailKeeper({
    calls: {
      byId: async () => (calls.known ? ({ ani: '13800138000' } as never) : undefined),
      keepVoicemail: async (voicemail) => void kept.push(voicemail),
      voicemail: async (id) => kept.find((voicemail) => voicemail.id === id),
    },
    recordings,
    clock: systemClock,
    log: silentLog,
  });
  return {
    calls,
    kept,
    keeper,
    put(name: string, wav: Buffer, agoMs = MINUTE_MS): string {
      const file = join(recordings, name);
      writeFileSync(file, wav);
      const then = new Date(Date.now() - agoMs);
      utimesSync(file, then, then);
      return file;
    },
  };
}

test('given_a_killed_pbx_then_the_message_that_was_being_left_is_mended_and_kept', async () => {
  const { keeper, kept, put } = lab();
  const file = put('vm-call-1a-2b-3-general.wav', unfinished(5000));
  const before = statSync(file).mtimeMs;
  await keeper.sweep();
  const wav = readFileSync(file);
  expect(wav.length).toBe(HEADER + 80_000);
  expect(wav.readUInt32LE(4)).toBe(wav.length - 8);
  expect(wav.readUInt32LE(40)).toBe(80_000);
  expect(wavMs(wav, wav.length)).toBe(5000);
  expect(wav.subarray(HEADER)).toEqual(toneWav(440, 5000).subarray(HEADER));
  expect(statSync(file).mtimeMs).toBe(before);
  expect(kept).toMatchObject([{ id: 'vm-call-1a-2b-3-general', box: 'general', callId: 'call-1a-2b', file }]);
  expect(Math.round(kept[0]!.durationMs)).toBe(5000);
});

test('given_a_recording_of_nothing_then_its_file_goes_when_it_is_certainly_over', async () => {
  const { keeper, kept, put } = lab();
  const silent = put('vm-call-1a-2b-4-general.wav', toneWav(440, 900), 61 * MINUTE_MS);
  const keptOne = put('vm-call-1a-2b-5-general.wav', toneWav(440, 900), 61 * MINUTE_MS);
  const fresh = put('vm-call-1a-2b-6-general.wav', toneWav(440, 900), 59 * MINUTE_MS);
  await keeper.keep({ recording: 'vm-call-1a-2b-5-general', file: keptOne, durationMs: 2000 });
  await keeper.sweep();
  expect([silent, keptOne, fresh].map((file) => existsSync(file))).toEqual([false, true, true]);
  expect(kept).toHaveLength(1);
});

test('given_a_message_that_could_not_be_kept_when_it_ended_then_the_sweep_counts_its_seconds_as_the_pbx_did', async () => {
  const { keeper, kept, put } = lab();
  put('vm-call-1a-2b-7-general.wav', toneWav(440, 1900), 61 * MINUTE_MS);
  await keeper.sweep();
  expect(kept).toMatchObject([{ id: 'vm-call-1a-2b-7-general', durationMs: 2000 }]);
});

test('given_a_call_whose_record_is_still_on_the_way_then_its_message_is_kept_when_it_is_there', async () => {
  const { calls, keeper, kept, put } = lab();
  calls.known = false;
  const file = put('vm-call-1a-2b-8-general.wav', toneWav(440, 5000));
  await keeper.keep({ recording: 'vm-call-1a-2b-8-general', file, durationMs: 5000 });
  await keeper.sweep();
  expect(kept).toEqual([]);
  calls.known = true;
  await keeper.sweep();
  expect(kept).toMatchObject([{ ani: '13800138000' }]);
});

test('given_a_call_whose_record_is_lost_then_its_message_is_kept_without_a_number', async () => {
  const { calls, keeper, kept, put } = lab();
  calls.known = false;
  put('vm-call-1a-2b-9-general.wav', toneWav(440, 5000), 61 * MINUTE_MS);
  await keeper.sweep();
  expect(kept).toMatchObject([{ ani: '', durationMs: 5000 }]);
});

test('what a caller said in a step is mended, too, and is no message', async () => {
  const { keeper, kept, put } = lab();
  const file = put('rec-call-1a-2b-3.wav', unfinished(1000));
  await keeper.sweep();
  expect(readFileSync(file).readUInt32LE(40)).toBe(16_000);
  expect(kept).toEqual([]);
});

test.each([
  ['one that is still growing', 'vm-call-1a-2b-3-general.wav', unfinished(5000), 1000],
  ['a finished one', 'vm-call-1a-2b-3-general.wav', toneWav(440, 5000), MINUTE_MS],
  ['a file of somebody else', 'greeting.wav', unfinished(5000), MINUTE_MS],
  ['what is no sound', 'vm-call-1a-2b-3-general.wav', Buffer.from('a letter, not a sound'), MINUTE_MS],
  ['a header without sound', 'rec-call-1a-2b-3.wav', unfinished(0).subarray(0, HEADER), MINUTE_MS],
])('%s stays as it is', async (_what, name, wav, agoMs) => {
  const { keeper, put } = lab();
  const file = put(name, wav, agoMs);
  await keeper.sweep();
  expect(readFileSync(file)).toEqual(wav);
});
