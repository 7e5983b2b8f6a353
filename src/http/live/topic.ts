import type { Principal } from '../principal.ts';

/**
 * What an audience sees: collection → id → row of JSON. A row that is the same object as the last time is taken for
 * unchanged and costs nothing.
 */
export type Rows = Readonly<Record<string, ReadonlyMap<string, object>>>;

/** Those who see the same. */
export interface AudienceKey {
  /** Equal for all of them: their branch, what they may see. */
  readonly key: string;
  /** Whom the topic is about, where everybody has his own: an agent's id. */
  readonly about?: string;
}

/** Something of which pages want to know as it changes. */
export interface Topic {
  /** As pages ask for it, such as `floor`. */
  readonly name: string;
  /** Changes are gathered for so long and sent together, ms; 0: they are sent as soon as they are told. */
  readonly everyMs: number;
  /** It is looked at this often although nobody told of a change, ms: figures may hang on the time alone. */
  readonly lookEveryMs: number;
  /** Called before each such look, while anybody watches. */
  look?(): void;
  /** Undefined for somebody who may not watch it. */
  audienceOf(principal: Principal): AudienceKey | undefined;
  /** What somebody of an audience sees now. Called for one of them, sent to all. */
  rows(principal: Principal): Rows;
}
