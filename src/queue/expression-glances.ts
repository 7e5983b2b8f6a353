import type { ASTNode } from '@marcbachmann/cel-js';
import { partsOf } from '../base/cel.ts';
import { TIERS } from '../customer/customer.ts';
import { type AttributeType, type Declarations, hintOf } from './declarations.ts';

/** A skill or an attribute that an expression looks at. */
export interface Glance {
  readonly side: 'agent' | 'skill' | 'caller';
  readonly name: string;
  readonly type: AttributeType;
  readonly sensitive: boolean;
}

/** What callers have besides the attributes that are declared. */
export const CALLER_FACTS = ['tier', 'language'] as const;

/** What may be called. No pattern matching and no macro: their cost grows with what is put in. */
const FUNCTIONS: readonly string[] = ['size', 'startsWith', 'endsWith', 'contains', 'overlaps'];

const SIDES: readonly string[] = ['agent', 'skill', 'caller'] satisfies readonly Glance['side'][];

/** What an expression looks at, each once. Returns a sentence for what may not stand in one, or is not there. */
export function glancesIn(node: ASTNode, declared: Declarations): Glance[] | string {
  const found = new Map<string, Glance>();
  const problem = look(node, declared, found);
  return problem ?? [...found.values()];
}

function look(node: ASTNode, declared: Declarations, found: Map<string, Glance>): string | undefined {
  if (node.op === '.' && node.args[0].op === 'id') {
    const [{ args: side }, name] = node.args;
    const glance = glanceAt(String(side), name, declared);
    if (typeof glance === 'string') return glance;
    found.set(`${glance.side}.${name}`, glance);
    return undefined;
  }
  const problem = problemWith(node);
  if (problem !== undefined) return problem;
  for (const part of partsOf(node.args)) {
    const inside = look(part, declared, found);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

function glanceAt(side: string, name: string, declared: Declarations): Glance | string {
  switch (side) {
    case 'skill':
      if (declared.skills.includes(name)) return { side, name, type: 'number', sensitive: false };
      return `there is no skill "${name}"${hintOf(name, declared.skills)}`;
    case 'agent':
      return attribute(side, name, declared);
    case 'caller':
      if ((CALLER_FACTS as readonly string[]).includes(name))
        return { side, name, type: 'text', sensitive: false };
      return attribute(side, name, declared);
    default:
      return unknownName(side);
  }
}

function attribute(side: 'agent' | 'caller', name: string, declared: Declarations): Glance | string {
  const names = declared.attributes[side];
  if (!Object.hasOwn(names, name)) {
    const known = [...(side === 'caller' ? CALLER_FACTS : []), ...Object.keys(names)];
    return `${side} has no "${name}"${hintOf(name, known)}`;
  }
  const { type, sensitive } = names[name]!;
  if (sensitive && !declared.sensitiveUse.permitted.includes(`${side}.${name}`))
    return (
      `${side}.${name} is sensitive, and rules may not use it; who has the right to permit it ` +
      `writes sensitive-use: { permit: [${side}.${name}], reason: … }, and each use is kept in the event log`
    );
  return { side, name, type, sensitive };
}

/** What is wrong with this node itself, if anything. */
function problemWith(node: ASTNode): string | undefined {
  switch (node.op) {
    case 'id':
      return SIDES.includes(node.args)
        ? `write ${node.args}. and a name: the rule has to show what it looks at`
        : unknownName(node.args);
    case 'call':
    case 'rcall':
      return FUNCTIONS.includes(node.args[0])
        ? undefined
        : `there is no ${node.args[0]}(…) here: use ${FUNCTIONS.join(', ')}`;
    case '==':
    case '!=':
      return unknownTier(node.args);
    default:
      return undefined;
  }
}

function unknownName(name: string): string {
  return `there is no "${name}"${hintOf(name, SIDES)}; a text stands in quotes`;
}

/** A tier that is misspelt would never hold. */
function unknownTier(compared: readonly ASTNode[]): string | undefined {
  const isTier = compared.some(
    ({ op, args }) => op === '.' && args[0].op === 'id' && args[0].args === 'caller' && args[1] === 'tier',
  );
  if (!isTier) return undefined;
  const tier = compared.find(({ op }) => op === 'value')?.args;
  if (typeof tier !== 'string' || tier === '' || (TIERS as readonly string[]).includes(tier))
    return undefined;
  return `there is no tier "${tier}"${hintOf(tier, TIERS)}`;
}
