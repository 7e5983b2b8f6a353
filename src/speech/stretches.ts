import type { Prompt } from './prompt.ts';
import { readTemplate } from './template.ts';

/** A piece of a prompt as it is played. */
export type Piece =
  /** Fixed words. `part` counts those of a text with places from 1; 0 is a whole text. */
  | { readonly words: string; readonly part: number }
  | { readonly place: string }
  | { readonly pauseMs: number };

/** Something that a voice makes a sound for. */
const SPEAKABLE = /[\p{L}\p{N}\p{S}%&@#*]/u;
const LEADING_MARKS = /^[\s\p{P}]+/u;
const TRAILING_MARKS = /[\s\p{P}]+$/u;

const SENTENCE_PAUSE_MS = 400;
const CLAUSE_PAUSE_MS = 200;

/**
 * Cuts a prompt's text into what is played one after the other. Stretches that hold no word are not counted as parts;
 * their punctuation, as that at the ends of others, becomes a pause. A text that is no template is one stretch as it stands.
 */
export function piecesOf(text: string): readonly Piece[] {
  const parts = readTemplate(text);
  if (typeof parts === 'string') return [{ words: text, part: 0 }];
  if (!parts.some((part) => 'place' in part))
    return [{ words: parts.map((part) => ('words' in part ? part.words : '')).join(''), part: 0 }];
  let count = 0;
  const pieces = parts.flatMap((part): Piece[] => {
    if ('place' in part) return [{ place: part.place }];
    if (!SPEAKABLE.test(part.words)) return pause(part.words);
    count += 1;
    return [
      ...pause(LEADING_MARKS.exec(part.words)?.[0] ?? ''),
      { words: part.words.trim(), part: count },
      ...pause(TRAILING_MARKS.exec(part.words)?.[0] ?? ''),
    ];
  });
  return pieces.filter((piece, at) => !('pauseMs' in piece) || (at > 0 && at < pieces.length - 1));
}

/**
 * Name of the recording of a stretch, without `.wav`: `goodbye` for a whole shared text, `hotline/balance.1` for the first part
 * of one of flow hotline; undefined for a prompt without name.
 */
export function recordingName({ name, flow }: Prompt, part: number): string | undefined {
  if (name === undefined) return undefined;
  const own = flow === undefined ? name : `${flow}/${name}`;
  return part === 0 ? own : `${own}.${part}`;
}

function pause(marks: string): Piece[] {
  if (/[。.!?！？;；…]/.test(marks)) return [{ pauseMs: SENTENCE_PAUSE_MS }];
  return /[,，、:：—–]/.test(marks) ? [{ pauseMs: CLAUSE_PAUSE_MS }] : [];
}
