import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Media } from '../pbx/pbx.ts';
import type { Speech } from './espeak.ts';
import { LAST_RESORT, type PromptBook } from './prompts.ts';
import type { Prompt } from './step.ts';

/** A WAV header alone is 44 bytes; anything as short as that says nothing. */
const EMPTY_WAV_BYTES = 60;

/** Sound files made at once: two, because speech is all computing. */
const AT_ONCE = 2;

export interface PromptFilesParts {
  /** Recorded prompts: `<folder>/<language>/<name>.wav`. */
  readonly recorded: string;
  /** Where rendered and converted files are kept, by content. */
  readonly cache: string;
  readonly speech: Speech;
  readonly log: Log;
}

/**
 * Prompts as files: a recording where there is one, else speech. Every file is made once and named after what is in it, so
 * that a change of words or voice makes a new one.
 */
export class PromptFiles implements PromptBook {
  readonly #parts: PromptFilesParts;
  /** Path without extension, by language and what is said. */
  readonly #files = new Map<string, string>();

  constructor(parts: PromptFilesParts) {
    this.#parts = parts;
  }

  /**
   * Makes what is missing. Returns a sentence for each prompt that could not be made as wished.
   * @param onProgress told the number done and the number to do
   */
  async prepare(
    prompts: readonly Prompt[],
    languages: readonly string[],
    onProgress: (done: number, all: number) => void,
  ): Promise<string[]> {
    await mkdir(this.#parts.cache, { recursive: true });
    const wanted = new Map<string, { prompt: Prompt; language: string }>();
    for (const prompt of prompts)
      for (const language of languages) wanted.set(keyOf(prompt, language), { prompt, language });
    const jobs = [...wanted.values()];
    const problems: string[] = [];
    let started = 0;
    let done = 0;
    const worker = async (): Promise<void> => {
      for (let job = jobs[started++]; job; job = jobs[started++]) {
        problems.push(...(await this.#make(job.prompt, job.language)));
        onProgress(++done, jobs.length);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return problems;
  }

  media(prompt: Prompt, language: string): readonly Media[] {
    const file = this.#files.get(keyOf(prompt, language)) ?? this.#anyLanguage(prompt);
    return file === undefined ? LAST_RESORT : [{ file }];
  }

  async repair(prompt: Prompt, language: string): Promise<readonly Media[]> {
    const problems = await this.#make(prompt, language);
    for (const problem of problems) this.#parts.log.error({ prompt: prompt.name }, problem);
    return this.media(prompt, language);
  }

  #anyLanguage(prompt: Prompt): string | undefined {
    for (const language of Object.keys(prompt.texts)) {
      const file = this.#files.get(keyOf(prompt, language));
      if (file !== undefined) return file;
    }
    return undefined;
  }

  async #make(prompt: Prompt, language: string): Promise<string[]> {
    const problems: string[] = [];
    const recording =
      prompt.name === undefined ? undefined : join(this.#parts.recorded, language, `${prompt.name}.wav`);
    if (recording !== undefined && existsSync(recording)) {
      try {
        this.#files.set(keyOf(prompt, language), await this.#converted(recording));
        return [];
      } catch (thrown) {
        problems.push(`${messageOf(thrown)}; its words are spoken instead`);
      }
    }
    const text = prompt.texts[language];
    if (text === undefined) return problems;
    try {
      this.#files.set(keyOf(prompt, language), await this.#spoken(text, language));
    } catch (thrown) {
      problems.push(messageOf(thrown));
    }
    return problems;
  }

  #spoken(text: string, language: string): Promise<string> {
    const { speech } = this.#parts;
    return this.#kept(`${speech.voice}\n${language}\n${text}`, (file) => speech.speak(text, language, file));
  }

  async #converted(recording: string): Promise<string> {
    const content = await readFile(recording);
    return this.#kept(content, (file) => this.#parts.speech.convert(recording, file));
  }

  /** The file whose name is the digest of `content`, made by `make` when it is not there. Path without extension. */
  async #kept(content: string | Buffer, make: (file: string) => Promise<void>): Promise<string> {
    const path = join(this.#parts.cache, createHash('sha256').update(content).digest('hex').slice(0, 24));
    const file = `${path}.wav`;
    if (!existsSync(file) || statSync(file).size < EMPTY_WAV_BYTES) await make(file);
    return path;
  }
}

function keyOf(prompt: Prompt, language: string): string {
  return `${language}\n${prompt.name ?? ''}\n${prompt.texts[language] ?? ''}`;
}
