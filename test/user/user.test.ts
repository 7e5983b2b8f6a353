import { expect, test } from 'vitest';
import { IDLE_MS, isAlive, LOGIN, LONGEST_SESSION_MS, loginOf, passwordFlaw } from '../../src/user/user.ts';

test.each([
  ['short', 'ann', 'too-short'],
  ['ninechars', 'ann', 'too-short'],
  ['x'.repeat(201), 'ann', 'too-long'],
  ['wang.fang.1', 'wang.fang.1', 'like-login'],
  ['Wang.Fang123', 'wang.fang', 'like-login'],
  ['gnaf.gnaw!!', 'wang.fang', 'like-login'],
  ['annannannann', 'ann', 'like-login'],
  ['aaaaaaaaaaaa', 'ann', 'too-simple'],
  ['1234567890', 'ann', 'too-simple'],
  ['zyxwvutsrq', 'ann', 'too-simple'],
  ['Password2026!', 'ann', 'too-simple'],
  ['carillon12345', 'ann', 'too-simple'],
  ['ｐａｓｓｗｏｒｄ１２３', 'ann', 'too-simple'],
  ['three calm herons', 'ann', undefined],
  ['三只安静的苍鹭站在水边', 'ann', undefined],
  ['abcde-fghjk-mnpqr-stuvw', 'admin', undefined],
  ['correcthorse', 'ann', undefined],
])('the password %j of %s: %s', (password, login, flaw) => {
  expect(passwordFlaw(password, login)).toBe(flaw);
});

test.each([
  [' Ann ', 'ann'],
  ['ＡＮＮ', 'ann'],
  ['wang.fang', 'wang.fang'],
])('the login %j is %s', (typed, login) => {
  expect(loginOf(typed)).toBe(login);
  expect(LOGIN.test(login)).toBe(true);
});

test.each(['', '.ann', 'ann lee', '安', 'a'.repeat(41), '<b>', 'ann\n'])('%j is no login', (text) => {
  expect(LOGIN.test(text)).toBe(false);
});

test.each([
  [{ seenAt: 0, expiresAt: LONGEST_SESSION_MS }, IDLE_MS - 1, true],
  [{ seenAt: 0, expiresAt: LONGEST_SESSION_MS }, IDLE_MS, false],
  [{ seenAt: LONGEST_SESSION_MS - 1, expiresAt: LONGEST_SESSION_MS }, LONGEST_SESSION_MS, false],
])('a session with %j goes on at %i: %s', (times, now, alive) => {
  expect(isAlive(times, now)).toBe(alive);
});
