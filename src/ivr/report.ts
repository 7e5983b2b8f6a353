import { type Document, isMap, isNode, isPair, isScalar, type LineCounter, type Node, visit } from 'yaml';
import type { z } from 'zod';

/** What is wrong in a file, where, and how to mend it. Lines and columns count from 1. */
export interface Problem extends Place {
  readonly file: string;
  /** An error keeps the file from going live, a warning does not. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** How to mend it, '' where the message says it. */
  readonly hint: string;
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** `file:line:column message: hint` */
export function problemText({ file, line, column, severity, message, hint }: Problem): string {
  const warning = severity === 'warning' ? 'warning: ' : '';
  return `${file}:${line}:${column} ${warning}${message}${hint === '' ? '' : `: ${hint}`}`;
}

/** Problems that are told of one file: nobody reads more at once. */
const MOST_PROBLEMS = 200;

/** Keys that lead to a place in a file. */
export type Path = readonly PropertyKey[];

/** Collects problems with the place in the text that a path of keys leads to. */
export class Report {
  readonly problems: Problem[] = [];
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #document: Document;

  constructor(file: string, lines: LineCounter, document: Document) {
    this.#file = file;
    this.#lines = lines;
    this.#document = document;
  }

  /** @param offset in the text, characters */
  at(offset: number, message: string, hint = ''): void {
    this.put(this.#placeAt(offset), message, hint);
  }

  add(path: Path, message: string, hint = '', severity: Problem['severity'] = 'error'): void {
    this.put(this.placeOf(path), message, hint, severity);
  }

  put(place: Place, message: string, hint = '', severity: Problem['severity'] = 'error'): void {
    if (this.problems.length >= MOST_PROBLEMS) return;
    this.problems.push({ file: this.#file, ...place, severity, message, hint });
  }

  /** At the scalar `value` somewhere below the path. */
  addAtValue(path: Path, value: string, message: string, hint = ''): void {
    this.put(this.placeOfValue(path, value), message, hint);
  }

  addIssues(path: Path, error: z.ZodError): void {
    for (const issue of error.issues.slice(0, MOST_PROBLEMS)) {
      const where = [...path, ...issue.path];
      if (issue.code !== 'unrecognized_keys') this.add(where, wordingOf(issue));
      else for (const key of issue.keys) this.add([...where, key], `there is no "${key}" here`);
    }
  }

  placeOf(path: Path): Place {
    return this.#placeAt(this.#offsetOf(path));
  }

  /** Of the scalar `value` somewhere below the path, where that is to be found; else of the path. */
  placeOfValue(path: Path, value: string): Place {
    let offset = this.#offsetOf(path);
    const below = this.#document.getIn(path, true);
    if (isNode(below))
      visit(below, {
        Scalar: (key, scalar) => {
          if (key === 'key' || scalar.value !== value) return undefined;
          offset = scalar.range?.[0] ?? offset;
          return visit.BREAK;
        },
      });
    return this.#placeAt(offset);
  }

  #placeAt(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  /** Offset of the key at the end of the path, or of the nearest thing above that is in the text. */
  #offsetOf(path: Path): number {
    let node: unknown = this.#document.contents;
    let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
    for (const key of path) {
      if (isMap(node)) {
        const pair = node.items.find(
          (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(key),
        );
        if (!pair) return offset;
        offset = (pair.key as Node).range?.[0] ?? offset;
        node = pair.value;
      } else {
        node = (node as { get?: (key: unknown, keep: boolean) => unknown })?.get?.(key, true);
        if (!isNode(node)) return offset;
        offset = node.range?.[0] ?? offset;
      }
    }
    return offset;
  }
}

/** What a union expected is clearest in the words of its first branch that is not about types. */
function wordingOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && /received null$/.test(issue.message))
    return 'there is nothing in it: fill it in, or take it out';
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  if (issue.code !== 'invalid_union') return issue.message;
  const inner = issue.errors.flat().find((one) => one.code !== 'invalid_type') ?? issue.errors.flat()[0];
  return inner ? inner.message : issue.message;
}

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

/** Levenshtein's distance, given up at `limit`. */
function editsBetween(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1)
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}
