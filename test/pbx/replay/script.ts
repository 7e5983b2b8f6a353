import { type Entry, isAskedOnce, RECORD_ANEW, subjectOf } from './transcript.ts';

type Caused = Exclude<Entry, { readonly do: string } | { readonly say: string } | { readonly ask: string }>;

/** What comes next, at this time or later. */
export interface Next {
  readonly entry: Caused;
  readonly dueMs: number;
}

/** A question may come before what it came after in the record, because answers take no time here. */
const NEAR_MS = 60;
/**
 * A question that waits for another answer, or that a clock asks, may come this much more often than in the record: when in a wait
 * something happens differs.
 */
const MORE = 3;
const MANIFOLD = 2;
/** How much of a long command is shown before that in which it differs. */
const CONTEXT = 30;

/** What is asked for is not what was recorded. */
export class NotRecorded extends Error {}

/**
 * The record of one case as it is played again; time is an argument. What FreeSWITCH and the world do keeps its order, waits for all that
 * the adapter and the test did before it in the record, and for as long after the last of it as it took then.
 */
export class Script {
  readonly #entries: readonly Entry[];
  /** When it happened in this run, ms; undefined: not yet. */
  readonly #at: (number | undefined)[];
  /** Place of the last answer to each question. */
  readonly #asked = new Map<string, number>();
  /** How often each question was asked. */
  readonly #askings = new Map<string, number>();
  /** First entry that has not happened, questions aside. */
  #head = 0;
  /** The last entry before `#head` that the adapter or the test caused. */
  #cause = -1;
  #fault = '';

  constructor(entries: readonly Entry[]) {
    this.#entries = entries;
    this.#at = entries.map(() => undefined);
    this.#advance();
  }

  /** The first thing that was not as recorded; '' while all is. */
  get fault(): string {
    return this.#fault;
  }

  /** Nothing is left that the record has. */
  get isOver(): boolean {
    return this.#head === this.#entries.length;
  }

  /** The test does something. Throws `NotRecorded`. */
  act(what: string, now: number): void {
    const at = this.#entries.findIndex((entry, index) => 'do' in entry && this.#at[index] === undefined);
    const expected = this.#entries[at];
    if (!expected || !('do' in expected) || expected.do !== what)
      throw this.fail(`the test does "${what}", the record has ${wordsOf(expected)}`);
    this.#happened(at, now);
  }

