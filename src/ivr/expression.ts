import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import type { Attributes, AttributeValue } from '../base/attributes.ts';
import { partsOf, withMixedNumbers } from '../base/cel.ts';
import { type LocalTime, startOfDay } from '../base/zone.ts';
import type { Call, CallFacts, Variables, VariableValue } from '../call/call.ts';
import { toldWait } from '../queue/estimate.ts';
import type { Expression, VariableType, Wanted } from './values.ts';
import { UNSET } from './values.ts';

/** What a waiting line is like now. Times in whole seconds. */
export interface QueueLoad {
  readonly waiting: number;
  readonly ready: number;
  readonly loggedIn: number;
  /** How long the first of them has waited. */
  readonly longestWait: number;
  /** How many of the agents at work have a call, 0 to 1; 1 when nobody is at work. */
  readonly occupancy: number;
  /** Calls, waiting or not, for each agent at work: above 1 somebody waits. Without agents as if there were one, who has a call. */
  readonly load: number;
  /** The wait of somebody who came now; 0 while agents are free, -1 when nobody is at work. */
  readonly estimatedWait: number;
}

/** Somebody's place in a waiting line. */
export interface PlaceInLine {
  /** 1: the next. */
  readonly position: number;
  /** The wait that he has before him; undefined while nobody can say. */
  readonly expectedMs?: number;
}

/** The centre around a call, for expressions. */
export interface CentreView {
  /** UTC ms. */
  readonly now: number;
  /** The zone of the centre, IANA name. */
  readonly zone: string;
  /** An unknown queue is an empty one. */
  queueLoad(name: string): QueueLoad;
  /** Where a call stands that waits; undefined for one that does not. */
  placeOf(call: string): PlaceInLine | undefined;
  /** False for a calendar that is not there. */
  isOpen(calendar: string): boolean;
  /** That instant on the clock and calendar of `zone`. */
  localTime(ms: number): LocalTime;
}

/** Something to be spoken, as an expression gives it; a point in time is still UTC ms. */
export class Speech {
  readonly as: 'number' | 'digits' | 'amount' | 'date' | 'time' | 'text';
  readonly value: string | number;
  readonly currency: string;

  constructor(as: Speech['as'], value: string | number, currency = 'CNY') {
    this.as = as;
    this.value = value;
    this.currency = currency;
  }
}

class Load {
  readonly waiting: bigint;
  readonly ready: bigint;
  readonly loggedIn: bigint;
  readonly longestWait: bigint;
  readonly occupancy: number;
  readonly load: number;
  readonly estimatedWait: bigint;

  constructor(load: QueueLoad) {
    this.waiting = BigInt(load.waiting);
    this.ready = BigInt(load.ready);
    this.loggedIn = BigInt(load.loggedIn);
    this.longestWait = BigInt(load.longestWait);
    this.occupancy = load.occupancy;
    this.load = load.load;
    this.estimatedWait = BigInt(load.estimatedWait);
  }
}

/** Who calls, as far as it is known. An attribute that he does not have, or that is of another kind, is '', 0 or false. */
class KnownCustomer {
  readonly known: boolean;
  readonly id: string;
  readonly tier: string;
  readonly flow: string;
  readonly attributes: Attributes;

  constructor({ customerId, tier = '', personalFlow = '', customer }: CallFacts) {
    this.known = customerId !== undefined;
    this.id = customerId ?? '';
    this.tier = tier;
    this.flow = personalFlow;
    this.attributes = customer?.attributes ?? {};
  }

  of(name: string): AttributeValue | undefined {
    return Object.hasOwn(this.attributes, name) ? this.attributes[name] : undefined;
  }
}

/** The place of the caller while he waits; 0 when it is not known. */
class WaitingPlace {
  readonly position: bigint;
  readonly before: bigint;
  readonly minutes: bigint;

