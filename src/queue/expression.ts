import { Environment } from '@marcbachmann/cel-js';
import type { Attributes } from '../base/attributes.ts';
import { withMixedNumbers } from '../base/cel.ts';
import {
  type AttributeType,
  type Declarations,
  type DeclaredAttributes,
  EMPTY,
  fits,
} from './declarations.ts';
import { type Glance, glancesIn } from './expression-glances.ts';
import { longWords, wordingOf } from './expression-words.ts';
import type { AgentFacts, CallerFacts, Condition, Preference } from './queue.ts';

/** Expressions are for one thought each. */
const MOST_CHARACTERS = 500;
/** Different expressions that are remembered: there is one for each that a rule or a flow has. */
const MOST_REMEMBERED = 5000;
/** Expressions that failed, of which one is told. */
const MOST_TROUBLES = 20;

/** A yes counts like the best score in a skill. */
const SCORE_OF_YES = 10;

const CEL_TYPES: Readonly<Record<AttributeType, string>> = {
  text: 'string',
  number: 'double',
  'yes-no': 'bool',
  list: 'list<string>',
};

const NUMBERS: readonly (string | undefined)[] = ['double', 'int'];

interface Compiled {
  readonly type: 'yes-no' | 'number';
  readonly looksAt: readonly string[];
  readonly sensitive: readonly string[];
  /** @throws when a value is not what the expression can work with */
  evaluate(agent: AgentFacts, caller: CallerFacts): number | boolean;
}

interface Trouble {
  readonly agent: string;
  readonly reason: string;
  count: number;
}

/**
 * Compiles the expressions of routing rules: CEL (the Common Expression Language, cel.dev) over `agent`, `skill` and `caller`,
 * typed by what is declared. What compiles, never throws: when it fails for somebody, it does not hold, or scores 0.
 */
export class ExpressionCompiler {
  readonly #declared: Declarations;
  readonly #environment: Environment;
  readonly #conditions = new Map<string, Condition | string>();
  readonly #preferences = new Map<string, Preference | string>();
  readonly #troubles = new Map<string, Trouble>();

  constructor(declared: Declarations) {
    this.#declared = declared;
    const { agent, caller } = declared.attributes;
    const schemaOf = (names: DeclaredAttributes): Record<string, string> =>
      Object.fromEntries(Object.entries(names).map(([name, { type }]) => [name, CEL_TYPES[type]]));
    const skill = Object.fromEntries(declared.skills.map((name) => [name, 'double']));
    this.#environment = withMixedNumbers(new Environment({ limits: { maxAstNodes: 200, maxDepth: 20 } }))
      .registerVariable('agent', { schema: schemaOf(agent) })
      .registerVariable('skill', { schema: skill })
      .registerVariable('caller', { schema: { ...schemaOf(caller), tier: 'string', language: 'string' } })
      .registerFunction(
        'list<string>.overlaps(list<string>): bool',
        (some: readonly string[], others: readonly string[]) => some.some((one) => others.includes(one)),
      );
  }

