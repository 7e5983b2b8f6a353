import { distancesFrom } from '../base/graph.ts';
import type { FlowChange } from './diff-change.ts';
import { renamesBetween } from './diff-renames.ts';
import { addedOrRemoved, diffStep, type Versions } from './diff-steps.ts';
import { type Flow, nextOf } from './flow.ts';

/**
 * What changes for callers from one version of a flow to another: first who gets here and how, then step by step in the order
 * in which a caller meets them. What nobody can hear, such as the description, is left out.
 */
export function diffFlows(before: Flow, after: Flow): readonly FlowChange[] {
  const versions: Versions = { before, after, renames: renamesBetween(before, after) };
  const { renames } = versions;
  const oldNames = new Map([...renames].map(([old, name]) => [name, old]));
  const changes = diffFrame(versions);
  for (const name of inOrderOfCall(versions)) {
    const step = after.steps.get(name);
    const old = before.steps.get(oldNames.get(name) ?? name);
    if (step && old) changes.push(...diffStep(versions, old, step));
    else if (step) changes.push(addedOrRemoved('step-added', after, step));
    else if (old) changes.push(addedOrRemoved('step-removed', before, old));
  }
  return withoutRepeats(changes);
}

/** The steps of both versions by their newest names, as a caller comes to them; in the end those that nobody comes to. */
function inOrderOfCall({ before, after, renames }: Versions): Iterable<string> {
  const ways = new Map<string, string[]>();
  for (const flow of [after, before])
    for (const step of flow.steps.values()) {
      const name = (target: string): string => (flow === before ? (renames.get(target) ?? target) : target);
      const next = step.exits.flatMap((exit) => nextOf(step, exit) ?? []).map(name);
      ways.set(name(step.name), [...(ways.get(name(step.name)) ?? []), ...next]);
    }
  const starts = [after.start, after.onError, before.start, before.onError].filter(
    (name) => name !== undefined,
  );
  return new Set([
    ...distancesFrom(ways, starts.slice(0, 1)).keys(),
    ...distancesFrom(ways, starts).keys(),
    ...ways.keys(),
  ]);
}

/** A prompt that several steps say is told of once. */
function withoutRepeats(changes: readonly FlowChange[]): FlowChange[] {
  const told = new Set<string>();
  return changes.filter((change) => {
    if (change.kind !== 'words' || change.prompt === undefined) return true;
    const key = JSON.stringify([change.prompt, change.language]);
    return !told.has(key) && told.add(key);
  });
}

// ── the frame ────────────────────────────────────────────────────────────────────────────────────────────────────────

function diffFrame({ before, after, renames }: Versions): FlowChange[] {
  const past = frameOf(before, (step) => renames.get(step) ?? step);
  const present = frameOf(after, (step) => step);
  const numbers = (one: Flow, other: Flow, leadsHere: boolean): FlowChange[] =>
    one.numbers
      .filter((number) => !other.numbers.includes(number))
      .map((number) => ({ kind: 'number', severity: 'frame', number, leadsHere }));
  const settings = [...new Set([...past.keys(), ...present.keys()])].flatMap((what): FlowChange[] => {
    const was = past.get(what);
    const is = present.get(what);
    return was === is ? [] : [{ kind: 'setting', severity: 'frame', what, before: was, after: is }];
  });
  return [...numbers(after, before, true), ...numbers(before, after, false), ...settings];
}

/** What the frame says, each under what it is called. */
function frameOf(flow: Flow, nameOf: (step: string) => string): ReadonlyMap<string, string> {
  const { name, callers, languages, persona, signature, start, onError } = flow;
  const personas = typeof persona === 'string' ? { '': persona } : persona;
  const variables = (what: string, types: Readonly<Record<string, string>>): [string, string][] =>
    Object.entries(types).map(([variable, type]) => [`the variable "${variable}" that ${what}`, type]);
  return new Map([
    ['the name of the flow', `"${name}"`],
    ['the circle of callers', callers === 'phones' ? 'our own phones' : callers],
    ['the list of languages', languages.join(', ')],
    ...Object.entries(personas)
      .filter(([, one]) => one !== '')
      .map(([number, one]): [string, string] => [
        `the persona${number === '' ? '' : ` at ${number}`}`,
        `"${one}"`,
      ]),
    ...variables('it takes', signature.takes),
    ...variables('it gives back', signature.gives),
    ...(signature.results.length === 0
      ? []
      : [['the list of results', signature.results.join(', ')] as [string, string]]),
    ['the first step', `"${nameOf(start)}"`],
    ...(onError === undefined
      ? []
      : [['the step after a failure', `"${nameOf(onError)}"`] as [string, string]]),
  ]);
}
