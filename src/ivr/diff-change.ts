/** How much a change matters to callers: where they are led, what they hear, how long they have, or who gets here at all. */
export type Severity = 'way' | 'words' | 'timing' | 'frame';

interface OfStep {
  /** As it is called after the change, or before it if it is gone. */
  readonly step: string;
  readonly verb: string;
}

/** One thing that changes for callers. `before` and `after` are undefined where there was, or is, nothing. */
export type FlowChange = { readonly severity: Severity } & (
  | {
      readonly kind: 'number';
      readonly step?: undefined;
      readonly number: string;
      readonly leadsHere: boolean;
    }
  /** `says`: its words in the first language. */
  | ({ readonly kind: 'step-added' | 'step-removed'; readonly says?: string } & OfStep)
  | ({ readonly kind: 'step-renamed' | 'verb'; readonly before: string } & OfStep)
  | Way
  | Words
  /** The conditions of a choice are the same, in another order. */
  | ({ readonly kind: 'order' } & OfStep)
  | Setting
);

/** Ways out that lead elsewhere, or that are new or gone. */
export interface Way extends OfStep {
  readonly kind: 'way';
  /** `next`: the only way on. `case`: a condition. */
  readonly by: 'key' | 'case' | 'exit' | 'next';
  readonly exits: readonly string[];
  readonly before?: string;
  readonly after?: string;
}

export interface Words extends OfStep {
  readonly kind: 'words';
  /** The prompt's name, where it has one before and after; `language` is unset where only that changed. */
  readonly prompt?: string;
  /** What the prompt is for, '' for what the step is there to say. */
  readonly role: string;
  readonly language?: string;
  /** All steps that say the prompt. */
  readonly steps: readonly string[];
  readonly before?: string;
  readonly after?: string;
}

/** An argument of a step, or something of the frame. */
export interface Setting {
  readonly kind: 'setting';
  readonly step?: string;
  readonly verb?: string;
  /** In words, such as `the waiting time`. */
  readonly what: string;
  readonly before?: string;
  readonly after?: string;
}
