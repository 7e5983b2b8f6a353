import { expect, test } from 'vitest';
import { readable } from '../../../src/console/parts/readable.ts';

test.each([
  ['gold_since', 'Gold since'],
  ['goldSince', 'Gold since'],
  ['churn-risk', 'Churn risk'],
  ['VIP_club', 'VIP club'],
  ['客户分群', '客户分群'],
  ['', ''],
  ['__', ''],
])('%j is read as %j', (key, text) => {
  expect(readable(key)).toBe(text);
});
