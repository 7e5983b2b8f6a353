import { expect, test } from 'vitest';
import { Hopper } from '../../src/dialer/hopper.ts';
import { lead } from '../engine/dialer-lab.ts';

const one = lead('l1', '+8613900000001');
const two = lead('l2', '+8613900000002');

test('it fetches when less than half is at hand, and not twice at once', () => {
  const hopper = new Hopper();
  expect(hopper.toFetch(10, 0)).toBe(10);
  hopper.fetching();
  expect(hopper.toFetch(10, 0)).toBe(0);
  hopper.filled([one, two], 0);
  expect(hopper.toFetch(10, 0)).toBe(8);
  expect(hopper.toFetch(4, 0)).toBe(0);
});

test('where there was nothing it does not ask again at once', () => {
  const hopper = new Hopper();
  hopper.fetching();
  hopper.filled([], 1000);
  expect(hopper.toFetch(10, 2000)).toBe(0);
  expect(hopper.isDry).toBe(true);
  expect(hopper.toFetch(10, 6000)).toBe(10);
});

test('a lead is given out once, until its list knows what became of it', () => {
  const hopper = new Hopper();
  hopper.filled([one, two], 0);
  expect(hopper.take()).toBe(one);
  hopper.filled([one], 0);
  expect(hopper.size).toBe(1);
  expect(hopper.taken.sort()).toEqual(['l1', 'l2']);
  hopper.settled('l1');
  hopper.filled([one], 0);
  expect(hopper.size).toBe(2);
});

test('one that was given back is the next', () => {
  const hopper = new Hopper();
  hopper.filled([one, two], 0);
  const taken = hopper.take();
  hopper.giveBack(taken!);
  expect(hopper.take()).toBe(one);
  hopper.giveBack(two);
  expect(hopper.taken.sort()).toEqual(['l1', 'l2']);
});

test('only a lead that suits is taken', () => {
  const hopper = new Hopper();
  hopper.filled([one, two], 0);
  expect(hopper.take(({ id }) => id === 'l2')).toBe(two);
  expect(hopper.take(({ id }) => id === 'l9')).toBeUndefined();
  expect(hopper.size).toBe(1);
});

const asked = lead('cb', '+8613900000003', { callback: {} });

test('whoever asked to be called is before those who are at hand', () => {
  const hopper = new Hopper();
  const promised = lead('cb2', '+8613900000004', { callback: {} });
  hopper.filled([one, two], 0);
  hopper.filled([asked, promised], 0);
  expect([hopper.take(), hopper.take(), hopper.take()]).toEqual([asked, promised, one]);
});

test('while enough are at hand, only those are fetched who have asked to be called, now and then', () => {
  const hopper = new Hopper();
  hopper.filled([one, two], 0);
  expect(hopper.toFetch(4, 29_000)).toBe(0);
  expect(hopper.toFetch(4, 30_000)).toBeGreaterThan(0);
  hopper.fetching();
  const other = lead('l3', '+8613900000005');
  hopper.filled([asked, other], 30_000);
  expect(hopper.taken).toEqual(['cb', 'l1', 'l2']);
  expect(hopper.toFetch(4, 31_000)).toBe(0);
  hopper.take();
  hopper.take();
  hopper.take();
  hopper.toFetch(4, 31_000);
  hopper.fetching();
  hopper.filled([other], 31_000);
  expect(hopper.taken).toContain('l3');
});

test('those who wait for an agent of their own keep nobody from being fetched', () => {
  const hopper = new Hopper();
  const promised = (id: string) => lead(id, '+8613900000004', { callback: { agent: '1001' } });
  hopper.filled([promised('a'), promised('b'), promised('c')], 0);
  expect(hopper.toFetch(4, 0)).toBe(4);
});
