import { cleanText } from '../base/text.ts';
import type { AttemptOutcome, LeadNumber } from './lead.ts';
import type { CountedList, KeptLead, LeadStanding } from './list.ts';

/** A lead as its table has it. */
export interface LeadRow {
  readonly n: number;
  readonly list: number;
  readonly list_id: string;
  readonly campaign: string;
  readonly person: string;
  readonly name: string;
  readonly numbers: string;
  readonly next_number: number;
  readonly zone: number;
  readonly fields: string;
  readonly priority: number;
  readonly standing: LeadStanding;
  readonly due_at: number;
  readonly agent: string | null;
  readonly attempts: number;
  readonly last_outcome: AttemptOutcome | null;
  readonly done_reason: string | null;
  readonly seen_import: number;
  readonly seen_line: number;
}

/** A number with its set of zones, and 1 when it turned out that nobody has it. */
export type StoredNumber = readonly [number: string, zone: number, isDead: 0 | 1];

/** The numbers that can be dialled, the next one first. @param zonesAt the set of zones behind its number */
export function dialable(
  numbers: readonly StoredNumber[],
  next: number,
  zonesAt: (zone: number) => readonly string[],
): LeadNumber[] {
  const turned = [...numbers.slice(next), ...numbers.slice(0, next)];
  const live = turned.filter(([, , isDead]) => isDead === 0);
  return live.map(([number, zone]) => ({ number, zones: zonesAt(zone) }));
}

/** The place of the number after `from` that is not dead; `from` where there is none. */
export function nextLive(numbers: readonly StoredNumber[], from: number): number {
  for (let step = 1; step < numbers.length; step += 1) {
    const at = (from + step) % numbers.length;
    if (numbers[at]![2] === 0) return at;
  }
  return from;
}

export function leadOf(row: LeadRow, id: string, zonesAt: (zone: number) => readonly string[]): KeptLead {
  const isCallback = row.standing === 'callback';
  return {
    id,
    list: row.list_id,
    campaign: row.campaign,
    person: row.person,
    name: row.name,
    numbers: dialable(JSON.parse(row.numbers) as StoredNumber[], row.next_number, zonesAt),
    fields: JSON.parse(row.fields) as Record<string, string>,
    attempts: row.attempts,
    dueAt: row.due_at,
    standing: row.standing,
    ...(row.last_outcome !== null && { lastOutcome: row.last_outcome }),
    ...(row.done_reason !== null && { doneReason: row.done_reason }),
    ...(isCallback && { callback: row.agent === null ? {} : { agent: row.agent } }),
  };
}

export interface TallyRow {
  readonly standing: LeadStanding;
  readonly was_dialled: 0 | 1;
  readonly reason: string;
  readonly leads: number;
}

/** Leads counted by where they stand. */
export function countsOf(rows: readonly TallyRow[]): CountedList['counts'] {
  let [total, fresh, again, done] = [0, 0, 0, 0];
  const reasons = new Map<string, number>();
  for (const { standing, was_dialled: wasDialled, reason, leads } of rows) {
    total += leads;
    if (standing === 'done') {
      done += leads;
      if (leads > 0) reasons.set(cleanText(reason), (reasons.get(cleanText(reason)) ?? 0) + leads);
    } else if (wasDialled === 1) again += leads;
    else fresh += leads;
  }
  return { total, fresh, again, done, reasons: Object.fromEntries(reasons) };
}
