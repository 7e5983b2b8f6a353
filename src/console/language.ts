import { createI18n } from 'vue-i18n';
import { RefusedByApi } from './api.ts';
import type { Language } from './texts/texts.ts';

const KEPT_AS = 'carillon-language';

/** Each reader loads his own language only. */
const LOAD = {
  'zh-CN': () => import('virtual:words/zh-CN'),
  en: () => import('virtual:words/en'),
} as const;

/** The words of the console; what somebody chose is kept in his browser. */
export const i18n = createI18n({ legacy: false, locale: preferred(), fallbackLocale: false, messages: {} });

/** Fulfilled when the words of the language that the browser asks for are there. */
export const wordsAreThere = show(preferred());

export async function chooseLanguage(language: Language): Promise<void> {
  await show(language);
  localStorage.setItem(KEPT_AS, language);
}

async function show(language: Language): Promise<void> {
  i18n.global.setLocaleMessage(language, (await LOAD[language]()).default);
  i18n.global.locale.value = language;
  document.documentElement.lang = language;
}

/** What went wrong, in words for whoever looks at the page. */
export function wordsFor(error: unknown): string {
  const { t, te } = i18n.global;
  if (!(error instanceof RefusedByApi)) return t('refusals.unexpected');
  const key = `refusals.${error.id}`;
  if (te(key)) return t(key, { ...error.details });
  return error.message === '' ? t('refusals.unexpected') : error.message;
}

function preferred(): Language {
  const kept = localStorage.getItem(KEPT_AS);
  if (kept === 'zh-CN' || kept === 'en') return kept;
  return navigator.languages.some((one) => one.startsWith('zh')) ? 'zh-CN' : 'en';
}
