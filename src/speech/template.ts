/** A piece of a prompt's text: words, or a place for a value. */
export type TemplatePart =
  | { readonly words: string }
  /** `place`: what stands between the braces. `at`: offset of it in the text. */
  | { readonly place: string; readonly at: number };

/**
 * Cuts `您的余额是{amount(vars.balance)}。` into words and places. A brace that is meant as such is doubled.
 * @returns the parts, or what is wrong as text
 */
export function readTemplate(text: string): readonly TemplatePart[] | string {
  const parts: TemplatePart[] = [];
  let words = '';
  const endWords = (): void => {
    if (words !== '') parts.push({ words });
    words = '';
  };
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at]!;
    if ((letter === '{' || letter === '}') && text[at + 1] === letter) {
      words += letter;
      at += 1;
    } else if (letter === '}') {
      return 'there is a "}" without its "{": write "}}" for a brace that is to be shown';
    } else if (letter === '{') {
      const end = closingBrace(text, at + 1);
      if (end < 0) return 'there is a "{" without its "}": write "{{" for a brace that is to be shown';
      endWords();
      parts.push({ place: text.slice(at + 1, end).trim(), at: at + 1 });
      at = end;
    } else words += letter;
  }
  endWords();
  return parts;
}

/** The brace that ends a place; those inside quotes do not count. */
function closingBrace(text: string, from: number): number {
  let quote = '';
  for (let at = from; at < text.length; at += 1) {
    const letter = text[at]!;
    if (quote !== '') {
      if (letter === '\\') at += 1;
      else if (letter === quote) quote = '';
    } else if (letter === '"' || letter === "'") quote = letter;
    else if (letter === '}') return at;
    else if (letter === '{') return -1;
  }
  return -1;
}

/** The places of a text; none when it cannot be read. */
export function placesIn(text: string): readonly string[] {
  const parts = readTemplate(text);
  return typeof parts === 'string' ? [] : parts.flatMap((part) => ('place' in part ? [part.place] : []));
}
