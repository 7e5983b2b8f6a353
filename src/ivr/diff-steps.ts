import type { FlowChange, Way, Words } from './diff-change.ts';
import { argumentsOf, type SpokenPrompt, spokenIn } from './diff-settings.ts';
import { type Flow, nextOf, type Step, wordsOf } from './flow.ts';
import { exitText, isCase } from './picture-ways.ts';

/** Two versions of a flow. */
export interface Versions {
  readonly before: Flow;
  readonly after: Flow;
  /** The new name of a step by its old one. */
  readonly renames: ReadonlyMap<string, string>;
}

/** What is different in a step that both versions have. */
export function diffStep(versions: Versions, old: Step, step: Step): FlowChange[] {
  const verb = step.kind.verb;
  const of = { step: step.name, verb };
  const renamed: FlowChange[] =
    old.name === step.name ? [] : [{ kind: 'step-renamed', severity: 'frame', ...of, before: old.name }];
  if (old.kind.verb !== verb)
    return [...renamed, { kind: 'verb', severity: 'way', ...of, before: old.kind.verb }];
  return [
    ...renamed,
    ...diffPrompts(versions, old, step),
    ...diffWays(versions.renames, old, step),
    ...diffArguments(old, step),
  ];
}

// ── ways out ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function diffWays(renames: Versions['renames'], old: Step, step: Step): FlowChange[] {
  const of = { step: step.name, verb: step.kind.verb };
  const past = exitsOf(old);
  const present = exitsOf(step);
  const keys = new Set([old, step].flatMap(({ kind, args }) => kind.keys?.(args) ?? []));
  const cases = new Set([old, step].flatMap(conditionsOf));
  const groups = new Map<string, { -readonly [Part in keyof Way]: Way[Part] }>();
  for (const exit of new Set([...present.keys(), ...past.keys()])) {
    const was = past.get(exit);
    const before = was === undefined ? undefined : (renames.get(was) ?? was);
    const after = present.get(exit);
    if (before === after) continue;
    const by = keys.has(exit)
      ? 'key'
      : cases.has(exit)
        ? 'case'
        : past.size === 1 && present.size === 1
          ? 'next'
          : 'exit';
    const group = JSON.stringify([by, before ?? null, after ?? null]);
    const exits = [...(groups.get(group)?.exits ?? []), exit];
    groups.set(group, {
      kind: 'way',
      ...of,
      by,
      exits,
      ...(was === undefined ? {} : { before: was }),
      after,
    });
  }
  const ways: FlowChange[] = [...groups.values()].map((way) => ({ severity: 'way', ...way }));
  const common = (one: Map<string, unknown>, other: Map<string, unknown>): string =>
    JSON.stringify([...one.keys()].filter((exit) => other.has(exit)));
  const reordered = keys.size === 0 && common(past, present) !== common(present, past);
  return reordered ? [...ways, { kind: 'order', severity: 'way', ...of }] : ways;
}

/** Where each way out leads, by its words. */
function exitsOf(step: Step): Map<string, string | undefined> {
  return new Map(step.exits.map((exit) => [exitText(step, exit), nextOf(step, exit)]));
}

/** The ways out that are called by their condition. */
function conditionsOf(step: Step): string[] {
  return step.exits.filter((exit) => isCase(exit)).map((exit) => exitText(step, exit));
}

// ── words ────────────────────────────────────────────────────────────────────────────────────────────────────────────

function diffPrompts({ before, after }: Versions, old: Step, step: Step): FlowChange[] {
  const past = spokenIn(old.args);
  const present = spokenIn(step.args);
  const roles = new Set([...present, ...past].map((one) => one.role));
  return [...roles].flatMap((role) => {
    const was = past.find((one) => one.role === role);
    const is = present.find((one) => one.role === role);
    const prompt = was?.prompt.name === is?.prompt.name ? is?.prompt.name : undefined;
    const steps = prompt === undefined ? [step.name] : stepsThatSay(after, prompt);
    const of = {
      kind: 'words',
      step: step.name,
      verb: step.kind.verb,
      role,
      steps,
      ...(prompt ? { prompt } : {}),
    } as const;
    const words = diffTexts(textsOf(before, was), textsOf(after, is), languagesToCompare(before, after));
    if (words.length === 0 && was?.prompt.name !== is?.prompt.name && (was?.prompt.name ?? is?.prompt.name))
      return [
        { severity: 'words', ...of, before: was?.prompt.name, after: is?.prompt.name } satisfies FlowChange,
      ];
    return words.map((one) => ({ severity: 'words', ...of, ...one }) satisfies FlowChange);
  });
}

function textsOf(flow: Flow, spoken: SpokenPrompt | undefined): Readonly<Record<string, string>> {
  return spoken ? wordsOf(flow, spoken.prompt).texts : {};
}

function stepsThatSay(flow: Flow, prompt: string): string[] {
  const says = (step: Step): boolean => spokenIn(step.args).some((one) => one.prompt.name === prompt);
  return [...flow.steps.values()].filter(says).map((step) => step.name);
}

/** A language that the whole flow has got or lost is told once, not for each prompt. */
function languagesToCompare(before: Flow, after: Flow): (language: string) => boolean {
  return (language) => before.languages.includes(language) === after.languages.includes(language);
}

function diffTexts(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
  compares: (language: string) => boolean,
): Pick<Words, 'language' | 'before' | 'after'>[] {
  const languages = [...new Set([...Object.keys(after), ...Object.keys(before)])].filter(compares);
  return languages
    .filter((language) => before[language] !== after[language])
    .map((language) => ({ language, before: before[language], after: after[language] }));
}

// ── arguments ────────────────────────────────────────────────────────────────────────────────────────────────────────

function diffArguments(old: Step, step: Step): FlowChange[] {
  const of = { kind: 'setting', step: step.name, verb: step.kind.verb } as const;
  const past = argumentsOf(old);
  const present = argumentsOf(step);
  return [...new Set([...present.keys(), ...past.keys()])].flatMap((path) => {
    const was = past.get(path);
    const is = present.get(path);
    const { what, severity } = (is ?? was)!;
    return was?.text === is?.text
      ? []
      : [{ severity, ...of, what, before: was?.text, after: is?.text } satisfies FlowChange];
  });
}

/** A step that only one version has. */
export function addedOrRemoved(kind: 'step-added' | 'step-removed', flow: Flow, step: Step): FlowChange {
  const [first] = spokenIn(step.args);
  const says = textsOf(flow, first)[flow.languages[0] ?? ''];
  return {
    kind,
    severity: 'way',
    step: step.name,
    verb: step.kind.verb,
    ...(says === undefined ? {} : { says }),
  };
}
