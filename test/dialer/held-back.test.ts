import { expect, test } from 'vitest';
import { HeldBackNotes } from '../../src/dialer/held-back.ts';

const MINUTE = 60_000;
const held = (lead: string, at: number) => ({ lead, list: 'l', at });

test('the first who is held back by a rule is told at once, who follows by the minute', () => {
  const notes = new HeldBackNotes();
  expect(notes.note('o1', 'week-cap', held('a', 5))).toEqual({
    campaign: 'o1',
    rule: 'week-cap',
    count: 1,
    leads: [held('a', 5)],
  });
  expect(notes.note('o1', 'week-cap', held('b', 6))).toBeUndefined();
  expect(notes.note('o1', 'day-cap', held('c', 7))?.leads).toEqual([held('c', 7)]);
  expect(notes.note('o2', 'week-cap', held('d', 8))?.campaign).toBe('o2');
  expect(notes.takeDue(MINUTE + 4)).toEqual([]);
  expect(notes.takeDue(MINUTE + 8)).toEqual([
    { campaign: 'o1', rule: 'week-cap', count: 1, leads: [held('b', 6)] },
  ]);
  expect(notes.note('o1', 'week-cap', held('e', MINUTE + 9))).toBeUndefined();
  expect(notes.takeDue(3 * MINUTE)).toMatchObject([{ leads: [{ lead: 'e' }] }]);
  expect(notes.takeDue(4 * MINUTE)).toEqual([]);
  expect(notes.note('o1', 'week-cap', held('f', 4 * MINUTE))).toBeDefined();
});

test('however many they are, a note has a size: the others are counted', () => {
  const notes = new HeldBackNotes();
  for (let index = 0; index <= 5000; index += 1) notes.note('o1', 'week-cap', held(`l${index}`, 0));
  const [note] = notes.takeDue(MINUTE);
  expect([note?.count, note?.leads.length]).toEqual([5000, 100]);
});
