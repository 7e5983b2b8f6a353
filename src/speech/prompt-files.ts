import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Media } from '../pbx/pbx.ts';
import { atMost } from './at-most.ts';
import { Circuit } from './circuit.ts';
import { hasValues, type Inventory, takeInventory } from './inventory.ts';
import type { Persona } from './persona.ts';
import { Preparation } from './preparation.ts';
import { type FillIn, LAST_RESORT, type Prompt, type PromptBook, type Voice } from './prompt.ts';
import { Recordings } from './recordings.ts';
import { SoundCache } from './sound-cache.ts';
import { type Source, Sources } from './sources.ts';
import type { Speech } from './speech.ts';
import { type Piece, piecesOf } from './stretches.ts';
import { ValueSounds } from './value-sounds.ts';
import { vocabulary } from './value-words.ts';

/** Sounds made anew at once, for callers who wait: they do not wait for a preparation. */
const REPAIRS_AT_ONCE = 2;

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
  /**
   * With one, nobody waits for speech that hangs or is slow: what is missing is made later, again and again, until `close`. Without
   * one, everything is tried once, however long it takes, until three sounds in a row failed.
   */
  readonly clock?: Clock;
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
  readonly #preparation: Preparation;
  readonly #inRepair = atMost(REPAIRS_AT_ONCE);
  /** By language and persona, since the last look at the recordings. */
  #plans = new WeakMap<Prompt, Map<string, readonly PlannedPiece[] | undefined>>();

  constructor(parts: PromptFilesParts) {
    this.#parts = parts;
    this.#recordings = new Recordings(parts.recorded);
    this.#cache = new SoundCache(parts.cache);
    this.#texts = new SoundCache(join(parts.cache, 'text'), KEPT_TEXTS);
    const circuit = new Circuit(() => parts.clock?.now() ?? 0);
    const { speech, clock, log } = parts;
    this.#sources = new Sources({ recordings: this.#recordings, cache: this.#cache, speech, circuit });
    this.#values = new ValueSounds({ ...parts, sources: this.#sources, texts: this.#texts, circuit });
    this.#preparation = new Preparation({ sources: this.#sources, clock, log });
  }

  /**
   * Makes what is missing, after a new look at the recordings. Returns a sentence for each sound that could not be made as
   * wished, and a single one for all that speech was not asked for: it is dead, or too slow for the minute that this takes at most.
   * @param personas names, '' for the ordinary one
   * @param onProgress told the number tried and the number to try; not at all when nothing is missing
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
    const purpose = [...languages, '', ...personas].join();
    return this.#preparation.make(purpose, [...chains.values()], onProgress);
  }

  /** Nothing more is made later. */
  close(): void {
    this.#preparation.close();
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
      const obstacles = isChain(piece) ? await this.#sources.ensure(piece, this.#inRepair) : [];
      for (const { message } of obstacles) this.#parts.log.error({ prompt: prompt.name }, message);
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

  /**
   * Every sound that calls in these languages with these personas can need, each with at least one source. Words come last: one that is
   * missing can be made during the call.
   */
  *#allSources(
    prompts: readonly Prompt[],
    languages: readonly string[],
    personas: readonly string[],
  ): Generator<readonly Source[]> {
    const voices = personas.flatMap((persona) => languages.map((language) => ({ language, persona })));
    for (const { language, persona } of voices)
      for (const prompt of prompts) yield* (this.#plan(prompt, language, persona) ?? []).filter(isChain);
    for (const { language, persona } of voices)
      if (prompts.some((prompt) => hasValues(prompt, language)))
        for (const word of vocabulary(language))
          yield this.#sources.ofWord(word, language, this.#parts.persona(persona));
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
