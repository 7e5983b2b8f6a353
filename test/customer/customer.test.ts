import { describe, expect, test } from 'vitest';
import { spellingsOf } from '../../src/customer/customer.ts';
import { CustomerStore } from '../../src/customer/store.ts';
import { openStore } from '../store/examples.ts';

/** Each row is one number, in the spellings that carriers and people use. */
const SAME = [
  [
    '13800138000',
    '013800138000',
    '+8613800138000',
    '008613800138000',
    '8613800138000',
    '+86013800138000',
    '0086013800138000',
  ],
  ['02787654321', '2787654321', '+862787654321', '00862787654321', '862787654321', '+8602787654321'],
  ['01012345678', '+861012345678', '00861012345678', '861012345678'],
  ['075512345678', '+8675512345678', '008675512345678', '8675512345678'],
  ['4001234567', '+864001234567', '00864001234567'],
  ['95533', '+8695533', '008695533'],
];

const PAIRS = SAME.flatMap((spellings) => spellings.flatMap((one) => spellings.map((two) => [one, two])));

const aCustomer = (id: string, ...numbers: string[]) =>
  ({ id, name: id, tier: 'gold', language: '', numbers, note: '', flow: '' }) as const;

function openCustomers(): CustomerStore {
  const { database, events } = openStore();
  return new CustomerStore(database, events);
}

describe('spellings of a number', () => {
  test.each(PAIRS)('who is on file as %s is found by %s', async (onFile, shown) => {
    const customers = openCustomers();
    await customers.save(aCustomer('cu1', onFile));
    expect((await customers.byNumber(shown))?.id).toBe('cu1');
  });

  test.each(SAME)('%s is first among its own', (number) => {
    expect(spellingsOf(number)[0]).toBe(number);
  });

  test('a prefix alone is not the hidden number', () => {
    expect(spellingsOf('+86')).not.toContain('');
  });

  test.each([
    ['1010', '861010'],
    ['1010', '01010'],
    ['8613', '13'],
    ['8613800138', '13800138'],
    ['13800138000', '13800138001'],
    ['+14155550100', '+8614155550100'],
  ])('%s and %s are two numbers', (one, other) => {
    expect(spellingsOf(one)).not.toContain(other);
    expect(spellingsOf(other)).not.toContain(one);
  });
});
