import type { Cursor } from '../call/call.ts';
import type { Prompt } from '../speech/prompt.ts';
import type { Compiled } from './expression.ts';
import type { Place } from './report.ts';
import type { Mention, StepKind } from './step.ts';
import type { VariableType } from './values.ts';

/** A flow as it runs: parsed, checked, every exit led somewhere. */
export interface Flow {
  readonly name: string;
  /** Changes with every change of the file. */
  readonly version: string;
  readonly file: string;
  readonly description: string;
  /** Numbers that lead here; x stands for any digit. */
  readonly numbers: readonly string[];
  /** `phones`: only our own registered phones may dial it. */
  readonly callers: 'anyone' | 'phones';
  /** The first is spoken until the caller or his record says otherwise. */
  readonly languages: readonly string[];
  /** One for all its numbers, or one per number. */
  readonly persona: string | Readonly<Record<string, string>>;
  readonly signature: Signature;
  readonly start: string;
  readonly onError?: string;
  readonly steps: ReadonlyMap<string, Step>;
  /** The prompts that steps call by name. */
  readonly namedPrompts: ReadonlyMap<string, Prompt>;
  /** By the text of the expression. */
  readonly expressions: ReadonlyMap<string, Compiled>;
  /** Everything outside the flow that it names. */
  readonly mentions: readonly (Mention & Place)[];
}

/** What a flow that calls another one has to know of it. */
export interface Signature {
  readonly takes: Readonly<Record<string, VariableType>>;
  readonly gives: Readonly<Record<string, VariableType>>;
  /** How it can end, for the one that called it. */
  readonly results: readonly string[];
}

export interface Step extends Place {
  readonly name: string;
  readonly kind: StepKind;
  readonly args: unknown;
  /** Every way out. */
  readonly exits: readonly string[];
  /** The next step by exit. */
  readonly targets: Readonly<Record<string, string>>;
  readonly otherwise?: string;
}

/** The step that follows `step` when it is left by `exit`; undefined where nothing leads on. */
export function nextOf(step: Step, exit: string): string | undefined {
  return step.targets[exit] ?? step.otherwise;
}

/** The step that follows `cursor` when it is left by `exit`; undefined when the flow does not say. */
export function nextStep(flow: Flow, cursor: Cursor, exit: string): string | undefined {
  const step = flow.steps.get(cursor.step);
  return step && nextOf(step, exit);
}

/** Every prompt that the flow can say, with its words. */
export function promptsOf(flow: Flow): Prompt[] {
  return [...flow.steps.values()]
    .flatMap((step) => step.kind.prompts?.(step.args) ?? [])
    .map((prompt) => wordsOf(flow, prompt));
}

/** The prompt with the words that the flow keeps under its name. */
export function wordsOf(flow: Pick<Flow, 'namedPrompts'>, prompt: Prompt): Prompt {
  return prompt.name === undefined ? prompt : (flow.namedPrompts.get(prompt.name) ?? prompt);
}

/** The persona who answers for the flow at `dnis`, '' for the ordinary one. */
export function personaAt(flow: Flow, dnis: string): string {
  if (typeof flow.persona === 'string') return flow.persona;
  return Object.entries(flow.persona).find(([number]) => matches(number, dnis))?.[1] ?? '';
}

/** True when dialling `dnis` leads to `flow`. */
export function answersTo(flow: Flow, dnis: string): boolean {
  return flow.numbers.some((number) => matches(number, dnis));
}

function matches(number: string, dnis: string): boolean {
  return (
    number.length === dnis.length &&
    [...number].every((digit, at) => digit === dnis[at] || (digit === 'x' && /\d/.test(dnis[at]!)))
  );
}
