import { randomBytes } from 'node:crypto';
import { type FSWatcher, watch } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { messageOf, Refused } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Call } from '../call/call.ts';
import type { Persona } from '../speech/persona.ts';
import type { Prompt } from '../speech/prompt.ts';
import { type DayState, stateAt } from './calendar.ts';
import { answersTo, type Flow, promptsOf } from './flow.ts';
import { digest, readFlowFiles, stampOf } from './flow-files.ts';
import { crossCheck, type FlowFile, FlowReader, type Knowledge } from './flow-set.ts';
import type { FlowArchive, FlowVersion } from './history.ts';
import { parseFlow } from './parse.ts';
import { type Problem, problemText } from './report.ts';
import { NO_SHARED, type Shared } from './shared.ts';
import type { StepKind } from './step.ts';

export interface FlowLibraryParts {
  /** Folder of the flow files, `*.yaml`. */
  readonly folder: string;
  readonly kinds: readonly StepKind[];
  /** What is known of the centre now. */
  readonly knowledge: () => Promise<Knowledge>;
  /** Makes prompts before they are said; returns what went wrong. */
  readonly prepare: (
    prompts: readonly Prompt[],
    languages: readonly string[],
    personas: readonly string[],
  ) => Promise<readonly string[]>;
  readonly personasOfCampaigns: () => Promise<readonly string[]>;
  readonly archive: FlowArchive;
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

/** Editors write a file in several steps; what changed is read this long after the last of them, ms. */
const SETTLED_MS = 60;

/** Where changes are not told (network drives), and for recordings, they are looked for this often, ms. */
const LOOK_EVERY_MS = 5000;

/** A file that is gone for longer than this is meant to be gone, ms. */
const VANISHED_MS = 1000;

/** The flows that run, read from files. A file that cannot be read never replaces one that could. */
export class FlowLibrary {
  readonly #parts: FlowLibraryParts;
  readonly #reader: FlowReader;
  #flows = new Map<string, Flow>();
  #shared: Shared = NO_SHARED;
  /** Versions that live calls may still be in, by `name@version`. */
  readonly #versions = new Map<string, Flow>();
  #problems: readonly Problem[] = [];
  #promptProblems: readonly string[] = [];
  #missing: readonly string[] = [];
  #reading: Promise<unknown> = Promise.resolve();
  #watcher?: FSWatcher;
  #seen = '';
  #cancelLook: () => void = () => undefined;
  #cancelRead: () => void = () => undefined;
  readonly #vanished = new Set<string>();

  constructor(parts: FlowLibraryParts) {
    this.#parts = parts;
    this.#reader = new FlowReader(parts.kinds, digest);
  }

  /**
   * Reads all files anew. A file goes live only without an error; the others keep their last good version. New callers enter
   * all that changed at once; callers who are inside stay in the version that they entered.
   * @param by who wanted it, for the history
   * @returns every problem, warnings too
   */
  reload(by = 'start'): Promise<readonly Problem[]> {
    const read = this.#reading.then(() => this.#read(by));
    this.#reading = read.catch(() => undefined);
    return read;
  }

  /** Reads changed files as soon as they are saved, until `close`. */
  watch(): void {
    const { folder, clock, log } = this.#parts;
    const soon = (): void => {
      this.#cancelRead();
      this.#cancelRead = clock.at(clock.now() + SETTLED_MS, () => void this.#readIfChanged());
    };
    const look = (): void => {
      void this.#readIfChanged();
      this.#cancelLook = clock.at(clock.now() + LOOK_EVERY_MS, look);
    };
    this.#cancelLook = clock.at(clock.now() + LOOK_EVERY_MS, look);
    try {
      this.#watcher = watch(folder, soon);
      this.#watcher.on('error', (error) =>
        log.warn({ reason: error.message }, 'the folder of flows is only looked at now and then'),
      );
    } catch (thrown) {
      log.warn({ reason: messageOf(thrown) }, 'the folder of flows is only looked at now and then');
    }
  }

  close(): void {
    this.#watcher?.close();
    this.#cancelLook();
    this.#cancelRead();
  }