  constructor(place: PlaceInLine | undefined) {
    this.position = BigInt(place?.position ?? 0);
    this.before = BigInt(Math.max(0, (place?.position ?? 1) - 1));
    this.minutes = BigInt(place?.expectedMs === undefined ? 0 : toldWait(place.expectedMs).minutes);
  }
}

class Centre {
  readonly view: CentreView;

  constructor(view: CentreView) {
    this.view = view;
  }
}

/** What is given to an expression that is compiled. */
export interface Scope {
  readonly call: Call;
  readonly centre: CentreView;
  readonly secrets: ReadonlyMap<string, string>;
  /** Where the caller stands while he waits. */
  readonly place?: PlaceInLine | undefined;
}

export interface Compiled {
  readonly type: Wanted;
  /** Names of queues and calendars that it asks for. */
  readonly mentions: readonly { readonly kind: 'queue' | 'calendar'; readonly name: string }[];
  /** @throws when a value is not what the expression can work with */
  evaluate(scope: Scope): VariableValue | Speech;
}

/** What may be called. No pattern matching and no macro: their cost grows with what is put in. */
const FUNCTIONS = new Set([
  ...['queue', 'open', 'number', 'digits', 'amount', 'date', 'time', 'text', 'flag'],
  ...[
    'size',
    'startsWith',
    'endsWith',
    'contains',
    'lowerAscii',
    'upperAscii',
    'trim',
    'substring',
    'indexOf',
  ],
  ...['string', 'int', 'double', 'timestamp', 'duration'],
]);

/**
 * Expressions in flow files: CEL (the Common Expression Language, cel.dev), which has no loops, no side effects and no way
 * to anything but the values below. Numbers of both kinds may be mixed.
 */
const environment = withMixedNumbers(new Environment({ limits: { maxAstNodes: 200, maxDepth: 20 } }))
  .registerType('Speech', Speech)
  .registerType('QueueLoad', {
    ctor: Load,
    fields: {
      waiting: 'int',
      ready: 'int',
      loggedIn: 'int',
      longestWait: 'int',
      occupancy: 'double',
      load: 'double',
      estimatedWait: 'int',
    },
  })
  .registerType('Centre', { ctor: Centre, fields: {} })
  .registerVariable('centre', 'Centre')
  .registerFunction(
    'Centre.queue(string): QueueLoad',
    (centre: Centre, name: string) => new Load(centre.view.queueLoad(name)),
  )
  .registerFunction('Centre.open(string): bool', (centre: Centre, name: string) => centre.view.isOpen(name))
  .registerFunction('number(double): Speech', (value: number) => new Speech('number', value))
  .registerFunction('number(int): Speech', (value: bigint) => new Speech('number', Number(value)))
  .registerFunction('digits(string): Speech', (value: string) => new Speech('digits', value))
  .registerFunction('amount(double): Speech', (value: number) => new Speech('amount', value))
  .registerFunction('amount(int): Speech', (value: bigint) => new Speech('amount', Number(value)))
  .registerFunction(
    'amount(double, string): Speech',
    (value: number, currency: string) => new Speech('amount', value, currency),
  )
  .registerFunction(
    'amount(int, string): Speech',
    (value: bigint, currency: string) => new Speech('amount', Number(value), currency),
  )
  .registerFunction(
    'date(google.protobuf.Timestamp): Speech',
    (value: Date) => new Speech('date', value.getTime()),
  )
  .registerFunction(
    'time(google.protobuf.Timestamp): Speech',
    (value: Date) => new Speech('time', value.getTime()),
  )
  .registerFunction('text(string): Speech', (value: string) => new Speech('text', value))
  .registerType('Customer', {
    ctor: KnownCustomer,
    fields: { known: 'bool', id: 'string', tier: 'string', flow: 'string' },
  })
  .registerVariable('customer', 'Customer')
  .registerFunction('Customer.text(string): string', (customer: KnownCustomer, name: string) => {
    const value = customer.of(name);
    return typeof value === 'string' ? value : Array.isArray(value) ? value.join(',') : '';
  })
  .registerFunction('Customer.number(string): double', (customer: KnownCustomer, name: string) => {
    const value = customer.of(name);
    return typeof value === 'number' ? value : 0;
  })
  .registerFunction(
    'Customer.flag(string): bool',
    (customer: KnownCustomer, name: string) => customer.of(name) === true,
  )
  .registerType('Place', {
    ctor: WaitingPlace,
    fields: { position: 'int', before: 'int', minutes: 'int' },
  })
  .registerVariable('place', 'Place')
  .registerVariable('caller', {
    schema: { number: 'string', name: 'string', language: 'string', inside: 'bool' },
  })
  .registerVariable('campaign', { schema: { id: 'string' } })
  .registerVariable('dialled', 'string')
  .registerVariable('now', 'google.protobuf.Timestamp')
  .registerVariable('local', {
    schema: { year: 'int', month: 'int', day: 'int', weekday: 'int', hour: 'int', minute: 'int' },
  });

