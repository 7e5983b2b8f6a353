import type { Prompt } from '../speech/prompt.ts';
import type { Severity } from './diff-change.ts';
import type { Step } from './flow.ts';
import { isExpression } from './values.ts';

/** An argument of a step in words. */
export interface Argument {
  /** Such as `the waiting time`. */
  readonly what: string;
  readonly text: string;
  readonly severity: Severity;
}

interface Field {
  readonly words: string;
  readonly severity: Severity;
  /** It is a time in milliseconds. */
  readonly ms?: true;
}

/** Arguments that are not called by their own name. */
const FIELDS: Readonly<Record<string, Field>> = {
  timeout: { words: 'the waiting time', severity: 'timing', ms: true },
  pause: { words: 'the pause that ends the digits', severity: 'timing', ms: true },
  ring: { words: 'the ringing time', severity: 'timing', ms: true },
  longest: { words: 'the longest recording', severity: 'timing', ms: true },
  deadline: { words: 'the time for the answer', severity: 'timing', ms: true },
  tries: { words: 'the number of tries', severity: 'timing' },
  retries: { words: 'the number of further tries', severity: 'timing' },
  min: { words: 'the fewest digits', severity: 'timing' },
  max: { words: 'the most digits', severity: 'timing' },
  'end-key': { words: 'the key that ends the digits', severity: 'timing' },
  interruptible: { words: 'the interruption by keys', severity: 'words' },
  music: { words: 'the music', severity: 'words' },
  box: { words: 'the voicemail box', severity: 'way' },
};

/** A prompt among the arguments, by what it is for. */
export interface SpokenPrompt {
  /** '' for what the step is there to say. */
  readonly role: string;
  readonly prompt: Prompt;
}

/** Every prompt that the arguments hold. */
export function spokenIn(args: unknown, path: readonly string[] = []): SpokenPrompt[] {
  if (isPrompt(args)) {
    const role = path.at(-1) ?? '';
    return [{ role: ['say', 'prompt', 'text'].includes(role) ? '' : role, prompt: args }];
  }
  if (isExpression(args)) return [];
  return Object.entries(isTree(args) ? args : {}).flatMap(([key, value]) => spokenIn(value, [...path, key]));
}

/** Every argument that is neither a prompt nor a way out, by where it stands. */
export function argumentsOf(step: Step): ReadonlyMap<string, Argument> {
  const { kind, args } = step;
  const targets = JSON.stringify(kind.targets?.(args) ?? {});
  const found = new Map<string, Argument>();
  const walk = (value: unknown, path: readonly string[]): void => {
    if (value === undefined || isPrompt(value) || (targets !== '{}' && JSON.stringify(value) === targets))
      return;
    if (isTree(value) && !isExpression(value)) {
      // The cases of a choice are its ways out.
      if (Array.isArray(value) && targets !== '{}') return;
      for (const [key, one] of Object.entries(Array.isArray(value) ? byCondition(value) : value))
        walk(one, [...path, key]);
    } else found.set(path.join('.'), inWords(step, path, value));
  };
  walk(args, []);
  return found;
}

/** A list of rules by their conditions, any other by the places in it. */
function byCondition(list: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(
    list.map((one, at) => {
      const entries = Object.entries(isTree(one) ? one : {});
      const condition = entries.find(([, value]) => isExpression(value));
      if (!condition || !isExpression(condition[1])) return [String(at + 1), one];
      const rest = entries.filter(([key]) => key !== condition[0]);
      return [condition[1].expression, rest.length === 1 ? rest[0]![1] : Object.fromEntries(rest)];
    }),
  );
}

function inWords({ kind, args }: Step, path: readonly string[], value: unknown): Argument {
  const [first = kind.verb, ...rest] = path;
  if (kind.sets && Object.hasOwn(kind.sets(args), first) && isExpression(value))
    return { what: `the variable "${first}"`, text: value.expression, severity: 'way' };
  const field = Object.hasOwn(FIELDS, first) && rest.length === 0 ? FIELDS[first] : undefined;
  const own = Array.isArray(args)
    ? `the ${kind.verb.replace('choose-', '')} for ${path.join(' ')}`
    : nameOf(kind.verb, path);
  return {
    what: field?.words ?? own,
    text: field?.ms && typeof value === 'number' ? durationText(value) : scalarText(value),
    severity: field?.severity ?? (typeof value === 'number' ? 'timing' : 'way'),
  };
}

function nameOf(verb: string, path: readonly string[]): string {
  const [first, ...rest] = path;
  if (first === undefined) return `"${verb}"`;
  if (first === 'name') return `the ${verb}`;
  return rest.length === 0 ? `"${first}"` : `"${rest.join('.')}" of "${first}"`;
}

/** A time as it stands in a flow file, with a space before its unit. @param ms milliseconds */
function durationText(ms: number): string {
  if (ms >= 60_000 && ms % 60_000 === 0) return `${ms / 60_000} min`;
  return ms >= 1000 && ms % 100 === 0 ? `${ms / 1000} s` : `${ms} ms`;
}

function scalarText(value: unknown): string {
  if (isExpression(value)) return value.expression;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'string' ? `"${value}"` : String(value);
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isPrompt(value: unknown): value is Prompt {
  return isTree(value) && isTree(value.texts);
}
