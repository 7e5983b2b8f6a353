import { expect, test } from 'vitest';
import { merged, type PastContact } from '../../src/desk/contact.ts';

const contact = (channel: PastContact['channel'], at: number, id = `${channel}-${at}`): PastContact => ({
  channel,
  id,
  at,
  call: channel === 'attempt' ? `call-${id}` : id,
  agent: '',
  queue: '',
  campaign: '',
  outcome: '',
  result: '',
  note: '',
  durationMs: 0,
});
const callOf = (attempt: PastContact): PastContact => contact('call', attempt.at, attempt.call);

test('all channels are told together, the latest first; the call of an attempt is told by the attempt', () => {
  const attempt = contact('attempt', 5);
  const page = merged([[contact('call', 9), callOf(attempt)], [attempt], [contact('feedback', 7)]], 10);
  expect(page.items.map(({ channel, at }) => `${channel} ${at}`)).toEqual([
    'call 9',
    'feedback 7',
    'attempt 5',
  ]);
  expect(page.next).toBeUndefined();
});

test('a channel that gave all that it was asked for is asked again from there', () => {
  // The calls of three attempts fill their page, and older calls follow that nobody has seen yet.
  const attempts = [9, 8, 7].map((at) => contact('attempt', at));
  const page = merged([attempts.map(callOf), attempts, [contact('feedback', 2)]], 3);
  expect(page.items.map(({ at }) => at)).toEqual([9, 8, 7]);
  expect(page.next).toBe(7);
});

test('several of the same moment stay on one page', () => {
  const page = merged([[contact('call', 9, 'a'), contact('call', 8, 'b')], [contact('feedback', 8)]], 2);
  expect(page.items).toHaveLength(3);
  expect(page.next).toBe(8);
});

test('what is older than the end of a full channel waits for the next page', () => {
  const page = merged([[contact('call', 9), contact('call', 8)], [contact('voicemail', 3)]], 2);
  expect(page.items.map(({ at }) => at)).toEqual([9, 8]);
  expect(page.next).toBe(8);
});
