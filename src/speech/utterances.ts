/** A stretch of words that one voice can say. */
export interface Utterance {
  readonly language: string;
  readonly text: string;
}

/** Chinese characters; words of Latin letters, with a pinyin tone if they have one; digits; all the rest. */
const TOKENS = /\p{Script=Han}+|[A-Za-z']+[1-5]?|\d+|[^\p{Script=Han}A-Za-z\d]+/gu;

/**
 * Cuts text of two languages into stretches of one: a Chinese voice takes English words for pinyin, an English one says
 * "Chinese letter". Digits and punctuation go with what stands before them; pinyin with tone numbers is Chinese.
 */
export function utterancesOf(text: string, language: string): readonly Utterance[] {
  const utterances: { language: string; text: string }[] = [];
  for (const token of text.match(TOKENS) ?? []) {
    const last = utterances.at(-1);
    const spoken = languageOf(token) ?? last?.language ?? language;
    if (last?.language === spoken) last.text += token;
    else utterances.push({ language: spoken, text: token });
  }
  return utterances;
}

function languageOf(token: string): string | undefined {
  if (/\p{Script=Han}/u.test(token) || /^[A-Za-z']+[1-5]$/.test(token)) return 'zh-CN';
  return /^[A-Za-z']{2,}$/.test(token) ? 'en' : undefined;
}
