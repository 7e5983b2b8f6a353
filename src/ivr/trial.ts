import { type KnownNames, knownNames, mentionProblem, missingMentions, wishProblems } from './cross-check.ts';
import type { Flow, Signature } from './flow.ts';
import {
  type FlowFile,
  type FlowReader,
  isShared,
  type Knowledge,
  type SourceFile,
  sameSignature,
} from './flow-set.ts';
import { type Problem, problemText } from './report.ts';
import { NO_SHARED, type Shared } from './shared.ts';

/** A file of a flow that runs, or may. */
export type LiveFile = FlowFile & { readonly flow: Flow };

/** What callers go through. */
export interface Running {
  /** By file, in the order of the files. */
  readonly flows: ReadonlyMap<string, LiveFile>;
  readonly shared?: SourceFile & { readonly shared: Shared };
}

/** A folder of flows as it was found. */
export interface FoundFiles {
  readonly files: readonly SourceFile[];
  /** A problem for each file that is there and cannot be read. */
  readonly unread: readonly Problem[];
  /** Files that have gone, but not for long enough to be sure that they are meant to be gone. */
  readonly awaited: ReadonlySet<string>;
}

export interface GoingLive extends Running {
  /** Of the files as they were found. */
  readonly problems: readonly Problem[];
  /** Why nothing runs of a file that is there. */
  readonly missing: ReadonlyMap<string, string>;
}

/** A file that may go live together with the others of its choice. */
export interface Candidate {
  readonly live: LiveFile;
  /** Whether it is the file as it was found, not as it runs. */
  readonly isFound: boolean;
}

/** Files that are tried together. */
export interface Choice {
  readonly shared: Shared;
  /** By file. */
  readonly candidates: ReadonlyMap<string, Candidate>;
  /** Files as they were found that have an error. */
  readonly failed: readonly FlowFile[];
  /** By the name of the flow. */
  readonly signatures: ReadonlyMap<string, Signature>;
  readonly known: KnownNames;
}

/** The files that were found against those that run, and what has been decided so far. */
export class Trial {
  readonly running: Running;
  /** By the name of the flow. */
  readonly runningNames: ReadonlyMap<string, LiveFile>;
  /** The flow files that were found, by file. */
  readonly files: ReadonlyMap<string, SourceFile>;
  readonly reader: FlowReader;
  readonly knowledge: Knowledge;
  readonly #found: FoundFiles;
  /** The shared file as it was found. */
  readonly #common: Running['shared'];
  readonly #staying: Set<string>;
  readonly #problems: Problem[];

  constructor(reader: FlowReader, found: FoundFiles, running: Running, knowledge: Knowledge) {
    this.reader = reader;
    this.knowledge = knowledge;
    this.running = running;
    this.runningNames = new Map([...running.flows.values()].map((live) => [live.flow.name, live]));
    const own = found.files.filter(({ file }) => !isShared(file));
    this.files = new Map(own.map((source) => [source.file, reader.remembered(source)]));
    this.#found = found;
    this.#staying = new Set(found.unread.map(({ file }) => file));
    this.#problems = [...found.unread];
    this.#common = this.#readCommon();
  }

  /** Whether a file stays as it runs. */
  stays(file: string): boolean {
    return this.#staying.has(file) || (this.#found.awaited.has(file) && !this.#hasMoved(file));
  }

  hold(file: string, problems: readonly Problem[]): void {
    this.#staying.add(file);
    this.#problems.push(...problems);
  }

  /** Every file as it was found, but for those that stay as they run. */
  choose(): Choice {
    const { shared } = this.#shared() ?? { shared: NO_SHARED };
    const signatures = this.#signatures();
    const { isRecorded } = this.knowledge;
    const candidates = new Map<string, Candidate>();
    const failed: FlowFile[] = [];
    for (const file of [...new Set([...this.files.keys(), ...this.running.flows.keys()])].sort()) {
      const source = this.files.get(file);
      const runs = this.running.flows.get(file);
      if (source && !this.stays(file)) {
        const read = this.reader.finish(source, { shared, signatures, isRecorded });
        if (isLive(read)) candidates.set(file, { live: read, isFound: true });
        else failed.push(read);
      } else if (runs && this.stays(file)) {
        const live = refitted(this, runs, { shared, signatures }) ?? runs;
        candidates.set(file, { live, isFound: false });
      }
    }
    const flows = [...candidates.values()].map(({ live }) => live.flow);
    return { shared, candidates, failed, signatures, known: knownNames(flows, shared, this.knowledge) };
  }

