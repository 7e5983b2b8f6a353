import type { VoiceStyle } from './persona.ts';
import { speechBy } from './rendering.ts';
import { runTool } from './run-tool.ts';
import type { Speech, Tool } from './speech.ts';

/**
 * `cmn` reads many Chinese words as English letters, `cmn-latn-pinyin` does not (measured); it also takes pinyin with tone
 * numbers, so that a prompt can spell out a word with two readings.
 */
const VOICES: Readonly<Record<string, { readonly voice: string; readonly speed: number }>> = {
  'zh-CN': { voice: 'cmn-latn-pinyin', speed: 160 },
  en: { voice: 'en-us', speed: 150 },
};

/** Speech by espeak-ng, recordings converted by sox. */
export function espeak(tools: { readonly espeak: Tool; readonly sox: Tool }): Speech {
  return speechBy('espeak-ng 3', tools.sox, async (utterance, style, file, timeoutMs) => {
    const ordinary = VOICES[utterance.language] ?? VOICES.en!;
    const options = voiceOptions({ ...ordinary, ...style });
    // Arguments are shown to every user of the machine; UTF-8 is said because without a locale it would be guessed.
    await runTool(tools.espeak, [...options, '-b', '1', '-w', file, '--stdin'], timeoutMs, utterance.text);
  });
}

/** Speed and pitch are kept to what espeak-ng takes. */
function voiceOptions({ voice = '', speed = 0, pitch }: VoiceStyle): string[] {
  const within = (value: number, least: number, most: number): string =>
    `${Math.round(Math.min(Math.max(value, least), most))}`;
  const pitchOption = pitch === undefined ? [] : ['-p', within(pitch, 0, 99)];
  return ['-v', voice, '-s', within(speed, 80, 450), ...pitchOption];
}
