import { type Said, said } from '../base/said.ts';
import type { Draft } from './draft.ts';
import { Compiler } from './expression.ts';
import type { Signature } from './flow.ts';
import type { FlowFrame } from './grammar.ts';
import type { Report } from './report.ts';
import { type Expression, isExpression, VARIABLE_TYPES, type VariableType } from './values.ts';

/** A variable that is set from an expression whose type is not known yet. */
interface Open {
  readonly step: string;
  readonly name: string;
  readonly value: Expression;
}

/** More than that no one can read, and each takes its time. */
const MOST_VARIABLES = 200;

/**
 * The variables of a flow with their types: what it takes, what its steps put into them, what flows that it calls give back.
 * Every variable has one type; where steps disagree that is reported.
 */
export function variableTypes(
  { steps }: Draft,
  frame: FlowFrame,
  report: Report,
  signature: (flow: string) => Signature | undefined,
): Readonly<Record<string, VariableType>> {
  const types: Record<string, VariableType> = { ...frame.takes };
  const open: Open[] = [];
  const take = (step: string, name: string, type: VariableType): void => {
    if (types[name] === undefined) types[name] = type;
    else if (types[name] !== type)
      report.add(
        ['steps', step],
        said`step "${step}" makes "${name}" ${type}, elsewhere it is ${types[name]}`,
        'give one of them another name',
      );
  };
  for (const { name: step, kind, args } of steps) {
    for (const [name, value] of Object.entries(kind.sets?.(args) ?? {})) {
      if (isExpression(value)) open.push({ step, name, value });
      else take(step, name, value);
    }
    for (const { flow } of kind.comesBack ? (kind.calls?.(args) ?? []) : [])
      for (const [name, type] of Object.entries(signature(flow)?.gives ?? {})) take(step, name, type);
  }
  const count = new Set([...Object.keys(types), ...open.map(({ name }) => name)]).size;
  if (count > MOST_VARIABLES) {
    report.add(
      ['steps'],
      said`there are ${count} variables, ${MOST_VARIABLES} at most`,
      'make several flows of it',
    );
    return types;
  }
  settle(open, types, take);
  return types;
}

/** Finds the types of what is set from other variables, as far as they can be found. */
function settle(
  open: Open[],
  types: Readonly<Record<string, VariableType>>,
  take: (step: string, name: string, type: VariableType) => void,
): void {
  for (let settled = true; settled && open.length > 0; ) {
    settled = false;
    const compiler = new Compiler(types, []);
    for (const one of open.splice(0)) {
      const type = namesIn(one.value).every((name) => types[name]) ? typeOf(compiler, one.value) : undefined;
      if (type === undefined) open.push(one);
      else {
        take(one.step, one.name, type);
        settled = true;
      }
    }
    if (!settled) settled = settleFromItself(open, types, take);
  }
}

/** `tries: vars.tries + 1`: what fits when it is taken for granted. */
function settleFromItself(
  open: readonly Open[],
  types: Readonly<Record<string, VariableType>>,
  take: (step: string, name: string, type: VariableType) => void,
): boolean {
  for (const { step, name, value } of open) {
    const others = namesIn(value).filter((one) => one !== name);
    if (!others.every((one) => types[one])) continue;
    const fitting = VARIABLE_TYPES.find(
      (type) => typeOf(new Compiler({ ...types, [name]: type }, []), value) === type,
    );
    if (!fitting) continue;
    take(step, name, fitting);
    return true;
  }
  return false;
}

function typeOf(compiler: Compiler, value: Expression): VariableType | undefined {
  const compiled = compiler.compile(value);
  return typeof compiled === 'string' ? undefined : (compiled.type as VariableType);
}

/** The variables that an expression names. */
export function namesIn({ expression }: Expression): string[] {
  return [...expression.matchAll(/\bvars(?:\.|\[["'])(\w+)/g)].map((found) => found[1]!);
}

/** What there is, for hints. */
export function variablesHint(types: Readonly<Record<string, VariableType>>): string | Said {
  const names = Object.keys(types);
  return names.length > 0 ? said`there is ${names.join(', ')}` : 'there is none';
}
