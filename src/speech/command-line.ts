import { Refused } from '../base/errors.ts';

/** A piece of a command line: quoted text, an escaped character, or plain characters. */
const PIECES = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)|(\s+)/gsu;

/**
 * Splits a command line into the program and its arguments, as a shell would, but nothing is expanded: quotes of both kinds
 * keep spaces, a backslash keeps the next character (not within single quotes).
 * @throws Refused `bad-setting` for a quote that is not closed
 */
export function splitCommandLine(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let read = 0;
  for (const piece of line.matchAll(PIECES)) {
    if (piece.index !== read) break;
    read += piece[0].length;
    const [, single, double, escaped, plain, space] = piece;
    if (space === undefined)
      word = (word ?? '') + (single ?? double?.replace(/\\(["\\])/g, '$1') ?? escaped ?? plain ?? '');
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  if (read < line.length)
    throw new Refused('bad-setting', `The command line ${line} has a quote or backslash that is not closed.`);
  return word === undefined ? words : [...words, word];
}
