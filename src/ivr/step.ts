import type { z } from 'zod';
import type { Call, CallFacts, HandOver } from '../call/call.ts';
import type { CallVerbs, Gathered, GatherOptions } from '../call/verbs.ts';

/** Something to say: the words per language, and the name under which a recording of them may lie. */
export interface Prompt {
  readonly name?: string;
  readonly texts: Readonly<Record<string, string>>;
}

/** What a step is given while it runs. */
export interface StepRun {
  /** The call as it was when the step began. */
  readonly call: Call;
  readonly verbs: CallVerbs;
  /** UTC ms, now. */
  now(): number;
  /** An id for a leg of this call. */
  nextLeg(): string;
  /** Plays a prompt in the caller's language. A broken recording is replaced, never skipped in silence. */
  say(prompt: Prompt, interruptible?: boolean): Promise<void>;
  /** Plays a prompt and collects digits; unless told otherwise, the first one cuts it short. */
  gather(prompt: Prompt, options: GatherOptions & { readonly interruptible?: boolean }): Promise<Gathered>;
  /** Adds a business event to the log. */
  note(type: string, data: Readonly<Record<string, unknown>>): void;
}

/** How a step ends. `facts` are merged into the call's. */
export type StepResult = { readonly facts?: Partial<CallFacts> } & (
  | { readonly exit: string }
  /** The reducer goes on with it; its outcome is the exit. */
  | { readonly handOver: HandOver }
  | { readonly enterFlow: string }
  | { readonly hangUp: true }
);

/**
 * One verb of the flow language: its arguments, its ways out, its prompts, and what it does. `Args` is what the schema
 * makes of the file's text.
 */
export interface StepKind<Args = unknown> {
  readonly verb: string;
  /** One sentence for editors and documentation. */
  readonly summary: string;
  readonly args: z.ZodType<Args>;
  /** Every way out; each needs a target in `then`, in the arguments, or through `otherwise`. */
  exits(args: Args): readonly string[];
  /** Targets that the arguments themselves name, by exit. */
  targets?(args: Args): Readonly<Record<string, string>>;
  prompts?(args: Args): readonly Prompt[];
  /** Things outside the flow that the arguments name, for checking at load. */
  mentions?(args: Args): { readonly queue?: string; readonly flow?: string };
  run(step: StepRun, args: Args): Promise<StepResult>;
}

/** Declares a verb; only for its types. */
export function stepKind<Args>(kind: StepKind<Args>): StepKind {
  return kind as unknown as StepKind;
}
