import { join } from 'node:path';
import type { InventoryLine } from '../speech/inventory.ts';
import type { Persona } from '../speech/persona.ts';
import { Recordings } from '../speech/recordings.ts';
import { recordingNames } from '../speech/sources.ts';
import { fileOfWord, vocabulary } from '../speech/value-words.ts';
import { shownPath } from './flow-folder.ts';
import { inventoryOf, ORDINARY, type PromptOptions, type PromptSet, promptSet } from './prompt-set.ts';
import { counted, harmless, print, table } from './terminal.ts';

/** What somebody has to read out, and where the recording goes. */
interface Reading {
  readonly file: string;
  readonly words: string;
}

interface Sheet {
  readonly language: string;
  /** '' for the ordinary one. */
  readonly persona: string;
  readonly prompts: readonly Reading[];
  /** Words from which numbers, dates and amounts are put together. */
  readonly words: readonly Reading[];
}

interface Missing {
  readonly sheets: readonly Sheet[];
  /** Prompts that have neither a recording nor words: callers would hear nothing of them. */
  readonly silent: readonly string[];
  /** How many have no name, so that they can only be spoken. */
  readonly unnamed: number;
}

/** `carillon prompts missing`: what a voice talent has to read. Returns the exit code. @throws Refused */
export async function missingPrompts(options: PromptOptions): Promise<number> {
  const set = await promptSet(options);
  const missing = findMissing(set);
  if (options.json) print(JSON.stringify(missing, null, 2));
  else show(missing);
  return missing.silent.length > 0 ? 1 : 0;
}

function findMissing(set: PromptSet): Missing {
  const { prompts, words } = inventoryOf(set);
  // A persona without recordings of its own has the ordinary ones.
  const personas = set.personas.filter((name) => name === '' || set.persona(name)?.prompts !== undefined);
  const sheets = [...set.byLanguage.keys()].flatMap((language) =>
    personas.map((persona): Sheet => {
      const own = set.persona(persona);
      const isMeant = (one: { language: string; persona: string }): boolean =>
        one.language === language && one.persona === persona;
      return {
        language,
        persona,
        prompts: unrecorded(prompts.filter(isMeant), set.recorded, own),
        words: words.some(isMeant) ? unrecordedWords(set.recorded, language, own) : [],
      };
    }),
  );
  const silent = prompts.filter(({ state, words }) => state !== 'recorded' && words === '');
  return {
    sheets: sheets.filter((sheet) => sheet.prompts.length + sheet.words.length > 0),
    silent: [...new Set(silent.map(labelOf))],
    unnamed: new Set(prompts.flatMap(({ name, words }) => (name === undefined ? [words] : []))).size,
  };
}

function labelOf({ name, language }: InventoryLine): string {
  return `${name} (${language})`;
}

function unrecorded(
  lines: readonly InventoryLine[],
  folder: string,
  persona: Persona | undefined,
): Reading[] {
  return lines.flatMap(({ name, words, language, file }) => {
    const wanted = name === undefined ? undefined : recordingNames(persona, language, name)[0];
    if (wanted === undefined) return [];
    const place = join(folder, wanted);
    return file === place ? [] : [{ file: shownPath(place), words }];
  });
}

function unrecordedWords(folder: string, language: string, persona: Persona | undefined): Reading[] {
  const recordings = new Recordings(folder);
  recordings.look();
  return vocabulary(language).flatMap((word) => {
    const wanted = recordingNames(persona, language, `words/${fileOfWord(word, language)}`)[0]!;
    return recordings.versionOf(wanted) === undefined
      ? [{ file: shownPath(join(folder, wanted)), words: word }]
      : [];
  });
}

function show({ sheets, silent, unnamed }: Missing): void {
  for (const { language, persona, prompts, words } of sheets) {
    print(
      `# ${language}, ${persona || ORDINARY}: ${counted(prompts.length + words.length, 'recording')} to make`,
    );
    if (prompts.length > 0) print(`\n${sheet(prompts)}`);
    if (words.length > 0) print(`\nWords of numbers, dates and amounts:\n\n${sheet(words)}`);
    print('');
  }
  for (const name of silent) print(`${name} has neither a recording nor words: callers hear nothing of it.`);
  if (sheets.length === 0) print('Every prompt that has a name is recorded.');
  else
    print('Each is a WAV file (any rate) in the place it is listed under; what has no recording is spoken.');
  if (unnamed > 0)
    print(
      `${counted(unnamed, 'more prompt')} of words without a name: put them under "prompts" to record them.`,
    );
}

function sheet(readings: readonly Reading[]): string {
  return table(readings.map(({ file, words }) => [file, harmless(words)]));
}
