import type { Problem } from './report.ts';

/** A problem with the end of what it is about, for whoever marks it in the text. Columns count from 1, the end is not included. */
export interface SpannedProblem extends Problem {
  readonly endColumn: number;
}

/** Ends each problem where the word, number or quoted text ends that begins at its place. @param texts of files, by name */
export function withEnds(
  problems: readonly Problem[],
  texts: ReadonlyMap<string, string>,
): readonly SpannedProblem[] {
  const lines = new Map([...texts].map(([file, text]) => [file, text.split('\n')]));
  return problems.map((problem) => {
    const line = lines.get(problem.file)?.[problem.line - 1] ?? '';
    const length = lengthAt(line.slice(problem.column - 1));
    return { ...problem, endColumn: problem.column + length };
  });
}

/** At least 1: a place at the end of a line is marked too. */
function lengthAt(rest: string): number {
  const [found] = /^(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s,:[\]{}]+)/.exec(rest) ?? [];
  return Math.max(1, found?.length ?? 0);
}
