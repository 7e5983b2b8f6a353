import type { Cursor } from '../call/call.ts';
import type { Prompt, StepKind } from './step.ts';

/** A flow as it runs: parsed, checked, every exit led somewhere. */
export interface Flow {
  readonly name: string;
  /** Changes with every change of the file. */
  readonly version: string;
  readonly file: string;
  /** Numbers that lead here; x stands for any digit. */
  readonly numbers: readonly string[];
  /** `phones`: only our own registered phones may dial it. */
  readonly callers: 'anyone' | 'phones';
  /** The first is spoken until the caller or his record says otherwise. */
  readonly languages: readonly string[];
  readonly start: string;
  readonly onError?: string;
  readonly steps: ReadonlyMap<string, Step>;
  /** The words of prompts that steps call by name. */
  readonly namedPrompts: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

export interface Step {
  readonly name: string;
  readonly kind: StepKind;
  readonly args: unknown;
  /** The next step by exit. */
  readonly targets: Readonly<Record<string, string>>;
  readonly otherwise?: string;
}

/** The step that follows `cursor` when it is left by `exit`; undefined when the flow ends there. */
export function nextStep(flow: Flow, cursor: Cursor, exit: string): string | undefined {
  const step = flow.steps.get(cursor.step);
  return step?.targets[exit] ?? step?.otherwise;
}

/** Every prompt that the flow can say, with its words. */
export function promptsOf(flow: Flow): Prompt[] {
  return [...flow.steps.values()]
    .flatMap((step) => step.kind.prompts?.(step.args) ?? [])
    .map((prompt) => wordsOf(flow, prompt));
}

/** The prompt with the words that the flow keeps under its name. */
export function wordsOf(flow: Flow, prompt: Prompt): Prompt {
  return prompt.name === undefined
    ? prompt
    : { name: prompt.name, texts: flow.namedPrompts.get(prompt.name) ?? prompt.texts };
}

/** True when dialling `dnis` leads to `flow`. */
export function answersTo(flow: Flow, dnis: string): boolean {
  return flow.numbers.some(
    (number) =>
      number.length === dnis.length &&
      [...number].every((digit, at) => digit === dnis[at] || (digit === 'x' && /\d/.test(dnis[at]!))),
  );
}
