import type { DeskChoicesView } from '../../../desk/http.ts';

export type Reason = DeskChoicesView['contact'][number];

/** A row of the table. */
export interface ReasonRow extends Reason {
  /** Its id is kept by notes already. */
  readonly isKept: boolean;
  /** Tells rows apart whose ids are being typed. */
  readonly row: number;
}

/** What is wrong with a list: a key of the texts, and what it is about. */
export interface Wrong {
  readonly key: 'badId' | 'idTwice' | 'nameMissing';
  readonly id: string;
}

/** As many as the API takes. */
export const MOST_REASONS = 60;

/** As they are sent. */
export function reasonsOf(rows: readonly ReasonRow[]): Reason[] {
  return rows.map(({ id, zh, en }) => ({ id: id.trim(), zh: zh.trim(), en: en.trim() }));
}

/** The first thing to mend, undefined when all is well. */
export function wrongIn(rows: readonly ReasonRow[]): Wrong | undefined {
  const seen = new Set<string>();
  for (const { id, zh, en } of reasonsOf(rows)) {
    if (!/^[a-z0-9-]{1,40}$/.test(id)) return { key: 'badId', id };
    if (seen.has(id)) return { key: 'idTwice', id };
    if (zh === '' || en === '') return { key: 'nameMissing', id };
    seen.add(id);
  }
  return undefined;
}

/** The rows with the one at `from` where the one at `to` was; as they were when there is no such place. */
export function moved(rows: readonly ReasonRow[], from: number, to: number): ReasonRow[] {
  const [row] = rows.slice(from, from + 1);
  if (!row || to < 0 || to >= rows.length) return [...rows];
  const others = rows.toSpliced(from, 1);
  return others.toSpliced(to, 0, row);
}