const CEL_TYPES: Readonly<Record<VariableType, string>> = {
  text: 'string',
  number: 'double',
  'yes-no': 'bool',
  time: 'google.protobuf.Timestamp',
};

const OUR_TYPES: Readonly<Record<string, Wanted>> = {
  string: 'text',
  double: 'number',
  int: 'number',
  bool: 'yes-no',
  'google.protobuf.Timestamp': 'time',
  Speech: 'speech',
};

/** How people call the types. */
const TYPE_WORDS: Readonly<Record<Wanted, string>> = {
  text: 'a text',
  number: 'a number',
  'yes-no': 'a yes or no (such as customer.known)',
  time: 'a time (such as now)',
  any: 'a value',
  speech: 'something to speak, such as number(…), digits(…), amount(…), date(…), time(…) or text(…)',
};

/** Compiles the expressions of one flow, whose variables and secrets have these names and types. */
export class Compiler {
  readonly #types: Readonly<Record<string, VariableType>>;
  readonly #plain: Environment;
  readonly #withSecrets: Environment;

  constructor(types: Readonly<Record<string, VariableType>>, secrets: readonly string[]) {
    this.#types = types;
    const schema = Object.fromEntries(Object.entries(types).map(([name, type]) => [name, CEL_TYPES[type]]));
    this.#plain = environment.clone().registerVariable('vars', { schema });
    this.#withSecrets = this.#plain
      .clone()
      .registerVariable('secrets', { schema: Object.fromEntries(secrets.map((name) => [name, 'string'])) });
  }

