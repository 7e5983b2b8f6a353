import type { z } from 'zod';
import { didYouMean, nearest } from '../base/nearest.ts';
import { type Said, said, takenApart, textOf } from '../base/said.ts';
import { type Issue, leavesOf, MISSING, wordingOf } from './issue-words.ts';
import type { YamlNode } from './yaml-tree.ts';

/** What is wrong in a file, where, and how to mend it. Lines and columns count from 1. */
export interface Problem extends Place {
  readonly file: string;
  /** An error keeps the file from going live, a warning does not. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** How to mend it, '' where the message says it. */
  readonly hint: string;
  /** Both taken apart, where they speak of something. */
  readonly said?: { readonly message: Said; readonly hint: Said };
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

/** What a problem says. */
export function wordsOf(
  message: string | Said,
  hint: string | Said,
): Pick<Problem, 'message' | 'hint' | 'said'> {
  const isPlain = typeof message === 'string' && typeof hint === 'string';
  const said = isPlain ? {} : { said: { message: takenApart(message), hint: takenApart(hint) } };
  return { message: textOf(message), hint: textOf(hint), ...said };
}

/** One that takes long to find is only looked for when it is told. */
export type Hint = string | Said | (() => string | Said);

/** Keys that lead to a place in a file. */
export type Path = readonly PropertyKey[];

/** Collects problems with the place in the text that a path of keys leads to. */
export class Report {
  readonly problems: Problem[] = [];
  /** The file as it was read; without it every problem is at the beginning. */
  tree?: YamlNode;
  readonly #file: string;
  /** Where each line begins, characters. */
  readonly #lines: readonly number[];

  constructor(file: string, text: string) {
    this.#file = file;
    const lines = [0];
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) lines.push(end + 1);
    this.#lines = lines;
  }