  /** The same text gives the same condition. Returns what is wrong as a sentence. */
  condition(text: string): Condition | string {
    return remembered(this.#conditions, text, () => this.#condition(text));
  }

  /** The expression gives a number, or yes (10) or no (0). Returns what is wrong as a sentence. */
  preference(text: string): Preference | string {
    return remembered(this.#preferences, text, () => this.#preference(text));
  }

  /** A condition that is worth `score` where it holds. Returns what is wrong as a sentence. */
  bonus(text: string, score: number): Preference | string {
    const condition = this.condition(text);
    if (typeof condition === 'string') return condition;
    const { looksAt, sensitive } = condition;
    return {
      text: `${text} ? ${score} : 0`,
      looksAt,
      sensitive,
      score: (agent, caller) => (condition.holds(agent, caller) ? score : 0),
    };
  }

  /** The expressions that failed for somebody while calls were matched, a sentence each. */
  troubles(): readonly string[] {
    return [...this.#troubles].map(
      ([text, { agent, reason, count }]) =>
        `"${text}" failed ${count === 1 ? 'once' : `${count} times`}, first for agent ${agent}: ${reason}`,
    );
  }

  #condition(text: string): Condition | string {
    const compiled = this.#compile(text);
    if (typeof compiled === 'string') return compiled;
    const { type, looksAt, sensitive, evaluate } = compiled;
    if (type !== 'yes-no')
      return 'this is a number, but a yes or no is needed here, such as skill.wealth >= 9';
    return {
      text,
      looksAt,
      sensitive,
      holds: (agent, caller) => {
        try {
          return evaluate(agent, caller) === true;
        } catch (thrown) {
          this.#note(text, agent, thrown);
          return false;
        }
      },
    };
  }

  #preference(text: string): Preference | string {
    const compiled = this.#compile(text);
    if (typeof compiled === 'string') return compiled;
    const { looksAt, sensitive, evaluate } = compiled;
    return {
      text,
      looksAt,
      sensitive,
      score: (agent, caller) => {
        try {
          const score = evaluate(agent, caller);
          if (typeof score === 'boolean') return score ? SCORE_OF_YES : 0;
          if (Number.isFinite(score)) return score;
          throw new Error('it gives no number, as a division by 0 does');
        } catch (thrown) {
          this.#note(text, agent, thrown);
          return 0;
        }
      },
    };
  }

  #compile(text: string): Compiled | string {
    if (text.length > MOST_CHARACTERS) return longWords(text.length, MOST_CHARACTERS);
    try {
      const parsed = this.#environment.parse(text);
      const seen = glancesIn(parsed.ast, this.#declared);
      if (typeof seen === 'string') return seen;
      const check = parsed.check();
      if (!check.valid) return wordingOf(text, check.error);
      const type = check.type === 'bool' ? 'yes-no' : NUMBERS.includes(check.type) ? 'number' : undefined;
      if (type === undefined) return 'this gives neither a yes or no nor a number';
      const looksAt = seen.filter(({ side }) => side === 'caller').map(({ name }) => name);
      const sensitive = seen.flatMap((one) => (one.sensitive ? `${one.side}.${one.name}` : []));
      return {
        type,
        looksAt,
        sensitive,
        evaluate: (agent, caller) => resultOf(parsed(scopeOf(seen, agent, caller))),
      };
    } catch (thrown) {
      return wordingOf(text, thrown);
    }
  }

  #note(text: string, { id }: AgentFacts, thrown: unknown): void {
    const trouble = this.#troubles.get(text);
    if (trouble) trouble.count += 1;
    else if (this.#troubles.size < MOST_TROUBLES)
      this.#troubles.set(text, { agent: id, reason: wordingOf(text, thrown), count: 1 });
  }
}

function remembered<Value>(values: Map<string, Value>, text: string, make: () => Value): Value {
  const known = values.get(text);
  if (known !== undefined) return known;
  if (values.size >= MOST_REMEMBERED) values.clear();
  const value = make();
  values.set(text, value);
  return value;
}

/** Only what the expression looks at. */
function scopeOf(
  glances: readonly Glance[],
  agent: AgentFacts,
  caller: CallerFacts,
): Readonly<Record<Glance['side'], object>> {
  const scope: Record<Glance['side'], Record<string, unknown>> = { agent: {}, skill: {}, caller: {} };
  for (const glance of glances) scope[glance.side][glance.name] = valueSeen(glance, agent, caller);
  return scope;
}

function valueSeen({ side, name, type }: Glance, agent: AgentFacts, caller: CallerFacts): unknown {
  if (side === 'caller' && (name === 'tier' || name === 'language')) return caller[name];
  const values: Attributes =
    side === 'skill' ? agent.skills : side === 'agent' ? agent.attributes : caller.attributes;
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  // A variable of a flow that was not set yet is an empty text.
  if (value === undefined || value === '') return EMPTY[type];
  if (fits(value, type)) return value;
  throw new Error(`${side}.${name} is not of type ${type}`);
}

function resultOf(value: unknown): number | boolean {
  return typeof value === 'bigint' ? Number(value) : (value as number | boolean);
}
