import type { AttributeValue } from '../base/attributes.ts';
import { nearest } from '../base/nearest.ts';

/** Kinds of values that an attribute may have; a list is one of texts. */
export const ATTRIBUTE_TYPES = ['text', 'number', 'yes-no', 'list'] as const;
export type AttributeType = (typeof ATTRIBUTE_TYPES)[number];

export interface DeclaredAttribute {
  readonly type: AttributeType;
  /** Age, gender and the like: no rule may use it unless the file permits it. */
  readonly sensitive: boolean;
}

export type DeclaredAttributes = Readonly<Record<string, DeclaredAttribute>>;

/** What rules may look at. */
export interface Declarations {
  readonly skills: readonly string[];
  readonly attributes: { readonly agent: DeclaredAttributes; readonly caller: DeclaredAttributes };
  /** The sensitive attributes that rules may use, such as `agent.age`, and why. */
  readonly sensitiveUse: { readonly permitted: readonly string[]; readonly reason: string };
}

export const NOTHING_DECLARED: Declarations = {
  skills: [],
  attributes: { agent: {}, caller: {} },
  sensitiveUse: { permitted: [], reason: '' },
};

/** The value of an attribute that somebody has not got. */
export const EMPTY: Readonly<Record<AttributeType, AttributeValue>> = {
  text: '',
  number: 0,
  'yes-no': false,
  list: [],
};

/** A score as people have it in a skill. */
export const MOST_SCORE = 10;

/** Longest text of an attribute, and most of a list. */
const MOST_TEXT = 200;
const MOST_ITEMS = 50;

const WORDS: Readonly<Record<AttributeType, string>> = {
  text: `a text of 1 to ${MOST_TEXT} characters`,
  number: 'a number',
  'yes-no': 'true or false',
  list: `a list of at most ${MOST_ITEMS} texts`,
};

/** What is wrong with somebody's attributes, a sentence each. `whose`: declared for agents or for callers. */
export function attributeProblems(
  attributes: Readonly<Record<string, unknown>>,
  declared: DeclaredAttributes,
  whose: 'agent' | 'caller',
): { readonly name: string; readonly problem: string }[] {
  return Object.entries(attributes).flatMap(([name, value]) => {
    if (!Object.hasOwn(declared, name))
      return {
        name,
        problem: `there is no attribute "${name}" of ${whose}s${hintOf(name, Object.keys(declared))}`,
      };
    const { type } = declared[name]!;
    return fits(value, type) ? [] : { name, problem: `"${name}" has to be ${WORDS[type]}` };
  });
}

/** What is wrong with an agent's skills, a sentence each. */
export function skillProblems(
  skills: Readonly<Record<string, unknown>>,
  declared: readonly string[],
): { readonly name: string; readonly problem: string; readonly isScore: boolean }[] {
  return Object.entries(skills).flatMap(([name, score]) => {
    const isScore = typeof score === 'number' && score >= 0 && score <= MOST_SCORE;
    if (!isScore) return { name, problem: `the score in "${name}" has to be 0 to ${MOST_SCORE}`, isScore };
    if (declared.includes(name)) return [];
    return { name, problem: `there is no skill "${name}"${hintOf(name, declared)}`, isScore };
  });
}

/** `: did you mean "wealth"?`, or what there is, or nothing. */
export function hintOf(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  if (near !== '') return `: ${near}`;
  return names.length === 0 ? ': none is declared in the routing rules' : `: there is ${names.join(', ')}`;
}

/** Whether a value is of a type. An empty text or list item is none: "not known" says it already. */
export function fits(value: unknown, type: AttributeType): value is AttributeValue {
  const isText = (one: unknown): boolean =>
    typeof one === 'string' && one.trim() !== '' && one.length <= MOST_TEXT;
  switch (type) {
    case 'text':
      return isText(value);
    case 'number':
      return Number.isFinite(value);
    case 'yes-no':
      return typeof value === 'boolean';
    case 'list':
      return Array.isArray(value) && value.length <= MOST_ITEMS && value.every(isText);
  }
}