  /** @param offset in the text, characters */
  at(offset: number, message: string | Said, hint: Hint = ''): void {
    this.put(this.#placeAt(Math.max(0, offset)), message, hint);
  }

  add(path: Path, message: string | Said, hint: Hint = '', severity: Problem['severity'] = 'error'): void {
    this.put(this.placeOf(path), message, hint, severity);
  }

  put(place: Place, message: string | Said, hint: Hint = '', severity: Problem['severity'] = 'error'): void {
    if (this.problems.length >= MOST_PROBLEMS) return;
    const mended = typeof hint === 'function' ? hint() : hint;
    this.problems.push({ file: this.#file, ...place, severity, ...wordsOf(message, mended) });
  }

  /** At the scalar `value` somewhere below the path. */
  addAtValue(path: Path, value: string, message: string | Said, hint: Hint = ''): void {
    this.put(this.placeOfValue(path, value), message, hint);
  }

  /** @param schema what was read, for the names that it knows */
  addIssues(path: Path, error: z.ZodError, schema?: z.ZodType): void {
    for (const issue of error.issues.flatMap((one) => leavesOf(one)).slice(0, MOST_PROBLEMS)) {
      const where = [...path, ...issue.path];
      const known = schema ? namesIn(schemaAt(schema, issue.path)) : [];
      if (issue.code !== 'unrecognized_keys') this.#addIssue(where, issue, schema);
      else
        for (const key of issue.keys)
          this.add([...where, key], said`there is no "${key}" here`, () => instead(key, known));
    }
  }

  #addIssue(where: Path, issue: Issue, schema?: z.ZodType): void {
    const written = this.#lacks(where);
    if (!written || !MISSING.has(issue.code)) return this.add(where, wordingOf(issue));
    const key = String(where.at(-1));
    const isBare = /received undefined$/.test(issue.message);
    const known = schema ? namesIn(schemaAt(schema, issue.path.slice(0, -1))) : [];
    const message = isBare
      ? said`"${key}" is missing`
      : said`"${key}" is missing: ${takenApart(wordingOf(issue))}`;
    this.add(where, message, () => misspelt(key, written, known));
  }

  /** The keys of the map that has no such key; undefined where there is no such map, or the key is there. */
  #lacks(path: Path): readonly string[] | undefined {
    const key = path.at(-1);
    const { node, whole } = this.#find(path.slice(0, -1));
    if (typeof key !== 'string' || !whole || node?.kind !== 'map' || node.entries.has(key)) return undefined;
    return [...node.entries.keys()];
  }

  placeOf(path: Path): Place {
    return this.#placeAt(this.#find(path).start);
  }

  /** Of the scalar `value` somewhere below the path, where that is to be found; else of the path. */
  placeOfValue(path: Path, value: string): Place {
    return this.findValue(path, value) ?? this.placeOf(path);
  }

  /** Of the scalar `value` at the path or below; undefined when it is not there. */
  findValue(path: Path, value: string): Place | undefined {
    const { node, whole } = this.#find(path);
    const start = whole && node ? startOfValue(node, value) : undefined;
    return start === undefined ? undefined : this.#placeAt(start);
  }

  #placeAt(offset: number): Place {
    let line = 0;
    for (let beyond = this.#lines.length; beyond - line > 1; ) {
      const middle = (line + beyond) >> 1;
      if (this.#lines[middle]! <= offset) line = middle;
      else beyond = middle;
    }
    return { line: line + 1, column: offset - this.#lines[line]! + 1 };
  }

  /**
   * What the path leads to, and where its name begins; the nearest thing above that is in the text when it is not `whole`.
   */
  #find(path: Path): { readonly node?: YamlNode; readonly start: number; readonly whole: boolean } {
    let node = this.tree;
    let start = node?.start ?? 0;
    for (const key of path) {
      if (node?.kind === 'map') {
        const entry = node.entries.get(String(key));
        if (!entry) return { node, start, whole: false };
        ({ start, node } = entry);
      } else if (node?.kind === 'list' && node.items[Number(key)]) {
        node = node.items[Number(key)]!;
        start = node.start;
      } else return { node, start, whole: false };
    }
    return { node, start, whole: true };
  }
}

function startOfValue(node: YamlNode, value: string): number | undefined {
  switch (node.kind) {
    case 'scalar':
      return node.value === value ? node.start : undefined;
    case 'list':
      return firstOf(node.items, (item) => startOfValue(item, value));
    case 'map':
      return firstOf([...node.entries.values()], (entry) => startOfValue(entry.node, value));
  }
}

function firstOf<Item>(items: readonly Item[], find: (item: Item) => number | undefined): number | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What the kinds of schemas that have parts are made of. */
interface Parts {
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly options?: readonly z.ZodType[];
  readonly element?: z.ZodType;
  readonly keyType?: z.ZodType;
  readonly valueType?: z.ZodType;
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
}

const partsOf = (schema: z.ZodType): Parts => schema.def as Parts;

/** The schemas of what a path of keys leads to: several where there is a choice. */
function schemaAt(schema: z.ZodType, path: Path): z.ZodType[] {
  const {
    shape,
    options,
    element,
    valueType,
    innerType = undefined,
    in: input = innerType,
  } = partsOf(schema);
  const [key, ...rest] = path;
  if (key === undefined) return [schema];
  if (options) return options.flatMap((option) => schemaAt(option, path));
  if (input) return schemaAt(input, path);
  const next = shape?.[String(key)] ?? element ?? valueType;
  return next ? schemaAt(next, rest) : [];
}

/** The names that an object of one of these schemas may have. */
function namesIn(schemas: readonly z.ZodType[]): string[] {
  const names = schemas.flatMap((schema) => {
    const { shape, options, keyType, innerType = undefined, in: input = innerType } = partsOf(schema);
    if (shape) return Object.keys(shape);
    if (options) return namesIn(options);
    if (keyType) return Object.keys(partsOf(keyType).entries ?? {});
    return input ? namesIn([input]) : [];
  });
  return [...new Set(names)];
}

/** @param written keys of the map in which `key` is missing */
function misspelt(key: string, written: readonly string[], known: readonly string[]): Said | '' {
  const unknown = written.filter((one) => !known.includes(one));
  const meant = unknown.find((one) => nearest(one, [key]) !== '');
  return meant === undefined ? '' : said`you wrote "${meant}"`;
}

function instead(key: string, names: readonly string[]): string | Said {
  if (names.includes(key)) return 'it does not go together with the rest';
  return didYouMean(key, names) || (names.length === 0 ? '' : said`there is ${names.join(', ')}`);
}
