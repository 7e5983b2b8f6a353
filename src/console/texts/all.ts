import { general } from './general.ts';
import { navigation } from './navigation.ts';
import { refusals } from './refusals.ts';
import { signIn } from './sign-in.ts';
import type { Language, Words } from './texts.ts';

/** All words of the console: an area each. */
const AREAS = { general, navigation, refusals, signIn };

function inLanguage(language: Language): Record<string, Words> {
  return Object.fromEntries(Object.entries(AREAS).map(([area, both]) => [area, both[language]]));
}

export const messages = { 'zh-CN': inLanguage('zh-CN'), en: inLanguage('en') };
