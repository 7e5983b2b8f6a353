import { expect, test } from 'vitest';
import { outcomeOf, unknownLogin, withoutSecrets } from '../../src/audit/audit.ts';

test.each([
  [200, 'done'],
  [302, 'done'],
  [400, 'refused'],
  [429, 'refused'],
  [500, 'failed'],
  [503, 'failed'],
] as const)('an answer of %i is %s', (status, outcome) => {
  expect(outcomeOf(status)).toBe(outcome);
});

test.each([
  [{ password: 'x' }, { password: '•••' }],
  [
    { current: 'x', newPassword: 'y', passphrase: 'z' },
    { current: '•••', newPassword: '•••', passphrase: '•••' },
  ],
  [
    { apiToken: 'x', clientSecret: 'y', pin: '1234', PIN: '1' },
    { apiToken: '•••', clientSecret: '•••', pin: '•••', PIN: '•••' },
  ],
  [{ users: [{ login: 'a', password: 'x' }] }, { users: [{ login: 'a', password: '•••' }] }],
  [
    { pinned: true, opinion: 'good', currentStep: 'x' },
    { pinned: true, opinion: 'good', currentStep: 'x' },
  ],
  [{ note: 'x'.repeat(300) }, { note: `${'x'.repeat(200)}… (300)` }],
  [{ numbers: Array(50).fill(1) }, { numbers: [...Array(40).fill(1), '… (50)'] }],
  [null, null],
  [7, 7],
])('of %j is kept %j', (sent, kept) => {
  expect(withoutSecrets(sent)).toEqual(kept);
});

test('what goes on for ever inside is cut off', () => {
  let deep: object = {};
  for (let level = 0; level < 10_000; level += 1) deep = { deep };
  expect(JSON.stringify(withoutSecrets(deep)).length).toBeLessThan(200);
});

test('a name that reaches for the prototype stays a name', () => {
  const kept = withoutSecrets(JSON.parse('{"__proto__":{"admin":true}}'));
  expect(({} as { admin?: boolean }).admin).toBeUndefined();
  expect(JSON.stringify(kept)).toBe('{"__proto__":{"admin":true}}');
});

test.each([
  ['hunter2-is-my-password', 'hu…?'],
  ['', '?'],
])('of %j, a login that nobody has, is kept %s', (typed, kept) => {
  expect(unknownLogin(typed)).toBe(kept);
});
