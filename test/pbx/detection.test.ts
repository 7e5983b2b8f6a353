import { expect, test } from 'vitest';
import { limitsVariable, verdictOf } from '../../src/pbx/asterisk/detection.ts';
import { DETECTION_LIMITS } from '../../src/pbx/pbx.ts';

test.each([
  [['HUMAN', 'HUMAN-800-800', '1260'], 'human', 'short-greeting', 1_260],
  [['MACHINE', 'LONGGREETING-1500-1500', '1500'], 'machine', 'long-greeting', 1_500],
  [['MACHINE', 'INITIALSILENCE-2500-2500', '2500'], 'machine', 'silence', 2_500],
  [['MACHINE', 'MAXWORDS-3-3', '1900'], 'machine', 'many-words', 1_900],
  [['MACHINE', 'MAXWORDLENGTH-5000', '5000'], 'machine', 'long-word', 5_000],
  [['NOTSURE', 'TOOLONG-5000', '5000'], 'unsure', 'too-long', 5_000],
  [['NOTSURE', 'NOAUDIODATA-5000', '5000'], 'unsure', 'no-audio', 5_000],
  [['', '', '3'], 'unsure', 'not-analysed', 3],
  [[], 'unsure', 'not-analysed', 0],
  [['constructor', '__proto__-1', '-7'], 'unsure', 'not-analysed', 0],
  [['HUMAN', 'HUMAN-1-1', '1e99'], 'human', 'short-greeting', 0],
])('%j is a %s because of %s', (words, verdict, reason, ms) => {
  const told = verdictOf('car-1', ['detected', ...words]);
  expect(told).toEqual({ type: 'MachineDetected', channel: 'car-1', verdict, reason, ms });
});

test('the limits are the first arguments of AMD, in its order', () => {
  expect(limitsVariable(DETECTION_LIMITS)).toEqual({
    variable: 'CARILLON_DETECTION',
    value: '2500,1500,800,5000',
  });
});
