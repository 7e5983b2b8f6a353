import { createI18n } from 'vue-i18n';
import { RefusedByApi } from './api.ts';
import { messages } from './texts/all.ts';
import type { Language } from './texts/texts.ts';

const KEPT_AS = 'carillon-language';

/** The words of the console; what somebody chose is kept in his browser. */
export const i18n = createI18n({
  legacy: false,
  locale: preferred(),
  fallbackLocale: 'en',
  messages,
});
document.documentElement.lang = i18n.global.locale.value;

export function chooseLanguage(language: Language): void {
  i18n.global.locale.value = language;
  document.documentElement.lang = language;
  localStorage.setItem(KEPT_AS, language);
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
