import { nextOf, type Step } from './flow.ts';
import { isExpression } from './values.ts';

/** How a step looks: what it is for the caller. */
export const LOOKS = ['speaks', 'asks', 'works', 'hands-over', 'other-flow', 'ends'] as const;
export type Look = (typeof LOOKS)[number];

/** Ways out of a step that lead to the same place, as one row of its card. */
export interface Way {
  /** '' where the step has just this one way on. */
  readonly label: string;
  /** The key that the caller presses for it. */
  readonly key?: string;
  readonly exits: readonly string[];
  readonly target?: string;
}

/** Verbs that give the caller to somebody else, or to a voicemail box. */
const HAND_OVERS = new Set(['queue', 'dial', 'voicemail', 'campaign', 'campaign-fallback']);

/** What a step is for the caller. */
export function lookOf(step: Step): Look {
  const { kind, exits } = step;
  if (flowsOf(step).length > 0) return 'other-flow';
  if (exits.length === 0) return 'ends';
  if (HAND_OVERS.has(kind.verb)) return 'hands-over';
  return kind.waiting === 'waits' ? 'asks' : kind.waiting === 'speaks' ? 'speaks' : 'works';
}

const REST = 'rest';

/** Every way out of a step: keys and cases each by themselves, other exits together where they lead to the same step. */
export function waysOf(step: Step): readonly Way[] {
  const keys = [...(step.kind.keys?.(step.args) ?? [])].sort(byKeypad);
  const groups = new Map<string, string[]>();
  for (const exit of [...keys, ...step.exits.filter((one) => !keys.includes(one))]) {
    const target = step.targets[exit];
    const apart = keys.includes(exit) || isCase(exit);
    const group = apart ? `exit ${exit}` : target === undefined ? REST : `to ${target}`;
    groups.set(group, [...(groups.get(group) ?? []), exit]);
  }
  const rest = groups.get(REST);
  // What is caught by `otherwise` comes last.
  if (rest && groups.delete(REST)) groups.set(REST, rest);
  return [...groups].map(([group, exits]) => {
    const target = nextOf(step, exits[0]!);
    const key = keys.find((one) => one === exits[0]);
    const words =
      group === REST && exits.length > 2 ? 'otherwise' : exits.map((exit) => exitText(step, exit)).join(', ');
    const label = key === undefined && groups.size > 1 ? words : '';
    return {
      label,
      exits,
      ...(key === undefined ? {} : { key }),
      ...(target === undefined ? {} : { target }),
    };
  });
}

/** True for an exit that stands for a condition. */
export function isCase(exit: string): boolean {
  return /^case-\d+$/.test(exit);
}

function byKeypad(a: string, b: string): number {
  return '1234567890*#'.indexOf(a) - '1234567890*#'.indexOf(b);
}

/** An exit in words: a case of a choice by its condition, any other by its name. */
export function exitText({ args }: Step, exit: string): string {
  if (!isCase(exit)) return exit === 'else' ? 'otherwise' : exit;
  return Array.isArray(args) ? conditionIn(args[Number(exit.slice('case-'.length)) - 1]) || exit : exit;
}

/** The expression in a case of a list, '' if there is none. */
function conditionIn(part: unknown): string {
  return Object.values(Object(part) as object).find(isExpression)?.expression ?? '';
}

/** Another flow that a step goes on in. */
export interface OtherFlow {
  readonly name: string;
  /** The condition for it, '' for none. */
  readonly when: string;
}

/** The flows that a step goes on in. */
export function flowsOf({ kind, args }: Step): readonly OtherFlow[] {
  const mentions = kind.mentions?.(args) ?? [];
  const flows = mentions.filter((mention) => mention.kind === 'flow');
  // Where there are rules, there is one per mention.
  return flows.map(({ name }, at) => ({ name, when: Array.isArray(args) ? conditionIn(args[at]) : '' }));
}
