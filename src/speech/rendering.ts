import { randomBytes } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { messageOf, Refused } from '../base/errors.ts';
import type { VoiceStyle } from './persona.ts';
import { runTool } from './run-tool.ts';
import type { Speech, Tool } from './speech.ts';
import { type Utterance, utterancesOf } from './utterances.ts';

/** Speaks one stretch of one language into `file`, in any format that sox reads. @throws anything, with its reason */
export type Render = (
  utterance: Utterance,
  style: VoiceStyle,
  file: string,
  timeoutMs: number,
) => Promise<void>;

/** A text or a recording that takes longer will not come. */
const TIMEOUT_MS = 20_000;

/** What every PBX plays without converting. */
const TO_TELEPHONE = ['-r', '8000', '-c', '1', '-b', '16'];

/** Cuts everything below half a percent of full scale, at the start and, turned round, at the end. */
const TRIM = ['silence', '1', '0.01', '0.5%', 'reverse', 'silence', '1', '0.01', '0.5%', 'reverse'];

/** Speech by anything that renders a stretch of one language; sox joins the stretches and converts. */
export function speechBy(voice: string, sox: Tool, render: Render): Speech {
  /** One after the other, as one file, which is there complete or not at all. */
  const toTelephone = async (from: readonly string[], to: string, effects: readonly string[]) => {
    const unfinished = beside(to, 'unfinished');
    try {
      await runTool(sox, [...from, ...TO_TELEPHONE, unfinished, ...effects], TIMEOUT_MS);
      await rename(unfinished, to);
    } finally {
      await rm(unfinished, { force: true });
    }
  };
  return {
    voice,
    async speak(text, language, file, delivery = {}) {
      const utterances = utterancesOf(text, language);
      const spoken = utterances.map(() => beside(file, 'spoken'));
      try {
        if (utterances.length === 0) throw new Error('there are no words in it');
        for (const [index, utterance] of utterances.entries()) {
          const style = delivery.voices?.[utterance.language] ?? {};
          await render(utterance, style, spoken[index]!, delivery.timeoutMs ?? TIMEOUT_MS);
        }
        await toTelephone(spoken, file, delivery.trimmed ? TRIM : []);
      } catch (thrown) {
        throw new Refused(
          'speech-failed',
          `"${text.slice(0, 40)}" could not be spoken: ${messageOf(thrown)}`,
        );
      } finally {
        await Promise.all(spoken.map((part) => rm(part, { force: true })));
      }
    },
    async convert(recording, file) {
      try {
        await toTelephone([recording], file, []);
      } catch (thrown) {
        throw new Refused(
          'recording-unreadable',
          `${recording} is not a sound file that can be read: ${messageOf(thrown)}`,
        );
      }
    },
  };
}

/** A name that no other process or call uses at the same time. */
function beside(file: string, what: string): string {
  return `${file}.${what}-${randomBytes(4).toString('hex')}.wav`;
}
