import { expect, test } from 'vitest';
import { type Piece, piecesOf, recordingName } from '../../src/speech/stretches.ts';

test.each<[string, readonly Piece[]]>([
  ['您好。', [{ words: '您好。', part: 0 }]],
  ['a {{b}}', [{ words: 'a {b}', part: 0 }]],
  ['broken {', [{ words: 'broken {', part: 0 }]],
  ['', [{ words: '', part: 0 }]],
  ['余额是{a}。', [{ words: '余额是', part: 1 }, { place: 'a' }]],
  ['{a}。', [{ place: 'a' }]],
  [
    '您好，{a}，余额{b}元整。谢谢',
    [
      { words: '您好，', part: 1 },
      { pauseMs: 200 },
      { place: 'a' },
      { pauseMs: 200 },
      { words: '，余额', part: 2 },
      { place: 'b' },
      { words: '元整。谢谢', part: 3 },
    ],
  ],
  ['{a}. {b}', [{ place: 'a' }, { pauseMs: 400 }, { place: 'b' }]],
  ['{a} {b}', [{ place: 'a' }, { place: 'b' }]],
  ['{a}% now', [{ place: 'a' }, { words: '% now', part: 1 }]],
])('%j is played as %o', (text, pieces) => {
  expect(piecesOf(text)).toEqual(pieces);
});

test('a whole text is recorded under its name, a stretch with its number', () => {
  const shared = { name: 'hi', texts: {} };
  expect([recordingName(shared, 0), recordingName(shared, 2)]).toEqual(['hi', 'hi.2']);
  expect(recordingName({ ...shared, flow: 'hotline' }, 1)).toBe('hotline/hi.1');
  expect(recordingName({ texts: {} }, 0)).toBeUndefined();
});
