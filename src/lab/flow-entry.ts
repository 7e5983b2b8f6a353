import { Refused } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { answersTo, type Flow } from '../ivr/flow.ts';
import type { ReadFlows } from './stage.ts';

/** Dials a flow that has no number of its own. */
const NO_NUMBER = 'no-number';

/** Where a call goes in. */
export interface Entry {
  /** The flows, with what had to be changed so that the call gets there. */
  readonly read: ReadFlows;
  readonly flow: Flow;
  readonly dials: string;
}

/**
 * The way into a flow.
 * @param target name of a flow or a number; undefined: the only flow that anyone can dial
 * @throws Refused `flow-unknown`, `flow-ambiguous`, `language-unknown`
 */
export function entryTo(read: ReadFlows, target: string | undefined, language?: string): Entry {
  const { flow, dials } = findEntry(read, target);
  if (language !== undefined && !flow.languages.includes(language))
    throw new Refused(
      'language-unknown',
      `Flow ${flow.name} does not speak ${language}: it speaks ${flow.languages.join(', ')}.`,
    );
  const languages = language === undefined ? flow.languages : [...new Set([language, ...flow.languages])];
  const numbers = dials === NO_NUMBER ? [...flow.numbers, NO_NUMBER] : flow.numbers;
  const entered: Flow = { ...flow, languages, numbers };
  const flows = read.flows.map((one) => (one === flow ? entered : one));
  return { read: { ...read, flows }, flow: entered, dials };
}

function findEntry({ flows }: ReadFlows, target: string | undefined): Omit<Entry, 'read'> {
  const named = flows.find(({ name }) => name === target);
  if (named) return { flow: named, dials: numberOf(named) };
  if (target === undefined) {
    const open = flows.filter(({ numbers, callers }) => numbers.length > 0 && callers === 'anyone');
    const [only, second] = open;
    if (only && !second) return { flow: only, dials: numberOf(only) };
    throw new Refused('flow-ambiguous', `Say which flow: ${flows.map(({ name }) => name).join(', ')}.`);
  }
  const answering = flows.find((flow) => answersTo(flow, target));
  if (answering) return { flow: answering, dials: target };
  const names = flows.map(({ name }) => name);
  const hint = nearest(target, names) || `there is ${names.join(', ')}`;
  throw new Refused(
    'flow-unknown',
    `There is no flow "${target}", and none that answers this number: ${hint}`,
  );
}

function numberOf({ numbers }: Flow): string {
  return numbers[0]?.replaceAll('x', '1') ?? NO_NUMBER;
}
