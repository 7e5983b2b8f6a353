import type { Said } from '../../base/said.ts';

/** A sentence in the words of a language, in those of its form where it has none. @param words by form */
export function sentenceIn(words: Readonly<Record<string, string>>, said: string | Said): string {
  const { form, values } = typeof said === 'string' ? { form: said, values: [] } : said;
  const sentence = Object.hasOwn(words, form) ? words[form]! : form;
  return sentence.replace(/\{(\d+)\}/g, (whole, at: string) => {
    const value = values[Number(at)];
    if (value === undefined) return whole;
    return typeof value === 'string' ? value : sentenceIn(words, value);
  });
}
