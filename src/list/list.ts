import type { AttemptOutcome, Lead, LeadCounts } from './lead.ts';

/** A list of leads. It belongs to one campaign, which takes from its lists in their order. */
export interface LeadList {
  readonly id: string;
  readonly campaign: string;
  readonly name: string;
  /** Lists with a smaller one come first. */
  readonly position: number;
  /** Leads of a list that is switched off are not dialled. */
  readonly isOn: boolean;
  /** UTC ms. */
  readonly createdAt: number;
}

export interface CountedList extends LeadList {
  readonly counts: LeadCounts;
}

/** A lead with what is known about it beside what dialling needs. */
export interface KeptLead extends Lead {
  readonly standing: LeadStanding;
  /** Why it is done: an outcome, a disposition, or the rule that forbids to call him. */
  readonly doneReason?: string;
  readonly lastOutcome?: AttemptOutcome;
}

/** `fresh`: never dialled. `again`, `callback`: due at `dueAt`. */
export type LeadStanding = 'fresh' | 'again' | 'callback' | 'done';

export const ENCODINGS = ['utf-8', 'gb18030', 'utf-16le', 'utf-16be'] as const;
export type Encoding = (typeof ENCODINGS)[number];

export const SEPARATORS = [',', ';', '\t'] as const;
export type Separator = (typeof SEPARATORS)[number];

/** How a file is to be read. What is left out is found out from the file. */
export interface ImportOptions {
  readonly encoding?: Encoding;
  readonly separator?: Separator;
  /** Which column is what, by its heading; other columns keep what their heading says. */
  readonly columns?: Readonly<Record<string, ColumnRole>>;
  /** ISO 3166-1 alpha-2, of numbers without a country code; else the keeper's own. */
  readonly country?: string;
  /** What the sender counted, to find an upload that was cut. */
  readonly expected?: { readonly bytes?: number; readonly sha256?: string };
  /** The file is removed when the import has ended. */
  readonly removeAfter?: boolean;
  /** The name that people know the file by. */
  readonly fileName?: string;
}

/** What a column is. `person`: who he is over all lists. `field`: kept as it is. */
export const COLUMN_ROLES = ['person', 'name', 'phone', 'zone', 'priority', 'field', 'ignore'] as const;
export type ColumnRole = (typeof COLUMN_ROLES)[number];

/** `refused`: the file cannot be read as a list, nothing was imported. `failed`: it may be imported again. */
export type ImportStatus = 'waiting' | 'running' | 'finished' | 'cancelled' | 'refused' | 'failed';

/** How far an import is. */
export interface ImportProgress {
  readonly id: string;
  readonly list: string;
  readonly fileName: string;
  readonly status: ImportStatus;
  /** Why it was refused or failed, or what is to be known about a finished one; '' for nothing. */
  readonly problem: string;
  readonly bytes: number;
  readonly bytesRead: number;
  /** 0 to 1. */
  readonly share: number;
  /** Rows that were looked at, without the headings. Each is one of the four after it. */
  readonly rows: number;
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly refused: number;
  /** Numbers that were left out of rows that were taken. */
  readonly numbersRefused: number;
  readonly encoding: Encoding | '';
  /** UTC ms. */
  readonly startedAt: number;
  readonly endedAt?: number;
}

/** Why a row, or a number of it, is not taken; a sentence's end, after "line 12" or "the number in line 12". */
export const ROW_FAULTS = {
  'open-quote': 'opens a quotation mark that is not closed: close it, or double the marks that are text',
  'after-quote': 'has text behind a closing quotation mark: double the marks that are text',
  'too-long': 'is longer than 64,000 characters',
  'cut-off': 'is cut off: the file ends in the middle of it',
  nul: 'has a NUL in it, which no text has',
  undecodable: 'has characters that are not of the encoding of the file',
  'other-width': 'has another number of cells than there are headings',
  'no-number': 'has no number',
  'unknown-zone': 'names a time zone that does not exist, or its number is of no known zone',
  'bad-priority': 'has a priority that is no whole number from -1000 to 1000',
  'bad-person': 'has a customer number that a spreadsheet turned into a power of ten',
  'same-person': 'is about somebody who was in an earlier line',
  'same-number': 'has only numbers that other leads of this list have',
} as const;
export type RowFault = keyof typeof ROW_FAULTS;
