import { isRecord } from '../../../src/pbx/json.ts';
import { kindOf, type Reading } from './headers.ts';
import { Names } from './names.ts';
import {
  type Entry,
  type Header,
  RECORD_ANEW,
  type RecordedOptions,
  readTranscript,
  transcriptFile,
  writeTranscript,
} from './transcript.ts';

/** An entry before it is trimmed: an event is the JSON that came. */
export type Raw = Entry extends infer One
  ? One extends { readonly event: unknown }
    ? { readonly t: number; readonly event: string }
    : One
  : never;

type Untimed = Raw extends infer One ? (One extends Raw ? Omit<One, 't'> : never) : never;

interface Taken {
  readonly part: string;
  readonly name: string;
  readonly entries: Raw[];
}

const ADDRESS = /\b(?!127\.0\.0\.1\b)\d{1,3}(?:\.\d{1,3}){3}\b/;

/** What of this machine a transcript may not show. */
export interface Private {
  /** Folders, and what stands for them; the longer ones first. */
  readonly folders: readonly (readonly [string, string])[];
  /** Whatever must not be in it at all. */
  readonly secrets: readonly string[];
}

/** Takes down what happens, case by case, and writes the transcripts. */
export class Tape {
  readonly #readings = new Map<string, Set<string>>();
  readonly #taken: Taken[] = [];
  #now: Taken | undefined;
  #began = 0;
  #said = 0;
  pbx = '';

  begin(part: string, name: string): void {
    this.#now = { part, name, entries: [] };
    this.#began = performance.now();
    this.#said = 0;
  }

  /** @param kept false for a case that failed: what it did is no example */
  end(kept: boolean): void {
    if (this.#now && kept) this.#taken.push(this.#now);
    this.#now = undefined;
  }

  add(entry: Untimed): void {
    const t = Math.round(performance.now() - this.#began);
    this.#now?.entries.push({ t, ...entry } as Raw);
  }

  /** Takes down a command that changes something. Returns its number. */
  say(say: string, on: 'events' | undefined): number {
    this.#said += 1;
    this.add({ n: this.#said, say, ...(on && { on }) });
    return this.#said;
  }

  read({ kind, header }: Reading): void {
    const known = this.#readings.get(kind) ?? new Set();
    this.#readings.set(kind, known.add(header));
  }

  /**
   * Cases that ran take the place of the old ones; those that the contract has no more are dropped. Throws when a case shows what is
   * private.
   */
  write(
    folder: string,
    hidden: Private,
    options: RecordedOptions,
    order: ReadonlyMap<string, readonly string[]>,
  ): void {
    for (const [part, names] of order) {
      const taken = this.#taken.filter((one) => one.part === part);
      if (taken.length === 0) continue;
      const file = transcriptFile(folder, part);
      const before = readTranscript(file);
      const cases = new Map(before?.cases);
      for (const { name, entries } of taken) cases.set(name, checked(this.#trimmed(entries, hidden), hidden));
      // Cases that are kept have no headers that are read only now.
      const isWhole = names.every((name) => taken.some((one) => one.name === name));
      const header: Header = {
        pbx: this.pbx,
        recorded: new Date().toISOString().slice(0, 10),
        again: RECORD_ANEW,
        options,
        headers: isWhole || !before ? listed(this.#readings) : before.header.headers,
      };
      const sorted = names.flatMap((name) => {
        const entries = cases.get(name);
        return entries ? [[name, entries] as const] : [];
      });
      writeTranscript(file, { header, cases: new Map(sorted) });
    }
  }

  #trimmed(raw: readonly Raw[], { folders }: Private): Entry[] {
    const names = new Names();
    const placed = (text: string) =>
      folders.reduce((all, [folder, name]) => all.replaceAll(folder, name), text);
    const ofPbx = (text: string) => names.ofPbx(placed(text));
    const ofCommand = (text: string) => names.ofCommand(placed(text));
    return counted(
      raw.map((entry): Entry => {
        if ('say' in entry) return { ...entry, say: ofCommand(entry.say) };
        if ('reply' in entry) return { ...entry, got: ofPbx(entry.got) };
        if ('ask' in entry)
          return { ...entry, ask: ofCommand(entry.ask), got: ofPbx(this.#answer(entry.got)) };
        if (!('event' in entry)) return entry;
        const event: Record<string, unknown> = JSON.parse(entry.event);
        return { ...entry, event: JSON.parse(ofPbx(JSON.stringify(this.#kept(event)))) };
      }),
    );
  }

  /** An answer in JSON loses what nobody reads; any other stays as it is. */
  #answer(got: string): string {
    if (!got.startsWith('{')) return got;
    const value: unknown = JSON.parse(got);
    if (!isRecord(value)) return got;
    if (!Array.isArray(value.rows)) return JSON.stringify(this.#kept(value));
    return JSON.stringify({ ...value, rows: value.rows.map((row) => this.#keptOf('row', row)) });
  }

  #kept(value: Record<string, unknown>): Record<string, unknown> {
    const kind = kindOf(value);
    return kind === undefined ? value : this.#keptOf(kind, value);
  }

  #keptOf(kind: string, value: Record<string, unknown>): Record<string, unknown> {
    const read = this.#readings.get(kind);
    const isKept = (header: string) => read?.has(header) || header === 'Event-Name';
    return Object.fromEntries(Object.entries(value).filter(([header]) => isKept(header)));
  }
}

/** The same answer once more, with nothing but questions in between, becomes a number. */
function counted(entries: readonly Entry[]): Entry[] {
  const all: Entry[] = [];
  const places = new Map<string, number>();
  for (const entry of entries) {
    if (!('ask' in entry)) places.clear();
    const place = 'ask' in entry ? places.get(entry.ask) : undefined;
    const before = place === undefined ? undefined : all[place];
    if ('ask' in entry && before && 'ask' in before && place !== undefined && before.got === entry.got) {
      all[place] = { ...before, times: (before.times ?? 1) + 1 };
      continue;
    }
    if ('ask' in entry) places.set(entry.ask, all.length);
    all.push(entry);
  }
  return all;
}

function checked(entries: readonly Entry[], { secrets }: Private): readonly Entry[] {
  for (const entry of entries) {
    const line = JSON.stringify(entry);
    if (ADDRESS.test(line) || secrets.some((secret) => line.includes(secret)))
      throw new Error(`this would be in a transcript and is of this machine alone: ${line}`);
  }
  return entries;
}

function listed(readings: ReadonlyMap<string, ReadonlySet<string>>): Header['headers'] {
  return Object.fromEntries([...readings].sort().map(([kind, headers]) => [kind, [...headers].sort()]));
}