  /** Puts a version back that ran before: writes it over the file, which is kept in the history. @throws Refused */
  async rollback(name: string, version: string, by: string): Promise<readonly Problem[]> {
    const { archive } = this.#parts;
    const old = await archive.find(name, version);
    if (!old) throw new Refused('flow-version-unknown', `there is no version ${version} of flow ${name}`);
    const file = this.#flows.get(name)?.file ?? old.file;
    const path = join(this.#parts.folder, basename(file));
    const unfinished = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString('hex')}`);
    await writeFile(unfinished, old.text);
    await rename(unfinished, path);
    return this.reload(by);
  }

  /** Takes up the versions that calls are in which a daemon before this one let in. */
  async recall(calls: readonly Call[]): Promise<void> {
    const { archive } = this.#parts;
    for (const { cursor, stack } of calls)
      for (const { flow, version } of [...(cursor ? [cursor] : []), ...stack.map((frame) => frame.cursor)]) {
        if (this.#versions.has(`${flow}@${version}`)) continue;
        const old = await archive.find(flow, version);
        const kept = old && this.#readKept(old);
        if (kept) this.#keep(kept);
      }
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
    return this.#versions.get(`${name}@${version}`) ?? this.#flows.get(name);
  }

  zone(): string {
    return this.#shared.zone;
  }

  /** `closed` for a calendar that is not there. @param now UTC ms */
  dayState(calendar: string, now: number): DayState {
    const found = this.#shared.calendars[calendar];
    return found ? stateAt(found, now) : 'closed';
  }

  persona(name: string): Persona | undefined {
    return this.#shared.personas[name];
  }

  musicOf(persona: string): string | undefined {
    return this.persona(persona)?.music;
  }

  async #read(by: string): Promise<readonly Problem[]> {
    const { folder, log } = this.#parts;
    const knowledge = await this.#parts.knowledge();
    this.#seen = await stampOf(folder);
    const { files, problems: unread } = await readFlowFiles(folder);
    const set = this.#reader.read(files, knowledge, (file) => this.#running(file), this.#shared);
    const problems = [...unread, ...set.problems];
    const live = new Map<string, Flow | undefined>();
    for (const { file, flow } of set.flows)
      live.set(file, flow ?? this.#running(file) ?? (await this.#lastGood(file)));
    if (by === 'file') this.#keepVanished(live);
    // One that does not go with the others gives way to its last good version, which may be what another one clashed with.
    for (let tries = 0; tries < 2; tries += 1)
      for (const { clash, ...problem } of crossCheck(present(live), set.shared, knowledge)) {
        if (tries === 0) problems.push(problem);
        // A flow that only names what is not there is better than none for its callers.
        const before = this.#running(problem.file);
        if (clash || before) live.set(problem.file, before);
      }
    const flows = present(live);
    this.#promptProblems = await this.#prepare(flows, ['']);
    this.#shared = set.shared;
    this.#flows = new Map(flows.map((flow) => [flow.name, flow]));
    for (const flow of flows) this.#keep(flow);
    this.#missing = [...live].flatMap(([file, flow]) => (flow ? [] : [firstOf(problems, file)]));
    this.#problems = problems;
    for (const problem of problems)
      log[problem.severity === 'error' ? 'error' : 'warn']({}, problemText(problem));
    for (const problem of this.#promptProblems) log.error({}, problem);
    await this.#archive(set.flows, by);
    void this.#preparePersonas(flows);
    return problems;
  }

  /** For a file that is broken when nothing runs yet: what ran before this daemon. */
  async #lastGood(file: string): Promise<Flow | undefined> {
    const old = await this.#parts.archive.lastOf(file);
    const kept = old && this.#readKept(old);
    if (kept)
      this.#parts.log.warn({ flow: kept.name, version: kept.version }, 'the last good version goes on');
    return kept;
  }

  #readKept(old: FlowVersion): Flow | undefined {
    const surroundings = {
      prompts: old.prompts,
      limits: this.#shared.limits,
      signature: (name: string) => this.#flows.get(name)?.signature,
      isRecorded: () => true,
    };
    return parseFlow(old.text, old.file, old.version, this.#parts.kinds, surroundings).flow;
  }

  /** Some editors take a file away before they write it anew: its flow goes only when it is still gone a moment later. */
  #keepVanished(live: Map<string, Flow | undefined>): void {
    const { clock } = this.#parts;
    for (const flow of this.#flows.values()) {
      const goneBefore = this.#vanished.delete(flow.file);
      if (live.has(flow.file) || goneBefore) continue;
      this.#vanished.add(flow.file);
      live.set(flow.file, flow);
      clock.at(clock.now() + VANISHED_MS, () => void this.reload('file'));
    }
  }

  async #prepare(flows: readonly Flow[], personas: readonly string[]): Promise<readonly string[]> {
    const problems: string[] = [];
    const languages = new Set(flows.map((flow) => flow.languages.join()));
    for (const group of languages) {
      const speaking = flows.filter((flow) => flow.languages.join() === group);
      problems.push(...(await this.#parts.prepare(speaking.flatMap(promptsOf), group.split(','), personas)));
    }
    return problems;
  }

  /** The ordinary voice speaks until another one has been made: that may take a minute. */
  async #preparePersonas(flows: readonly Flow[]): Promise<void> {
    const { log, personasOfCampaigns } = this.#parts;
    try {
      const named = flows.flatMap((flow) =>
        flow.mentions.filter(({ kind }) => kind === 'persona').map(({ name }) => name),
      );
      const personas = [...new Set([...named, ...(await personasOfCampaigns())])].filter((name) =>
        this.persona(name),
      );
      if (personas.length === 0) return;
      const problems = await this.#prepare(flows, personas);
      for (const problem of problems) log.error({}, problem);
    } catch (thrown) {
      log.error({ reason: messageOf(thrown) }, 'the voices of personas could not be made');
    }
  }

  async #archive(files: readonly FlowFile[], by: string): Promise<void> {
    const { archive, clock, log } = this.#parts;
    for (const { file, flow, text, prompts } of files) {
      if (!flow || this.#flows.get(flow.name) !== flow) continue;
      try {
        await archive.release(
          { name: flow.name, version: flow.version, file, text, prompts },
          clock.now(),
          by,
        );
      } catch (thrown) {
        log.error({ flow: flow.name, reason: messageOf(thrown) }, 'a version of a flow could not be kept');
      }
    }
  }

  async #readIfChanged(): Promise<void> {
    const { folder, log } = this.#parts;
    try {
      if ((await stampOf(folder)) !== this.#seen) await this.reload('file');
    } catch (thrown) {
      log.error({ reason: messageOf(thrown) }, 'the flow files could not be read');
    }
  }

  #keep(flow: Flow): void {
    this.#versions.set(`${flow.name}@${flow.version}`, flow);
  }

  #running(file: string): Flow | undefined {
    return [...this.#flows.values()].find((flow) => flow.file === file);
  }
}

function present(live: ReadonlyMap<string, Flow | undefined>): Flow[] {
  return [...live.values()].filter((flow) => flow !== undefined);
}

function firstOf(problems: readonly Problem[], file: string): string {
  const first = problems.find((problem) => problem.file === file && problem.severity === 'error');
  return first ? problemText(first) : `${file} cannot be used`;
}
