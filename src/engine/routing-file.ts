import { didYouMean } from '../base/nearest.ts';
import { said } from '../base/said.ts';
import type { Path, Problem, Report } from '../ivr/report.ts';
import { readYaml } from '../ivr/yaml.ts';
import type { Declarations, DeclaredAttributes } from '../queue/declarations.ts';
import { ExpressionCompiler } from '../queue/expression.ts';
import { CALLER_FACTS } from '../queue/expression-glances.ts';
import { type RoutingRules, routingRules } from '../queue/rules.ts';
import { withoutBroken } from './routing-broken.ts';
import { type RoutingFile, routingFile } from './routing-grammar.ts';
import { type RoutingSurroundings, warnOfNames } from './routing-names.ts';
import { checkTargets, QueueReader } from './routing-queue.ts';

/** Words of CEL that cannot be names in it. */
const RESERVED: readonly string[] = [
  ...['as', 'break', 'const', 'continue', 'else', 'false', 'for', 'function', 'if', 'import', 'in', 'let'],
  ...['loop', 'package', 'namespace', 'null', 'return', 'true', 'var', 'void', 'while'],
];

export interface ReadRouting {
  /** Undefined when there are errors. */
  readonly rules?: RoutingRules;
  readonly problems: readonly Problem[];
}

/**
 * Reads the routing rules. Never throws: whatever the text is, it becomes rules or a list of problems.
 * @param file as it is named in messages
 * @param surroundings what else there is, for warnings
 */
export function readRouting(text: string, file: string, surroundings: RoutingSurroundings = {}): ReadRouting {
  const { content, report, problems } = readYaml(text, file);
  if (!report) return { problems };
  const read = routingFile.safeParse(content ?? {});
  if (!read.success) {
    report.addIssues([], read.error, routingFile);
    const sound = routingFile.safeParse(withoutBroken(content, read.error));
    if (sound.success) rulesFrom(sound.data, report);
    // Warnings may only follow from what was left out.
    return { problems: inOrder(report.problems.filter(isError)) };
  }
  const rules = rulesFrom(read.data, report);
  if (rules) warnOfNames(rules, surroundings, report);
  return { ...(rules && { rules }), problems: report.problems };
}

/** Undefined with an error in declarations, queues or overflow. */
function rulesFrom(file: RoutingFile, report: Report): RoutingRules | undefined {
  const before = report.problems.filter(isError).length;
  const hasErrors = (): boolean => report.problems.filter(isError).length > before;
  const declared = declarationsOf(file, report);
  // What looks at a name that is not understood would be wrong too.
  if (hasErrors()) return undefined;
  const compiler = new ExpressionCompiler(declared);
  checkTargets(file.tiers, ['tiers'], report);
  const queues = Object.entries(file.queues).map(([name, written]) =>
    new QueueReader(name, written, file, compiler, report).read(),
  );
  checkOverflow(file, report);
  return hasErrors() ? undefined : routingRules(file.order, queues, declared, compiler);
}

const isError = ({ severity }: Problem): boolean => severity === 'error';

const inOrder = (problems: readonly Problem[]): Problem[] =>
  problems.toSorted((a, b) => a.line - b.line || a.column - b.column);

// ── what there is ────────────────────────────────────────────────────────────────────────────────────────────────────

function declarationsOf(file: RoutingFile, report: Report): Declarations {
  file.skills.forEach((skill, at) => {
    checkName(skill, ['skills', at], report);
    if (file.skills.indexOf(skill) < at) report.add(['skills', at], said`"${skill}" is there twice`);
  });
  const attributes = {
    agent: attributesOf(file.attributes.agent, 'agent', report),
    caller: attributesOf(file.attributes.caller, 'caller', report),
  };
  const use = file['sensitive-use'];
  if (use === 'off') return { skills: file.skills, attributes, sensitiveUse: { permitted: [], reason: '' } };
  checkPermitted(use.permit, attributes, report);
  return { skills: file.skills, attributes, sensitiveUse: { permitted: use.permit, reason: use.reason } };
}

function attributesOf(
  written: RoutingFile['attributes']['agent'],
  side: 'agent' | 'caller',
  report: Report,
): DeclaredAttributes {
  return Object.fromEntries(
    Object.entries(written).map(([name, one]) => {
      checkName(name, ['attributes', side, name], report);
      if (side === 'caller' && (CALLER_FACTS as readonly string[]).includes(name))
        report.add(
          ['attributes', side, name],
          said`every caller has a "${name}" already`,
          'take it out of here',
        );
      return [name, typeof one === 'string' ? { type: one, sensitive: false } : one];
    }),
  );
}

function checkName(name: string, path: Path, report: Report): void {
  if (RESERVED.includes(name))
    report.add(path, said`"${name}" means something else in expressions`, 'take another name');
}

function checkPermitted(
  permit: readonly string[],
  attributes: Declarations['attributes'],
  report: Report,
): void {
  const all = Object.entries(attributes).flatMap(([side, names]) =>
    Object.entries(names).map(([name, { sensitive }]) => ({ name: `${side}.${name}`, sensitive })),
  );
  permit.forEach((wanted, at) => {
    const path = ['sensitive-use', 'permit', at];
    const found = all.find(({ name }) => name === wanted);
    if (!found)
      report.add(
        path,
        said`there is no attribute "${wanted}"`,
        didYouMean(
          wanted,
          all.map(({ name }) => name),
        ),
      );
    else if (!found.sensitive)
      report.add(path, said`"${wanted}" is not sensitive`, 'any rule may use it: take it out of here');
  });
}

// ── overflow ─────────────────────────────────────────────────────────────────────────────────────────────────────────

function checkOverflow({ queues }: RoutingFile, report: Report): void {
  const helpersOf = (name: string): string[] =>
    Object.hasOwn(queues, name) ? queues[name]!.overflow.map(({ queue }) => queue) : [];
  for (const [name, { overflow }] of Object.entries(queues))
    overflow.forEach(({ queue: helper }, at) => {
      const path = ['queues', name, 'overflow', at, 'queue'];
      if (!Object.hasOwn(queues, helper))
        report.add(path, said`there is no queue "${helper}"`, didYouMean(helper, Object.keys(queues)));
      else if (helper === name) report.add(path, 'a queue cannot help itself', 'name another one');
      else if (reaches(helper, name, helpersOf))
        report.add(
          path,
          said`${name} overflows to ${helper}, and ${helper} to ${name} in the end`,
          'take one of the two out, or give a step of relax the needs of the other',
        );
    });
}

function reaches(from: string, to: string, next: (name: string) => readonly string[]): boolean {
  const seen = new Set<string>([from]);
  for (const name of seen) for (const one of next(name)) seen.add(one);
  return seen.has(to);
}
