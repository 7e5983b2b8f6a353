import type { Database } from '../store/connect.ts';

/** A lead that was not dialled when its turn came, and by which rule. */
export interface HeldBack {
  /** UTC ms. */
  readonly at: number;
  readonly campaign: string;
  readonly lead: string;
  readonly rule: string;
  /** UTC ms; undefined: never again. */
  readonly retryAt?: number;
  readonly detail: Readonly<Record<string, string | number>>;
}

/** So much of the end of the event log is looked through: it has no index by leads. */
const LOOKED_AT = 500_000;

/** When leads were held back of late, the latest first. */
export function heldBack(database: Database, leads: readonly string[], limit: number): HeldBack[] {
  if (leads.length === 0) return [];
  const { last } = database.prepare('SELECT ifnull(max(seq), 0) AS last FROM event').get() as {
    last: number;
  };
  const rows = database
    .prepare(
      `SELECT at, data FROM event WHERE seq > ? AND type = 'LeadHeldBack'
       AND json_extract(data, '$.lead') IN (SELECT value FROM json_each(?)) ORDER BY seq DESC LIMIT ?`,
    )
    .all(last - LOOKED_AT, JSON.stringify(leads), limit) as { at: number; data: string }[];
  return rows.map(({ at, data }) => {
    const { detail = {}, ...told } = JSON.parse(data) as Omit<HeldBack, 'at' | 'detail'> & Partial<HeldBack>;
    return { ...told, detail, at };
  });
}