  /** Returns what is wrong as a sentence instead when it cannot be what is wanted. */
  compile({ expression, wants, secrets }: Expression): Compiled | string {
    try {
      const evaluate = (secrets ? this.#withSecrets : this.#plain).parse(expression);
      const mentions: Compiled['mentions'][number][] = [];
      const forbidden = lookThrough(evaluate.ast, mentions);
      if (forbidden !== undefined) return forbidden;
      const check = evaluate.check();
      if (!check.valid) return this.#wordingOf(expression, check.error);
      const type = OUR_TYPES[check.type ?? ''];
      if (type === undefined) return `this is a ${check.type}, but ${TYPE_WORDS[wants]} is needed here`;
      if (wants === 'any' ? type === 'speech' : type !== wants)
        return `this is ${TYPE_WORDS[type].split(' (')[0]}, but ${TYPE_WORDS[wants]} is needed here`;
      return { type, mentions, evaluate: (scope) => resultOf(evaluate(this.#contextOf(scope))) };
    } catch (thrown) {
      return this.#wordingOf(expression, thrown);
    }
  }

  /** Values are looked up only when the expression asks for them. */
  #contextOf({ call, centre, secrets, place }: Scope): object {
    const types = this.#types;
    const { facts } = call;
    return {
      customer: new KnownCustomer(facts),
      get place() {
        return new WaitingPlace(place);
      },
      caller: {
        number: call.ani,
        name: call.aniName,
        language: facts.language,
        inside: call.source.kind === 'phone',
      },
      campaign: { id: facts.campaignId ?? '' },
      dialled: call.dnis,
      centre: new Centre(centre),
      get vars() {
        return celVariables(types, facts.variables, centre.zone);
      },
      get secrets() {
        return Object.fromEntries(secrets);
      },
      get now() {
        return new Date(centre.now);
      },
      get local() {
        const { year, month, day, weekday, hour, minute } = centre.localTime(centre.now);
        return Object.fromEntries(
          Object.entries({ year, month, day, weekday, hour, minute }).map(([name, value]) => [
            name,
            BigInt(value),
          ]),
        );
      },
    };
  }

  /** The library's words, and what there is instead of a name that is not there. */
  #wordingOf(expression: string, thrown: unknown): string {
    const message = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n')[0] ?? '';
    const unknown = /^Unknown variable: (.+)$/.exec(message)?.[1];
    if (unknown !== undefined)
      return `there is no "${unknown}"; there is ${Object.keys(FIELDS).join(', ')} and vars`;
    const missing = /^No such key: (.+)$/.exec(message)?.[1];
    if (missing === undefined) return message;
    const whose = /(\w+)\.$/.exec(expression.slice(0, expression.indexOf(`.${missing}`) + 1))?.[1] ?? 'vars';
    const fields = whose === 'vars' ? Object.keys(this.#types) : (FIELDS[whose] ?? []);
    if (fields.length === 0) return `there is no "${missing}": no step of this flow sets a variable`;
    return `${whose} has no "${missing}"; it has ${fields.join(', ')}`;
  }
}

/** What expressions may look at, besides the variables. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  customer: ['known', 'id', 'tier', 'flow', 'text(…)', 'number(…)', 'flag(…)'],
  caller: ['number', 'name', 'language', 'inside'],
  campaign: ['id'],
  dialled: [],
  centre: ['queue(…)', 'open(…)'],
  place: ['position', 'before', 'minutes'],
  now: [],
  local: ['year', 'month', 'day', 'weekday', 'hour', 'minute'],
};

function celVariables(
  types: Readonly<Record<string, VariableType>>,
  variables: Variables,
  zone: string,
): object {
  return Object.fromEntries(
    Object.entries(types).map(([name, type]) => {
      const value = variables[name] ?? UNSET[type];
      return [name, type === 'time' ? instantOf(String(value), zone) : value];
    }),
  );
}

/** A date without a time is the day in the zone of the centre, not that in Greenwich. */
function instantOf(text: string, zone: string): Date {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
  return year === undefined
    ? new Date(text)
    : new Date(startOfDay(Number(year), Number(month), Number(day), zone));
}

function resultOf(value: unknown): VariableValue | Speech {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.toISOString();
  return value as VariableValue | Speech;
}

/** Finds calls of what may not be called, and collects the queues and calendars that are asked for. */
function lookThrough(node: ASTNode, mentions: Compiled['mentions'][number][]): string | undefined {
  if (node.op === 'call' || node.op === 'rcall') {
    const [name] = node.args;
    if (!FUNCTIONS.has(name))
      return `there is no ${name}(…) here: use ${[...FUNCTIONS].slice(0, 9).join(', ')} and the like`;
    if (name === 'queue' || name === 'open') {
      const [named] = node.args[node.args.length - 1] as ASTNode[];
      if (named?.op !== 'value' || typeof named.args !== 'string') return `${name}(…) takes a name in quotes`;
      mentions.push({ kind: name === 'queue' ? 'queue' : 'calendar', name: named.args });
    }
  }
  for (const part of partsOf(node.args)) {
    const found = lookThrough(part, mentions);
    if (found !== undefined) return found;
  }
  return undefined;
}
