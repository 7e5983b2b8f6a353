/** 32 of them, so that none is likelier than another; none looks like another. */
const LETTERS = 'abcdefghijkmnpqrstuvwxyz23456789';

/** A password to tell somebody: 100 bits of chance in four groups. */
export function generatedPassword(): string {
  const letters = [...crypto.getRandomValues(new Uint8Array(20))].map(
    (byte) => LETTERS[byte % LETTERS.length],
  );
  return [0, 5, 10, 15].map((from) => letters.slice(from, from + 5).join('')).join('-');
}
