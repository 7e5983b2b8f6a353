/** A line of two texts: in both, only in the new one, or only in the old one. Line numbers count from 1. */
export type DiffLine =
  | { readonly is: 'same'; readonly before: number; readonly after: number; readonly text: string }
  | { readonly is: 'added'; readonly after: number; readonly text: string }
  | { readonly is: 'removed'; readonly before: number; readonly text: string };

/** Texts that differ in more lines than this are told as replaced: finding out more takes the square of it. */
const MOST_CHANGES = 300;

/** The shortest way from one text to the other, line by line (Myers, 1986). */
export function diffLines(before: string, after: string): DiffLine[] {
  const old = linesOf(before);
  const now = linesOf(after);
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  while (
    tail < Math.min(old.length, now.length) - head &&
    old[old.length - 1 - tail] === now[now.length - 1 - tail]
  )
    tail += 1;
  const middle = middleOf(old.slice(head, old.length - tail), now.slice(head, now.length - tail));
  const same = (at: number, shift: number): DiffLine => ({
    is: 'same',
    before: at + 1,
    after: at + shift + 1,
    text: old[at]!,
  });
  return [
    ...old.slice(0, head).map((_, at) => same(at, 0)),
    ...middle.map((line) => moved(line, head)),
    ...old.slice(old.length - tail).map((_, at) => same(old.length - tail + at, now.length - old.length)),
  ];
}

/** A text that ends with a line break has no empty line behind it. */
function linesOf(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function moved(line: DiffLine, by: number): DiffLine {
  switch (line.is) {
    case 'same':
      return { ...line, before: line.before + by, after: line.after + by };
    case 'added':
      return { ...line, after: line.after + by };
    case 'removed':
      return { ...line, before: line.before + by };
  }
}

function middleOf(old: readonly string[], now: readonly string[]): DiffLine[] {
  const trace = old.length === 0 || now.length === 0 ? undefined : traceOf(old, now);
  if (!trace)
    return [
      ...old.map((text, at): DiffLine => ({ is: 'removed', before: at + 1, text })),
      ...now.map((text, at): DiffLine => ({ is: 'added', after: at + 1, text })),
    ];
  const lines: DiffLine[] = [];
  let x = old.length;
  let y = now.length;
  for (let depth = trace.length - 1; depth >= 0; depth -= 1) {
    const furthest = trace[depth]!;
    const k = x - y;
    const isDown = k === -depth || (k !== depth && at(furthest, k - 1) < at(furthest, k + 1));
    const from = isDown ? k + 1 : k - 1;
    const fromX = depth === 0 ? 0 : at(furthest, from);
    const fromY = fromX - (depth === 0 ? 0 : from);
    while (x > fromX && y > fromY) {
      lines.push({ is: 'same', before: x, after: y, text: old[x - 1]! });
      x -= 1;
      y -= 1;
    }
    if (depth === 0) break;
    if (isDown) lines.push({ is: 'added', after: y, text: now[y - 1]! });
    else lines.push({ is: 'removed', before: x, text: old[x - 1]! });
    x = fromX;
    y = fromY;
  }
  return lines.reverse();
}

const at = (furthest: ReadonlyMap<number, number>, k: number): number => furthest.get(k) ?? -1;

/** How far each diagonal gets with so many changes, for each number of them; undefined when there are too many. */
function traceOf(old: readonly string[], now: readonly string[]): Map<number, number>[] | undefined {
  const trace: Map<number, number>[] = [];
  let furthest = new Map([[1, 0]]);
  for (let depth = 0; depth <= Math.min(MOST_CHANGES, old.length + now.length); depth += 1) {
    trace.push(furthest);
    const next = new Map(furthest);
    for (let k = -depth; k <= depth; k += 2) {
      const isDown = k === -depth || (k !== depth && at(next, k - 1) < at(next, k + 1));
      let x = isDown ? at(next, k + 1) : at(next, k - 1) + 1;
      while (x < old.length && x - k < now.length && old[x] === now[x - k]) x += 1;
      next.set(k, x);
      if (x >= old.length && x - k >= now.length) return trace;
    }
    furthest = next;
  }
  return undefined;
}
