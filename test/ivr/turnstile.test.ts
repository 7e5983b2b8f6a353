import { expect, test } from 'vitest';
import { Turnstile } from '../../src/ivr/turnstile.ts';

const STAYS = new AbortController().signal;

/** Comes to the door and notes when he is inside. */
function come(turnstile: Turnstile, door: string, name: string, inside: string[], signal = STAYS) {
  return turnstile.enter(door, signal).then((leave) => {
    inside.push(name);
    return leave;
  });
}

test('who waits goes in by the order of coming, when somebody leaves', async () => {
  const turnstile = new Turnstile(1);
  const inside: string[] = [];
  const leave = await come(turnstile, 'bank', 'first', inside);
  const second = come(turnstile, 'bank', 'second', inside);
  const third = come(turnstile, 'bank', 'third', inside);
  await come(turnstile, 'other', 'elsewhere', inside);
  expect(inside).toEqual(['first', 'elsewhere']);
  leave();
  (await second)();
  await third;
  expect(inside).toEqual(['first', 'elsewhere', 'second', 'third']);
});

test('a place never goes to who gave up', async () => {
  const turnstile = new Turnstile(1);
  const inside: string[] = [];
  const leave = await come(turnstile, 'bank', 'first', inside);
  const impatient = new AbortController();
  const gone = expect(come(turnstile, 'bank', 'gone', inside, impatient.signal)).rejects.toBe('gone');
  const patient = come(turnstile, 'bank', 'patient', inside);
  impatient.abort('gone');
  await gone;
  leave();
  await patient;
  expect(inside).toEqual(['first', 'patient']);
});

test('who gave up before he came does not get in', async () => {
  const entered = new Turnstile(1).enter('bank', AbortSignal.abort('gone'));
  await expect(entered).rejects.toBe('gone');
});
