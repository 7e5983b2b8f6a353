import { expect, test } from 'vitest';
import { readRouting } from '../../src/engine/routing-file.ts';
import { visibleOf } from '../../src/queue/waiting.ts';

const OF_CUSTOMER = { gender: 'f', city: '武汉', constructor: 'x' };

test.each([
  ['what is declared', 'gender: text, city: text', '', { gender: 'f', city: '武汉' }],
  ['not what nobody declares any more', 'city: text', '', { city: '武汉' }],
  ['not what is sensitive', 'gender: { type: text, sensitive: true }, city: text', '', { city: '武汉' }],
  [
    'what is sensitive and permitted',
    'gender: { type: text, sensitive: true }',
    'sensitive-use: { permit: [caller.gender], reason: asked for by the callers }',
    { gender: 'f' },
  ],
  ['nothing while nothing is declared', '', '', {}],
])('flows and rules see of a customer %s', (_what, declared, use, seen) => {
  const { rules } = readRouting(`attributes: { caller: { ${declared} } }\n${use}\nqueues: {}`, 'r.yaml');
  expect(visibleOf(OF_CUSTOMER, rules!)).toEqual(seen);
});
