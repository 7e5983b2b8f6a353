import { didYouMean } from '../base/nearest.ts';
import { said } from '../base/said.ts';
import { checkWays, LIMITS, type Limits } from './check.ts';
import { type Draft, type DraftStep, readDraft } from './draft.ts';
import { type Compiled, Compiler } from './expression.ts';
import type { Flow, Signature, Step } from './flow.ts';
import { flowPrompts } from './flow-prompts.ts';
import { variablesHint, variableTypes } from './flow-variables.ts';
import type { FlowFrame } from './grammar.ts';
import type { Path, Place, Problem, Report } from './report.ts';
import type { FlowCall, Mention, StepKind } from './step.ts';
import { type Expression, isExpression, type VariableType } from './values.ts';

/** What a flow file cannot know by itself. */
export interface Surroundings {
  /** Prompts that every flow may use. */
  readonly prompts: Readonly<Record<string, Readonly<Record<string, string>>>>;
  signature(flow: string): Signature | undefined;
  readonly limits: Limits;
  /** True when somebody recorded this prompt in this language; a flow's own prompt is `flow/prompt`. */
  isRecorded(prompt: string, language: string): boolean;
}

/** A flow that stands alone. */
export const ALONE: Surroundings = {
  prompts: {},
  limits: LIMITS,
  signature: () => undefined,
  isRecorded: () => false,
};

export interface ParsedFlow {
  /** Undefined when there are errors. */
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
  surroundings = ALONE,
): ParsedFlow {
  return finishFlow(readDraft(text, file, kinds), version, surroundings);
}

/** Makes a flow of a draft, now that its surroundings are known. */
export function finishFlow(draft: Draft, version: string, surroundings: Surroundings): ParsedFlow {
  const { frame, report } = draft;
  if (!frame || !report) return { problems: draft.problems };
  const known = draft.problems.length;
  report.problems.length = known;
  const finisher = new Finisher(draft, frame, report, surroundings);
  const flow = finisher.flow(version);
  // Ways can only be followed when every step was read.
  const ways = known === 0 ? checkWays(flow, surroundings.limits) : [];
  const problems = [...report.problems, ...ways].sort((a, b) => a.line - b.line || a.column - b.column);
  return problems.some((problem) => problem.severity === 'error') ? { problems } : { flow, problems };
}

/** Checks one draft against its surroundings, and collects what the flow is made of. */
class Finisher {
  readonly #draft: Draft;
  readonly #frame: FlowFrame;
  readonly #report: Report;
  readonly #surroundings: Surroundings;
  readonly #compiler: Compiler;
  readonly #types: Readonly<Record<string, VariableType>>;
  readonly #expressions = new Map<string, Compiled>();
  readonly #mentions: Flow['mentions'][number][] = [];

  constructor(draft: Draft, frame: FlowFrame, report: Report, surroundings: Surroundings) {
    this.#draft = draft;
    this.#frame = frame;
    this.#report = report;
    this.#surroundings = surroundings;
    const secrets = draft.steps.flatMap(({ kind, args }) => kind.keeps?.(args) ?? []);
    this.#types = variableTypes(draft, frame, report, (name) => surroundings.signature(name));
    this.#compiler = new Compiler(this.#types, secrets);
  }

  flow(version: string): Flow {
    const { flow, numbers, callers, languages, persona, takes, gives, start, description } = this.#frame;
    const onError = this.#frame['on-error'];
    const steps = new Map(this.#draft.steps.map((step) => [step.name, this.#step(step)]));
    this.#checkTargets(steps);
    const namedPrompts = flowPrompts({
      draft: this.#draft,
      frame: this.#frame,
      report: this.#report,
      shared: this.#surroundings.prompts,
      isRecorded: this.#surroundings.isRecorded,
      compile: (place, expression) => this.#compile(place, { expression, wants: 'speech' }),
    });
    this.#checkGiven();
    for (const name of typeof persona === 'object'
      ? Object.values(persona)
      : persona === undefined
        ? []
        : [persona])
      this.#mention(['persona'], { kind: 'persona', name });
    const results = this.#draft.steps.flatMap(({ kind, args }) => kind.ends?.(args) ?? []);
    return {
      name: flow,
      version,
      file: this.#draft.file,
      description: description ?? '',
      numbers,
      callers,
      languages,
      persona: persona ?? '',
      signature: { takes, gives, results: [...new Set(results)] },
      start,
      ...(onError === undefined ? {} : { onError }),
      steps,
      namedPrompts,
      expressions: this.#expressions,
      mentions: this.#mentions,
    };
  }

  // ── variables and expressions ──────────────────────────────────────────────────────────────────────────────────────

  #compile(place: Place, expression: Expression): void {
    const compiled = this.#compiler.compile(expression);
    if (typeof compiled === 'string') {
      this.#report.put(place, said`the expression ${quoted(expression.expression)} cannot be used`, compiled);
      return;
    }
    this.#expressions.set(expression.expression, compiled);
    for (const mention of compiled.mentions) this.#mentions.push({ ...mention, ...place });
  }

