import { cleanText } from '../base/text.ts';
import { isZone } from '../base/zone.ts';
import type { Columns } from './headings.ts';
import type { LeadNumber } from './lead.ts';
import { ROW_FAULTS, type RowFault } from './list.ts';
import { NUMBER_FAULTS, type NumberFault, type NumberRules, readNumber } from './phone-number.ts';
import { zonesOf } from './zone.ts';

/** A lead as a row of a list has it. */
export interface LeadDraft {
  readonly person: string;
  readonly name: string;
  readonly numbers: readonly LeadNumber[];
  readonly fields: Readonly<Record<string, string>>;
  /** Greater goes first. */
  readonly priority: number;
}

/** Why something was not taken: for programs, and for people. */
export interface Refusal {
  readonly reason: RowFault | `number-${NumberFault}` | 'number-twice';
  readonly sentence: string;
}

export type RowReading =
  /** `left`: numbers that were left out. */
  | { readonly draft: LeadDraft; readonly left: readonly Refusal[] }
  | { readonly refusal: Refusal }
  /** Nothing is written in it. */
  | 'blank';

export interface RowRules extends NumberRules {
  /** Where short codes ring. */
  readonly homeZones: readonly string[];
}

const LONGEST_NAME = 80;
const LONGEST_PERSON = 64;
const LONGEST_FIELD = 2_000;
/** More numbers than this nobody has. */
const MOST_NUMBERS = 10;
const MOST_PRIORITY = 1_000;
const POWER_OF_TEN = /^\d(?:\.\d+)?e\+\d+$/i;

/** The refusal of a row. */
export function refusalOf(fault: RowFault, detail = ''): Refusal {
  return { reason: fault, sentence: `The line ${ROW_FAULTS[fault]}${detail === '' ? '' : ` (${detail})`}.` };
}

/** Reads a row of a list as a lead. */
export function readRow(cells: readonly string[], columns: Columns, rules: RowRules): RowReading {
  if (cells.every((cell) => cell.trim() === '')) return 'blank';
  const form = wrongForm(cells, columns);
  if (form) return { refusal: form };
  const cellOf = (role: string): string => cells[columns.roles.indexOf(role as never)] ?? '';
  const zone = cleanText(cellOf('zone'));
  if (zone !== '' && !isKnownZone(zone)) return { refusal: refusalOf('unknown-zone', zone) };
  const priority = priorityOf(cellOf('priority'));
  if (priority === undefined) return { refusal: refusalOf('bad-priority') };
  const { numbers, left } = numbersIn(cells, columns, rules, zone);
  const [first] = numbers;
  if (!first) return { refusal: left[0] ?? refusalOf('no-number') };
  const person = cleanText(cellOf('person'), LONGEST_PERSON);
  if (POWER_OF_TEN.test(person)) return { refusal: refusalOf('bad-person') };
  const draft = {
    person: person === '' ? first.number : person,
    name: cleanText(cellOf('name'), LONGEST_NAME),
    numbers,
    fields: fieldsIn(cells, columns),
    priority,
  };
  return { draft, left };
}

function wrongForm(cells: readonly string[], columns: Columns): Refusal | undefined {
  const { length } = columns.names;
  const more = cells.slice(length).some((cell) => cell.trim() !== '');
  if (cells.length < length || more)
    return refusalOf('other-width', `${cells.length} cells, ${length} headings`);
  if (cells.some((cell) => cell.includes('\u0000'))) return refusalOf('nul');
  if (cells.some((cell) => cell.includes('\ufffd'))) return refusalOf('undecodable');
  return undefined;
}

function priorityOf(cell: string): number | undefined {
  const text = cell.normalize('NFKC').trim();
  if (text === '') return 0;
  const priority = /^[+-]?\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  return Math.abs(priority) <= MOST_PRIORITY ? priority : undefined;
}

function numbersIn(
  cells: readonly string[],
  { roles }: Columns,
  rules: RowRules,
  zone: string,
): { readonly numbers: readonly LeadNumber[]; readonly left: readonly Refusal[] } {
  const numbers: LeadNumber[] = [];
  const left: Refusal[] = [];
  for (const [at, role] of roles.entries()) {
    if (role !== 'phone' || numbers.length === MOST_NUMBERS) continue;
    const reading = readNumber(cells[at]!, rules);
    if (reading.kind === 'fault') left.push(numberRefusal(cells[at]!, reading.fault));
    if (reading.kind !== 'number' || numbers.some(({ number }) => number === reading.number)) continue;
    const zones = zone === '' ? zonesFor(reading.number, rules) : [zone];
    if (zones.length === 0) left.push(refusalOf('unknown-zone', reading.number));
    else numbers.push({ number: reading.number, zones });
  }
  return { numbers, left };
}

function zonesFor(number: string, { homeZones }: RowRules): readonly string[] {
  return number.startsWith('+') ? zonesOf(number) : homeZones;
}

function numberRefusal(cell: string, fault: NumberFault): Refusal {
  return {
    reason: `number-${fault}`,
    sentence: `The number "${cleanText(cell, 60)}" ${NUMBER_FAULTS[fault]}.`,
  };
}

function fieldsIn(cells: readonly string[], { roles, names }: Columns): Record<string, string> {
  const fields: [string, string][] = [];
  for (const [at, role] of roles.entries()) {
    if (role !== 'field') continue;
    // A line's end in a cell is a blank between words.
    const text = cleanText(cells[at]!.replace(/\s+/g, ' '), LONGEST_FIELD);
    if (text !== '') fields.push([names[at]!, text]);
  }
  return Object.fromEntries(fields);
}

/** Names of zones that a list has used: to look at one costs as much as a row. */
const looked = new Map<string, boolean>();
const MOST_LOOKED = 1_000;

function isKnownZone(zone: string): boolean {
  const known = looked.get(zone);
  if (known !== undefined) return known;
  if (looked.size >= MOST_LOOKED) looked.clear();
  const found = isZone(zone);
  looked.set(zone, found);
  return found;
}
