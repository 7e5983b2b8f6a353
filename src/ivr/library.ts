import type { Clock } from '../base/clock.ts';
import { messageOf, Refused } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Call } from '../call/call.ts';
import type { Persona } from '../speech/persona.ts';
import { type DayState, stateAt } from './calendar.ts';
import { answersTo, type Flow } from './flow.ts';
import { digest, fileIn, stampsOf } from './flow-files.ts';
import { FlowFinder } from './flow-finder.ts';
import { FlowMemory } from './flow-memory.ts';
import { FlowReader, type Knowledge, type SourceFile } from './flow-set.ts';
import { FlowSounds, type FlowSoundsParts } from './flow-sounds.ts';
import { FlowWatch } from './flow-watch.ts';
import { flowPath, putFlowText } from './flow-writing.ts';
import { goLive } from './going-live.ts';
import { checkSharedWords, type FlowArchive } from './history.ts';
import { type Problem, problemText } from './report.ts';
import { NO_SHARED, type Shared } from './shared.ts';
import type { StepKind } from './step.ts';
import type { FoundFiles, GoingLive, Running } from './trial.ts';
import { type Judged, judgedOf, type TryOut, tryOutOf } from './trying-out.ts';

export interface FlowLibraryParts extends FlowSoundsParts {
  /** Folder of the flow files, `*.yaml`. */
  readonly folder: string;
  readonly kinds: readonly StepKind[];
  /** What is known of the centre now. */
  readonly knowledge: () => Promise<Knowledge>;
  readonly archive: FlowArchive;
  /** Judges what is about to be written away from calls; without it the library does. @throws Refused `flow-check-too-long`, `flow-checks-busy` */
  readonly judge?: (drafts: readonly SourceFile[]) => Promise<Judged>;
  readonly clock: Clock;
  readonly log: Log;
}

/** What is told of a flow that runs. */
export interface FlowSummary {
  readonly name: string;
  readonly version: string;
  readonly numbers: readonly string[];
  readonly file: string;
}

/** A version is kept for at least this long after it ran, ms: a call that just entered it may not be told of yet. */
const KEPT_MS = 60_000;

/** Changes that were seen by themselves. */
const BY_FILE = 'file';

/** The flows that run, read from files. A file that cannot be read never replaces one that could. */
export class FlowLibrary {
  readonly #parts: FlowLibraryParts;
  readonly #reader: FlowReader;
  readonly #memory: FlowMemory;
  readonly #sounds: FlowSounds;
  readonly #watch: FlowWatch;
  readonly #finder: FlowFinder;
  /** Undefined until the first reading. */
  #running?: Running;
  #flows: ReadonlyMap<string, Flow> = new Map();
  #shared: Shared = NO_SHARED;
  /** Versions that live calls may still be in, by `name@version`; since when they do not run, UTC ms. */
  readonly #versions = new Map<string, { readonly flow: Flow; retiredAt?: number }>();
  #problems: readonly Problem[] = [];
  #promptProblems: readonly string[] = [];
  #missing: readonly string[] = [];
  #reading: Promise<unknown> = Promise.resolve();
  /** A reading that has not begun: who asks for one meanwhile gets it, too. */
  #next?: { by: string; readonly read: Promise<readonly Problem[]> };
  #seen = '';

  constructor(parts: FlowLibraryParts) {
    const { kinds, folder, clock, log } = parts;
    this.#parts = parts;
    this.#reader = new FlowReader(kinds, digest);
    this.#memory = new FlowMemory({ ...parts, reader: this.#reader });
    this.#sounds = new FlowSounds(parts);
    this.#finder = new FlowFinder({ folder, clock, again: () => void this.#readAgain() });
    this.#watch = new FlowWatch({ folder, clock, log, look: () => void this.#readIfChanged() });
  }

