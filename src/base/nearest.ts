/** `, did you mean "queue"?` when one of `names` is near to what was written, else ''. */
export function nearest(written: string, names: Iterable<string>): string {
  let best = '';
  let distance = Math.max(1, Math.floor(written.length / 3)) + 1;
  for (const name of names) {
    const away = editsBetween(written.toLowerCase(), name.toLowerCase(), distance);
    if (away < distance) [best, distance] = [name, away];
  }
  return best === '' ? '' : `did you mean "${best}"?`;
}

/** Edits from one word to another, swapped neighbours being one (optimal string alignment), given up at `limit`. */
function editsBetween(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const edits = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (same ? 0 : 1));
      next.push(swapped ? Math.min(edits, before[j - 2]! + 1) : edits);
    }
    [before, row] = [row, next];
  }
  return row[b.length]!;
}
