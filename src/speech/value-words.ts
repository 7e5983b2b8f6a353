import { CHINESE_WORDS, chineseWords } from './chinese-words.ts';
import { ENGLISH_WORDS, englishWords } from './english-words.ts';
import type { Saying } from './prompt.ts';

/** A value that is put together from words that were made beforehand. */
export type Value = Exclude<Saying, { readonly as: 'text' }>;

/** The language whose words are used where `language` is spoken: Chinese or English. */
export function languageOfWords(language: string): 'zh-CN' | 'en' {
  return language.startsWith('zh') ? 'zh-CN' : 'en';
}

/**
 * The words to play one after the other for a value, each of `vocabulary(language)`. Numbers up to 999,999,999,999 are
 * read as such, larger ones digit by digit; amounts are rounded to the cent (yen: to the whole), half away from zero.
 * What cannot be said (not a number, a 13th month, no digits at all) gives no words.
 */
export function wordsOf(value: Value, language: string): readonly string[] {
  return languageOfWords(language) === 'zh-CN' ? chineseWords(value) : englishWords(value);
}

/** Every word that `wordsOf` can give. */
export function vocabulary(language: string): readonly string[] {
  return [...namesIn(language).keys()];
}

/** Name of a word's sound file, without `.wav`: plain ASCII, so that it survives any archive or file system. */
export function fileOfWord(word: string, language: string): string | undefined {
  return namesIn(language).get(word);
}

function namesIn(language: string): ReadonlyMap<string, string> {
  return languageOfWords(language) === 'zh-CN' ? CHINESE_WORDS : ENGLISH_WORDS;
}

/** How a speech program is told to say a word: the language it is in, and a spelling that it does not misread. */
export function pronunciationOf(
  word: string,
  language: string,
): { readonly text: string; readonly language: string } {
  if (/^[A-Z]$/.test(word)) return { text: word, language: 'en' };
  return { text: RESPELT[word] ?? word, language: languageOfWords(language) };
}

/** "a m" alone is read with the article. */
const RESPELT: Readonly<Record<string, string>> = { 'a m': 'A.M.', 'p m': 'P.M.' };

/** Whether a place in a text can need the vocabulary: it does unless it only says a text. */
export function needsVocabulary(place: string): boolean {
  return !/^text\s*\(/.test(place) || /\b(?:number|digits|amount|date|time)\s*\(/.test(place);
}
