import { CALLER_FACTS } from '../queue/expression-glances.ts';
import type { RoutingRules } from '../queue/rules.ts';
import type { Principal } from './principal.ts';
import { SUPERVISING_READERS } from './roles.ts';

/** What those read who may not know that a rule looks at somebody's age, gender or the like. */
export const SENSITIVE_RULE = 'a sensitive rule';

type Declared = Pick<RoutingRules, 'attributes' | 'sensitiveUse'>;
type Data = Readonly<Record<string, unknown>>;

/** Whether this role may know sensitive attributes, and which rules look at them. */
export function seesSensitive({ role }: Pick<Principal, 'role'>): boolean {
  return SUPERVISING_READERS.some((one) => one === role);
}

/** Whether this role may see scores: a preference that looks at something sensitive tells it by its points. */
export function seesScores(principal: Pick<Principal, 'role'>, { sensitiveUse }: Declared): boolean {
  return seesSensitive(principal) || sensitiveUse.permitted.length === 0;
}

/** The text of a rule as this role may see it. What is not declared may be as sensitive as it likes: rules were other ones before. */
export function ruleFor(principal: Pick<Principal, 'role'>, rules: Declared): (text: string) => string {
  if (seesSensitive(principal)) return (text) => text;
  return (text) => (looksAtHidden(text, rules) ? SENSITIVE_RULE : text);
}

const LOOKS_AT = /\b(agent|caller)\s*\.\s*(\w+)/g;

function looksAtHidden(text: string, rules: Declared): boolean {
  for (const [, side, name] of text.matchAll(LOOKS_AT))
    if (!isPlain(rules, side === 'agent' ? 'agent' : 'caller', name!)) return true;
  return false;
}

function isPlain({ attributes }: Declared, side: 'agent' | 'caller', name: string): boolean {
  if (side === 'caller' && (CALLER_FACTS as readonly string[]).includes(name)) return true;
  return Object.hasOwn(attributes[side], name) && !attributes[side][name]!.sensitive;
}

/** Fields of events that are about nothing else, by type. */
const SENSITIVE_FIELDS: Readonly<Record<string, readonly string[]>> = {
  SensitiveAttributeUsed: ['queue', 'attributes', 'rule', 'reason'],
  RoutingRulesChanged: ['sensitiveUse', 'reason'],
};

/** What this role may see of an event's data: sensitive attributes, rules that look at them and the scores of such are left out. */
export function eventDataFor(
  principal: Pick<Principal, 'role'>,
  rules: Declared,
): (type: string, data: Data) => Data {
  if (seesSensitive(principal)) return (_type, data) => data;
  const show = ruleFor(principal, rules);
  const hidesScores = !seesScores(principal, rules);
  const shown = (value: unknown, side: 'agent' | 'caller'): unknown => {
    if (typeof value === 'string') return show(value);
    if (Array.isArray(value)) return value.map((item) => shown(item, side));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).flatMap(([key, item]): [string, unknown][] => {
      if (key === 'attributes') return [[key, plainOf(item, side)]];
      return hidesScores && key === 'score' ? [[key, null]] : [[key, shown(item, side)]];
    });
    return Object.fromEntries(entries);
  };
  const plainOf = (attributes: unknown, side: 'agent' | 'caller'): unknown =>
    typeof attributes === 'object' && attributes !== null && !Array.isArray(attributes)
      ? Object.fromEntries(Object.entries(attributes).filter(([name]) => isPlain(rules, side, name)))
      : attributes;
  return (type, data) => {
    const told = Object.entries(data).filter(([field]) => !SENSITIVE_FIELDS[type]?.includes(field));
    return shown(Object.fromEntries(told), type.startsWith('Agent') ? 'agent' : 'caller') as Data;
  };
}
