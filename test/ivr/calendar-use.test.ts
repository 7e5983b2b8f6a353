import { expect, test } from 'vitest';
import { VERBS } from '../../src/engine/verbs.ts';
import { opensQueues } from '../../src/ivr/calendar-use.ts';
import type { Flow } from '../../src/ivr/flow.ts';
import { parseFlow } from '../../src/ivr/parse.ts';

const flowWith = (steps: string): Flow => {
  const text = `flow: desk
numbers: ["95533"]
languages: [en]
start: first
steps:
  first: { menu: { say: { en: Press a key. }, keys: { 1: hours, 2: wait, 3: message } }, otherwise: end }
${steps}
  message: { voicemail: { box: desk, say: { en: Speak now. } }, then: { kept: end }, otherwise: end }
  wait: { queue: { name: general }, then: { done: end }, otherwise: message }
  end: { hangup: {} }
`;
  const { flow, problems } = parseFlow(text, 'desk.yaml', 'v1', VERBS);
  if (!flow) throw new Error(JSON.stringify(problems));
  return flow;
};

test.each([
  ['a queue while open, a message while closed', '{ open: wait, closed: message, holiday: message }', true],
  // Whoever is told the hours goes on like everybody else.
  ['a queue either way', '{ open: wait, closed: wait, holiday: message }', false],
  ['no queue at all', '{ open: message, closed: end, holiday: end }', false],
  ['a queue while closed only', '{ open: message, closed: wait, holiday: wait }', false],
])('hours that lead to %s', (_, ways, expected) => {
  const flow = flowWith(`  hours: { hours: office, then: ${ways} }`);
  expect(opensQueues(flow, 'office')).toBe(expected);
  expect(opensQueues(flow, 'another')).toBe(false);
});
