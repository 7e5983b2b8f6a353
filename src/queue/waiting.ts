import type { Attributes } from '../base/attributes.ts';
import type { Call, CustomerFacts, Place } from '../call/call.ts';
import type { DeclaredAttributes } from './declarations.ts';
import type { Condition, Preference, Queue, Waiting } from './queue.ts';
import type { RoutingRules } from './rules.ts';

/** All that matching knows of one who waits. */
export interface WaiterFacts {
  readonly call: string;
  /** His place in line: UTC ms from which his wait counts. */
  readonly since: number;
  /** '' when unknown. */
  readonly tier: string;
  readonly language: string;
  readonly attributes: Attributes;
  readonly patienceMs?: number;
  /** Ids of the agents who know him. */
  readonly knownTo: CustomerFacts['agents'];
  /** What this call wants beyond its queue, as the flow wrote it. */
  readonly needs?: readonly string[];
  readonly prefers?: readonly string[];
  /** See `Waiting`. */
  readonly keptFor?: string;
  readonly isFirst?: true;
}

/** What matching knows of a call in this place. */
export function waiterFacts(
  { id, facts }: Pick<Call, 'id' | 'facts'>,
  { since, wishes, keptFor, isFirst }: Pick<Place, 'since' | 'wishes' | 'keptFor' | 'isFirst'>,
): WaiterFacts {
  const { customer, tier = '', language } = facts;
  return {
    call: id,
    since,
    tier,
    language,
    attributes: { ...customer?.attributes, ...wishes?.attributes },
    knownTo: customer?.agents ?? {},
    ...(customer?.patienceMs !== undefined && { patienceMs: customer.patienceMs }),
    ...(wishes?.needs && { needs: wishes.needs }),
    ...(wishes?.prefers && { prefers: wishes.prefers }),
    ...(keptFor !== undefined && { keptFor }),
    ...(isFirst && { isFirst }),
  };
}

/** The same as the matcher takes it, under these rules. */
export function waitingUnder(rules: RoutingRules, queue: Queue, facts: WaiterFacts): Waiting {
  const { call, since, tier, language, attributes, patienceMs, knownTo, keptFor, isFirst } = facts;
  const familiar = queue.first.who.flatMap((who) => knownTo[who] ?? []);
  const needs = compiled(facts.needs, (text) => rules.condition(text));
  const prefers = compiled(facts.prefers, (text) => rules.preference(text));
  return {
    call,
    queue: rules.helped(queue),
    since,
    caller: { tier, language, attributes },
    ...(patienceMs !== undefined && { patienceMs }),
    ...(familiar.length > 0 && { familiar: [...new Set(familiar)] }),
    ...(needs && { needs }),
    ...(prefers && { prefers }),
    ...(keptFor !== undefined && { keptFor }),
    ...(isFirst && { isFirst }),
  };
}

/** Wishes as conditions. One that is wrong, because the rules have changed, is no wish any more. */
function compiled<Wish extends Condition | Preference>(
  texts: readonly string[] | undefined,
  compile: (text: string) => Wish | string,
): readonly Wish[] | undefined {
  return texts?.map(compile).filter((wish): wish is Wish => typeof wish !== 'string');
}

/**
 * The attributes of a caller that flows and rules may look at: those that are declared, sensitive ones only where their use is permitted.
 * What is not declared may be as sensitive as it likes.
 */
export function visibleOf(attributes: Attributes, rules: RoutingRules): Attributes {
  return keepable(attributes, rules.attributes.caller, 'caller', rules);
}

/** What may be kept of somebody's attributes: those that rules may look at; sensitive ones only where that is permitted. */
export function keepable(
  attributes: Attributes,
  declared: DeclaredAttributes,
  side: 'agent' | 'caller',
  { sensitiveUse }: Pick<RoutingRules, 'sensitiveUse'>,
): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).filter(([name]) => {
      const one = Object.hasOwn(declared, name) ? declared[name] : undefined;
      return one && (!one.sensitive || sensitiveUse.permitted.includes(`${side}.${name}`));
    }),
  );
}
