import type { ListDesk } from './desk.ts';

/** What can be asked of the thread that keeps the lists. */
export type DeskVerb = Exclude<keyof ListDesk, 'work'>;

export interface DeskRequest {
  /** Names the request in its answer. */
  readonly ask: number;
  readonly verb: DeskVerb;
  readonly words: readonly unknown[];
}

/** What the thread says. `unusable`: it cannot open its database, and why. */
export type DeskAnswer =
  | { readonly ready: true }
  | { readonly unusable: string }
  | { readonly ask: number; readonly answer: unknown }
  | { readonly ask: number; readonly broken: string }
  | {
      readonly ask: number;
      readonly refused: {
        readonly id: string;
        readonly message: string;
        readonly details: Readonly<Record<string, unknown>>;
      };
    };