  result({ candidates, known }: Choice): GoingLive {
    const found = [...candidates.values()].flatMap(({ live, isFound }) => (isFound ? [live] : []));
    const problems = inOrder([
      ...this.#problems,
      ...found.flatMap((live) => live.problems),
      ...found.flatMap(({ flow }) =>
        missingMentions(flow, known).map((mention) => mentionProblem(flow, mention, known)),
      ),
      ...found.flatMap(({ flow }) => wishProblems(flow, this.knowledge)),
    ]);
    const shared = this.#shared();
    const there = [...this.#found.files, ...this.#found.unread].map(({ file }) => file).sort();
    const missing = there.filter((file) => (isShared(file) ? !shared : !candidates.has(file)));
    return {
      flows: new Map([...candidates].map(([file, { live }]) => [file, live])),
      shared,
      problems,
      missing: new Map(missing.map((file) => [file, firstOf(problems, file)])),
    };
  }

  #readCommon(): Running['shared'] {
    const source = this.#found.files.find(({ file }) => isShared(file));
    if (!source) return undefined;
    const { shared, problems } = this.reader.shared(source, this.knowledge.now());
    this.#problems.push(...problems);
    if (shared) return { ...source, shared };
    this.#staying.add(source.file);
    return undefined;
  }

  #shared(): Running['shared'] {
    const { shared } = this.running;
    return shared && this.stays(shared.file) ? shared : this.#common;
  }

  #signatures(): Map<string, Signature> {
    const signatures = new Map<string, Signature>();
    for (const { file, flow } of this.running.flows.values())
      if (this.stays(file)) signatures.set(flow.name, flow.signature);
    const outlines = [...this.files.values()].map((source) => ({
      file: source.file,
      ...this.reader.outline(source),
    }));
    // Of two flows of one name, the one that runs is meant.
    const runs = ({ file, name = '' }: (typeof outlines)[number]): boolean =>
      this.runningNames.get(name)?.file === file;
    for (const one of [...outlines.filter(runs), ...outlines.filter((other) => !runs(other))]) {
      // Whoever calls a flow that has errors is not to blame for them.
      const live = one.sound && !this.stays(one.file) ? undefined : this.running.flows.get(one.file);
      const { name, signature } = live?.flow ?? one;
      if (name !== undefined && signature && !signatures.has(name)) signatures.set(name, signature);
    }
    return signatures;
  }

  /** Whether the flow of a file that is gone is in another one now. */
  #hasMoved(file: string): boolean {
    const name = this.running.flows.get(file)?.flow.name;
    return [...this.files.values()].some(
      (source) => !this.#staying.has(source.file) && this.reader.outline(source).name === name,
    );
  }
}

/** The same version of a flow that stays, beside flows that may have changed; undefined when it does not go with them. */
export function refitted(
  { reader, knowledge }: Pick<Trial, 'reader' | 'knowledge'>,
  live: LiveFile,
  { shared, signatures }: Pick<Choice, 'shared' | 'signatures'>,
): LiveFile | undefined {
  if ([...live.calls].every(([name, one]) => sameSignature(one, signatures.get(name)))) return live;
  const own = { prompts: live.prompts, limits: shared.limits };
  const read = reader.finish(
    live,
    { shared: own, signatures, isRecorded: recordedThen(knowledge) },
    live.flow.version,
  );
  return isLive(read) ? read : undefined;
}

/**
 * For a version that ran before: its own recordings are looked for, so that they sound; that all others were there is taken
 * for granted, so that it can be read.
 */
export function recordedThen({ isRecorded }: Knowledge): Knowledge['isRecorded'] {
  return (prompt, language) => !prompt.includes('/') || isRecorded(prompt, language);
}

export function isLive(read: FlowFile): read is LiveFile {
  return read.flow !== undefined;
}

/** By file and place. Why a file is held back may be found more than once. */
function inOrder(problems: readonly Problem[]): Problem[] {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const once = new Map(errors.map((problem) => [problemText(problem), problem]));
  return [...once.values(), ...problems.filter(({ severity }) => severity === 'warning')].sort(
    (a, b) => Number(a.file > b.file) - Number(a.file < b.file) || a.line - b.line || a.column - b.column,
  );
}

function firstOf(problems: readonly Problem[], file: string): string {
  const first = problems.find((problem) => problem.file === file && problem.severity === 'error');
  return first ? problemText(first) : `${file} cannot be used`;
}
