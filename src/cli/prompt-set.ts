import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../base/log.ts';
import { promptsOf } from '../ivr/flow.ts';
import { findSpeech } from '../setup/find-speech.ts';
import { readSettings, type Settings } from '../setup/settings.ts';
import { chooseSpeech } from '../speech/choose-speech.ts';
import type { Inventory } from '../speech/inventory.ts';
import type { Persona } from '../speech/persona.ts';
import type { Prompt } from '../speech/prompt.ts';
import { PromptFiles } from '../speech/prompt-files.ts';
import type { Tool } from '../speech/speech.ts';
import { UNCHECKED } from './flow-find.ts';
import { readFlowFolder } from './flow-folder.ts';
import { badUsage, remark } from './terminal.ts';

export interface PromptOptions {
  readonly language?: string;
  /** A name, `ordinary` for the one without. */
  readonly persona?: string;
  readonly json?: boolean;
}

/** What people call the persona without a name. */
export const ORDINARY = 'ordinary';

/** Every prompt of the flows, in the languages and voices that were asked for. */
export interface PromptSet {
  readonly settings: Settings;
  /** Where recordings lie. */
  readonly recorded: string;
  /** The prompts of each language. */
  readonly byLanguage: ReadonlyMap<string, readonly Prompt[]>;
  /** Names; '' for the ordinary one. */
  readonly personas: readonly string[];
  readonly persona: (name: string) => Persona | undefined;
  /** Whether only some languages or personas were asked for. */
  readonly isPart: boolean;
}

/** @throws Refused `bad-usage` for a language or persona that there is not */
export async function promptSet(
  options: PromptOptions,
  settings = readSettings(process.env),
): Promise<PromptSet> {
  const { flows, shared, problems, remark: unread } = await readFlowFolder(settings.flows, UNCHECKED);
  const broken = new Set(problems.flatMap(({ severity, file }) => (severity === 'error' ? [file] : [])));
  if (broken.size > 0)
    remark(`Left out, because of errors: ${[...broken].join(', ')}. npx carillon flow check names them.`);
  if (unread !== '') remark(unread);
  const languages = [...new Set(flows.flatMap((flow) => flow.languages))];
  const personas = ['', ...Object.keys(shared.personas)];
  const wanted = options.persona === ORDINARY ? '' : options.persona;
  check('language', options.language, languages);
  check('persona', options.persona, [ORDINARY, ...personas.slice(1)]);
  return {
    settings,
    recorded: join(settings.flows, 'prompts'),
    byLanguage: new Map(
      languages
        .filter((language) => options.language === undefined || language === options.language)
        .map((language) => [
          language,
          unique(flows.filter((flow) => flow.languages.includes(language)).flatMap(promptsOf)),
        ]),
    ),
    personas: wanted === undefined ? personas : [wanted],
    persona: (name) => shared.personas[name],
    isPart: options.language !== undefined || options.persona !== undefined,
  };
}

function check(what: string, written: string | undefined, names: readonly string[]): void {
  if (written === undefined || names.includes(written)) return;
  throw badUsage(`No flow speaks with the ${what} "${written}": there is ${names.join(', ')}.`);
}

/** Flows share prompts, and one flow says the same prompt in several places. */
function unique(prompts: readonly Prompt[]): Prompt[] {
  return [
    ...new Map(prompts.map((prompt) => [JSON.stringify([prompt.name, prompt.texts]), prompt])).values(),
  ];
}

/** What there is of the prompts. Makes nothing, and needs no speech program. */
export function inventoryOf(set: PromptSet): Inventory {
  const { settings, recorded, personas, persona } = set;
  const kept = join(settings.data, 'prompts');
  const cache = existsSync(kept) ? kept : mkdtempSync(join(tmpdir(), 'carillon-prompts-'));
  try {
    const files = new PromptFiles({ recorded, cache, speech: speechOf(settings), persona, log: silentLog });
    const each = [...set.byLanguage].map(([language, prompts]) =>
      files.inventory(prompts, [language], personas),
    );
    const [first, ...others] = each.map(({ orphans }) => orphans);
    return {
      prompts: each.flatMap(({ prompts }) => prompts),
      words: each.flatMap(({ words }) => words),
      orphans: set.isPart
        ? []
        : (first ?? []).filter((file) => others.every((orphans) => orphans.includes(file))),
    };
  } finally {
    if (cache !== kept) rmSync(cache, { recursive: true, force: true });
  }
}

/** Without programs it can only tell what it would be called. */
function speechOf(settings: Settings) {
  const absent: Tool = { command: '', args: [] };
  return chooseSpeech(settings.speech, findSpeech(settings) ?? { espeak: absent, sox: absent }, process.env);
}
