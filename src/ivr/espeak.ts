import { execFile } from 'node:child_process';
import { rename, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { Refused } from '../base/errors.ts';
import { utterancesOf } from './utterances.ts';

/** A program with the arguments and the environment that it always needs. */
export interface Tool {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Makes sound files that any PBX plays: WAV, 8 kHz, mono, 16 bit. */
export interface Speech {
  /** Names the voice, so that a change of voice makes new files. */
  readonly voice: string;
  /** Speaks `text` into `file`. @throws Refused `speech-failed` */
  speak(text: string, language: string, file: string): Promise<void>;
  /** Converts a recording of any common format into `file`. @throws Refused `recording-unreadable` */
  convert(recording: string, file: string): Promise<void>;
}

const run = promisify(execFile);

const TIMEOUT_MS = 20_000;

/** What every PBX plays without converting. */
const TO_TELEPHONE = ['-r', '8000', '-c', '1', '-b', '16'];

/**
 * `cmn` reads many Chinese words as English letters, `cmn-latn-pinyin` does not (measured); it also takes pinyin with tone
 * numbers, so that a prompt can spell out a word with two readings.
 */
const VOICES: Readonly<Record<string, readonly string[]>> = {
  'zh-CN': ['-v', 'cmn-latn-pinyin', '-s', '160'],
  en: ['-v', 'en-us', '-s', '150'],
};

/** Speech by espeak-ng, recordings converted by sox. */
export function espeak(tools: { readonly espeak: Tool; readonly sox: Tool }): Speech {
  const start = (tool: Tool, args: readonly string[]) =>
    run(tool.command, [...tool.args, ...args], { env: tool.env ?? {}, timeout: TIMEOUT_MS });
  /** One after the other, as one file. */
  const toTelephone = async (from: readonly string[], to: string): Promise<void> => {
    const unfinished = `${to}.unfinished.wav`;
    try {
      await start(tools.sox, [...from, ...TO_TELEPHONE, unfinished]);
      await rename(unfinished, to);
    } finally {
      await rm(unfinished, { force: true });
    }
  };
  return {
    voice: 'espeak-ng 3',
    async speak(text, language, file) {
      const utterances = utterancesOf(text, language);
      const spoken = utterances.map((_, index) => `${file}.spoken-${index}.wav`);
      try {
        for (const [index, utterance] of utterances.entries()) {
          const voice = VOICES[utterance.language] ?? VOICES.en!;
          await start(tools.espeak, [...voice, '-w', spoken[index]!, '--', utterance.text]);
        }
        await toTelephone(spoken, file);
      } catch (thrown) {
        throw new Refused('speech-failed', `"${text.slice(0, 40)}" could not be spoken: ${lastLine(thrown)}`);
      } finally {
        await Promise.all(spoken.map((part) => rm(part, { force: true })));
      }
    },
    async convert(recording, file) {
      try {
        await toTelephone([recording], file);
      } catch (thrown) {
        throw new Refused(
          'recording-unreadable',
          `${recording} is not a sound file that can be read: ${lastLine(thrown)}`,
        );
      }
    },
  };
}

function lastLine(thrown: unknown): string {
  const { stderr, message } = thrown as { stderr?: string; message?: string };
  return (stderr || message || String(thrown)).trim().split('\n').at(-1) ?? '';
}
