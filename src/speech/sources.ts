import { messageOf, Refused } from '../base/errors.ts';
import type { Media } from '../pbx/pbx.ts';
import type { InTurn } from './at-most.ts';
import type { Circuit } from './circuit.ts';
import type { Persona, Voices } from './persona.ts';
import type { Prompt } from './prompt.ts';
import type { Recordings } from './recordings.ts';
import type { SoundCache } from './sound-cache.ts';
import type { Delivery, Speech } from './speech.ts';
import { recordingName } from './stretches.ts';
import { utterancesOf } from './utterances.ts';
import { fileOfWord, languageOfWords, pronunciationOf } from './value-words.ts';

/** One way to get a sound. */
export interface Source {
  /** Where it lies once it is made, without extension. */
  readonly path: string;
  /** Name of the recording, undefined for speech. */
  readonly recording?: string;
  /** The ordinary voice for a persona: heard only until her own has been made. */
  readonly isStandIn?: true;
  make(file: string, inTurn: InTurn): Promise<void>;
}

/** Why a sound could not be made, by the id of what was refused: `speech-failed` and `speech-dead` may pass. */
export interface Obstacle {
  readonly id: string;
  /** A sentence for the operator. */
  readonly message: string;
}

export interface SourcesParts {
  readonly recordings: Recordings;
  readonly cache: SoundCache;
  readonly speech: Speech;
  readonly circuit: Circuit;
}

/** A recording's name by its persona, language and the rest: `persona/language/rest.wav`, the persona's own first. */
export function recordingNames(
  persona: Persona | undefined,
  language: string,
  rest: string,
): readonly string[] {
  const ordinary = `${language}/${rest}.wav`;
  return persona?.prompts ? [`${persona.prompts}/${ordinary}`, ordinary] : [ordinary];
}

/**
 * Finds all ways to get the sound of something, the best first: the persona's recording, the ordinary one, the persona's voice,
 * the ordinary one.
 */
export class Sources {
  readonly #parts: SourcesParts;

  constructor(parts: SourcesParts) {
    this.#parts = parts;
  }

  /** For a stretch of a prompt; `words` undefined when the prompt has none in this language. */
  ofStretch(
    prompt: Prompt,
    stretch: { readonly words: string | undefined; readonly part: number },
    language: string,
    persona: Persona | undefined,
  ): readonly Source[] {
    const { words, part } = stretch;
    const spoken = words === undefined ? [] : this.#spoken(words, language, persona, part > 0);
    const recording = recordingName(prompt, part);
    if (recording === undefined) return spoken;
    const names = recordingNames(persona, language, recording);
    return [...this.#recorded(names), ...spoken];
  }

  /** For a word of the vocabulary. */
  ofWord(word: string, language: string, persona: Persona | undefined): readonly Source[] {
    const names = recordingNames(persona, languageOfWords(language), `words/${fileOfWord(word, language)}`);
    const said = pronunciationOf(word, language);
    return [...this.#recorded(names), ...this.#spoken(said.text, said.language, persona, true)];
  }

  /** The best sound of a chain that is there. */
  best(chain: readonly Source[]): Media | undefined {
    const source = chain.find(({ path }) => this.#parts.cache.has(path));
    return source && { file: source.path };
  }

  /** Makes the best sound of a chain that can be made, `inTurn`. Returns what stood in the way of a better one. */
  async ensure(chain: readonly Source[], inTurn: InTurn): Promise<readonly Obstacle[]> {
    const obstacles: Obstacle[] = [];
    for (const [index, source] of chain.entries()) {
      try {
        await this.#parts.cache.ensure(source.path, (file) => source.make(file, inTurn));
        return obstacles;
      } catch (thrown) {
        const id = thrown instanceof Refused ? thrown.id : 'speech-failed';
        const instead = id === 'speech-dead' ? '' : insteadOf(chain[index + 1]);
        obstacles.push({ id, message: `${messageOf(thrown)}${instead}` });
      }
    }
    return obstacles;
  }

  #recorded(names: readonly string[]): Source[] {
    const { recordings, cache, speech } = this.#parts;
    return names.flatMap((name) => {
      const version = recordings.versionOf(name);
      if (version === undefined) return [];
      const recording = recordings.fileOf(name);
      return [
        {
          path: cache.pathOf(`${recording}\n${version}`),
          recording: name,
          make: (file: string, inTurn: InTurn) => inTurn(() => speech.convert(recording, file)),
        },
      ];
    });
  }

  #spoken(text: string, language: string, persona: Persona | undefined, trimmed: boolean): Source[] {
    const ordinary = this.#spokenBy(undefined, text, language, trimmed);
    const own = this.#spokenBy(persona?.voices, text, language, trimmed);
    return own.path === ordinary.path ? [ordinary] : [own, { ...ordinary, isStandIn: true }];
  }

  #spokenBy(voices: Voices | undefined, text: string, language: string, trimmed: boolean): Source {
    const { cache, speech, circuit } = this.#parts;
    const delivery = { voices, trimmed };
    return {
      path: cache.pathOf(spokenContent(speech.voice, text, language, delivery)),
      // A voice that is dead is known at once: nobody takes his turn for it.
      make: (file, inTurn) =>
        circuit.speak(voices, () => inTurn(() => speech.speak(text, language, file, delivery))),
    };
  }
}

function insteadOf(next: Source | undefined): string {
  if (!next) return '';
  if (next.isStandIn) return '; the ordinary voice is heard instead';
  return next.recording === undefined
    ? '; its words are spoken instead'
    : '; the ordinary recording is played instead';
}

/** All that makes one rendering differ from another, and nothing else: a voice counts only where it is heard. */
export function spokenContent(voice: string, text: string, language: string, delivery: Delivery): string {
  const styles: Voices = delivery.voices ?? {};
  const heard = utterancesOf(text, language).map((one) => {
    const { voice: name, speed, pitch } = styles[one.language] ?? {};
    return [one.language, one.text, name, speed, pitch];
  });
  return JSON.stringify([voice, delivery.trimmed ?? false, heard]);
}
