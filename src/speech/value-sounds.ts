import { messageOf, Refused } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { cleanText } from '../base/text.ts';
import type { Media } from '../pbx/pbx.ts';
import { atMost } from './at-most.ts';
import type { Circuit } from './circuit.ts';
import type { Persona } from './persona.ts';
import { LAST_RESORT, type Saying, type Voice } from './prompt.ts';
import type { SoundCache } from './sound-cache.ts';
import { type Sources, spokenContent } from './sources.ts';
import type { Speech } from './speech.ts';
import { wordsOf } from './value-words.ts';
import { LONGEST_TEXT } from './written.ts';

/** A caller waits for a text to be spoken. */
const TEXT_TIMEOUT_MS = 5_000;

/** Sounds made at once for callers who wait; not behind those that are made for later. */
const AT_ONCE = 8;

export interface ValueSoundsParts {
  readonly sources: Sources;
  /** Where texts of calls are kept. */
  readonly texts: SoundCache;
  readonly speech: Speech;
  readonly circuit: Circuit;
  readonly persona: (name: string) => Persona | undefined;
  readonly log: Log;
}

/** Plays values that are known only during the call: numbers from words made beforehand, texts spoken there and then. */
export class ValueSounds {
  readonly #parts: ValueSoundsParts;
  readonly #inTurn = atMost(AT_ONCE);

  constructor(parts: ValueSoundsParts) {
    this.#parts = parts;
  }

  /** What to play for `saying`: nothing for an empty text, a beep for what cannot be said. */
  media(saying: Saying, voice: Voice): Promise<readonly Media[]> {
    return saying.as === 'text'
      ? this.#text(cleanText(saying.text, LONGEST_TEXT), voice)
      : this.#words(wordsOf(saying, voice.language), voice);
  }

  /** All words or a beep: an amount that lacks a word is another amount. */
  async #words(words: readonly string[], voice: Voice): Promise<readonly Media[]> {
    const { sources, log } = this.#parts;
    const persona = this.#parts.persona(voice.persona);
    const media: Media[] = [];
    for (const word of words) {
      const chain = sources.ofWord(word, voice.language, persona);
      const obstacles = sources.best(chain) ? [] : await sources.ensure(chain, this.#inTurn);
      for (const { message } of obstacles) log.error({ word }, message);
      const best = sources.best(chain);
      if (!best) return LAST_RESORT;
      media.push(best);
    }
    return media.length === 0 ? LAST_RESORT : media;
  }

  async #text(text: string, voice: Voice): Promise<readonly Media[]> {
    if (!/[\p{L}\p{N}]/u.test(text)) return [];
    const { texts, speech, circuit, log } = this.#parts;
    const voices = this.#parts.persona(voice.persona)?.voices;
    const delivery = { voices, trimmed: true, timeoutMs: TEXT_TIMEOUT_MS };
    const path = texts.pathOf(spokenContent(speech.voice, text, voice.language, delivery));
    try {
      await texts.ensure(path, (file) =>
        circuit.speak(voices, () =>
          this.#inTurn(() => speech.speak(text, voice.language, file, delivery)).catch(withoutReason),
        ),
      );
    } catch (thrown) {
      log.error({ characters: text.length }, messageOf(thrown));
      return LAST_RESORT;
    }
    return [{ file: path }];
  }
}

/** The reason may repeat the text, which is the caller's own affair. */
function withoutReason(): never {
  throw new Refused('speech-failed', 'a text that a call filled in could not be spoken');
}
