export const LANGUAGES = ['zh-CN', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Words by key, in groups. */
export interface Words {
  readonly [key: string]: string | Words;
}

/** The same keys with other words. */
type SameKeys<Of extends Words> = {
  readonly [Key in keyof Of]: Of[Key] extends string
    ? string
    : Of[Key] extends Words
      ? SameKeys<Of[Key]>
      : never;
};

/** The words of one area in both languages; a key that one of them lacks is a mistake that the type finds. */
export function texts<const Chinese extends Words>(both: {
  readonly 'zh-CN': Chinese;
  readonly en: SameKeys<Chinese>;
}): { readonly 'zh-CN': Words; readonly en: Words } {
  return both;
}
