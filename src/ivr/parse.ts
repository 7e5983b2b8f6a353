import {
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml';
import type { z } from 'zod';
import type { Flow, Step } from './flow.ts';
import { flowFrame, ways as waysSchema } from './grammar.ts';
import type { StepKind } from './step.ts';

/** What is wrong in a flow file, and where. Lines and columns count from 1. */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** `file:line:column message` */
export function problemText(problem: Problem): string {
  return `${problem.file}:${problem.line}:${problem.column} ${problem.message}`;
}

export const MAX_FLOW_BYTES = 1_000_000;

type Path = readonly PropertyKey[];

/** Collects problems with the place in the text that a path of keys leads to. */
class Report {
  readonly problems: Problem[] = [];
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #document: Document;

  constructor(file: string, lines: LineCounter, document: Document) {
    this.#file = file;
    this.#lines = lines;
    this.#document = document;
  }

  at(offset: number, message: string): void {
    const { line, col } = this.#lines.linePos(offset);
    this.problems.push({ file: this.#file, line: Math.max(1, line), column: Math.max(1, col), message });
  }

  add(path: Path, message: string): void {
    this.at(this.#offsetOf(path), message);
  }

  /** At the scalar `value` somewhere below the path, where that is to be found. */
  addAtValue(path: Path, value: string, message: string): void {
    let offset = this.#offsetOf(path);
    const below = this.#document.getIn(path, true);
    if (isNode(below))
      visit(below, {
        Scalar: (key, scalar) => {
          if (key === 'key' || scalar.value !== value) return undefined;
          offset = scalar.range?.[0] ?? offset;
          return visit.BREAK;
        },
      });
    this.at(offset, message);
  }

  addIssues(path: Path, error: z.ZodError): void {
    for (const issue of error.issues) {
      const where = [...path, ...issue.path];
      if (issue.code !== 'unrecognized_keys') this.add(where, wordingOf(issue));
      else for (const key of issue.keys) this.add([...where, key], `there is no "${key}" here`);
    }
  }

  /** Offset of the key at the end of the path, or of the nearest thing above that is in the text. */
  #offsetOf(path: Path): number {
    let node: unknown = this.#document.contents;
    let offset = isNode(node) ? (node.range?.[0] ?? 0) : 0;
    for (const key of path) {
      if (isMap(node)) {
        const pair = node.items.find(
          (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(key),
        );
        if (!pair) return offset;
        offset = (pair.key as Node).range?.[0] ?? offset;
        node = pair.value;
      } else {
        node = (node as { get?: (key: unknown, keep: boolean) => unknown })?.get?.(key, true);
        if (!isNode(node)) return offset;
        offset = node.range?.[0] ?? offset;
      }
    }
    return offset;
  }
}

/** What a union expected is clearest in the words of its first branch that is not about types. */
function wordingOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  if (issue.code !== 'invalid_union') return issue.message;
  const inner = issue.errors.flat().find((one) => one.code !== 'invalid_type') ?? issue.errors.flat()[0];
  return inner ? inner.message : issue.message;
}

export interface ParsedFlow {
  /** Undefined when there are problems. */
  readonly flow?: Flow;
  readonly problems: readonly Problem[];
}

/**
 * Reads a flow file. Never throws: whatever the text is, it becomes a flow or a list of problems.
 * @param file as it is named in messages; @param version of this text
 */
export function parseFlow(
  text: string,
  file: string,
  version: string,
  kinds: readonly StepKind[],
): ParsedFlow {
  const place = { file, line: 1, column: 1 };
  if (text.length > MAX_FLOW_BYTES)
    return { problems: [{ ...place, message: 'the file is larger than 1 MB' }] };
  if (text.includes('\u0000') || text.includes('\ufffd'))
    return { problems: [{ ...place, message: 'the file is not UTF-8 text' }] };
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, strict: true, merge: false });
  const report = new Report(file, lines, document);
  // After the first mistake in the form of the text, the others only follow from it.
  const [malformed] = document.errors;
  if (malformed)
    report.at(malformed.pos[0], malformed.message.split('\n')[0]!.replace(/ at line \d+.*$/, ''));
  if (report.problems.length > 0) return { problems: report.problems };
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: 20 });
  } catch (thrown) {
    return { problems: [{ ...place, message: thrown instanceof Error ? thrown.message : String(thrown) }] };
  }
  if (content === null || content === undefined)
    return { problems: [{ ...place, message: 'the file is empty: begin with "flow:" and its name' }] };
  const frame = flowFrame.safeParse(content);
  if (!frame.success) {
    report.addIssues([], frame.error);
    return { problems: report.problems };
  }
  const { data } = frame;
  const named = new Map(
    Object.entries(data.prompts).map(([name, texts]) => [name, texts as Record<string, string>]),
  );
  const steps = new Map<string, Step>();
  for (const [name, raw] of Object.entries(data.steps)) {
    const step = readStep(name, raw, kinds, report);
    if (step) steps.set(name, step);
  }
  checkTargets(data, steps, report);
  for (const [name, step] of steps) checkPrompts(name, step, named, report);
  if (report.problems.length > 0) return { problems: report.problems };
  const flow: Flow = {
    name: data.flow,
    version,
    file,
    numbers: data.numbers,
    callers: data.callers,
    languages: data.languages,
    start: data.start,
    ...(data['on-error'] === undefined ? {} : { onError: data['on-error'] }),
    steps,
    namedPrompts: named,
  };
  return { flow, problems: [] };
}

