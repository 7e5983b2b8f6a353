import { expect, it } from 'vitest';
import { checkId } from '../../src/pbx/pbx.ts';

it.each(['leg-1', 'play-call-9f3-1-2', 'a.b', '.a'])('%j_may_be_an_id', (id) => {
  expect(() => checkId(id)).not.toThrow();
});

it.each(['', '.', '..', '...', 'a/b', 'a?b', 'a b', 'a\r\nb', '%2e', 'é', 'x'.repeat(101)])(
  '%j_may_be_no_id',
  (id) => {
    expect(() => checkId(id)).toThrow();
  },
);
