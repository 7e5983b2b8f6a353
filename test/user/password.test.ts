import { expect, test } from 'vitest';
import { NOBODYS_HASH, Passwords } from '../../src/user/password.ts';

test('a password fits its hash and no other, and two hashes of it differ', async () => {
  const passwords = new Passwords();
  const [one, other] = [await passwords.hash('three calm herons'), await passwords.hash('three calm herons')];
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  expect(one).not.toBe(other);
  expect(await passwords.fits('three calm herons', one)).toBe(true);
  expect(await passwords.fits('three calm heron', one)).toBe(false);
});

test('the same letters fit, however a keyboard writes them', async () => {
  const passwords = new Passwords();
  expect(
    await passwords.fits('cafe\u0301 ｆｕｌｌ ｗｉｄｔｈ', await passwords.hash('café full width')),
  ).toBe(true);
});

/** From the tests of the reference implementation (P-H-C/phc-winner-argon2). */
const REFERENCE = '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4';

test('a hash that others made, with other parameters than ours, is understood', async () => {
  expect(await new Passwords().fits('password', REFERENCE)).toBe(true);
  expect(await new Passwords().fits('differentpassword', REFERENCE)).toBe(false);
});

test.each(['', 'x', '$argon2i$v=19$m=64,t=2,p=1$c29tZXNhbHQ$AAAA', '$2b$10$abcdefghijklmnopqrstuv'])(
  '%j is no hash, and nothing fits it',
  async (hash) => {
    expect(await new Passwords().fits('', hash)).toBe(false);
  },
);

test("nobody's hash fits nothing and looks like anybody's", async () => {
  expect(NOBODYS_HASH).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  expect(await new Passwords().fits('', NOBODYS_HASH)).toBe(false);
});

test('a flood of sign-ins is refused instead of waited for', async () => {
  const passwords = new Passwords();
  const tries = Array.from({ length: 210 }, () => passwords.fits('x', REFERENCE));
  const outcomes = await Promise.allSettled(tries);
  const refused = outcomes.filter((one) => one.status === 'rejected');
  expect(refused).toHaveLength(8);
  expect(refused[0]).toMatchObject({ reason: { id: 'too-many-requests' } });
  expect(await passwords.fits('x', NOBODYS_HASH)).toBe(false);
});
