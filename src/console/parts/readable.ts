/** A key as somebody would write it: `gold_since` and `goldSince` are “Gold since”. */
export function readable(key: string): string {
  const words = key
    .replace(/(?<=\p{Ll}|\d)(?=\p{Lu})/gu, ' ')
    .split(/[\s_.-]+/u)
    .filter((word) => word !== '')
    .map((word) => (/^\p{Lu}{2,}$/u.test(word) ? word : word.toLowerCase()));
  const text = words.join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
