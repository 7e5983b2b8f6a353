import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { Persona } from './persona.ts';
import type { Prompt } from './prompt.ts';
import type { Recordings } from './recordings.ts';
import type { SoundCache } from './sound-cache.ts';
import { recordingNames, type Source, type Sources } from './sources.ts';
import { piecesOf, recordingName } from './stretches.ts';
import { placesIn } from './template.ts';
import { fileOfWord, needsVocabulary, vocabulary } from './value-words.ts';
import { WAV_HEAD_BYTES, wavMs } from './wav.ts';

/** A sound of a prompt, in one language, by one persona. */
export interface InventoryLine {
  /** Name of its recording without `.wav`, `balance.2` for the second stretch of a text with places; undefined for a prompt without name. */
  readonly name: string | undefined;
  readonly words: string;
  readonly language: string;
  readonly persona: string;
  /** `missing`: neither recorded nor, yet, spoken. */
  readonly state: 'recorded' | 'spoken' | 'missing';
  /** The recording as it is in the folder, or the rendered file, with its extension. */
  readonly file?: string;
  /** Length by the file's WAV header. */
  readonly ms?: number;
}

/** How many words of values are there, of a language in which some prompt needs them. */
export interface InventoryWords {
  readonly language: string;
  readonly persona: string;
  readonly recorded: number;
  readonly spoken: number;
  readonly missing: number;
}

export interface Inventory {
  readonly prompts: readonly InventoryLine[];
  readonly words: readonly InventoryWords[];
  /** Recordings that belong to no prompt and no word, by their path in the folder. */
  readonly orphans: readonly string[];
}

export interface InventoryParts {
  readonly prompts: readonly Prompt[];
  readonly languages: readonly string[];
  readonly personas: readonly { readonly name: string; readonly persona: Persona | undefined }[];
  readonly recordings: Recordings;
  readonly cache: SoundCache;
  readonly sources: Sources;
}

/** What there is for each prompt, language and persona. Reads headers of files, makes nothing. */
export function takeInventory(parts: InventoryParts): Inventory {
  const lines: InventoryLine[] = [];
  const words: InventoryWords[] = [];
  const wanted = new Set<string>();
  for (const { name, persona } of parts.personas) {
    for (const language of parts.languages) {
      for (const prompt of parts.prompts) {
        for (const stretch of stretchesOf(prompt, language)) {
          const recorded = recordingName(prompt, stretch.part);
          if (recorded !== undefined)
            for (const file of recordingNames(persona, language, recorded)) wanted.add(file);
          lines.push({
            name: recorded,
            words: stretch.words ?? '',
            language,
            persona: name,
            ...found(parts, parts.sources.ofStretch(prompt, stretch, language, persona)),
          });
        }
      }
      for (const word of vocabulary(language))
        for (const file of recordingNames(persona, language, `words/${fileOfWord(word, language)}`))
          wanted.add(file);
      if (parts.prompts.some((prompt) => hasValues(prompt, language)))
        words.push(wordsFound(parts, language, name, persona));
    }
  }
  return { prompts: lines, words, orphans: parts.recordings.names().filter((file) => !wanted.has(file)) };
}

/** Whether `prompt` has places in this language that are filled with words of the vocabulary. */
export function hasValues(prompt: Prompt, language: string): boolean {
  return placesIn(prompt.texts[language] ?? '').some(needsVocabulary);
}

function stretchesOf(prompt: Prompt, language: string): { words: string | undefined; part: number }[] {
  const text = prompt.texts[language];
  if (text === undefined) return [{ words: undefined, part: 0 }];
  return piecesOf(text).flatMap((piece) => ('words' in piece ? [piece] : []));
}

function stateOf(
  parts: InventoryParts,
  chain: readonly Source[],
): { readonly state: InventoryLine['state']; readonly source?: Source } {
  const source = chain.find(
    (one) => !one.isStandIn && (one.recording !== undefined || parts.cache.has(one.path)),
  );
  if (!source) return { state: 'missing' };
  return { state: source.recording === undefined ? 'spoken' : 'recorded', source };
}

function found(
  parts: InventoryParts,
  chain: readonly Source[],
): Pick<InventoryLine, 'state' | 'file' | 'ms'> {
  const { state, source } = stateOf(parts, chain);
  if (!source) return { state };
  const file =
    source.recording === undefined ? `${source.path}.wav` : parts.recordings.fileOf(source.recording);
  return { state, file, ms: lengthOf(file) };
}

function wordsFound(
  parts: InventoryParts,
  language: string,
  name: string,
  persona: Persona | undefined,
): InventoryWords {
  const count = { recorded: 0, spoken: 0, missing: 0 };
  for (const word of vocabulary(language))
    count[stateOf(parts, parts.sources.ofWord(word, language, persona)).state] += 1;
  return { language, persona: name, ...count };
}

function lengthOf(file: string): number | undefined {
  const opened = openSync(file, 'r');
  try {
    const head = Buffer.alloc(WAV_HEAD_BYTES);
    const read = readSync(opened, head, 0, WAV_HEAD_BYTES, 0);
    return wavMs(head.subarray(0, read), fstatSync(opened).size);
  } finally {
    closeSync(opened);
  }
}
