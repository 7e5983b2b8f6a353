import { didYouMean } from '../base/nearest.ts';
import { said } from '../base/said.ts';
import type { Prompt } from '../speech/prompt.ts';
import { readTemplate } from '../speech/template.ts';
import type { Draft, DraftStep } from './draft.ts';
import type { Flow } from './flow.ts';
import type { FlowFrame } from './grammar.ts';
import type { Path, Place, Report } from './report.ts';

export interface FlowPromptsParts {
  readonly draft: Draft;
  readonly frame: FlowFrame;
  readonly report: Report;
  /** Prompts that every flow may use. */
  readonly shared: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** `name`: `greeting` for a shared prompt, `hotline/greeting` for the flow's own. */
  readonly isRecorded: (name: string, language: string) => boolean;
  /** Takes up the expression that stands in a text. */
  readonly compile: (place: Place, expression: string) => void;
}

/** The prompts of a flow: its own, and those of the shared ones that it says. Reports what is missing or wrong in them. */
export function flowPrompts(parts: FlowPromptsParts): Flow['namedPrompts'] {
  const { draft, frame, report, shared } = parts;
  const own = frame.prompts as Record<string, Record<string, string>>;
  for (const [name, texts] of Object.entries(own))
    for (const [language, text] of Object.entries(texts)) checkText(parts, ['prompts', name, language], text);
  const used = new Map(
    draft.steps.flatMap((step) =>
      saidBy(step).flatMap(({ name }) => (name === undefined ? [] : [[name, step.name]])),
    ),
  );
  // Where a step could not be read, it may be the one that says it.
  for (const name of Object.keys(own))
    if (!used.has(name) && draft.problems.length === 0)
      report.add(
        ['prompts', name],
        said`nothing says the prompt "${name}"`,
        'take it out, or say it',
        'warning',
      );
  const named = new Map<string, Prompt>();
  for (const [name, step] of used) {
    if (own[name]) named.set(name, { name, flow: frame.flow, texts: own[name] });
    else if (shared[name]) {
      named.set(name, { name, texts: shared[name] });
      for (const text of Object.values(shared[name])) checkText(parts, ['steps', step], text);
    } else if (frame.languages.some((language) => parts.isRecorded(`${frame.flow}/${name}`, language)))
      named.set(name, { name, flow: frame.flow, texts: {} });
  }
  for (const step of draft.steps) for (const prompt of saidBy(step)) checkPrompt(parts, named, step, prompt);
  return named;
}

/** The prompts that a step says or writes. */
export function saidBy({ kind, args }: DraftStep): readonly Prompt[] {
  return [...(kind.prompts?.(args) ?? []), ...(kind.writes?.(args) ?? [])];
}

function checkPrompt(
  parts: FlowPromptsParts,
  named: ReadonlyMap<string, Prompt>,
  step: DraftStep,
  { name, texts }: Prompt,
): void {
  const { frame, report } = parts;
  const path = ['steps', step.name, step.kind.verb];
  if (name === undefined) {
    for (const text of Object.values(texts)) checkText(parts, path, text);
    tellMissing(parts, path, '', languagesLacking(parts, texts, undefined));
    return;
  }
  const prompt = named.get(name);
  const recording = prompt?.flow === undefined ? name : `${prompt.flow}/${name}`;
  const lacking = languagesLacking(parts, prompt?.texts ?? {}, recording);
  if (prompt || lacking.length === 0) {
    const where = frame.prompts[name] === undefined ? path : ['prompts', name];
    return tellMissing(parts, where, name, lacking);
  }
  const there = [...Object.keys(frame.prompts), ...Object.keys(parts.shared)];
  report.addAtValue(
    path,
    name,
    said`there is no prompt "${name}"`,
    didYouMean(name, there) || 'add it to "prompts"',
  );
}

function languagesLacking(
  { frame, isRecorded }: FlowPromptsParts,
  texts: Readonly<Record<string, string>>,
  recording: string | undefined,
): string[] {
  return frame.languages.filter(
    (language) =>
      texts[language] === undefined && !(recording !== undefined && isRecorded(recording, language)),
  );
}

function tellMissing(
  { report }: FlowPromptsParts,
  path: Path,
  /** Of the prompt, '' for words without one. */
  prompt: string,
  lacking: readonly string[],
): void {
  if (lacking.length > 0)
    report.add(
      path,
      prompt === ''
        ? said`these words are not there in ${lacking.join(', ')}`
        : said`the prompt "${prompt}" is not there in ${lacking.join(', ')}`,
      'add the words, or take the language out of "languages"',
    );
}

function checkText({ report, compile }: FlowPromptsParts, path: Path, text: string): void {
  const read = readTemplate(text);
  if (typeof read === 'string') return report.addAtValue(path, text, read);
  for (const part of read) if ('place' in part) compile(report.placeOfValue(path, text), part.place);
}
