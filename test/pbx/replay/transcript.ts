import fs from 'node:fs';
import path from 'node:path';

/** What happened in one case, in order. `t`: ms since it began. */
export type Entry =
  /** The test does something to the world, or looks at it; `done` is its end, `is` what was seen. */
  | { readonly t: number; readonly do: string }
  | { readonly t: number; readonly done: string; readonly is?: unknown; readonly failed?: string }
  /** A command that changes something, by number, and the reply to it. */
  | { readonly t: number; readonly n: number; readonly say: string; readonly on?: 'events' }
  | { readonly t: number; readonly reply: number; readonly got: string }
  /** A question, which changes nothing. Its place is that of the answer; `times`: the same was asked and answered so often in a row. */
  | { readonly t: number; readonly ask: string; readonly got: string; readonly times?: number }
  | { readonly t: number; readonly event: Readonly<Record<string, string>> }
  /** FreeSWITCH closes all links, or takes links again. */
  | { readonly t: number; readonly link: 'lost' | 'back' };

/** The part of the adapter's options that a record was made with. */
export interface RecordedOptions {
  readonly phoneProfile: string;
  readonly domain: string;
  readonly trunk: string;
}

/** First line of a file. */
export interface Header {
  /** As FreeSWITCH says it, `FreeSWITCH 1.11.3`. */
  readonly pbx: string;
  /** Day, `2026-11-23`. */
  readonly recorded: string;
  readonly again: string;
  readonly options: RecordedOptions;
  /** Headers that the adapter reads, by event: all others are left out. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
}

/** One part of the contract: its cases by name. */
export interface Transcript {
  readonly header: Header;
  readonly cases: ReadonlyMap<string, readonly Entry[]>;
}

export const RECORD_ANEW = 'FREESWITCH_HOME=… npm run record:freeswitch';

/** Where the record of a part is kept. @param part as the contract calls it */
export function transcriptFile(folder: string, part: string): string {
  return path.join(folder, `${part.replace(/[^a-z0-9]+/gi, '-')}.jsonl`);
}

/** undefined where there is none. */
export function readTranscript(file: string): Transcript | undefined {
  if (!fs.existsSync(file)) return undefined;
  const [first = '', ...lines] = fs.readFileSync(file, 'utf8').trimEnd().split('\n');
  const cases = new Map<string, Entry[]>();
  let entries: Entry[] = [];
  for (const line of lines) {
    const value: Entry | { readonly case: string } = JSON.parse(line);
    if ('case' in value) {
      entries = [];
      cases.set(value.case, entries);
    } else entries.push(value);
  }
  return { header: JSON.parse(first), cases };
}

export function writeTranscript(file: string, { header, cases }: Transcript): void {
  const lines = [header, ...Array.from(cases).flatMap(([name, entries]) => [{ case: name }, ...entries])];
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
}

const QUESTION =
  /^api (?:uuid_(?:exists|dump|getvar|buglist) |show |version$|status$|global_getvar |hash select\/|fsctl pause_check|strepoch$|sofia status|global_setvar \w+_beat=)/;

/** True for a command that changes nothing, and for the beat, which says the same again and again. */
export function isQuestion(command: string): boolean {
  return QUESTION.test(command);
}

const ONCE = /^api (?:version$|global_getvar |show registrations )/;

/** True for a question that is never repeated to wait for another answer: it is asked exactly as often as in the record. */
export function isAskedOnce(question: string): boolean {
  return ONCE.test(question);
}

/** Commands about the same channel keep their order; '' for those about none. */
export function subjectOf(command: string): string {
  const job = /^bgapi .*\nJob-UUID: (\S+)/.exec(command)?.[1];
  return job ?? /^(?:sendmsg|(?:bg)?api (?:uuid_\w+|sched_del)) (\S+)/.exec(command)?.[1] ?? '';
}
