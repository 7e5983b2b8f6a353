import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { type CountryCode, getCountryCallingCode, isSupportedCountry } from 'libphonenumber-js/max';
import { Refused } from '../base/errors.ts';
import { problemText } from '../ivr/report.ts';
import type { Database } from '../store/connect.ts';
import { runImport } from './import.ts';
import { type ImportRow, Imports, progressOf } from './imports.ts';
import { Intake } from './intake.ts';
import type { Lead, LeadCounts, LeadQuery, SettledLead } from './lead.ts';
import type { CountedList, ImportOptions, ImportProgress, KeptLead, LeadList } from './list.ts';
import { NextLeads } from './next.ts';
import { NO_SHORT_CODES, readShortCodes } from './phone-number-short.ts';
import type { RowRules } from './row.ts';
import { ListStore } from './store.ts';
import { zonesOf } from './zone.ts';

/** What the desk needs to know; goes to its thread. */
export interface DeskSettings {
  readonly file: string;
  /** Where files of refused rows are. */
  readonly refusedFolder: string;
  /** The table of short codes; '' for none. */
  readonly shortCodes: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
}

/** What can be asked of the keeper of the lists. All of it may be asked again: what was done already is not done twice. */
export class ListDesk {
  readonly #settings: DeskSettings;
  readonly #store: ListStore;
  readonly #intake: Intake;
  readonly #imports: Imports;
  readonly #nextLeads: NextLeads;
  readonly #cancelled = new Set<string>();
  #isImporting = false;

  /** @throws Refused `bad-store` */
  constructor(database: Database, settings: DeskSettings) {
    this.#settings = settings;
    this.#store = new ListStore(database);
    this.#intake = new Intake(this.#store, database);
    this.#imports = new Imports(database);
    this.#nextLeads = new NextLeads(this.#store, database);
    // A thread may have ended between the end of an import and the removal of its file.
    for (const row of this.#imports.ended()) void removeWhereWished(row);
  }

  zones(campaign: string): readonly (readonly string[])[] {
    return this.#store.zones(campaign);
  }

  next(query: LeadQuery): readonly Lead[] {
    return this.#nextLeads.find(query);
  }

  settle(settled: readonly SettledLead[]): void {
    this.#store.settle(settled);
  }

  counts(campaign: string): LeadCounts {
    return this.#store.counts(campaign);
  }

  lastSettledSeq(): number {
    return this.#store.lastSettledSeq();
  }

  rewind(seq: number): void {
    this.#store.rewind(seq);
  }

  createList(list: Pick<LeadList, 'id' | 'campaign' | 'name' | 'createdAt'>): LeadList {
    return this.#store.createList(list);
  }

  changeList(id: string, changes: Partial<Pick<LeadList, 'name' | 'position' | 'isOn'>>): LeadList {
    return this.#store.changeList(id, changes) ?? noList(id);
  }

  removeList(id: string): void {
    if (!this.#store.removeList(id))
      throw new Refused('list-in-use', `List ${id} has leads, or a file is being imported into it`);
  }

  lists(campaign: string): CountedList[] {
    return this.#store.lists(campaign);
  }

  /** The campaign of a list; undefined where there is no such list. */
  campaignOf(id: string): string | undefined {
    return this.#store.listRow(id)?.campaign;
  }

  lead(id: string): KeptLead | undefined {
    return this.#store.lead(id);
  }

  leadsOfNumber(number: string): KeptLead[] {
    return this.#store.leadsOfNumber(number);
  }

  leadsOfPerson(person: string): KeptLead[] {
    return this.#store.leadsOfPerson(person);
  }

  setCallback(lead: string, dueAt: number, agent?: string): KeptLead {
    const fate = { next: 'again' as const, dueAt, asked: true, ...(agent !== undefined && { agent }) };
    this.#store.settle([{ lead, fate, noted: true }]);
    return this.#store.lead(lead) ?? noLead(lead);
  }

  beginImport(id: string, list: string, path: string, options: ImportOptions, at: number): void {
    const { country } = options;
    if (country !== undefined && !isSupportedCountry(country))
      throw new Refused('unknown-country', `"${country}" is no country: two capital letters, such as CN.`);
    const row = this.#store.listRow(list) ?? noList(list);
    this.#imports.add(id, row.n, path, options, at);
    void this.work();
  }

  import(id: string): ImportProgress | undefined {
    const row = this.#imports.find(id);
    return row && progressOf(row);
  }

  imports(list: string): ImportProgress[] {
    return this.#imports.ofList(list).map(progressOf);
  }

  async cancelImport(id: string): Promise<void> {
    const row = this.#imports.find(id);
    if (row?.status === 'running') this.#cancelled.add(id);
    if (row?.status !== 'waiting') return;
    this.#imports.end(row.n, 'cancelled', 'It was cancelled before it began.', Date.now());
    await removeWhereWished(row);
  }

  /** The file of refused rows, and how many of its bytes count. */
  refusedFile(id: string): { readonly path: string; readonly bytes: number } | undefined {
    const row = this.#imports.find(id);
    return row && { path: this.#refusedPath(row.n), bytes: row.refused_bytes };
  }

  /** Works off the imports that wait, one after the other. */
  async work(): Promise<void> {
    if (this.#isImporting) return;
    this.#isImporting = true;
    try {
      for (let row = this.#imports.next(); row; row = this.#imports.next()) {
        const { id, n } = row;
        const parts = {
          store: this.#store,
          intake: this.#intake,
          imports: this.#imports,
          refusedFile: this.#refusedPath(n),
          rules: (country: string | undefined) => this.#rowRules(country ?? this.#settings.country),
          turn,
          isCancelled: () => this.#cancelled.delete(id),
          now: () => Date.now(),
        };
        await runImport(row, parts);
        await removeWhereWished(row);
      }
    } finally {
      this.#isImporting = false;
    }
  }

  #refusedPath(n: number): string {
    return join(this.#settings.refusedFolder, `import-${n}-refused.csv`);
  }

  /** @throws Refused `bad-short-codes` */
  async #rowRules(name: string): Promise<RowRules> {
    const country = name as CountryCode;
    const homeZones = zonesOf(`+${getCountryCallingCode(country)}`);
    const file = this.#settings.shortCodes;
    if (file === '') return { country, homeZones, shortCodes: NO_SHORT_CODES };
    const text = await readFile(file, 'utf8').catch(() => {
      throw new Refused('bad-short-codes', `The table of short codes ${file} cannot be read. Restore it.`);
    });
    const { of, problems } = readShortCodes(text, file);
    if (!of)
      throw new Refused(
        'bad-short-codes',
        problems.map(problemText).slice(0, 3).join('; ') || `${file} is empty.`,
      );
    return { country, homeZones, shortCodes: of(country) };
  }
}

async function removeWhereWished({ path, options }: ImportRow): Promise<void> {
  const { removeAfter = false } = JSON.parse(options) as ImportOptions;
  // What cannot be removed now is tried again at the next start.
  if (removeAfter) await rm(path, { force: true }).catch(() => undefined);
}

function noList(id: string): never {
  throw new Refused('list-not-found', `There is no list ${id}.`);
}

function noLead(id: string): never {
  throw new Refused('lead-not-found', `There is no lead ${id}.`);
}
