import { expect, test } from 'vitest';
import { keepIn, keptIn } from '../../../src/console/parts/kept-draft.ts';

const EMPTY = { note: '', at: undefined as number | undefined, byMe: true };

/** The storage of a tab; `room` is how many letters it takes. */
function tab(room = 1_000) {
  const rows = new Map<string, string>();
  return {
    rows,
    getItem: (name: string) => rows.get(name) ?? null,
    removeItem: (name: string) => void rows.delete(name),
    setItem(name: string, text: string) {
      if (text.length > room) throw new DOMException('full', 'QuotaExceededError');
      rows.set(name, text);
    },
  };
}

test('what was typed stands in the form again', () => {
  const keeper = tab();
  keepIn(keeper, 'a', { note: 'calls again', at: 1_764_000_000_000, byMe: false });
  expect(keptIn(keeper, 'a', EMPTY)).toEqual({ note: 'calls again', at: 1_764_000_000_000, byMe: false });
  expect(keptIn(keeper, 'b', EMPTY)).toEqual(EMPTY);
});

test.each([
  ['no JSON', 'note', EMPTY],
  ['no object', '"note"', EMPTY],
  ['null', 'null', EMPTY],
  ['other fields', '{"text":"x"}', EMPTY],
  ['fields of another kind', '{"note":{"a":1},"at":"now","byMe":"no"}', EMPTY],
  ['some fields', '{"note":"x"}', { ...EMPTY, note: 'x' }],
])('what another page kept does not break the form: %s', (_, text, expected) => {
  const keeper = tab();
  keeper.rows.set('a', text);
  expect(keptIn(keeper, 'a', EMPTY)).toEqual(expected);
});

test('where there is no room, an older text does not pass for the present one', () => {
  const keeper = tab(40);
  keepIn(keeper, 'a', { note: 'short' });
  keepIn(keeper, 'a', { note: 'much longer than what the storage takes' });
  expect(keptIn(keeper, 'a', EMPTY)).toEqual(EMPTY);
});
