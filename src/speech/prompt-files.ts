import { join } from 'node:path';
import type { Log } from '../base/log.ts';
import type { Media } from '../pbx/pbx.ts';
import { atMost } from './at-most.ts';
import { hasValues, type Inventory, takeInventory } from './inventory.ts';
import type { Persona } from './persona.ts';
import { type FillIn, LAST_RESORT, type Prompt, type PromptBook, type Voice } from './prompt.ts';
import { Recordings } from './recordings.ts';
import { SoundCache } from './sound-cache.ts';
import { type Source, Sources } from './sources.ts';
import type { Speech } from './speech.ts';
import { type Piece, piecesOf } from './stretches.ts';
import { ValueSounds } from './value-sounds.ts';
import { vocabulary } from './value-words.ts';

/** Sound files made at once: two, because speech is all computing. */
const AT_ONCE = 2;

/** Texts that calls filled in are kept no longer than that many others: they may be personal. */
const KEPT_TEXTS = 500;

export interface PromptFilesParts {
  /** Recordings: `[<persona>/]<language>/<name>.wav`, words of values in `[<persona>/]<language>/words/`. */
  readonly recorded: string;
  /** Where rendered and converted files are kept. */
  readonly cache: string;
  readonly speech: Speech;
  /** A persona by its name; undefined for one that does not exist, who sounds like the ordinary one. */
  readonly persona: (name: string) => Persona | undefined;
  readonly log: Log;
}

/** A piece with all the ways to get its sound. */
type PlannedPiece = readonly Source[] | Exclude<Piece, { readonly words: string }>;

/** Prompts as files: a recording where there is one, else speech. All that is fixed is made before calls. */
export class PromptFiles implements PromptBook {
  readonly #parts: PromptFilesParts;
  readonly #recordings: Recordings;
  readonly #cache: SoundCache;
  readonly #texts: SoundCache;
  readonly #sources: Sources;
  readonly #values: ValueSounds;
  readonly #inTurn = atMost(AT_ONCE);
  /** A caller who waits for a repair does not wait for a preparation. */
  readonly #inRepair = atMost(AT_ONCE);
  /** By language and persona, since the last look at the recordings. */
  #plans = new WeakMap<Prompt, Map<string, readonly PlannedPiece[] | undefined>>();

  constructor(parts: PromptFilesParts) {
    this.#parts = parts;
    this.#recordings = new Recordings(parts.recorded);
    this.#cache = new SoundCache(parts.cache);
    this.#texts = new SoundCache(join(parts.cache, 'text'), KEPT_TEXTS);
    this.#sources = new Sources({ recordings: this.#recordings, cache: this.#cache, speech: parts.speech });
    this.#values = new ValueSounds({ ...parts, sources: this.#sources, texts: this.#texts });
  }

  /**
   * Makes what is missing, after a new look at the recordings. Returns a sentence for each sound that could not be made as
   * wished.
   * @param personas names, '' for the ordinary one
   * @param onProgress told the number made and the number to make; not at all when nothing is missing
   */
  async prepare(
    prompts: readonly Prompt[],
    languages: readonly string[],
    personas: readonly string[],
    onProgress: (done: number, all: number) => void,
  ): Promise<string[]> {
    this.#look();
    const chains = new Map<string, readonly Source[]>();
    for (const chain of this.#allSources(prompts, languages, personas))
      if (!this.#cache.has(chain[0]!.path)) chains.set(chain.map((source) => source.path).join(), chain);
    let done = 0;
    const problems = await Promise.all(
      [...chains.values()].map(async (chain) => {
        const found = await this.#sources.ensure(chain, this.#inTurn);
        onProgress(++done, chains.size);
        return found;
      }),
    );
    return [...new Set(problems.flat())];
  }

  /** Rejects with what `fillIn` throws. */
  async media(prompt: Prompt, voice: Voice, fillIn: FillIn): Promise<readonly Media[]> {
    for (const language of new Set([voice.language, ...Object.keys(prompt.texts)])) {
      const plan = this.#plan(prompt, language, voice.persona);
      if (!plan || plan.length === 0) continue;
      const fixed = plan.map((piece) => (isChain(piece) ? this.#sources.best(piece) : piece));
      if (fixed.includes(undefined)) continue;
      const media: Media[] = [];
      for (const piece of fixed) {
        if (piece && 'place' in piece)
          media.push(...(await this.#values.media(fillIn(piece.place), { ...voice, language })));
        else if (piece && 'pauseMs' in piece) media.push({ silenceMs: piece.pauseMs });
        else if (piece) media.push(piece);
      }
      return media.some((item) => 'file' in item) ? media : LAST_RESORT;
    }
    return LAST_RESORT;
  }

  async repair(prompt: Prompt, voice: Voice, fillIn: FillIn): Promise<readonly Media[]> {
    this.#look();
    this.#cache.lookClosely();
    this.#texts.lookClosely();
    for (const piece of this.#plan(prompt, voice.language, voice.persona) ?? []) {
      const problems = isChain(piece) ? await this.#sources.ensure(piece, this.#inRepair) : [];
      for (const problem of problems) this.#parts.log.error({ prompt: prompt.name }, problem);
    }
    return this.media(prompt, voice, fillIn);
  }

  /** What is recorded, spoken and missing, after a new look at the recordings. Makes nothing. */
  inventory(
    prompts: readonly Prompt[],
    languages: readonly string[],
    personas: readonly string[],
  ): Inventory {
    this.#look();
    return takeInventory({
      prompts,
      languages,
      personas: personas.map((name) => ({ name, persona: this.#parts.persona(name) })),
      recordings: this.#recordings,
      cache: this.#cache,
      sources: this.#sources,
    });
  }

  #look(): void {
    this.#recordings.look();
    this.#cache.look();
    this.#plans = new WeakMap();
  }

  /** Every sound that calls in these languages with these personas can need, each with at least one source. */
  *#allSources(
    prompts: readonly Prompt[],
    languages: readonly string[],
    personas: readonly string[],
  ): Generator<readonly Source[]> {
    for (const name of personas) {
      for (const language of languages) {
        for (const prompt of prompts) yield* (this.#plan(prompt, language, name) ?? []).filter(isChain);
        if (!prompts.some((prompt) => hasValues(prompt, language))) continue;
        const persona = this.#parts.persona(name);
        for (const word of vocabulary(language)) yield this.#sources.ofWord(word, language, persona);
      }
    }
  }

  /** How `prompt` is put together; undefined when there is neither a recording nor words in this language. */
  #plan(prompt: Prompt, language: string, persona: string): readonly PlannedPiece[] | undefined {
    const plans = this.#plans.get(prompt) ?? new Map<string, readonly PlannedPiece[] | undefined>();
    this.#plans.set(prompt, plans);
    const key = `${language}\n${persona}`;
    if (!plans.has(key)) plans.set(key, this.#planned(prompt, language, this.#parts.persona(persona)));
    return plans.get(key);
  }

  #planned(prompt: Prompt, language: string, persona: Persona | undefined): PlannedPiece[] | undefined {
    const text = prompt.texts[language];
    const pieces = text === undefined ? [{ words: undefined, part: 0 }] : piecesOf(text);
    const plan = pieces.map((piece) =>
      'words' in piece ? this.#sources.ofStretch(prompt, piece, language, persona) : piece,
    );
    return plan.some((piece) => isChain(piece) && piece.length === 0) ? undefined : plan;
  }
}

function isChain(piece: PlannedPiece): piece is readonly Source[] {
  return Array.isArray(piece);
}
