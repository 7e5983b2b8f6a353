import type { z } from 'zod';
import type { Call, CallFacts, HandOver, Variables, VariableValue } from '../call/call.ts';
import type { CallVerbs, Gathered, GatherOptions } from '../call/verbs.ts';
import type { Prompt } from '../speech/prompt.ts';
import type { CentreView, PlaceInLine } from './expression.ts';
import type { Expression, VariableType } from './values.ts';

/** What a step is given while it runs. */
export interface StepRun {
  /** The call as it was when the step began. */
  readonly call: Call;
  readonly verbs: CallVerbs;
  /** Aborted when the caller is gone. */
  readonly signal: AbortSignal;
  /** Digits that must never be stored or logged (a PIN, a card number), by name. Gone after a restart of the daemon. */
  readonly secrets: Map<string, string>;
  /** UTC ms, now. */
  now(): number;
  /** The centre, now. */
  centre(): CentreView;
  /** An id for a leg of this call. */
  nextLeg(): string;
  /** The music for someone who waits: the step's own, else the persona's (the caller's, unless told), else `fallback`. */
  music(own?: string, fallback?: string, persona?: string): string;
  /** @throws when a value is not what the expression can work with, as in int("x") */
  evaluate(expression: Expression): VariableValue;
  /** Plays a prompt in the caller's language. A broken recording is replaced, never skipped in silence. */
  say(prompt: Prompt, interruptible?: boolean): Promise<void>;
  /** The words of a prompt as they are written, values filled in. */
  written(prompt: Prompt): string;
  /** Plays a prompt and collects digits; unless told otherwise, the first one cuts it short. */
  gather(prompt: Prompt, options: GatherOptions & { readonly interruptible?: boolean }): Promise<Gathered>;
  /** Keeps that whoever was called does not want to be called again. @param campaign by this one, '' for every one */
  optOut(campaign: string): void;
  /** Adds a business event to the log. */
  note(type: string, data: Readonly<Record<string, unknown>>): void;
}

/** What a step is given while its caller waits in a queue. */
export interface WaitingRun extends StepRun {
  /** Where he stands; undefined while a phone rings for him. Expressions know the place as it was when this was asked last. */
  place(): PlaceInLine | undefined;
  /** Interrupts the music for what is said. */
  interlude(say: () => Promise<void>): Promise<void>;
}

/** How a step ends. `facts` are merged into the call's, `set` into the flow's variables. */
export type StepResult = { readonly facts?: Partial<CallFacts>; readonly set?: Variables } & (
  | { readonly exit: string }
  /** The reducer goes on with it; its outcome is the exit. */
  | { readonly handOver: HandOver }
  /** Goes on in another flow, and does not come back. */
  | { readonly enterFlow: string; readonly with: Variables }
  /** Goes on in another flow and comes back with its result, which is the exit. */
  | { readonly callFlow: string; readonly with: Variables }
  /** Back to the flow that called, with what it gets. */
  | { readonly result: string }
  | { readonly hangUp: true }
);

/** Something outside its flow that a step names. */
export interface Mention {
  readonly kind: 'queue' | 'flow' | 'campaign' | 'calendar' | 'service' | 'persona';
  readonly name: string;
}

/** What a step wants of an agent, in the words of the routing rules. */
export interface Wish {
  readonly as: 'needs' | 'prefers';
  readonly text: string;
}

/** What a verb is, as far as the caller is concerned: whether he can spend time in it, and how. */
export type Waiting =
  /** Done at once, or as soon as a service answers. */
  | 'none'
  /** Something is played to him, or nothing for a while; a key may cut it short. */
  | 'speaks'
  /** He is asked for keys or words, or he waits for somebody. */
  | 'waits';

/** Another flow that a step enters. */
export interface FlowCall {
  readonly flow: string;
  readonly with: Readonly<Record<string, Expression>>;
}

/**
 * One verb of the flow language: its arguments, its ways out, its prompts, and what it does. `Args` is what the schema
 * makes of the file's text. Expressions in the arguments are found by their shape and checked by the reader.
 */
export interface StepKind<Args = unknown> {
  readonly verb: string;
  /** One sentence for editors and documentation. */
  readonly summary: string;
  readonly args: z.ZodType<Args>;
  readonly waiting: Waiting;
  /** Every way out; each needs a target in `then`, in the arguments, or through `otherwise`. */
  exits(args: Args): readonly string[];
  /** The other flows that it may enter, and what they are given. */
  calls?(args: Args): readonly FlowCall[];
  /** The results of the flow that it calls are ways out of this step. */
  readonly comesBack?: true;
  /** Results with which it ends the flow, for the one that called it. */
  ends?(args: Args): readonly string[];
  /** Targets that the arguments themselves name, by exit. */
  targets?(args: Args): Readonly<Record<string, string>>;
  prompts?(args: Args): readonly Prompt[];
  /** Words that it writes instead of saying them. */
  writes?(args: Args): readonly Prompt[];
  /** The keys from which a caller has to choose. */
  keys?(args: Args): readonly string[];
  /** Variables that the step sets, with their types; an expression stands for its own type. */
  sets?(args: Args): Readonly<Record<string, VariableType | Expression>>;
  /** The language that it sets. */
  speaks?(args: Args): string;
  /** Variables that it reads by name, outside of expressions. */
  reads?(args: Args): readonly string[];
  /** Secrets that it keeps. */
  keeps?(args: Args): readonly string[];
  /** Things outside the flow that the arguments name. */
  mentions?(args: Args): readonly Mention[];
  wishes?(args: Args): readonly Wish[];
  /** The outside number that it dials. */
  outsideNumber?(args: Args): string | undefined;
  /** True when it changes something outside: it does not begin before its cursor is stored, so that it is done once. */
  changesOutside?(args: Args): boolean;
  /** Ways out that lead where another one leads, unless the flow says where. */
  readonly instead?: Readonly<Record<string, string>>;
  run(step: StepRun, args: Args): Promise<StepResult>;
  /** What somebody hears whom it sent to wait; undefined: music only. Resolves with the way out by which he leaves the queue himself. */
  whileWaiting?(step: WaitingRun, args: Args): Promise<string> | undefined;
}

/** Declares a verb; only for its types. */
export function stepKind<Args>(kind: StepKind<Args>): StepKind {
  return kind as unknown as StepKind;
}
