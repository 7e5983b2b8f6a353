/**
 * A sentence with the things that it speaks of apart, so that whoever shows it can say it in another language. `form` is stable:
 * the English words, with `{0}`, `{1}` … where the values stand.
 */
export interface Said {
  readonly form: string;
  readonly values: readonly (string | Said)[];
}

/** A sentence in English: said`there is no step "${name}"`. */
export function said(words: TemplateStringsArray, ...values: readonly (string | number | Said)[]): Said {
  return {
    form: words.reduce((form, piece, at) => `${form}{${at - 1}}${piece}`),
    values: values.map((value) => (typeof value === 'number' ? String(value) : value)),
  };
}

/** A sentence in English, as one text. */
export function textOf(sentence: string | Said): string {
  if (typeof sentence === 'string') return sentence;
  return sentence.form.replace(/\{(\d+)\}/g, (_, at: string) => textOf(sentence.values[Number(at)] ?? ''));
}

/** The sentence taken apart; one without values is its own form. */
export function takenApart(sentence: string | Said): Said {
  return typeof sentence === 'string' ? { form: sentence, values: [] } : sentence;
}
