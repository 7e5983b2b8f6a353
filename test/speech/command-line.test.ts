import { expect, test } from 'vitest';
import { splitCommandLine } from '../../src/speech/command-line.ts';

test.each([
  [
    'piper --model {language}.onnx --output_file {file}',
    ['piper', '--model', '{language}.onnx', '--output_file', '{file}'],
  ],
  ['  a \t b\n', ['a', 'b']],
  [`say "two words" 'three "quoted" words'`, ['say', 'two words', 'three "quoted" words']],
  ['a\\ b "c\\"d\\n" \'e\\f\'', ['a b', 'c"d\\n', 'e\\f']],
  [`--x="a b"c ''`, ['--x=a bc', '']],
  ['a; rm -rf $HOME `id` | b', ['a;', 'rm', '-rf', '$HOME', '`id`', '|', 'b']],
  ['', []],
])('%j is split into %j', (line, words) => {
  expect(splitCommandLine(line)).toEqual(words);
});

test.each(['say "hello', "say 'hello", 'say hello\\'])('%s is refused, not guessed', (line) => {
  expect(() => splitCommandLine(line)).toThrow(expect.objectContaining({ id: 'bad-setting' }));
});
