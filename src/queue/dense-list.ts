/** Takes an entry that knows its place out of a list whose order does not matter. */
export function dropFrom<Entry extends { at: number }>(list: Entry[], entry: Entry): void {
  const last = list.pop()!;
  if (last !== entry) {
    list[entry.at] = last;
    last.at = entry.at;
  }
  entry.at = -1;
}
