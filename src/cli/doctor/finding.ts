/** `problem`: calls are, or will be, lost by it. `warning`: worth a look. */
export type Verdict = 'ok' | 'warning' | 'problem';

/** One line of the examination. */
export interface Finding {
  /** What was looked at, a stable id. */
  readonly check: string;
  readonly verdict: Verdict;
  /** What was found, a sentence. */
  readonly says: string;
  /** What to do about it; '' when all is well. */
  readonly todo: string;
}

export function ok(check: string, says: string): Finding {
  return { check, verdict: 'ok', says, todo: '' };
}

export function warning(check: string, says: string, todo: string): Finding {
  return { check, verdict: 'warning', says, todo };
}

export function problem(check: string, says: string, todo: string): Finding {
  return { check, verdict: 'problem', says, todo };
}

/** Bytes for people: `12 MB`. */
export function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MB`;
}
