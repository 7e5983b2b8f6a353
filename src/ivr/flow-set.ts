import { type Draft, readDraft, signatureOf } from './draft.ts';
import type { Signature } from './flow.ts';
import { saidBy } from './flow-prompts.ts';
import { finishFlow, type ParsedFlow } from './parse.ts';
import type { Problem } from './report.ts';
import { NO_SHARED, readShared, type Shared } from './shared.ts';
import type { StepKind, Wish } from './step.ts';

/** The file that flows share; every other one is a flow. */
export const SHARED_FILE = 'shared.yaml';

/** A file of the folder of flows. */
export interface SourceFile {
  /** As it is named in messages. */
  readonly file: string;
  readonly text: string;
}

/** What is known of the centre outside of the files. A kind of thing that is not known of is not checked. */
export interface Knowledge {
  names(kind: 'queue' | 'campaign' | 'service'): readonly string[] | undefined;
  isRecorded(prompt: string, language: string): boolean;
  /** What is wrong with a wish, undefined for nothing; unset: nobody can say. */
  readonly wrongWish?: (wish: Wish) => string | undefined;
  /** UTC ms. */
  now(): number;
}

export interface FlowFile extends ParsedFlow, SourceFile {
  /** The shared prompts that it uses. */
  readonly prompts: Shared['prompts'];
  /** The flows that it calls, with the signatures of those that there were. */
  readonly calls: ReadonlyMap<string, Signature | undefined>;
}

export interface FlowSet {
  readonly shared: Shared;
  readonly flows: readonly FlowFile[];
  /** Of all files, in their order. */
  readonly problems: readonly Problem[];
}

/** What a flow is read with. */
export interface Around {
  readonly shared: Pick<Shared, 'prompts' | 'limits'>;
  /** By the name of the flow. */
  readonly signatures: ReadonlyMap<string, Signature>;
  readonly isRecorded: Knowledge['isRecorded'];
}

/** One text of a file, with everything that was made of it. */
interface Reading extends SourceFile {
  readonly draft: Draft;
  readonly signature?: Signature;
  /** The names of the prompts that it says and does not keep itself. */
  readonly says: readonly string[];
  readonly finished: Finished[];
}

/** A flow, and every answer of its surroundings that it was made with. */
interface Finished {
  readonly flow: FlowFile;
  readonly version?: string;
  readonly shared: Around['shared'];
  readonly recorded: readonly { prompt: string; language: string; is: boolean }[];
}

/** Surroundings of one text that are remembered: more than two only follow each other while an admin tries things out. */
const MOST_FINISHED = 3;

const DAY_MS = 86_400_000;

/** Reads flow files. What did not change, and whose surroundings answer as before, is not read again. */
export class FlowReader {
  readonly #kinds: readonly StepKind[];
  readonly #digest: (text: string) => string;
  #readings = new Map<string, Reading[]>();
  #shared?: SourceFile & { readonly day: number; readonly read: ReturnType<typeof readShared> };

  /** @param digest names a version after its text */
  constructor(kinds: readonly StepKind[], digest: (text: string) => string) {
    this.#kinds = kinds;
    this.#digest = digest;
  }

  /** Reads all files together, as they are. */
  read(files: readonly SourceFile[], knowledge: Knowledge): FlowSet {
    const common = files.find(({ file }) => isShared(file));
    const { shared = NO_SHARED, problems } = common
      ? this.shared(common, knowledge.now())
      : { shared: NO_SHARED, problems: [] };
    const own = files.filter((file) => file !== common);
    const signatures = new Map<string, Signature>();
    for (const source of own) {
      const { name, signature } = this.outline(source);
      if (name !== undefined && signature) signatures.set(name, signature);
    }
    const around = { shared, signatures, isRecorded: knowledge.isRecorded };
    const flows = own.map((source) => this.finish(source, around));
    return { shared, flows, problems: [...problems, ...flows.flatMap((flow) => flow.problems)] };
  }

  /** The shared file. @param now UTC ms */
  shared(source: SourceFile, now: number): ReturnType<typeof readShared> {
    const day = Math.floor(now / DAY_MS);
    const { file, text, read } = this.#shared?.day === day ? this.#shared : {};
    if (read && file === source.file && text === source.text) return read;
    const fresh = readShared(source.text, source.file, now);
    this.#shared = { ...source, day, read: fresh };
    return fresh;
  }