  /**
   * Reads all files anew. Those go live together that have no error and go with each other and with what stays; the others
   * stay as they run. New callers enter all that changed at once; callers who are inside stay in the version that they
   * entered.
   * @param by who wanted it, for the history
   * @returns every problem, warnings too
   */
  reload(by = 'start'): Promise<readonly Problem[]> {
    if (this.#next) {
      if (by !== BY_FILE) this.#next.by = by;
      return this.#next.read;
    }
    const read = this.#reading.then(() => {
      const wanted = this.#next?.by ?? by;
      this.#next = undefined;
      return this.#read(wanted);
    });
    this.#next = { by, read };
    this.#reading = read.catch(() => undefined);
    return read;
  }

  /** Reads changed files as soon as they are saved, until `close`. */
  watch(): void {
    this.#watch.start();
  }

  close(): void {
    this.#watch.stop();
    this.#finder.close();
  }

  /**
   * Puts a version back that ran before: writes it over the file. Nothing is written when it does not go with the other
   * files as they are.
   * @returns every problem, warnings too; an error in the flow's own file says why it was not put back
   * @throws Refused `flow-version-unknown`, `flow-version-needs-shared`, `no-right`, and as `judge`
   */
  async rollback(name: string, version: string, by: string): Promise<readonly Problem[]> {
    const { archive, folder, clock, log } = this.#parts;
    const old = await archive.find(name, version);
    if (!old) throw new Refused('flow-version-unknown', `there is no version ${version} of flow ${name}`);
    const path = flowPath(folder, this.#flows.get(name)?.file ?? old.file);
    const source = { file: fileIn(folder, path), text: old.text };
    const judged = await (this.#parts.judge?.([source]) ?? this.tryOut([source]).then(judgedOf));
    checkSharedWords(old, judged);
    if (judged.texts.get(source.file) !== old.text) return judged.problems;
    const isKnown = (text: string): Promise<boolean> => archive.holds(source.file, text);
    const kept = await putFlowText(path, old.text, isKnown, clock.now());
    if (kept !== undefined) log.warn({ kept }, 'what was in the file of a flow never ran; it is kept');
    return this.reload(by);
  }

  /** What would run if files said this: all problems, and what each file would run as. Nothing is written. */
  async tryOut(drafts: readonly SourceFile[]): Promise<GoingLive> {
    const knowledge = await this.#parts.knowledge();
    const { found, running, files } = await this.#foundWith(drafts);
    const next = goLive(this.#reader, found, running, knowledge);
    // Somebody who tries things out leaves nothing behind.
    this.#reader.keepOnly([...running.flows.values(), ...files]);
    return next;
  }

  /** The same as a question, for a thread that may take its time. */
  async questionOf(drafts: readonly SourceFile[]): Promise<TryOut> {
    const knowledge = await this.#parts.knowledge();
    const { found, running } = await this.#foundWith(drafts);
    return tryOutOf(found, running, knowledge);
  }

  /** The folder with the drafts, what runs, and the files as they are. */
  async #foundWith(drafts: readonly SourceFile[]): Promise<{
    readonly found: FoundFiles;
    readonly running: Running;
    readonly files: readonly SourceFile[];
  }> {
    const others = ({ file }: { readonly file: string }): boolean =>
      drafts.every((draft) => file !== draft.file);
    const running = this.#running ?? { flows: new Map() };
    const { files, unread, awaited } = await this.#finder.find(running, true);
    const found = { files: [...files.filter(others), ...drafts], unread: unread.filter(others), awaited };
    return { found, running, files };
  }

  /** How a file of the folder is named in problems. */
  fileOf(name: string): string {
    return fileIn(this.#parts.folder, name);
  }

  /** Whether this text of a file, as it is named in problems, is what callers go through. */
  runs(file: string, text: string): boolean {
    const { flows, shared } = this.#running ?? {};
    return (flows?.get(file) ?? (shared?.file === file ? shared : undefined))?.text === text;
  }

  /** What all flows have in common, as it is in force. */
  shared(): Shared {
    return this.#shared;
  }

  /** Takes up the versions that calls are in which a daemon before this one let in. */
  async recall(calls: readonly Call[]): Promise<void> {
    const knowledge = await this.#parts.knowledge();
    for (const { flow, version } of cursorsOf(calls)) {
      if (this.#versions.has(`${flow}@${version}`)) continue;
      const old = await this.#memory.recall(flow, version, knowledge);
      if (old) this.#versions.set(`${flow}@${version}`, { flow: old, retiredAt: this.#parts.clock.now() });
    }
  }

  /** Forgets versions that are over, and in which none of the live calls is. */
  prune(calls: readonly Call[]): void {
    const used = new Set(cursorsOf(calls).map(({ flow, version }) => `${flow}@${version}`));
    const before = this.#parts.clock.now() - KEPT_MS;
    for (const [key, { retiredAt }] of this.#versions)
      if (retiredAt !== undefined && retiredAt <= before && !used.has(key)) this.#versions.delete(key);
  }

  /** A problem for each file of which no version runs at all: its numbers are not answered. */
  missing(): readonly string[] {
    return this.#flows.size === 0 && this.#missing.length === 0
      ? [`there is no flow file in ${this.#parts.folder}`]
      : this.#missing;
  }

  list(): readonly FlowSummary[] {
    return [...this.#flows.values()].map(({ name, version, numbers, file }) => ({
      name,
      version,
      numbers,
      file,
    }));
  }

  problems(): readonly Problem[] {
    return this.#problems;
  }

  /** What keeps prompts from sounding as they should, a sentence each. */
  promptProblems(): readonly string[] {
    return this.#promptProblems;
  }

  /** @param fromPhone whether one of our own phones dialled */
  forNumber(dnis: string, fromPhone: boolean): Flow | undefined {
    for (const flow of this.#flows.values()) {
      if (answersTo(flow, dnis) && (fromPhone || flow.callers === 'anyone')) return flow;
    }
    return undefined;
  }

  byName(name: string): Flow | undefined {
    return this.#flows.get(name);
  }

  version(name: string, version: string): Flow | undefined {
    return this.#versions.get(`${name}@${version}`)?.flow ?? this.#flows.get(name);
  }

  zone(): string {
    return this.#shared.zone;
  }

  /** Names of the calendars that there are. */
  calendars(): readonly string[] {
    return Object.keys(this.#shared.calendars);
  }

  /** `closed` for a calendar that is not there. @param now UTC ms */
  dayState(calendar: string, now: number): DayState {
    const found = this.#shared.calendars[calendar];
    return found ? stateAt(found, now) : 'closed';
  }

  /** Names of the personas that there are. */
  personas(): readonly string[] {
    return Object.keys(this.#shared.personas);
  }

  persona(name: string): Persona | undefined {
    return this.#shared.personas[name];
  }

  musicOf(persona: string): string | undefined {
    return this.persona(persona)?.music;
  }

  async #read(by: string): Promise<readonly Problem[]> {
    const { folder, clock, log } = this.#parts;
    const knowledge = await this.#parts.knowledge();
    const stamps = await stampsOf(folder);
    this.#running ??= await this.#memory.running(knowledge);
    const found = await this.#finder.find(this.#running, by === BY_FILE);
    const next = goLive(this.#reader, found, this.#running, knowledge);
    this.#reader.keepOnly([...next.flows.values(), ...found.files]);
    this.#seen = JSON.stringify(stamps);
    const flows = [...next.flows.values()].map(({ flow }) => flow);
    const promptProblems = await this.#sounds.ordinary(flows, stamps.recordings);
    this.#take(next, flows);
    this.#promptProblems = promptProblems;
    for (const problem of next.problems)
      log[problem.severity === 'error' ? 'error' : 'warn']({}, problemText(problem));
    for (const problem of promptProblems) log.error({}, problem);
    await this.#memory.note(next, clock.now(), by);
    void this.#sounds.personas(flows, stamps.recordings, this.#shared.personas);
    return next.problems;
  }

  #take(next: GoingLive, flows: readonly Flow[]): void {
    const now = this.#parts.clock.now();
    this.#running = next;
    this.#shared = next.shared?.shared ?? NO_SHARED;
    const before = this.#flows;
    this.#flows = new Map(flows.map((flow) => [flow.name, flow]));
    this.#tellChanges(before);
    for (const one of this.#versions.values()) one.retiredAt ??= now;
    for (const flow of flows) this.#versions.set(`${flow.name}@${flow.version}`, { flow });
    this.#missing = [...next.missing.values()];
    this.#problems = next.problems;
  }

  #tellChanges(before: ReadonlyMap<string, Flow>): void {
    const { log } = this.#parts;
    for (const { name, version } of this.#flows.values())
      if (before.get(name)?.version !== version)
        log.info({ flow: name, version }, 'callers enter this version');
    for (const { name, numbers } of before.values())
      if (!this.#flows.has(name))
        log.warn({ flow: name, numbers }, 'the file of this flow is gone, and it with it');
  }

  async #readIfChanged(): Promise<void> {
    const stamps = await stampsOf(this.#parts.folder).catch(() => undefined);
    if (JSON.stringify(stamps) !== this.#seen) await this.#readAgain();
  }

  async #readAgain(): Promise<void> {
    try {
      await this.reload(BY_FILE);
    } catch (thrown) {
      this.#parts.log.error({ reason: messageOf(thrown) }, 'the flow files could not be read');
    }
  }
}

/** Where calls are, and where they will come back to. */
function cursorsOf(calls: readonly Call[]): { readonly flow: string; readonly version: string }[] {
  return calls.flatMap(({ cursor, stack }) => [
    ...(cursor ? [cursor] : []),
    ...stack.map((frame) => frame.cursor),
  ]);
}