  #compileAll(path: Path, args: unknown): void {
    if (isExpression(args)) this.#compile(this.#report.placeOf(path), args);
    else if (Array.isArray(args))
      args.forEach((one, index) => {
        this.#compileAll([...path, index], one);
      });
    else if (typeof args === 'object' && args !== null)
      for (const [name, one] of Object.entries(args)) this.#compileAll([...path, name], one);
  }

  #mention(path: Path, mention: Mention): void {
    this.#mentions.push({ ...mention, ...this.#report.placeOf(path) });
  }

  #checkGiven(): void {
    for (const [name, type] of Object.entries(this.#frame.gives)) {
      if (this.#types[name] === undefined)
        this.#report.add(
          ['gives', name],
          said`this flow gives back "${name}", but no step sets it`,
          variablesHint(this.#types),
        );
      else if (this.#types[name] !== type)
        this.#report.add(['gives', name], said`"${name}" is ${this.#types[name]} in this flow, not ${type}`);
    }
  }

  // ── steps ──────────────────────────────────────────────────────────────────────────────────────────────────────────

  #step({ name, kind, args, ways, otherwise }: DraftStep): Step {
    const path = ['steps', name, kind.verb];
    this.#compileAll(path, args);
    for (const mention of kind.mentions?.(args) ?? []) this.#mention(path, mention);
    for (const variable of kind.reads?.(args) ?? [])
      if (this.#types[variable] === undefined)
        this.#report.add(path, said`no step sets the variable "${variable}"`, variablesHint(this.#types));
    const spoken = kind.speaks?.(args);
    if (spoken !== undefined && !(this.#frame.languages as readonly string[]).includes(spoken))
      this.#report.add(
        path,
        said`this flow does not speak ${spoken}`,
        'add it to "languages", with words for every prompt',
      );
    const exits = [...kind.exits(args), ...this.#resultsOf(name, kind, args)];
    const targets: Record<string, string> = Object.assign(Object.create(null), kind.targets?.(args));
    // Which results a flow has that cannot be read is not this one's fault.
    const unknown =
      kind.comesBack && kind.calls?.(args).some(({ flow }) => !this.#surroundings.signature(flow));
    for (const [exit, target] of Object.entries(ways)) {
      if (unknown || exits.includes(exit)) targets[exit] = target;
      else
        this.#report.add(
          ['steps', name, 'then', exit],
          said`"${kind.verb}" has no way out "${exit}"`,
          exits.length > 0 ? said`it has ${exits.join(', ')}` : 'it has none',
        );
    }
    for (const [exit, like] of Object.entries(kind.instead ?? {})) {
      const target = targets[exit] ?? targets[like];
      if (target !== undefined) targets[exit] = target;
    }
    const open = otherwise === undefined ? exits.filter((exit) => targets[exit] === undefined) : [];
    if (open.length > 0)
      this.#report.add(
        path,
        said`step "${name}" leads nowhere for ${open.join(', ')}`,
        'add them to "then", or an "otherwise"',
      );
    if (!unknown && exits.length === 0 && otherwise !== undefined)
      this.#report.add(['steps', name], said`"${kind.verb}" does not go on`, 'take "then" out');
    return {
      name,
      kind,
      args,
      exits: unknown ? Object.keys(targets) : exits,
      targets,
      ...(otherwise === undefined ? {} : { otherwise }),
      ...this.#report.placeOf(['steps', name]),
    };
  }

  /** The results of the flows that a step calls; what they are given has to be what they take. */
  #resultsOf(step: string, kind: StepKind, args: unknown): readonly string[] {
    const results = new Set<string>();
    for (const { flow, with: given } of kind.calls?.(args) ?? []) {
      const signature = this.#surroundings.signature(flow);
      if (!signature) continue;
      this.#checkWith(['steps', step, kind.verb], flow, given, signature.takes);
      if (kind.comesBack) for (const result of signature.results) results.add(result);
    }
    return [...results];
  }

  #checkWith(path: Path, flow: string, given: FlowCall['with'], takes: Signature['takes']): void {
    for (const [name, expression] of Object.entries(given)) {
      const type = takes[name];
      const compiled = this.#compiler.compile(expression);
      const where = [...path, 'with', name];
      if (type === undefined)
        this.#report.add(where, said`flow "${flow}" takes no "${name}"`, variablesHint(takes));
      else if (typeof compiled !== 'string' && compiled.type !== type)
        this.#report.add(where, said`flow "${flow}" takes "${name}" as ${type}, this is ${compiled.type}`);
    }
    const missing = Object.keys(takes).filter((name) => given[name] === undefined);
    if (missing.length > 0)
      this.#report.add(path, said`flow "${flow}" has to be given ${missing.join(', ')}`, 'add "with"');
  }

  #checkTargets(steps: ReadonlyMap<string, Step>): void {
    const names = Object.keys(this.#frame.steps);
    const known = new Set(names);
    const { start, 'on-error': onError } = this.#frame;
    if (!known.has(start))
      this.#report.add(['start'], said`there is no step "${start}"`, () => didYouMean(start, names));
    if (onError !== undefined && !known.has(onError))
      this.#report.add(['on-error'], said`there is no step "${onError}"`, () => didYouMean(onError, names));
    for (const step of steps.values())
      for (const target of new Set([
        ...Object.values(step.targets),
        ...(step.otherwise === undefined ? [] : [step.otherwise]),
      ]))
        if (!known.has(target))
          this.#report.put(
            this.#placeOfTarget(step, target),
            said`step "${step.name}" leads to "${target}", which does not exist`,
            () => didYouMean(target, names),
          );
  }

  /** Targets stand in `then`, in `otherwise` and in the arguments; words that a step says may be the same. */
  #placeOfTarget({ name, kind }: Step, target: string): Place {
    const path = ['steps', name];
    const places = [['then'], ['otherwise'], [kind.verb, 'keys'], [kind.verb, 'answers'], [kind.verb]];
    for (const place of places) {
      const found = this.#report.findValue([...path, ...place], target);
      if (found) return found;
    }
    return this.#report.placeOf(path);
  }
}

function quoted(expression: string): string {
  return expression.length > 60 ? `${expression.slice(0, 57)}…` : expression;
}
