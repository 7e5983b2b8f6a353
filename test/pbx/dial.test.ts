import { expect, test } from 'vitest';
import { answerVariables, lifetimeVariable, sourceOf } from '../../src/pbx/asterisk/dial.ts';

test.each([
  [['arrived', 'phone', '1001'], { kind: 'phone', extension: '1001' }],
  [['arrived', 'phone', ''], { kind: 'outside' }],
  [['arrived', 'outside', 'trunk'], { kind: 'outside' }],
  [['arrived', 'outside', '1001'], { kind: 'outside' }],
  [['arrived', 'guests', 'anonymous'], { kind: 'outside', guest: true }],
  [['arrived', 'guests', '1001'], { kind: 'outside', guest: true }],
])('%j tells who brought the call', (args, source) => {
  expect(sourceOf(args)).toEqual(source);
});

test.each([
  [undefined, {}],
  [58_000, { 'TIMEOUT(absolute)': '98' }],
  [58_001, { 'TIMEOUT(absolute)': '99' }],
])('a leg that may talk for %s ms does not live for ever', (maxTalkMs, variable) => {
  const to = { kind: 'outside', number: '110' } as const;
  const request = { leg: 'l', to, callerNumber: '', callerName: '', ringTimeoutMs: 30_000 };
  expect(lifetimeVariable(maxTalkMs === undefined ? request : { ...request, maxTalkMs })).toEqual(variable);
});

test('only a phone of the house is asked to answer by itself, and only when it shall', () => {
  const caller = { leg: 'l', callerNumber: '', callerName: '', ringTimeoutMs: 30_000 };
  const phone = { ...caller, to: { kind: 'phone', extension: '1001' } } as const;
  expect(Object.values(answerVariables({ ...phone, autoAnswer: true }))).toEqual([
    '<sip:carillon.invalid>;answer-after=0',
    '<http://carillon.invalid>;info=alert-autoanswer;delay=0',
  ]);
  expect(answerVariables(phone)).toEqual({});
  const outside = { ...caller, to: { kind: 'outside', number: '110' } } as const;
  expect(() => answerVariables({ ...outside, autoAnswer: true })).toThrow('phones of the house');
});
