import { cleanText } from '../base/text.ts';
import { currencyCode, type Decimal, decimalOf, placesOfCurrency, plainDecimal } from './decimal.ts';
import { isDate, isTime, readableDigits } from './digits.ts';
import type { FillIn, Prompt, Saying, Voice } from './prompt.ts';
import { readTemplate } from './template.ts';
import { languageOfWords } from './value-words.ts';

/** Longest text that a call fills in, characters. */
export const LONGEST_TEXT = 200;

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const CHINESE_UNITS: Readonly<Record<string, string>> = {
  CNY: '元',
  USD: '美元',
  EUR: '欧元',
  HKD: '港元',
  JPY: '日元',
  GBP: '英镑',
};

/**
 * A value as a text message or a screen shows it: `1,234.56元` or `CNY 1,234.56`, `2026年11月22日` or `Nov 22, 2026`,
 * `15:05`. '' for what cannot be said either.
 */
export function written(saying: Saying, language: string): string {
  const chinese = languageOfWords(language) === 'zh-CN';
  switch (saying.as) {
    case 'number':
      return figures(plainDecimal(saying.value));
    case 'digits':
      return readableDigits(saying.digits).join('');
    case 'amount': {
      const code = currencyCode(saying.currency);
      const amount = figures(decimalOf(saying.value, placesOfCurrency(code)));
      if (amount === '' || code === '') return amount;
      return chinese ? `${amount}${CHINESE_UNITS[code] ?? ` ${code}`}` : `${code} ${amount}`;
    }
    case 'date': {
      if (!isDate(saying)) return '';
      const { year, month, day } = saying;
      return chinese ? `${year}年${month}月${day}日` : `${MONTHS[month - 1]} ${day}, ${year}`;
    }
    case 'time':
      return isTime(saying) ? `${twoDigits(saying.hour)}:${twoDigits(saying.minute)}` : '';
    case 'text':
      return cleanText(saying.text, LONGEST_TEXT);
  }
}

/**
 * The languages in which `prompt` has words, the best for a caller who hears `language` first: his own, then as they
 * stand in the prompt.
 */
function languagesFor(prompt: Prompt, language: string): readonly string[] {
  return [...new Set([language, ...Object.keys(prompt.texts)])].filter(
    (one) => prompt.texts[one] !== undefined,
  );
}

/** A prompt's words in the voice's language, or the next best it has, with the places filled in. Throws what `fillIn` throws. */
export function writtenPrompt(prompt: Prompt, voice: Voice, fillIn: FillIn): string {
  const [language] = languagesFor(prompt, voice.language);
  if (language === undefined) return '';
  const text = prompt.texts[language] ?? '';
  const parts = readTemplate(text);
  if (typeof parts === 'string') return text;
  return parts.map((part) => ('words' in part ? part.words : written(fillIn(part.place), language))).join('');
}

function figures(decimal: Decimal | undefined): string {
  if (!decimal) return '';
  const whole = decimal.whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${decimal.negative ? '-' : ''}${whole}${decimal.fraction === '' ? '' : `.${decimal.fraction}`}`;
}

function twoDigits(value: number): string {
  return `${value}`.padStart(2, '0');
}
