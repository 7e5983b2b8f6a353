import { existsSync } from 'node:fs';
import { Refused } from '../base/errors.ts';
import { splitCommandLine } from './command-line.ts';
import { speechBy } from './rendering.ts';
import { runTool } from './run-tool.ts';
import type { Speech, Tool } from './speech.ts';

/**
 * Speech by any program, such as `piper --model {language}.onnx --output_file {file}`. No shell is involved. In its
 * arguments `{file}` (which must be there) is the WAV file to write, `{language}` `zh-CN` or `en`, `{voice}` the persona's voice or
 * else the language, `{text}` the text; without `{text}` it is on stdin, where other users of the machine do not see it.
 * @param env all that the program gets of an environment
 * @throws Refused `bad-setting`
 */
export function program(commandLine: string, sox: Tool, env: NonNullable<Tool['env']>): Speech {
  const [command, ...args] = splitCommandLine(commandLine);
  if (command === undefined || !args.some((arg) => arg.includes('{file}')))
    throw new Refused(
      'bad-setting',
      `The speech program "${commandLine}" is not told where to write. Put {file} into it, as in: piper --model {language}.onnx --output_file {file}`,
    );
  const takesText = args.some((arg) => arg.includes('{text}'));
  return speechBy(`program ${commandLine}`, sox, async (utterance, style, file, timeoutMs) => {
    const text = harmless(utterance.text);
    const { language } = utterance;
    const values = new Map([
      ['file', file],
      ['language', language],
      ['voice', style.voice ?? language],
      ['text', text],
    ]);
    const filled = args.map((arg) =>
      arg.replace(/\{(file|language|voice|text)\}/g, (_, name: string) => values.get(name) ?? ''),
    );
    await runTool({ command, args: [], env }, filled, timeoutMs, takesText ? '' : `${text}\n`);
    if (!existsSync(file)) throw new Error(`${command} ended well, but wrote no file`);
  });
}

/** Nothing at the start that a program could take for an option or for the name of a file; none of it is spoken. */
function harmless(text: string): string {
  return text.replace(/^[\s\-@/]+/, '');
}