  /** What a file says of itself, as far as it can be read alone. `sound`: it has no mistake that shows without the others. */
  outline(source: SourceFile): {
    readonly name?: string;
    readonly numbers: readonly string[];
    readonly signature?: Signature;
    readonly sound: boolean;
  } {
    const { draft, signature } = this.#reading(source);
    const { flow: name, numbers = [] } = draft.frame ?? {};
    return { name, numbers, signature, sound: draft.problems.length === 0 };
  }

  /** A flow with its surroundings. @param version its name; unless told, it is named after its text and the shared words in it */
  finish(source: SourceFile, around: Around, version?: string): FlowFile {
    const reading = this.#reading(source);
    const known = reading.finished.find((one) => one.version === version && holds(one, reading, around));
    if (known) return known.flow;
    const finished = this.#finish(reading, around, version);
    reading.finished.push(finished);
    if (reading.finished.length > MOST_FINISHED) reading.finished.shift();
    return finished.flow;
  }

  /** The same text, as it is remembered: long texts are compared once. */
  remembered(source: SourceFile): SourceFile {
    return this.#reading(source);
  }

  /** Forgets every text that is not among these. */
  keepOnly(sources: readonly SourceFile[]): void {
    const kept = new Map<string, Reading[]>();
    for (const source of sources) {
      const known = this.#readings.get(source.file)?.find(({ text }) => text === source.text);
      if (known) kept.set(source.file, [...new Set([...(kept.get(source.file) ?? []), known])]);
    }
    this.#readings = kept;
  }

  #reading({ file, text }: SourceFile): Reading {
    const readings = this.#readings.get(file) ?? [];
    const known = readings.find((one) => one.text === text);
    if (known) return known;
    const draft = readDraft(text, file, this.#kinds);
    const own = draft.frame?.prompts ?? {};
    const said = new Set(draft.steps.flatMap((step) => saidBy(step).flatMap(({ name }) => name ?? [])));
    const says = [...said].filter((name) => !Object.hasOwn(own, name));
    const reading = { file, text, draft, signature: signatureOf(draft), says, finished: [] };
    this.#readings.set(file, [...readings, reading]);
    return reading;
  }

  #finish(reading: Reading, around: Around, version: string | undefined): Finished {
    const { file, text, draft } = reading;
    const prompts = wordsIn(reading, around.shared);
    const calls = new Map<string, Signature | undefined>();
    const recorded = new Map<string, Finished['recorded'][number]>();
    const parsed = finishFlow(
      draft,
      version ?? this.#digest(Object.keys(prompts).length === 0 ? text : text + JSON.stringify(prompts)),
      {
        prompts: around.shared.prompts,
        limits: around.shared.limits,
        signature(name) {
          const signature = around.signatures.get(name);
          calls.set(name, signature);
          return signature;
        },
        isRecorded(prompt, language) {
          const is = around.isRecorded(prompt, language);
          recorded.set(`${language}/${prompt}`, { prompt, language, is });
          return is;
        },
      },
    );
    const flow = { file, text, prompts, calls, ...parsed };
    return { flow, version, shared: around.shared, recorded: [...recorded.values()] };
  }
}

export function isShared(file: string): boolean {
  return file === SHARED_FILE || file.endsWith(`/${SHARED_FILE}`);
}

/** Whether two signatures ask the same of a flow that calls. */
export function sameSignature(one: Signature | undefined, other: Signature | undefined): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

/** Whether its surroundings would answer as they did. */
function holds({ flow, shared, recorded }: Finished, reading: Reading, around: Around): boolean {
  return (
    // The hints in what is wrong name other prompts, too.
    (shared === around.shared ||
      (flow.flow !== undefined &&
        JSON.stringify(shared.limits) === JSON.stringify(around.shared.limits) &&
        JSON.stringify(flow.prompts) === JSON.stringify(wordsIn(reading, around.shared)))) &&
    [...flow.calls].every(([name, one]) => sameSignature(one, around.signatures.get(name))) &&
    recorded.every(({ prompt, language, is }) => around.isRecorded(prompt, language) === is)
  );
}

/** The shared prompts that a text uses. */
function wordsIn({ says }: Reading, { prompts }: Around['shared']): Shared['prompts'] {
  const used = says.filter((name) => Object.hasOwn(prompts, name)).map((name) => [name, prompts[name]!]);
  return Object.assign(Object.create(null), Object.fromEntries(used));
}
