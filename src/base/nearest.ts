import { type Said, said } from './said.ts';

/** `did you mean "queue"?` when one of `names` is near to what was written, else ''. */
export function nearest(written: string, names: Iterable<string>): string {
  const best = nearestOf(written, names);
  return best === '' ? '' : `did you mean "${best}"?`;
}

/** The same, taken apart. */
export function didYouMean(written: string, names: Iterable<string>): Said | '' {
  const best = nearestOf(written, names);
  return best === '' ? '' : said`did you mean "${best}"?`;
}

function nearestOf(written: string, names: Iterable<string>): string {
  let best = '';
  let distance = Math.max(1, Math.floor(written.length / 3)) + 1;
  for (const name of names) {
    const away = editsBetween(written.toLowerCase(), name.toLowerCase(), distance);
    if (away < distance) [best, distance] = [name, away];
  }
  return best;
}

/** Edits from one word to another, swapped neighbours being one (optimal string alignment), given up at `limit`. */
function editsBetween(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let before = new Uint32Array(b.length + 1);
  let row = Uint32Array.from(before, (_, index) => index);
  let next = new Uint32Array(b.length + 1);
  let leastBefore = 0;
  for (let i = 1; i <= a.length; i += 1) {
    const letter = a.charCodeAt(i - 1);
    const last = a.charCodeAt(i - 2);
    let least = i;
    next[0] = i;
    for (let j = 1; j <= b.length; j += 1) {
      const other = b.charCodeAt(j - 1);
      let edits = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (letter === other ? 0 : 1));
      const isSwapped = i > 1 && j > 1 && letter === b.charCodeAt(j - 2) && last === other;
      if (isSwapped) edits = Math.min(edits, before[j - 2]! + 1);
      next[j] = edits;
      least = Math.min(least, edits);
    }
    // What follows is never nearer than two rows are.
    if (least >= limit && leastBefore >= limit) return limit;
    leastBefore = least;
    [before, row, next] = [row, next, before];
  }
  return row[b.length]!;
}
