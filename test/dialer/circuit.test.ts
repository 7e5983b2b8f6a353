import { expect, test } from 'vitest';
import { Circuit } from '../../src/dialer/circuit.ts';

const SECOND = 1000;

/** A circuit that ten failures in a row have opened at 0. */
function opened(): Circuit {
  const circuit = new Circuit();
  for (let index = 0; index < 10; index += 1) circuit.ended(`a${index}`, 'congestion', 0);
  return circuit;
}

test('it opens when half of the last twenty dials fail in the network', () => {
  const circuit = new Circuit();
  for (let index = 0; index < 19; index += 1) {
    circuit.ended(`a${index}`, index % 2 === 0 ? 'no-answer' : 'congestion', index);
    expect(circuit.isOpen(index)).toBe(false);
  }
  circuit.ended('a19', 'failed', 20);
  expect(circuit.isOpen(20)).toBe(true);
});

test('what customers do opens nothing', () => {
  const circuit = new Circuit();
  for (let index = 0; index < 100; index += 1)
    circuit.ended(`a${index}`, index % 2 === 0 ? 'busy' : 'rejected', index);
  expect(circuit.isOpen(100)).toBe(false);
});

test('after a while one dial tries whether it works again, and only one', () => {
  const circuit = opened();
  expect(circuit.isOpen(14 * SECOND)).toBe(true);
  expect(circuit.isOpen(15 * SECOND)).toBe(false);
  circuit.dialled('try');
  expect(circuit.isOpen(16 * SECOND)).toBe(true);
  circuit.ended('try', 'busy', 17 * SECOND);
  expect(circuit.isOpen(17 * SECOND)).toBe(false);
  expect(circuit.opensAt).toBeUndefined();
});

test('each try that fails doubles the wait, up to four minutes', () => {
  const circuit = opened();
  let now = 15 * SECOND;
  for (const waitS of [30, 60, 120, 240, 240]) {
    circuit.dialled(`try-${now}`);
    circuit.ended(`try-${now}`, 'failed', now);
    expect(circuit.isOpen(now + waitS * SECOND - 1)).toBe(true);
    now += waitS * SECOND;
    expect(circuit.isOpen(now)).toBe(false);
  }
});

test('what was under way when it opened does not close it', () => {
  const circuit = opened();
  circuit.ended('late', 'connected', 5 * SECOND);
  expect(circuit.isOpen(6 * SECOND)).toBe(true);
  circuit.dialled('try');
  circuit.ended('later', 'connected', 16 * SECOND);
  expect(circuit.isOpen(16 * SECOND)).toBe(true);
});

test('a try that is answered closes it at once, and one that rings after a moment, however long they go on', () => {
  const answered = opened();
  answered.dialled('try');
  answered.answered('try');
  expect(answered.isOpen(16 * SECOND)).toBe(false);
  const ringing = opened();
  ringing.dialled('try');
  ringing.rings('other', 15 * SECOND);
  expect(ringing.isOpen(60 * SECOND)).toBe(true);
  ringing.rings('try', 60 * SECOND);
  expect(ringing.isOpen(62 * SECOND)).toBe(true);
  expect(ringing.isOpen(63 * SECOND)).toBe(false);
});

test('a trunk that says that it rings and fails then does not work', () => {
  const circuit = opened();
  circuit.dialled('try');
  circuit.rings('try', 15 * SECOND);
  circuit.ended('try', 'congestion', 16 * SECOND);
  expect(circuit.isOpen(45 * SECOND)).toBe(true);
  expect(circuit.isOpen(46 * SECOND)).toBe(false);
});

test.each(['not-dialled', 'cancelled', 'unknown'] as const)(
  'a try that was %s says nothing: another one tries',
  (outcome) => {
    const circuit = opened();
    circuit.dialled('try');
    circuit.ended('try', outcome, 16 * SECOND);
    expect(circuit.opensAt).toBeDefined();
    expect(circuit.isOpen(16 * SECOND)).toBe(false);
    circuit.dialled('next');
    expect(circuit.isOpen(17 * SECOND)).toBe(true);
  },
);
