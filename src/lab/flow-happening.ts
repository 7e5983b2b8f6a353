import type { Asked } from './scripted-services.ts';

/** Something that happened in a call. `at`: UTC ms. */
export type Happening = { readonly at: number } & (
  | { readonly kind: 'step'; readonly flow: string; readonly step: string }
  | {
      readonly kind: 'says';
      /** '' for a prompt that has only its words. */
      readonly prompt: string;
      readonly words: string;
      readonly language: string;
      readonly persona: string;
    }
  | { readonly kind: 'music'; readonly music: string }
  | { readonly kind: 'tone'; readonly tone: string }
  /** `secret`: a • for each digit that was meant for a secret. */
  | { readonly kind: 'keys'; readonly keys: string; readonly secret: boolean }
  | ({ readonly kind: 'asked' } & Asked)
  | {
      readonly kind: 'event';
      readonly type: string;
      readonly agent: string;
      readonly data: Readonly<Record<string, unknown>>;
    }
);

/** What stands for digits that nobody may see. */
export const VEIL = '••••';
