import { expect, test } from 'vitest';
import { wavMs } from '../../src/speech/wav.ts';
import { toneWav } from '../phones/tone.ts';

const tone = toneWav(440, 500);

test('the length of a WAV file stands in its header', () => {
  expect(wavMs(tone.subarray(0, 64), tone.length)).toBe(500);
});

test('chunks before the sound are passed over', () => {
  const tag = Buffer.from('LIST\x05\x00\x00\x00abcde\x00', 'latin1');
  const tagged = Buffer.concat([tone.subarray(0, 36), tag, tone.subarray(36)]);
  expect(wavMs(tagged, tagged.length)).toBe(500);
});

test('a header that promises more, or was never finished, counts for what is there', () => {
  const lying = Buffer.from(tone);
  lying.writeUInt32LE(0xffffffff, 40);
  expect(wavMs(lying, lying.length)).toBe(500);
  lying.writeUInt32LE(0, 40);
  expect(wavMs(lying, lying.length)).toBe(500);
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['text', Buffer.from('this is not a sound at all, only words')],
  ['a header without sound', tone.subarray(0, 36)],
  ['a header without a rate', Buffer.concat([tone.subarray(0, 12), tone.subarray(36)])],
])('%s has no length', (_, head) => {
  expect(wavMs(head, head.length)).toBeUndefined();
});
