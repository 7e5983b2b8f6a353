import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  encodeApi,
  encodeAuth,
  encodeExecute,
  encodeFilters,
  encodeFor,
  encodeOriginate,
} from '../../src/pbx/freeswitch/esl-encoder.ts';
import { PbxError } from '../../src/pbx/pbx.ts';

const HOSTILE = [
  'a\nb',
  'a\n\napi system id',
  'a\r\nb',
  'a\0b',
  `\${system(id)}`,
  '$x',
  'a\u2028b',
  '\u0085',
];

/** What stands on the wire, or undefined for a refusal; anything else thrown is a bug. */
function written(encode: () => string): string | undefined {
  try {
    return encode();
  } catch (error) {
    if (error instanceof PbxError && error.code === 'refused') return undefined;
    throw error;
  }
}

/** The commands that FreeSWITCH finds in it. */
function commandsIn(wire: string): string[] {
  return wire.split(/(?:\r?\n){2}/).filter((one) => one !== '');
}

const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    ...HOSTILE,
    "it's",
    'A, B',
    '} bgapi x',
    '|',
    'Bob\\',
    '<sofia/x/1>',
    '[a=b]',
    '欢迎',
    '50%',
  ),
);

describe('any text', () => {
  it('makes_exactly_one_command_or_is_refused', () => {
    fc.assert(
      fc.property(anything, anything, (one, other) => {
        for (const encode of [
          () => encodeApi('uuid_setvar_multi', one, other),
          () => encodeFor('uuid_setvar_multi', one, other),
          () => encodeExecute('a', 'playback', one, 'id'),
          () => encodeExecute(one, 'playback', 'x', other),
          () => encodeOriginate('job', { a: one, b: other }, 'sofia/x/1'),
          () => encodeOriginate(one, {}, other),
          () => encodeAuth(one),
        ]) {
          const wire = written(encode);
          if (wire === undefined) continue;
          expect(commandsIn(wire)).toHaveLength(1);
          expect(wire).not.toMatch(/[\r\0]/);
          expect(wire.endsWith('\n\n')).toBe(true);
        }
      }),
    );
  });

  it('in_a_variable_of_a_leg_stays_in_that_variable', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const wire = encodeOriginate('job', { name: value, last: 'x' }, 'sofia/x/1');
        expect(wire).toMatch(
          /^bgapi originate \{name='(?:[^'\\{}[\]$|^\n]|\\[,'])*',last='x'\}sofia\/x\/1 &park\(\)\nJob-UUID: job\n\n$/,
        );
      }),
    );
  });

  it('that_is_hostile_is_refused_wherever_nothing_can_be_taken_out', () => {
    for (const text of HOSTILE) {
      expect(written(() => encodeApi('uuid_setvar_multi', 'a', text))).toBeUndefined();
      expect(written(() => encodeExecute('a', 'playback', text, 'id'))).toBeUndefined();
      expect(written(() => encodeOriginate('job', {}, text))).toBeUndefined();
    }
  });
});

describe('a command', () => {
  it.each([
    ['A, B', "'A\\, B'"],
    ["it's", "'it\\'s'"],
    ['Bob Smith', "'Bob Smith'"],
    [`\${system(id)}`, "'system(id)'"],
    ['a}b{c[d]|^\\', "'abcd'"],
  ])('quotes_%j_as_%s', (value, quoted) => {
    expect(encodeOriginate('j', { a: value }, 'sofia/x/1')).toContain(`{a=${quoted}}`);
  });

  it('to_a_channel_waits_for_what_the_channel_does_and_carries_our_id', () => {
    expect(encodeExecute('uuid-1', 'playback', '/a b.wav', 'car-1')).toBe(
      'sendmsg uuid-1\ncall-command: execute\nexecute-app-name: playback\nexecute-app-arg: /a b.wav\nEvent-UUID: car-1\nevent-lock: true\n\n',
    );
  });

  it.each(['', '.', '..', 'a b', 'a/b', 'x'.repeat(101)])('about_the_channel_%j_is_refused', (id) => {
    expect(written(() => encodeFor('uuid_kill', id))).toBeUndefined();
  });
});

describe('filters', () => {
  it('let_every_other_event_pass_and_of_ends_of_applications_only_those_that_are_named', () => {
    const [others = '', ...named] = encodeFilters(['playback', 'record']);
    const pattern = new RegExp(/\/(.*)\//.exec(others)?.[1] ?? '');
    const names = ['CHANNEL_PARK', 'CHANNEL_EXECUTE_COMPLETE', 'CUSTOM', 'DTMF', 'BACKGROUND_JOB'];
    expect(names.filter((name) => !pattern.test(name))).toEqual(['CHANNEL_EXECUTE_COMPLETE']);
    expect(named).toEqual(['filter Application playback\n\n', 'filter Application record\n\n']);
  });
});