function readStep(
  name: string,
  raw: Readonly<Record<string, unknown>>,
  kinds: readonly StepKind[],
  report: Report,
): Step | undefined {
  const path = ['steps', name];
  const verbs = Object.keys(raw).filter((key) => key !== 'then' && key !== 'otherwise');
  const verb = verbs[0];
  if (verb === undefined) {
    report.add(path, `step "${name}" does nothing: name one of ${kinds.map((kind) => kind.verb).join(', ')}`);
    return undefined;
  }
  if (verbs.length > 1) {
    report.add(
      [...path, verbs[1]!],
      `step "${name}" does two things, "${verb}" and "${verbs[1]}": make it two steps`,
    );
    return undefined;
  }
  const kind = kinds.find((one) => one.verb === verb);
  if (!kind) {
    report.add(
      [...path, verb],
      `there is no step "${verb}": it has to be one of ${kinds.map((one) => one.verb).join(', ')}`,
    );
    return undefined;
  }
  const args = kind.args.safeParse(raw[verb]);
  if (!args.success) {
    report.addIssues([...path, verb], args.error);
    return undefined;
  }
  const ways = waysSchema.optional().safeParse(raw.then);
  if (!ways.success) {
    report.addIssues([...path, 'then'], ways.error);
    return undefined;
  }
  if (raw.otherwise !== undefined && typeof raw.otherwise !== 'string') {
    report.add([...path, 'otherwise'], '"otherwise" has to name a step');
    return undefined;
  }
  const exits = kind.exits(args.data);
  const targets: Record<string, string> = Object.assign(Object.create(null), kind.targets?.(args.data));
  for (const [exit, target] of Object.entries(typeof ways.data === 'object' ? ways.data : {})) {
    if (exits.includes(exit)) targets[exit] = target;
    else
      report.add([...path, 'then', exit], `"${verb}" has no way out "${exit}": it has ${exits.join(', ')}`);
  }
  const otherwise = typeof ways.data === 'string' ? ways.data : raw.otherwise;
  const open = otherwise === undefined ? exits.filter((exit) => targets[exit] === undefined) : [];
  if (open.length > 0) {
    report.add(
      [...path, verb],
      `step "${name}" leads nowhere for ${open.join(', ')}: add them to "then", or an "otherwise"`,
    );
  }
  return { name, kind, args: args.data, targets, ...(otherwise === undefined ? {} : { otherwise }) };
}

function checkTargets(
  data: z.output<typeof flowFrame>,
  steps: ReadonlyMap<string, Step>,
  report: Report,
): void {
  const known = (step: string): boolean => Object.hasOwn(data.steps, step);
  if (!known(data.start)) report.add(['start'], `there is no step "${data.start}"`);
  const onError = data['on-error'];
  if (onError !== undefined && !known(onError)) report.add(['on-error'], `there is no step "${onError}"`);
  for (const [name, step] of steps) {
    for (const target of new Set([
      ...Object.values(step.targets),
      ...(step.otherwise === undefined ? [] : [step.otherwise]),
    ])) {
      if (!known(target))
        report.addAtValue(
          ['steps', name],
          target,
          `step "${name}" leads to "${target}", which does not exist`,
        );
    }
  }
}

function checkPrompts(
  name: string,
  step: Step,
  named: ReadonlyMap<string, Record<string, string>>,
  report: Report,
): void {
  for (const prompt of step.kind.prompts?.(step.args) ?? []) {
    if (prompt.name !== undefined && !named.has(prompt.name)) {
      report.add(['steps', name, step.kind.verb], `there is no prompt "${prompt.name}": add it to "prompts"`);
    }
  }
}
