import { describe, expect, test } from 'vitest';
import {
  moved,
  type ReasonRow,
  reasonsOf,
  wrongIn,
} from '../../../src/console/pages/reasons/reasons-draft.ts';

const row = (id: string, zh = '费用', en = 'Fees'): ReasonRow => ({ id, zh, en, isKept: false, row: 0 });
const ids = (rows: readonly ReasonRow[]): string => rows.map(({ id }) => id).join('');

describe('a list of reasons', () => {
  test.each([
    ['is well', [row('fees'), row('card-loss')], undefined],
    ['has no id', [row('')], 'badId'],
    ['has an id with capitals', [row('Fees')], 'badId'],
    ['has an id that is too long', [row('a'.repeat(41))], 'badId'],
    ['has an id twice', [row('fees'), row(' fees ')], 'idTwice'],
    ['lacks a Chinese name', [row('fees', ' ')], 'nameMissing'],
    ['lacks an English name', [row('fees', '费用', '')], 'nameMissing'],
  ])('that %s', (_, rows, key) => {
    expect(wrongIn(rows)?.key).toBe(key);
  });

  test('is sent without what only the page knows', () => {
    expect(reasonsOf([row(' fees ', ' 费用 ')])).toEqual([{ id: 'fees', zh: '费用', en: 'Fees' }]);
  });

  test.each([
    [0, 1, 'bac'],
    [2, 0, 'cab'],
    [0, -1, 'abc'],
    [2, 3, 'abc'],
    [5, 0, 'abc'],
  ])('with %i moved to %i is %s', (from, to, expected) => {
    expect(ids(moved([row('a'), row('b'), row('c')], from, to))).toBe(expected);
  });
});
