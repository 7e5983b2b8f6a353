import { cyclesIn, wayRound } from '../base/graph.ts';
import { type Draft, readDraft, signatureOf } from './draft.ts';
import type { Flow, Signature } from './flow.ts';
import { saidBy } from './flow-prompts.ts';
import { finishFlow, type ParsedFlow } from './parse.ts';
import { nearest, type Problem } from './report.ts';
import { NO_SHARED, readShared, type Shared } from './shared.ts';
import type { Mention, StepKind } from './step.ts';

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
  /** UTC ms. */
  now(): number;
}

export interface FlowFile extends ParsedFlow {
  readonly file: string;
  readonly text: string;
  /** The shared prompts that it uses. */
  readonly prompts: Shared['prompts'];
}

export interface FlowSet {
  readonly shared: Shared;
  readonly flows: readonly FlowFile[];
  /** Of all files, in their order. */
  readonly problems: readonly Problem[];
}

/** Reads all flow files together. What did not change is not read again. */
export class FlowReader {
  readonly #kinds: readonly StepKind[];
  readonly #digest: (text: string) => string;
  #drafts = new Map<string, { readonly text: string; readonly draft: Draft }>();

  /** @param digest names a version after its text */
  constructor(kinds: readonly StepKind[], digest: (text: string) => string) {
    this.#kinds = kinds;
    this.#digest = digest;
  }

  /** @param running the flow of a file that calls go through now: where the file is broken, others go by that one */
  read(
    files: readonly SourceFile[],
    knowledge: Knowledge,
    running: (file: string) => Flow | undefined = () => undefined,
    last: Shared = NO_SHARED,
  ): FlowSet {
    const common = files.find(({ file }) => isShared(file));
    const { shared = last, problems } = common
      ? readShared(common.text, common.file, knowledge.now())
      : { problems: [], shared: NO_SHARED };
    const own = files.filter((file) => file !== common);
    const drafts = own.map((file) => this.#draftOf(file));
    this.#drafts = new Map(own.map(({ file, text }, index) => [file, { text, draft: drafts[index]! }]));
    const signatures = new Map<string, Signature>();
    for (const draft of drafts) {
      const old = draft.problems.length > 0 ? running(draft.file) : undefined;
      const signature = old?.signature ?? signatureOf(draft);
      const name = old?.name ?? draft.frame?.flow;
      if (signature && name !== undefined) signatures.set(name, signature);
    }
    const flows = drafts.map((draft, index) =>
      this.#finish(draft, own[index]!.text, shared, { signatures, knowledge }),
    );
    return {
      shared,
      flows,
      problems: [...problems, ...flows.flatMap((flow) => flow.problems)],
    };
  }

  #draftOf({ file, text }: SourceFile): Draft {
    const known = this.#drafts.get(file);
    return known?.text === text ? known.draft : readDraft(text, file, this.#kinds);
  }

  #finish(
    draft: Draft,
    text: string,
    shared: Shared,
    around: { readonly signatures: ReadonlyMap<string, Signature>; readonly knowledge: Knowledge },
  ): FlowFile {
    const said = new Set(draft.steps.flatMap((step) => saidBy(step).flatMap(({ name }) => name ?? [])));
    const used = Object.entries(shared.prompts).filter(
      ([name]) => said.has(name) && draft.frame?.prompts[name] === undefined,
    );
    const prompts = Object.fromEntries(used);
    const version = this.#digest(used.length === 0 ? text : text + JSON.stringify(prompts));
    const surroundings = {
      prompts: shared.prompts,
      limits: shared.limits,
      signature: (name: string) => around.signatures.get(name),
      isRecorded: around.knowledge.isRecorded,
    };
    return { file: draft.file, text, prompts, ...finishFlow(draft, version, surroundings) };
  }
}

export function isShared(file: string): boolean {
  return file === SHARED_FILE || file.endsWith(`/${SHARED_FILE}`);
}

/** A problem between files. `clash`: this flow cannot run beside the others; else it can, without what it names. */
export interface CrossProblem extends Problem {
  readonly clash: boolean;
}

/** What only shows when all flows are seen together; of two that clash, the later file is named. */
export function crossCheck(flows: readonly Flow[], shared: Shared, knowledge: Knowledge): CrossProblem[] {
  const problems: CrossProblem[] = [];
  const add = (flow: Flow, place: { line: number; column: number }, message: string, hint: string): void => {
    const { line, column } = place;
    problems.push({ file: flow.file, line, column, severity: 'error', message, hint, clash: place === top });
  };
  const top = { line: 1, column: 1 };
  const names = new Map<string, string>();
  const numbers = new Map<string, string>();
  for (const flow of flows) {
    const twin = names.get(flow.name);
    if (twin !== undefined) add(flow, top, `flow "${flow.name}" is also in ${twin}`, 'rename one of them');
    else names.set(flow.name, flow.file);
    for (const number of flow.numbers) {
      const owner = numbers.get(number);
      if (owner !== undefined)
        add(flow, top, `number ${number} also leads to ${owner}`, 'take it out of one of them');
      else numbers.set(number, flow.file);
    }
  }
  const known = (kind: Mention['kind']): readonly string[] | undefined => {
    if (kind === 'flow') return [...names.keys()];
    if (kind === 'calendar') return Object.keys(shared.calendars);
    if (kind === 'persona') return Object.keys(shared.personas);
    return knowledge.names(kind);
  };
  for (const flow of flows)
    for (const mention of flow.mentions) {
      const there = known(mention.kind);
      if (!there || there.includes(mention.name)) continue;
      const hint =
        nearest(mention.name, there) ||
        (there.length > 0 ? `there is ${there.join(', ')}` : WHERE[mention.kind]);
      add(flow, mention, `there is no ${mention.kind} "${mention.name}"`, hint);
    }
  for (const flow of endlessCalls(flows))
    add(
      flow.flow,
      top,
      `flows call each other without end: ${flow.way.join(' → ')}`,
      'use "go" where it need not come back',
    );
  return problems;
}

/** Where things are made that a flow may name. */
const WHERE: Readonly<Record<Mention['kind'], string>> = {
  queue: 'queues are made through the API',
  campaign: 'campaigns are made through the API',
  service: 'name it in the setting CARILLON_SERVICES',
  flow: 'make a file for it',
  calendar: `add it to ${SHARED_FILE}`,
  persona: `add it to ${SHARED_FILE}`,
};

function endlessCalls(flows: readonly Flow[]): { flow: Flow; way: string[] }[] {
  const graph = new Map(
    flows.map((flow) => [
      flow.name,
      [...flow.steps.values()].flatMap(({ kind, args }) =>
        kind.comesBack ? (kind.calls?.(args) ?? []).map(({ flow: called }) => called) : [],
      ),
    ]),
  );
  return cyclesIn(graph).map((group) => ({
    flow: flows.findLast(({ name }) => group.includes(name))!,
    way: wayRound(new Map(group.map((name) => [name, graph.get(name)!])), group[0]!),
  }));
}