  /** The adapter says a command that changes something. Returns its number. Throws `NotRecorded`. */
  say(command: string, on: 'events' | undefined, now: number): number {
    const subject = subjectOf(command);
    const at = this.#entries.findIndex(
      (entry, index) => 'say' in entry && this.#at[index] === undefined && subjectOf(entry.say) === subject,
    );
    const expected = this.#entries[at];
    if (!expected || !('say' in expected) || expected.say !== command || expected.on !== on)
      throw this.fail(refusalOf(command, expected));
    this.#happened(at, now);
    return expected.n;
  }

  /**
   * A question is asked. Returns the place of the answer, as it was at this point of the record. Throws `NotRecorded` for one that the
   * record does not have, or not so often.
   */
  ask(question: string, now: number): number {
    const places = this.#entries.flatMap((entry, at) =>
      'ask' in entry && entry.ask === question ? [at] : [],
    );
    const last = this.#asked.get(question) ?? -1;
    const next = places.find((at) => at > last && at > this.#lastHappened());
    const before = places.filter((at) => at < this.#head).at(-1);
    const isNext = next !== undefined && (next < this.#head || this.#isNear(next, now));
    const place = isNext ? next : (before ?? places[0]);
    if (place === undefined)
      throw this.fail(`the adapter asks ${quoted(question)}, which the record does not have`);
    this.#count(question);
    this.#asked.set(question, Math.max(place, last));
    return place;
  }

  /** The answer at a place; undefined while something is about to happen that came before it. */
  answerAt(place: number, now: number): string | undefined {
    const entry = this.#entries[place];
    const isEarly = place > this.#head && this.#isNear(place, now);
    return entry && 'ask' in entry && !isEarly ? entry.got : undefined;
  }

  /** What comes next without anybody's doing; undefined while the record waits for the adapter or the test, or is over. */
  next(): Next | undefined {
    const entry = this.#entries[this.#head];
    if (!entry || !isCaused(entry)) return undefined;
    const cause = this.#entries[this.#cause];
    const caused = this.#at[this.#cause];
    return { entry, dueMs: cause && caused !== undefined ? caused + entry.t - cause.t : 0 };
  }

  /** What `next` gave has happened. */
  take(now: number): void {
    this.#happened(this.#head, now);
  }

  /** What the record has and did not happen, as one sentence; '' where nothing is missing. */
  missing(): string {
    const undone = this.#entries.find(
      (entry, at) => this.#at[at] === undefined && !isCaused(entry) && !('ask' in entry),
    );
    if (undone) return `the record goes on with ${wordsOf(undone)}, which did not happen`;
    const unasked = this.#entries.find(
      (entry) => 'ask' in entry && !isLook(entry.ask) && !this.#asked.has(entry.ask),
    );
    if (unasked) return `the record has ${wordsOf(unasked)}, which was not asked`;
    const seldom = [...this.#askings].find(
      ([question, times]) => isAskedOnce(question) && times < this.#timesOf(question),
    );
    return seldom ? `the adapter asks ${this.#often(...seldom)}` : '';
  }

  /** Notes that something is not as recorded. */
  fail(what: string): NotRecorded {
    this.#fault ||= `${what}. If the adapter is right, record anew: ${RECORD_ANEW}`;
    return new NotRecorded(this.#fault);
  }

  /** Throws `NotRecorded` for one time too many. */
  #count(question: string): void {
    const times = (this.#askings.get(question) ?? 0) + 1;
    this.#askings.set(question, times);
    const recorded = this.#timesOf(question);
    const most = isAskedOnce(question) ? recorded : recorded * MANIFOLD + MORE;
    if (times > most) throw this.fail(`the adapter asks ${this.#often(question, times)}`);
  }

  #timesOf(question: string): number {
    const times = this.#entries.map((entry) =>
      'ask' in entry && entry.ask === question ? (entry.times ?? 1) : 0,
    );
    return times.reduce((sum, one) => sum + one, 0);
  }

  #often(question: string, times: number): string {
    return `${quoted(question)} ${times} times, the record has it ${this.#timesOf(question)} times`;
  }

  #happened(at: number, now: number): void {
    this.#at[at] = now;
    this.#advance();
  }

  #advance(): void {
    for (; this.#head < this.#entries.length; this.#head += 1) {
      const entry = this.#entries[this.#head];
      if (!entry || 'ask' in entry) continue;
      if (this.#at[this.#head] === undefined) return;
      if (!isCaused(entry)) this.#cause = this.#head;
    }
  }

  /** True where all between now and the place is about to happen by itself. */
  #isNear(place: number, now: number): boolean {
    const between = this.#entries.slice(this.#head, place).filter((entry) => !('ask' in entry));
    const [first] = between;
    const next = this.next();
    if (!first || !next || !between.every(isCaused)) return false;
    const waits = next.dueMs - now + (this.#entries[place]?.t ?? 0) - first.t;
    return waits <= NEAR_MS;
  }

  /** Place of the last entry before `#head` that is no question. */
  #lastHappened(): number {
    for (let at = this.#head - 1; at >= 0; at -= 1) {
      const entry = this.#entries[at];
      if (entry && !('ask' in entry)) return at;
    }
    return -1;
  }
}

function isCaused(entry: Entry): entry is Caused {
  return !('do' in entry || 'say' in entry || 'ask' in entry);
}

/** The looks after a link came up may come after the end of a case. */
function isLook(question: string): boolean {
  return /^api (?:uuid_dump|show) /.test(question);
}

function wordsOf(entry: Entry | undefined): string {
  if (!entry) return 'nothing more of it';
  if ('do' in entry) return `"${entry.do}" of the test`;
  if ('say' in entry) return `${quoted(entry.say)}${entry.on ? ' on the socket for events' : ''}`;
  return 'ask' in entry ? quoted(entry.ask) : JSON.stringify(entry);
}

function refusalOf(command: string, expected: Entry | undefined): string {
  if (!expected || !('say' in expected) || expected.say === command)
    return `the adapter says ${quoted(command)}, the record has ${wordsOf(expected)}`;
  const [said, recorded] = apart(command, expected.say);
  return `the adapter says ${quoted(said)}, the record has ${quoted(recorded)}`;
}

/** Long commands from shortly before their first difference on. */
function apart(one: string, other: string): [string, string] {
  let same = 0;
  while (same < one.length && one[same] === other[same]) same += 1;
  const from = same - CONTEXT;
  return from <= CONTEXT ? [one, other] : [shortened(one, from), shortened(other, from)];
}

function shortened(command: string, from: number): string {
  return `${command.slice(0, CONTEXT)} … ${command.slice(from)}`;
}

function quoted(command: string): string {
  return JSON.stringify(command);
}
