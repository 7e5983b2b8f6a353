import type { HeldBackLead } from '../dialer/held-back.ts';
import type { Database } from '../store/connect.ts';

/** A lead that was not dialled when its turn came, and by which rule. */
export interface HeldBack extends Omit<HeldBackLead, 'list'> {
  readonly campaign: string;
  readonly rule: string;
  readonly detail: Readonly<Record<string, string | number>>;
}

/** So much of the end of the event log is looked through: it has no index by leads. */
const LOOKED_AT = 500_000;

/** When leads were held back of late, the latest first. Of many who were held back at once, the log names the first ones. */
export function heldBack(database: Database, leads: readonly string[], limit: number): HeldBack[] {
  if (leads.length === 0) return [];
  const { last } = database.prepare('SELECT ifnull(max(seq), 0) AS last FROM event').get() as {
    last: number;
  };
  const rows = database
    .prepare(
      `SELECT json_extract(data, '$.campaign') AS campaign, json_extract(data, '$.rule') AS rule, named.value AS lead
       FROM event, json_each(event.data, '$.leads') AS named WHERE seq > ? AND event.type = 'LeadsHeldBack'
       AND json_extract(named.value, '$.lead') IN (SELECT value FROM json_each(?))
       ORDER BY json_extract(named.value, '$.at') DESC LIMIT ?`,
    )
    .all(last - LOOKED_AT, JSON.stringify(leads), limit) as {
    campaign: string;
    rule: string;
    lead: string;
  }[];
  return rows.map(({ campaign, rule, lead: told }) => {
    const { list: _list, detail = {}, ...lead } = JSON.parse(told) as HeldBackLead;
    return { ...lead, campaign, rule, detail };
  });
}
