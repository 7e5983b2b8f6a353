import { didYouMean } from '../base/nearest.ts';
import { type Said, said } from '../base/said.ts';
import type { Signature } from './flow.ts';
import { type FlowFrame, flowFrame, ways as waysSchema } from './grammar.ts';
import type { Problem, Report } from './report.ts';
import type { StepKind } from './step.ts';
import { readYaml } from './yaml.ts';

/** A flow file that was read by itself. What it says of other flows and of variables is still unchecked. */
export interface Draft {
  readonly file: string;
  /** Undefined when the frame itself is wrong. */
  readonly frame?: FlowFrame;
  readonly steps: readonly DraftStep[];
  /** Every mistake that shows without the other files. */
  readonly problems: readonly Problem[];
  readonly report?: Report;
}

export interface DraftStep {
  readonly name: string;
  readonly kind: StepKind;
  readonly args: unknown;
  /** Of `then`, by exit; the exits that the arguments lead on themselves are not among them. */
  readonly ways: Readonly<Record<string, string>>;
  readonly otherwise?: string;
}

/** More than that no one can read, and the daemon would stand still while it does. */
const MOST_STEPS = 2000;

/** Reads a flow file by itself. Never throws: what is wrong becomes problems. @param file as it is named in messages */
export function readDraft(text: string, file: string, kinds: readonly StepKind[]): Draft {
  const { content, report, problems } = readYaml(text, file);
  if (!report) return { file, steps: [], problems };
  if (content === null || content === undefined) {
    report.put({ line: 1, column: 1 }, 'the file is empty', 'begin with "flow:" and its name');
    return { file, steps: [], problems: report.problems };
  }
  const frame = flowFrame.safeParse(content);
  if (!frame.success) {
    report.addIssues([], frame.error, flowFrame);
    return { file, steps: [], problems: report.problems };
  }
  const count = Object.keys(frame.data.steps).length;
  if (count > MOST_STEPS) {
    report.add(['steps'], said`there are ${count} steps, ${MOST_STEPS} at most`, 'make several flows of it');
    return { file, steps: [], problems: report.problems };
  }
  const steps = Object.entries(frame.data.steps).flatMap(
    ([name, raw]) => readStep(name, raw, kinds, report) ?? [],
  );
  return { file, frame: frame.data, steps, problems: [...report.problems], report };
}

/** What other flows have to know of this one; undefined when the file is not far enough. */
export function signatureOf({ frame, steps }: Draft): Signature | undefined {
  if (!frame) return undefined;
  const results = steps.flatMap(({ kind, args }) => kind.ends?.(args) ?? []);
  return { takes: frame.takes, gives: frame.gives, results: [...new Set(results)] };
}

function readStep(
  name: string,
  raw: Readonly<Record<string, unknown>>,
  kinds: readonly StepKind[],
  report: Report,
): DraftStep | undefined {
  const path = ['steps', name];
  const verbs = Object.keys(raw).filter((key) => key !== 'then' && key !== 'otherwise');
  const all = kinds.map((one) => one.verb);
  const [verb, second] = verbs;
  if (verb === undefined) {
    report.add(path, said`step "${name}" does nothing`, said`name one of ${all.join(', ')}`);
    return undefined;
  }
  if (second !== undefined) {
    report.add(
      [...path, second],
      said`step "${name}" does two things, "${verb}" and "${second}"`,
      /[：，]/.test(second)
        ? 'write : and , as on an English keyboard, each with a space after it'
        : 'make it two steps',
    );
    return undefined;
  }
  const kind = kinds.find((one) => one.verb === verb);
  if (!kind) {
    const wide = /[：，]/.exec(verb)?.[0];
    const hint = (): string | Said =>
      (wide && said`there is a ${wide} in it: YAML wants ${wide === '：' ? ':' : ','} and a space`) ||
      didYouMean(verb, all) ||
      said`it has to be one of ${all.join(', ')}`;
    report.add([...path, verb], said`there is no verb "${verb}"`, hint);
    return undefined;
  }
  const args = kind.args.safeParse(raw[verb]);
  if (!args.success) report.addIssues([...path, verb], args.error, kind.args);
  const ways = waysSchema.optional().safeParse(raw.then);
  if (!ways.success) report.addIssues([...path, 'then'], ways.error);
  const { otherwise } = raw;
  const named = otherwise === undefined || typeof otherwise === 'string';
  if (!named) report.add([...path, 'otherwise'], '"otherwise" has to name a step');
  if (!args.success || !ways.success || !named) return undefined;
  const rest = typeof ways.data === 'string' ? ways.data : otherwise;
  return {
    name,
    kind,
    args: args.data,
    ways: typeof ways.data === 'object' ? ways.data : {},
    ...(rest === undefined ? {} : { otherwise: rest }),
  };
}
